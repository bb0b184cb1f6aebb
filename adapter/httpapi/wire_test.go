package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
)

// Over a real connection: bodies without a length, and callers that hang up in the middle.
func TestV1_BodiesOverTCP(t *testing.T) {
	t.Parallel()
	const whole = `{"a":"hello"}`
	chunked := func(chunks ...string) string {
		text := strings.Builder{}
		for _, chunk := range chunks {
			fmt.Fprintf(&text, "%x\r\n%s\r\n", len(chunk), chunk)
		}
		return text.String()
	}
	const unsized = "Transfer-Encoding: chunked\r\n"
	large := strings.Repeat(" ", 8<<10)
	for _, c := range []struct {
		name, headers, body string
		status              int
		want                string
	}{
		{"with a length", "Content-Length: 13\r\n", whole, 200, whole},
		{"in chunks", unsized, chunked(whole[:3], whole[3:]) + "0\r\n\r\n", 200, whole},
		{"no body, no length", "", "", 400, refused("malformed", "body")},
		{"empty in chunks", unsized, "0\r\n\r\n", 400, refused("malformed", "body")},
		{"too long in chunks", unsized, chunked(large, large, large, large, large, large, large, large, whole) + "0\r\n\r\n", 413, refused("body_too_large", "")},
		{"cut short of its length", "Content-Length: 14\r\n", whole, 400, refused("malformed", "body")},
		{"cut in a value", "Content-Length: 13\r\n", whole[:6], 400, refused("malformed", "body")},
		{"cut before the first byte", "Content-Length: 13\r\n", "", 400, refused("malformed", "body")},
		{"cut before the last chunk", unsized, chunked(whole), 400, refused("malformed", "body")},
		{"cut in a chunk", unsized, "d\r\n" + whole[:6], 400, refused("malformed", "body")},
		{"no chunk", unsized, "zz\r\n" + whole + "\r\n0\r\n\r\n", 400, refused("malformed", "body")},
	} {
		reached := atomic.Int32{}
		server := tcpServer(t, &reached)
		connection := dial(t, server)
		send(t, connection, c.headers, c.body)
		if err := connection.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		reply, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		body, err := io.ReadAll(reply.Body)
		if err != nil || reply.StatusCode != c.status || string(body) != c.want {
			t.Errorf("%s: %d %s, %v", c.name, reply.StatusCode, body, err)
		}
		if got := reached.Load() == 1; got != (c.status == 200) {
			t.Errorf("%s: the handler was reached %d times", c.name, reached.Load())
		}
	}
}

// A caller that hangs up before its body is whole leaves no trace, and the server serves the next one.
func TestV1_HangingUp(t *testing.T) {
	t.Parallel()
	reached := atomic.Int32{}
	server := tcpServer(t, &reached)
	for _, body := range []string{"", `{"a":1`, `{"a":1}`} {
		connection := dial(t, server)
		send(t, connection, "Content-Length: 100\r\n", body)
		if err := connection.SetLinger(0); err != nil { // a reset instead of a farewell
			t.Fatal(err)
		}
		if err := connection.Close(); err != nil {
			t.Fatal(err)
		}
	}
	reply, err := server.Client().Post(server.URL+"/echo", "application/json", strings.NewReader(`{}`))
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("the next one: %v %v", reply, err)
	}
	_ = reply.Body.Close()
	server.Close() // waits for all requests
	if reached.Load() != 1 {
		t.Errorf("the handler was reached %d times", reached.Load())
	}
}

func tcpServer(t *testing.T, reached *atomic.Int32) *httptest.Server {
	t.Helper()
	s := newServer(t, nil)
	mount(s, "POST", "/echo", httpapi.BodyRules{}, func(c *gin.Context) {
		reached.Add(1)
		echo(c)
	})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server
}

func dial(t *testing.T, server *httptest.Server) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection.(*net.TCPConn)
}

func send(t *testing.T, connection net.Conn, headers, body string) {
	t.Helper()
	if _, err := io.WriteString(connection, "POST /echo HTTP/1.1\r\nHost: login.example.com\r\n"+headers+"\r\n"+body); err != nil {
		t.Fatal(err)
	}
}
