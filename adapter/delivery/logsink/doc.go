// Package logsink is a usecase.Sender that delivers nothing: it logs that a message was sent ("log:" as a delivery address).
//
// Next door: inbox keeps the messages for reading.
package logsink
