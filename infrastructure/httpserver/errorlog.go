package httpserver

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
)

// errorLog turns what net/http has to say about connections into structured
// lines.
func errorLog(to *slog.Logger) *log.Logger {
	return log.New(errorWriter{to}, "", 0)
}

type errorWriter struct {
	log *slog.Logger
}

// Write takes one message. Failed handshakes are quiet: every scanner of the
// internet causes some.
func (w errorWriter) Write(message []byte) (int, error) {
	text := string(bytes.TrimSpace(message))
	if strings.HasPrefix(text, "http: TLS handshake error") {
		w.log.Debug("http server", "note", text)
	} else {
		w.log.Warn("http server", "note", text)
	}
	return len(message), nil
}
