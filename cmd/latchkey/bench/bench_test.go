package main

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestReply(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text   string
		status       int
		body, cookie string
		wrong        bool
	}{
		{name: "body", text: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}rest", status: 200, body: "{}"},
		{name: "cookie", text: "HTTP/1.1 200 OK\r\nSet-Cookie: a=b=; Path=/\r\nContent-Length: 0\r\n\r\n", status: 200, cookie: "a=b="},
		{name: "no content", text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204},
		{name: "no length", text: "HTTP/1.1 200 OK\r\n\r\n{}", wrong: true},
		{name: "cut off", text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", wrong: true},
		{name: "other protocol", text: "SSH-2.0-OpenSSH_9.2\r\n\r\n", wrong: true},
	} {
		var got reply
		err := got.read(bufio.NewReader(strings.NewReader(test.text)))
		if (err != nil) != test.wrong {
			t.Errorf("%s: error %v", test.name, err)
			continue
		}
		if err == nil && (got.status != test.status || string(got.body) != test.body || got.cookie != test.cookie) {
			t.Errorf("%s: %d %q %q", test.name, got.status, got.body, got.cookie)
		}
	}
}

func TestCodeIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1234 is your pin, good for 5 minutes": "1234",
		"code 004271.":                         "004271",
		"call 123456789 or enter 98765":        "98765",
		"no code":                              "",
	} {
		if got := codeIn([]byte(`{"id":"99999","body":"` + text + `"}`)); got != want {
			t.Errorf("%q: %q instead of %q", text, got, want)
		}
	}
}

// TestInbox posts as the server does.
func TestInbox(t *testing.T) {
	t.Parallel()
	i, err := newInbox()
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	i.expected.Add(2)
	code := i.await("+85261000001")
	for _, to := range []string{"+85261000002", "+85261000001"} {
		response, err := http.Post(strings.TrimPrefix(i.url(), "webhook+"), "application/json", strings.NewReader(`{"to":"`+to+`","body":"4711 is it"}`))
		if err != nil || response.StatusCode != http.StatusNoContent {
			t.Fatal(response, err)
		}
		_ = response.Body.Close()
	}
	if got, err := code(); err != nil || got != "4711" {
		t.Errorf("code %q, %v", got, err)
	}
	if err := i.settle(); err != nil {
		t.Error(err)
	}
}

// TestRound loads a server of which the answers are known.
func TestRound(t *testing.T) {
	t.Parallel()
	var asked, refuse atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1); refuse.Load() > 0 {
			http.Error(w, "busy", http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	ask := func(c *conn) error {
		_, err := c.ask(request("GET", "/", "", ""), http.StatusOK)
		return err
	}
	o := &operation{name: "ask", on: &process{address: server.Listener.Addr().String()}, steps: []step{ask, ask}}
	s, err := o.round(limit{lasting: time.Minute, most: 50})
	if err != nil && runtime.GOOS != "linux" {
		t.Skip("processor time is read from Linux's /proc")
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.done != 50 || asked.Load() != 50 || s.p50 <= 0 || s.p99 < s.p50 || s.slowest < s.p99 {
		t.Errorf("%d done, %d asked, %s, %s, %s", s.done, asked.Load(), s.p50, s.p99, s.slowest)
	}
	refuse.Store(1)
	if _, err = o.round(limit{lasting: time.Minute, most: 50}); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a server that refuses: %v", err)
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	sorted := make([]time.Duration, 200)
	for i := range sorted {
		sorted[i] = time.Duration(i + 1)
	}
	if p50, p99, p100 := percentile(sorted, 50), percentile(sorted, 99), percentile(sorted[:1], 99); p50 != 100 || p99 != 198 || p100 != 1 {
		t.Errorf("percentiles %d, %d, %d", p50, p99, p100)
	}
	same := func(n int64) int64 { return n }
	if odd, even := median([]int64{9, 1, 3}, same), median([]int64{9, 1, 3, 5}, same); odd != 3 || even != 4 {
		t.Errorf("medians %d, %d", odd, even)
	}
	of := func(done int) sample { return sample{done: done, took: time.Second, cpu: time.Second} }
	// The second round hit both alike; it must not count.
	a, b := []sample{of(80), of(8), of(70)}, []sample{of(100), of(10), of(100)}
	if got := ratio(a, b); got != 0.8 {
		t.Errorf("ratio %g", got)
	}
	if got := summarize([]sample{of(1), of(3)}).cpu; got != time.Second/2 {
		t.Errorf("processor time of one operation %s", got)
	}
}

// TestPeople makes sure that nobody is asked about twice before all have been.
func TestPeople(t *testing.T) {
	t.Parallel()
	p, err := newPeople(t.Context(), 300, 200)
	if err != nil {
		t.Fatal(err)
	}
	phones := map[string]bool{}
	for range 200 {
		phones[p.take().phone] = true
	}
	if len(phones) != 200 {
		t.Errorf("%d different people in 200 turns", len(phones))
	}
	if again := p.take(); !phones[again.phone] {
		t.Error("the turns did not begin again")
	}
	var lines strings.Builder
	if err := p.write(&lines); err != nil || strings.Count(lines.String(), "\n") != 300 {
		t.Errorf("%d lines, %v", strings.Count(lines.String(), "\n"), err)
	}
}

// TestVerdict makes sure that a missed aim is shown and no failure.
func TestVerdict(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := &report{out: &out}
	r.judge("idle memory", "< 30 MB", "31.0 MB", false)
	r.verdict()
	if !strings.Contains(out.String(), "NOT MET") {
		t.Error(out.String())
	}
}

func TestMember(t *testing.T) {
	t.Parallel()
	if got, err := member([]byte(`{"a":"b","token":"x.y.z"}`), "token"); err != nil || got != "x.y.z" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := member([]byte(`{"token":7}`), "token"); err == nil {
		t.Errorf("a number: %v", err)
	}
}
