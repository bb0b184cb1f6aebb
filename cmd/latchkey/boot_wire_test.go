package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/openapi/contract"
)

// wireLimit is how long a raw exchange may take.
const wireLimit = 30 * time.Second

// cable is a connection on which the bytes are the test's own.
type cable struct {
	*net.TCPConn
	t      testing.TB
	reader *bufio.Reader
}

// dial opens a connection, which is closed when the test ends.
func (v *visitor) dial() *cable {
	v.t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(v.url, "http://"))
	if err == nil {
		err = connection.SetDeadline(now().Add(wireLimit))
	}
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = connection.Close() })
	return &cable{connection.(*net.TCPConn), v.t, bufio.NewReader(connection)}
}

// send writes bytes as they are.
func (w *cable) send(bytes string) {
	w.t.Helper()
	if _, err := io.WriteString(w, bytes); err != nil {
		w.t.Fatal(err)
	}
}

// receive reads the reply to a request and holds it against the OpenAPI document.
func (w *cable) receive(method, path string) reply {
	w.t.Helper()
	asked, err := http.NewRequest(method, path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := http.ReadResponse(w.reader, asked)
	if err != nil {
		w.t.Fatalf("%s %s: no reply: %v", method, path, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	rules, err := contract.Load()
	if err == nil {
		err = rules.CheckReply(asked, nil, response.StatusCode, response.Header, body)
	}
	if err != nil {
		w.t.Errorf("contract: %v", err)
	}
	return reply{response.StatusCode, response.Header, string(body)}
}

// head is the head of a request with a body of this many bytes.
func (v *visitor) head(r request, length int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.path, strings.TrimPrefix(v.url, "http://"))
	for _, header := range r.headers {
		text.WriteString(header + "\r\n")
	}
	if length > 0 {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", length)
	}
	return text.String() + "\r\n"
}

// paste sends a request byte for byte as it is written: no header is added but Host and Content-Length.
func (v *visitor) paste(r request) reply {
	v.t.Helper()
	w := v.dial()
	w.send(v.head(r, len(r.body)) + r.body)
	return w.receive(r.method, r.path)
}
