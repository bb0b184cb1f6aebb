// Package inbox is a usecase.Sender that keeps the newest messages in memory, so that a person at a development machine can read
// the codes that would have gone out. It holds codes in the clear and belongs behind --dev alone.
//
// Next door: adapter/web shows it, logsink only says that something was sent.
package inbox
