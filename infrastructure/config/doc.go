// Package config reads the settings of Latchkey.
//
//	flag > environment > YAML file > default   -> one value and its origin
//	                                           -> parsed and checked -> Config
//
// A setting is declared once, in settings.go or, for those that each dialect has,
// in dialect.go: its name, environment variable, default, help, whether it is
// secret, and how it is read. Flags gives the command line its share of them,
// FromCommand gathers the values and returns a Config or one error with every
// mistake on a line of its own.
//
// The package knows what a setting may be, not what it does: addresses of
// providers stay URLs that the adapters take apart, and a dialect's setting that
// nobody set is zero, since the dialect's own room has the default.
package config
