package contract

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

// A stream is handed on while it runs, and judged by its head and its lines.
func TestTransportStreams(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if r.URL.RawQuery == "header" {
			w.Header().Set("X-Surprise", "1")
		}
		io.WriteString(w, ": hello\nid: 1\n")
		w.(http.Flusher).Flush()
		<-release
		io.WriteString(w, "data: {}\r\n\nretry:1\nevent: x\n"+r.URL.Query().Get("say")+"\n\n")
	}))
	t.Cleanup(server.Close)
	watched := &recorder{TB: t}
	client := http.Client{Transport: Transport(watched, server.Client().Transport)}
	get := func(path string) *bufio.Scanner {
		t.Helper()
		reply, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { reply.Body.Close() })
		return bufio.NewScanner(reply.Body)
	}
	lines := get("/dev/inbox/events")
	if !lines.Scan() || lines.Text() != ": hello" {
		t.Fatalf("the first line is %q, %v", lines.Text(), lines.Err())
	}
	close(release)
	for lines.Scan() {
	}
	if len(watched.reported) > 0 {
		t.Errorf("a good stream: %q", watched.reported)
	}
	for path, want := range map[string]string{
		"/dev/inbox/events?say=surprise":      `"surprise" begins no line`,
		"/dev/inbox/events?say=suprise:+x":    `"suprise" begins no line`,
		"/dev/inbox/events?say=data:+%ff":     "not UTF-8",
		"/dev/inbox/events?header":            "X-Surprise is not documented",
		"/healthz":                            `"text/event-stream" is not documented`,
		"/dev/inbox/events/that/are/not/here": "does not name this path",
	} {
		watched.reported = nil
		for lines := get(path); lines.Scan(); {
		}
		if len(watched.reported) == 0 || !strings.Contains(watched.reported[0], want) {
			t.Errorf("%s: %q, want %s", path, watched.reported, want)
		}
	}
}

// Lines come in any pieces.
func TestEventsInPieces(t *testing.T) {
	t.Parallel()
	const sent = "data: 登入\n\nsurprise\n: bye"
	var faults []string
	pieces := io.NopCloser(iotest.OneByteReader(strings.NewReader(sent)))
	stream := &events{ReadCloser: pieces, report: func(err error) { faults = append(faults, err.Error()) }}
	got, err := io.ReadAll(stream)
	if err != nil || string(got) != sent || len(faults) != 1 {
		t.Errorf("%v, %q handed on, faults %q", err, got, faults)
	}
}
