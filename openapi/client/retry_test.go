package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/openapi"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// withoutSleep makes waits pass at once, and notes them.
func withoutSleep(waits *[]time.Duration) Option {
	return func(s *settings) {
		s.now = func() time.Time { return noon }
		s.sleep = func(ctx context.Context, wait time.Duration) error {
			*waits = append(*waits, wait)
			return ctx.Err()
		}
	}
}

// script answers requests one after the other, the last one for ever, and notes their bodies. Status 0 breaks the connection.
type script struct {
	t       *testing.T
	replies []scripted

	mutex  sync.Mutex
	bodies []string
}

type scripted struct {
	status     int
	retryAfter string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.bodies = append(s.bodies, string(body))
	reply := s.replies[min(len(s.bodies), len(s.replies))-1]
	if reply.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	if reply.retryAfter != "" {
		w.Header().Set("Retry-After", reply.retryAfter)
	}
	w.WriteHeader(reply.status)
	if reply.status == http.StatusOK {
		io.WriteString(w, `{"status":true,"reference_id":"REF","customer_id":"C","token":"t","message":""}`)
		return
	}
	io.WriteString(w, `{"status":false,"message":"no"}`)
}

// sent are the bodies of the requests so far.
func (s *script) sent() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.bodies
}

// serve starts a script and a client for it.
func (s *script) serve(options ...Option) *BigCity {
	s.t.Helper()
	server := httptest.NewServer(s)
	s.t.Cleanup(server.Close)
	bigcity, err := NewBigCity(server.URL, "u", "p", options...)
	if err != nil {
		s.t.Fatal(err)
	}
	return bigcity
}

func TestRetry(t *testing.T) {
	t.Parallel()
	send := func(ctx context.Context, b *BigCity) error {
		_, err := b.SendCode(ctx, "C")
		return err
	}
	verify := func(ctx context.Context, b *BigCity) error {
		_, err := b.Verify(ctx, BigCityCode{CustomerID: "C", Reference: "R"}, "123456")
		return err
	}
	points := func(ctx context.Context, b *BigCity) error {
		_, err := b.Resume(Saved{CustomerID: "C", Token: "t"}).Points(ctx)
		return err
	}
	ok, second := scripted{status: 200}, []time.Duration{time.Second}
	never := []time.Duration(nil)
	for _, test := range []retryTest{
		{"nothing to retry", send, []scripted{ok}, Retry{}, 1, never, nil, 0},
		{"429 of a POST, in seconds", send, []scripted{{429, "1"}, ok}, Retry{}, 2, second, nil, 0},
		{"429 of a POST, as a date", send, []scripted{{429, noon.Add(time.Second).Format(http.TimeFormat)}, ok}, Retry{}, 2, second, nil, 0},
		{"429 with a date that is past", send, []scripted{{429, noon.Add(-time.Hour).Format(http.TimeFormat)}, ok}, Retry{}, 2, []time.Duration{-1}, nil, 0},
		{"429 without a time", send, []scripted{{429, ""}, ok}, Retry{}, 2, []time.Duration{-1}, nil, 0},
		{"429 with nonsense", send, []scripted{{429, "soon"}, ok}, Retry{}, 2, []time.Duration{-1}, nil, 0},
		{"429 for too long", send, []scripted{{429, "30"}, ok}, Retry{}, 1, never, ErrTooMany, 30 * time.Second},
		{"429 for as long as allowed", send, []scripted{{429, "30"}, ok}, Retry{MaxWait: 30 * time.Second}, 2, []time.Duration{30 * time.Second}, nil, 0},
		{"429 again and again", send, []scripted{{429, "1"}}, Retry{}, 3, []time.Duration{time.Second, time.Second}, ErrTooMany, time.Second},
		{"429 with retries off", send, []scripted{{429, "1"}}, Retry{Attempts: 1}, 1, never, ErrTooMany, time.Second},
		{"429 of a guess", verify, []scripted{{429, "1"}, ok}, Retry{}, 1, never, ErrTooMany, time.Second},
		{"503 of a guess", verify, []scripted{{503, "1"}, ok}, Retry{}, 1, never, ErrUnavailable, time.Second},
		{"a cut guess", verify, []scripted{{}, ok}, Retry{}, 1, never, ErrUnavailable, 0},
		{"503 of a POST", send, []scripted{{503, "1"}, ok}, Retry{}, 1, never, ErrUnavailable, time.Second},
		{"a cut POST", send, []scripted{{}, ok}, Retry{}, 1, never, ErrUnavailable, 0},
		{"503 of a GET", points, []scripted{{503, "1"}, ok}, Retry{}, 2, second, nil, 0},
		{"502 of a GET", points, []scripted{{502, ""}, ok}, Retry{}, 2, []time.Duration{-1}, nil, 0},
		{"504 of a GET", points, []scripted{{504, ""}, ok}, Retry{}, 2, []time.Duration{-1}, nil, 0},
		{"500 of a GET", points, []scripted{{500, ""}, ok}, Retry{}, 1, never, ErrUnavailable, 0},
		{"a GET that stays cut", points, []scripted{{}}, Retry{}, 3, []time.Duration{-1, -1}, ErrUnavailable, 0},
		{"401 of a GET", points, []scripted{{401, "1"}, ok}, Retry{}, 1, never, ErrUnauthenticated, time.Second},
	} {
		t.Run(test.name, test.run)
	}
}

