package client

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry says how often and how patiently a request is sent again. Its zero values stand for the defaults.
type Retry struct {
	Attempts int           // how often a request is sent at most, the first time included; 3 by default, 1 turns retries off
	MaxWait  time.Duration // the longest wait between two attempts; 3 s by default
}

const (
	defaultAttempts = 3
	defaultMaxWait  = 3 * time.Second
	firstBackoff    = 200 * time.Millisecond
)

// guesses are the paths whose requests carry a code, a password or a link's token. The server may count each of them as a
// guess or use the code up, so that none is ever sent twice.
var guesses = []string{
	"/api/v1/auth/verify-otp",
	"/api/v1/auth/verify",
	"/web/auth/login", "/web/auth/login/verify", "/web/auth/forgot-password/verify", "/web/auth/password", "/web/auth/email", "/web/auth/phone",
	"/api/auth/v1/login", "/api/auth/v1/signup", "/api/auth/v1/users/update-with-otp", "/api/auth/v1/users/reset-password",
	"/api/auth/v1/users/reset-password-with-token", "/verify-email",
}

func isGuess(r *http.Request) bool {
	for _, path := range guesses {
		if strings.HasSuffix(r.URL.Path, path) {
			return true
		}
	}
	return false
}

// doer sends requests.
type doer interface {
	Do(*http.Request) (*http.Response, error)
}

// retrier sends a request again where that is safe.
type retrier struct {
	next     doer
	settings *settings
}

// Do answers the last reply, whatever its status. Bodies of replies end with an error beyond maxReplyBytes.
func (r *retrier) Do(request *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		response, err := r.next.Do(request)
		if response != nil {
			response.Body = &limited{response.Body, maxReplyBytes}
		}
		wait, again := r.judge(request, response, err, attempt)
		if !again {
			return response, err
		}
		if response != nil {
			// A drained body lets the connection be used again; what is wrong with it does not matter any more.
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		if err := r.settings.sleep(request.Context(), wait); err != nil {
			return nil, err
		}
		if request, err = rewound(request); err != nil {
			return nil, err
		}
	}
}

// judge says whether to send a request again, and after which wait.
func (r *retrier) judge(request *http.Request, response *http.Response, err error, attempt int) (time.Duration, bool) {
	if attempt >= r.settings.retry.Attempts || isGuess(request) || !rewindable(request) || request.Context().Err() != nil {
		return 0, false
	}
	safe := request.Method == http.MethodGet || request.Method == http.MethodHead
	wait := time.Duration(0)
	switch {
	case err != nil && safe:
	case err != nil:
		return 0, false
	case response.StatusCode == http.StatusTooManyRequests, safe && isOutage(response.StatusCode):
		wait = retryAfter(response.Header, r.settings.now())
	default:
		return 0, false
	}
	if wait == 0 {
		backoff := min(firstBackoff<<(attempt-1), r.settings.retry.MaxWait)
		wait = backoff/2 + rand.N(backoff/2+1)
	}
	return wait, wait <= r.settings.retry.MaxWait
}

// isOutage: 500 is left out, since what broke once inside the server breaks again.
func isOutage(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// rewindable tells whether a request's body, if there is one, can be sent twice.
func rewindable(request *http.Request) bool {
	return request.Body == nil || request.Body == http.NoBody || request.GetBody != nil
}

// rewound is the request with its body from the start.
func rewound(request *http.Request) (*http.Request, error) {
	again := request.Clone(request.Context())
	if request.GetBody == nil {
		return again, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, fmt.Errorf("rewind request: %w", err)
	}
	again.Body = body
	return again, nil
}

// retryAfter reads Retry-After in both of its forms (RFC 9110 10.2.3); 0 when there is none or it is past.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// sleep waits, unless the context ends before.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
