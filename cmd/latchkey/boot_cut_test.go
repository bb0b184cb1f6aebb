package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

// TestV1_CutConnections cuts requests that would all be good at every place: nothing of them is done. Where the way back is
// still open the reply is a 400 in the documented shape.
func TestV1_CutConnections(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	s.people(2, dialects...)
	eachDialect(t, func(t *testing.T, d dialect) {
		v, r, untouched := n.visit(t), d.send(d.person(0).who), d.send(d.person(1).who)

		longer := v.dial()
		longer.send(v.head(r.with("Content-Type: application/json"), len(r.body)+100) + r.body)
		if err := longer.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := longer.receive(r.method, r.path); got.status != http.StatusBadRequest {
			t.Errorf("a body shorter than announced: status %d: %s", got.status, got.body)
		}
		chunked := v.dial()
		head := strings.TrimSuffix(v.head(r.with("Content-Type: application/json", "Transfer-Encoding: chunked"), 0), "\r\n")
		chunked.send(head + fmt.Sprintf("\r\n%x\r\n%s\r\nnonsense\r\n", len(r.body), r.body))
		if got := chunked.receive(r.method, r.path); got.status != http.StatusBadRequest {
			t.Errorf("a broken chunk: status %d: %s", got.status, got.body)
		}
		unfinished := v.dial()
		unfinished.send(head + fmt.Sprintf("\r\n%x\r\n%s\r\n", len(r.body), r.body))
		if err := unfinished.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := unfinished.receive(r.method, r.path); got.status != http.StatusBadRequest {
			t.Errorf("no last chunk: status %d: %s", got.status, got.body)
		}
		for cut := range len(r.body) {
			gone := v.dial()
			gone.send(v.head(r.with("Content-Type: application/json"), len(r.body)) + r.body[:cut])
			_ = gone.SetLinger(0) // a reset instead of a polite end
			_ = gone.Close()
		}
		// Whoever has not been sent a code may be sent one now, without a wait; and that is the first message.
		v.want(http.StatusOK, r)
		v.want(http.StatusOK, untouched)
		box.take(d.person(0).to)
		box.take(d.person(1).to)
	})
	n.healthy()
	if got := box.count(); got != 2*len(dialects) {
		t.Errorf("%d messages were sent, want %d", got, 2*len(dialects))
	}
}

// TestT1_CutConnectionsRefundNoGuess hangs up right after each wrong answer. The guesses count all the same.
func TestT1_CutConnectionsRefundNoGuess(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(raceSettings, box.settings()...)...)
	n := s.serve()
	s.people(1, dialects...)
	eachDialect(t, func(t *testing.T, d dialect) {
		v, somebody := n.visit(t), d.person(0)
		handle, code := v.ask(d, somebody, box)
		for i := range 20 {
			r := d.answer(somebody.who, handle, wrongCode(t, code, 1+i))
			gone := v.dial()
			gone.send(v.head(r.with("Content-Type: application/json"), len(r.body)) + r.body)
			if i%2 == 0 {
				_ = gone.SetLinger(0) // a reset, which may overtake the bytes
			}
			_ = gone.Close()
		}
		// Some of the twenty may never have arrived; those that did were counted, so that three are compared in the end.
		for i := range 3 {
			v.do(d.answer(somebody.who, handle, wrongCode(t, code, 50+i)))
		}
		if got := v.do(d.answer(somebody.who, handle, code)); got.status < 400 {
			t.Errorf("the right code after three wrong ones: status %d", got.status)
		}
		eventually(t, "three comparisons", 10*time.Second, func() bool { return n.counted(t, d, "code_mismatch") >= 3 })
		if got := n.counted(t, d, "code_mismatch"); got != 3 {
			t.Errorf("%d answers were compared, want 3", got)
		}
	})
	n.healthy()
}

// TestV1_OddRequests sends heads that no client sends. Each is refused without harm.
func TestV1_OddRequests(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=off").serve()
	v := n.visit(t)
	long := strings.Repeat("a", 40_000)
	for name, head := range map[string]string{
		"no host":            "POST /web/auth/otp HTTP/1.1\r\n\r\n",
		"two lengths":        "POST /web/auth/otp HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"length and chunked": "POST /web/auth/otp HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"negative length":    "POST /web/auth/otp HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"bad escape":         "GET /web/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"bad header":         "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n",
		"no HTTP":            "HELLO\r\n\r\n",
		"strange encoding":   "POST /web/auth/otp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
	} {
		odd := v.dial()
		odd.send(head)
		line, err := odd.reader.ReadString('\n')
		if err != nil || (!strings.HasPrefix(line, "HTTP/1.1 4") && !strings.HasPrefix(line, "HTTP/1.1 501")) {
			t.Errorf("%s: %q, %v", name, line, err)
		}
	}
	for _, path := range []string{"/healthz", "/docs", "/assets/site.css"} {
		long431 := v.dial()
		long431.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Long: " + long + "\r\n\r\n")
		if got := long431.receive(http.MethodGet, path); got.status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s with a long header: status %d", path, got.status)
		}
	}
	n.healthy()
}