// retryTest is a call, how the server answers it, and what is to become of it.
type retryTest struct {
	name    string
	call    func(context.Context, *BigCity) error
	replies []scripted
	retry   Retry
	sent    int
	waits   []time.Duration // nil for none; a negative one is any of the back-off
	kind    error           // of the error, nil for success
	after   time.Duration   // RetryAfter of the error
}

func (test retryTest) run(t *testing.T) {
	t.Parallel()
	var waits []time.Duration
	s := &script{t: t, replies: test.replies}
	err := test.call(t.Context(), s.serve(WithRetry(test.retry), withoutSleep(&waits), oneConnectionEach))
	if !errors.Is(err, test.kind) || (err == nil) != (test.kind == nil) {
		t.Fatalf("error %v, want %v", err, test.kind)
	}
	if failure, ok := errors.AsType[*Error](err); ok && failure.RetryAfter != test.after {
		t.Errorf("RetryAfter is %s, want %s", failure.RetryAfter, test.after)
	}
	bodies := s.sent()
	if len(bodies) != test.sent || len(waits) != len(test.waits) {
		t.Fatalf("sent %d times after %v, want %d after %v", len(bodies), waits, test.sent, test.waits)
	}
	for i, want := range test.waits {
		backoff := want < 0 && waits[i] > 0 && waits[i] <= firstBackoff<<i
		if waits[i] != want && !backoff {
			t.Errorf("wait %d is %s, want %s", i, waits[i], want)
		}
	}
	for _, body := range bodies {
		if body != bodies[0] {
			t.Errorf("the body was %s and then %s", bodies[0], body)
		}
	}
}

// oneConnectionEach keeps net/http from retrying by itself, as it does on a connection that was used before.
func oneConnectionEach(s *settings) { s.http.Transport = &http.Transport{DisableKeepAlives: true} }

// The guesses are the document's operations that take a code, a password or a link's token, and no others.
func TestRetry_EveryGuessIsKnown(t *testing.T) {
	t.Parallel()
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Schema reference }
			}
			Parameters []reference
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(openapi.JSON(), &document); err != nil {
		t.Fatal(err)
	}
	secret := regexp.MustCompile(`^(otp|pin|password|oldPassword|new-password|token)$`)
	found := 0
	for path, operations := range document.Paths {
		for method, operation := range operations {
			guess := false
			for _, content := range operation.RequestBody.Content {
				for name := range document.Components.Schemas[content.Schema.name()].Properties {
					guess = guess || secret.MatchString(name)
				}
			}
			for _, parameter := range operation.Parameters {
				guess = guess || parameter.name() == "LinkToken"
			}
			if got := isGuess(httptest.NewRequest(strings.ToUpper(method), "https://login.example.com/below"+path, nil)); got != guess {
				t.Errorf("%s %s is a guess: %v, want %v", method, path, got, guess)
			}
			if guess {
				found++
			}
		}
	}
	if found < len(guesses) {
		t.Errorf("the document has %d guesses, the list %d", found, len(guesses))
	}
}

// reference is a $ref of the document.
type reference struct {
	Ref string `json:"$ref"`
}

// name is the last part of it.
func (r reference) name() string { return path.Base(r.Ref) }

// A wait ends with the context, and so does the call.
func TestRetry_CancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	s := &script{t: t, replies: []scripted{{429, strconv.Itoa(3600)}}}
	ctx, cancel := context.WithCancel(t.Context())
	bigcity := s.serve(WithRetry(Retry{MaxWait: 2 * time.Hour}), func(s *settings) {
		s.sleep = func(ctx context.Context, wait time.Duration) error {
			cancel()
			return sleep(ctx, wait)
		}
	})
	_, err := bigcity.SendCode(ctx, "C")
	failure, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) || failure.Operation != "send code" {
		t.Errorf("error %v", err)
	}
	if sent := s.sent(); len(sent) != 1 {
		t.Errorf("sent %d times", len(sent))
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	if err := sleep(t.Context(), time.Microsecond); err != nil {
		t.Error(err)
	}
}
