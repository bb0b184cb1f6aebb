package httpapitest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/secret"
	"latchkey/domain"
	"latchkey/infrastructure/random"
	"latchkey/usecase"
)

// All of these ask for each media type that the document names for the reply, by Accept, and want that one.

// PlayBodies sends every operation of the tag a body that is too long, and one of a type that it does not take, wherever the document
// names a reply for that. Headers are for all requests, such as the room's own credentials.
func PlayBodies(t *testing.T, tag string, mount func(w *World), headers ...string) {
	t.Helper()
	w := New(t, mount)
	long := `{"long":"` + strings.Repeat("x", 64<<10) + `"}`
	if w.playEach(tag, http.StatusRequestEntityTooLarge, long, headers) == 0 {
		t.Errorf("no operation of %s documents 413", tag)
	}
	w.playEach(tag, http.StatusUnsupportedMediaType, "<xml/>", append(slices.Clone(headers), "Content-Type: text/xml"))
}

// PlayFailures sends every operation of the tag the document's example while whatever is behind the stories fails: the database is
// away, there is a mistake of ours, or it is asked too often, each in a World of its own. except names operations, as "METHOD PATH",
// that ask nothing behind them.
func PlayFailures(t *testing.T, tag string, mount func(w *World), except ...string) {
	t.Helper()
	for status, err := range map[int]error{
		http.StatusServiceUnavailable:  domain.UnavailableBecause(errors.New("connection refused")),
		http.StatusInternalServerError: errors.New("secret detail"),
		http.StatusTooManyRequests:     domain.LimitedFor(domain.CodeCallsLimited, time.Minute),
	} {
		w := New(t, func(w *World) {
			real := w.Core
			w.Core = failing(t, w, err)
			mount(w)
			w.Core = real
		})
		if w.playEach(tag, status, "", nil, except...) == 0 && status != http.StatusTooManyRequests {
			t.Errorf("no operation of %s documents %d", tag, status)
		}
	}
}

// PlayEach sends every operation of the tag that documents the status the document's example, with these headers, which has to get it.
func PlayEach(t *testing.T, tag string, status int, mount func(w *World), headers ...string) {
	t.Helper()
	if New(t, mount).playEach(tag, status, "", headers) == 0 {
		t.Errorf("no operation of %s documents %d", tag, status)
	}
}

// playEach sends the document's example, or the body given, to each operation of the tag that documents the status, which it has to get;
// it tells how many there were.
func (w *World) playEach(tag string, status int, body string, headers []string, except ...string) (played int) {
	w.t.Helper()
	for _, reply := range w.contract.Replies(tag) {
		fields := strings.Fields(reply)
		operation := fields[0] + " " + fields[1]
		if fields[2] != strconv.Itoa(status) || slices.Contains(except, operation) {
			continue
		}
		example, exampleBody, err := w.contract.ExampleRequest(fields[0], fields[1])
		if err != nil {
			w.t.Fatal(err)
		}
		sent := string(exampleBody)
		if body != "" {
			sent = body
		}
		media := strings.Join(fields[3:], "") // empty for a reply without a body
		all := []string{"Accept: " + cmp.Or(media, "*/*")}
		for name, values := range example.Header {
			if !slices.ContainsFunc(headers, func(h string) bool { return strings.HasPrefix(h, name+":") }) {
				all = append(all, name+": "+values[0])
			}
		}
		target := url.URL{Path: example.URL.Path, RawQuery: example.URL.RawQuery}
		got := w.Do(fields[0], target.String(), sent, append(all, headers...)...)
		if given, _, _ := strings.Cut(got.Header.Get("Content-Type"), ";"); given != media {
			w.t.Errorf("%s: %d as %q instead of %q", operation, got.Status, given, media)
		}
		if got.Status != status || strings.Contains(got.Body, "secret detail") || strings.Contains(got.Body, "refused") {
			w.t.Errorf("%s: %d instead of %d: %s", operation, got.Status, status, got.Body)
		}
		played++
	}
	return played
}

// failing is a core behind which everything fails with err.
func failing(t testing.TB, w *World, err error) *usecase.Core {
	keyring, keyErr := secret.NewKeyring([][]byte{[]byte("a secret of thirty-two bytes or more")})
	if keyErr != nil {
		t.Fatal(keyErr)
	}
	return usecase.New(usecase.Ports{
		Store: brokenStore{w.Store, err}, Clock: w.Clock, Random: random.System{}, Keyring: keyring, Passwords: passwords, Tokens: brokenTokens{err},
		Limiter: unlimited{}, Observer: unobserved{}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Senders: map[domain.Channel]usecase.Sender{domain.SMS: w, domain.Email: w},
	})
}

// brokenStore fails in every transaction.
type brokenStore struct {
	usecase.Store
	err error
}

// Atomic fails.
func (s brokenStore) Atomic(context.Context, func(tx usecase.Repositories) error) error { return s.err }

// brokenTokens fails to read and to make any token.
type brokenTokens struct{ err error }

// Sign fails.
func (b brokenTokens) Sign(context.Context, usecase.TokenKind, map[string]any) (string, error) {
	return "", b.err
}

// Verify fails.
func (b brokenTokens) Verify(context.Context, usecase.TokenKind, string) (usecase.TokenClaims, error) {
	return usecase.TokenClaims{}, b.err
}

// PublicKeys fails.
func (b brokenTokens) PublicKeys(context.Context) ([]byte, error) { return nil, b.err }
