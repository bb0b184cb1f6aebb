package config

import (
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"
)

// Need is something that a command needs from the settings, beyond their being
// right one by one.
type Need int

const (
	// NeedListener is for commands that listen: plain HTTP where it is not
	// allowed, and unreadable certificates, are mistakes.
	NeedListener Need = iota
	// NeedSecret is for commands that sign, hash or encrypt: without a secret
	// there must be Dev.
	NeedSecret
)

// Invalid is the error of FromCommand: all mistakes, each a line that names the
// setting, its value, masked where it is secret, and what is allowed.
type Invalid struct {
	Mistakes []string
}

// Error is one mistake on each line.
func (e *Invalid) Error() string {
	return strings.Join(e.Mistakes, "\n")
}

// Flags returns fresh flags for a command, one for each setting that has one.
// What they hold is read by FromCommand, which also looks into the environment
// and the file: their own values know only the command line.
func Flags() []cli.Flag {
	var flags []cli.Flag
	for _, s := range flagSettings() {
		sources := cli.NewValueSourceChain(helpOnly(s.env))
		switch {
		case s.toggle:
			flags = append(flags, &cli.BoolFlag{Name: s.name, Usage: s.usage, Sources: sources, HideDefault: true})
		case s.list:
			flags = append(flags, &cli.StringSliceFlag{Name: s.name, Usage: s.usage, Sources: sources, DefaultText: s.value})
		default:
			flags = append(flags, &cli.StringFlag{Name: s.name, Usage: s.usage, Sources: sources, DefaultText: s.value, OnlyOnce: true})
		}
	}
	return flags
}

// helpOnly is an environment variable that the help of a flag names and that the
// flag never reads: so a flag that is set was set on the command line, which is
// how the origin of a value is known.
type helpOnly string

var (
	_ cli.ValueSource    = helpOnly("")
	_ cli.EnvValueSource = helpOnly("")
)

func (e helpOnly) Lookup() (string, bool) { return "", false }
func (e helpOnly) IsFromEnv() bool        { return true }
func (e helpOnly) Key() string            { return string(e) }
func (e helpOnly) String() string         { return "environment variable " + string(e) }
func (e helpOnly) GoString() string       { return string(e) }

// FromCommand reads all settings for cmd, on which or on whose parents Flags were
// put, and checks them. The error is an *Invalid with every mistake. An empty
// environment variable counts as not set; an empty flag or key unsets what is
// optional.
func FromCommand(cmd *cli.Command, needs ...Need) (*Config, error) {
	return load(cmd, os.LookupEnv, needs)
}

// given is what was said about a setting, and where.
type given struct {
	values []string
	origin string
}

func load(cmd *cli.Command, env func(string) (string, bool), needs []Need) (*Config, error) {
	l := loader{
		cmd: cmd,
		env: env,
		config: &Config{
			Dialect: make(map[string]*Dialect, len(dialectNames)),
		},
		given: make(map[string]given),
		bad:   make(map[string]bool),
	}
	for _, name := range dialectNames {
		l.config.Dialect[name] = &Dialect{}
	}
	settings := allSettings()
	l.readFile(settings)
	for _, s := range append(settings, l.messages()...) {
		l.read(s)
	}
	l.derive()
	l.check(needs)
	if len(l.mistakes) > 0 {
		return nil, &Invalid{Mistakes: l.mistakes}
	}
	return l.config, nil
}

// loader gathers the values of one load.
type loader struct {
	cmd      *cli.Command
	env      func(string) (string, bool)
	file     file
	config   *Config
	given    map[string]given
	bad      map[string]bool // settings with a wrong value
	mistakes []string
}

// readFile reads the file that --config names and refuses keys that are no
// settings.
func (l *loader) readFile(settings []setting) {
	known := make(map[string]setting, len(settings))
	for _, s := range settings {
		known[s.name] = s
	}
	from := l.find(known["config"])
	if len(from.values) == 0 {
		return
	}
	l.file, l.mistakes = readFile(from.values[0])
	for _, name := range l.file.order {
		place := l.file.place(l.file.entries[name].line)
		s, ok := known[name]
		if !ok {
			s, ok = messageSetting(name)
		}
		switch {
		case !ok:
			l.mistake("%s: unknown key %q", place, name)
		case s.notFile:
			l.mistake("%s: %q cannot be set in the file", place, name)
		case l.file.entries[name].list && !s.list:
			l.mistake("%s: %q takes one value, not a list", place, name)
			l.bad[name] = true
			delete(l.file.entries, name)
		}
	}
}

// messages are the settings for message texts that stand in the file.
func (l *loader) messages() []setting {
	var found []setting
	for _, name := range l.file.order {
		if s, ok := messageSetting(name); ok {
			found = append(found, s)
		}
	}
	return found
}

// find looks for a setting in order of precedence: flag, environment, file,
// default.
func (l *loader) find(s setting) given {
	if s.flag && l.cmd.IsSet(s.name) {
		return given{l.flagValues(s), "flag --" + s.name}
	}
	if value, ok := l.env(s.env); ok && s.env != "" && value != "" {
		return given{s.split(value), "environment " + s.env}
	}
	if e, ok := l.file.entries[s.name]; ok && !s.notFile {
		values := e.values
		if !e.list {
			values = s.split(values[0])
		}
		return given{values, l.file.place(e.line)}
	}
	if s.value == "" {
		return given{origin: "default"}
	}
	return given{s.split(s.value), "default"}
}

func (l *loader) flagValues(s setting) []string {
	switch {
	case s.toggle:
		return []string{strconv.FormatBool(l.cmd.Bool(s.name))}
	case s.list:
		return s.split(strings.Join(l.cmd.StringSlice(s.name), ","))
	}
	return s.split(l.cmd.String(s.name))
}

// split makes one value of a plain setting and several of a list, empty ones
// left out.
func (s setting) split(value string) []string {
	if !s.list {
		if value == "" {
			return nil
		}
		return []string{value}
	}
	var values []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, part)
		}
	}
	return values
}

// read finds a setting and parses it into the config.
func (l *loader) read(s setting) {
	found := l.find(s)
	l.given[s.name] = found
	if len(found.values) == 0 && found.origin != "default" && !s.optional {
		l.wrong(s, "", found.origin, "must not be empty")
	}
	for _, value := range found.values {
		if err := s.parse(l.config, value); err != nil {
			l.wrong(s, value, found.origin, err.Error())
		}
	}
	if found.origin != "default" || s.value != "" || s.flag {
		l.describe(s, found)
	}
}

// wrong notes a mistake in the value of a setting.
func (l *loader) wrong(s setting, value, origin, allowed string) {
	l.bad[s.name] = true
	name := s.name
	if s.flag {
		name = "--" + name
	}
	l.mistake("%s %q (%s): %s", name, s.display(value), origin, allowed)
}
