package contract

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// eventFields are the names that a line of a stream of events may begin with; the empty one makes a comment.
var eventFields = []string{"", "data", "event", "id", "retry"}

// events judges the lines of a stream of events while they are read.
type events struct {
	io.ReadCloser
	report func(error)
	rest   []byte // of a line that has not ended yet
}

// Read hands on what the server sent, and judges each line that it ends.
func (e *events) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	e.rest = append(e.rest, p[:n]...)
	for {
		line, rest, ended := bytes.Cut(e.rest, []byte("\n"))
		if !ended {
			return n, err
		}
		if fault := judgeEventLine(bytes.TrimSuffix(line, []byte("\r"))); fault != nil {
			e.report(fault)
		}
		e.rest = rest
	}
}

func judgeEventLine(line []byte) error {
	name, _, colon := bytes.Cut(line, []byte(":"))
	switch {
	case len(line) == 0: // the end of an event
		return nil
	case !utf8.Valid(line):
		return fmt.Errorf("an event is not UTF-8")
	case !colon || !slices.Contains(eventFields, string(name)):
		return fmt.Errorf("%q begins no line of an event", shorten(string(name)))
	}
	return nil
}
