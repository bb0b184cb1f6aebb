package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"latchkey/openapi/contract"
)

// watch is a reverse proxy in front of a server, for callers that are no visitors: curl, a browser, an npm package. Their exchanges,
// too, are held against the OpenAPI document.
type watch struct {
	url  string // what the server calls its public origin
	seen atomic.Int64
}

// serveWatched starts a server behind a watch.
func (s *site) serveWatched(args ...string) *watch {
	s.t.Helper()
	w := &watch{}
	var target atomic.Pointer[url.URL]
	proxy := &httputil.ReverseProxy{
		Transport: counted{contract.Transport(s.t, &http.Transport{DisableCompression: true}), &w.seen},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target.Load())
			r.Out.Host = r.In.Host // whose site it is matters to the server
		},
	}
	front := httptest.NewServer(proxy)
	s.t.Cleanup(front.Close)
	w.url = front.URL
	node := s.serve(append(args, "--public-url", w.url)...)
	parsed, err := url.Parse(node.url)
	if err != nil {
		s.t.Fatal(err)
	}
	target.Store(parsed)
	return w
}

// counted counts what goes through.
type counted struct {
	next http.RoundTripper
	seen *atomic.Int64
}

// RoundTrip counts a request and hands it on.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.seen.Add(1)
	return c.next.RoundTrip(r)
}

// watchNotes are the complaints of a watch, for the test of the watch itself.
type watchNotes struct {
	testing.TB
	found atomic.Int64
}

// Errorf notes that there was a complaint.
func (n *watchNotes) Errorf(string, ...any) { n.found.Add(1) }

// TestWatch makes sure that a watch can say no, and hands everything on.
func TestWatch(t *testing.T) {
	t.Parallel()
	notes := &watchNotes{TB: t}
	s := newSite(notes, "sqlite://latchkey.db")
	w := s.serveWatched("--dialect", "goodcity")
	for path, complaints := range map[string]int64{"/healthz": 0, "/api/auth/v1/users/me": 1} { // of a dialect that is switched off
		before := notes.found.Load()
		reply, err := http.Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		if got := notes.found.Load() - before; got != complaints {
			t.Errorf("%s: %d complaints, want %d", path, got, complaints)
		}
	}
	if w.seen.Load() != 2 {
		t.Errorf("%d exchanges went through, want 2", w.seen.Load())
	}
}
