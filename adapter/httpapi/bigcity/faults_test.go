package bigcity

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	"latchkey/usecase"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const (
		many        = "Too many attempts. Please try again later."
		unavailable = "The service is unavailable. Please try again later."
		basic       = `Basic realm="latchkey"`
	)
	for _, c := range []struct {
		fault     *domain.Fault
		status    int
		message   string
		challenge string
	}{
		{domain.NewFault(domain.Unauthenticated, domain.CodeMismatch), 422, "Invalid OTP", ""},
		{domain.NewFault(domain.Unauthenticated, domain.CodeUnknown), 422, "Invalid OTP", ""},
		{domain.NewFault(domain.Unauthenticated, domain.CodeExpired), 422, "OTP has expired. Please request a new one.", ""},
		{&domain.Fault{Kind: domain.Unauthenticated, Code: domain.CodeExhausted, RetryAfter: time.Minute}, 429, many, ""},
		{domain.LimitedFor(domain.CodeGuessesLimited, time.Minute), 429, many, ""},
		{domain.LimitedFor(domain.CodeSendsLimited, time.Minute), 429, many, ""},
		{domain.LimitedFor(domain.CodeCallsLimited, time.Minute), 429, many, ""},
		{domain.NewFault(domain.NotFound, domain.CodeAccountUnknown), 404, "Invalid Customer ID", ""},
		{domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials), 401, "Authentication failed", basic},
		{domain.NewFault(domain.Unauthenticated, domain.CodeTokenMissing), 401, "Authentication failed", "Bearer"},
		{domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid), 401, "Authentication failed", "Bearer"},
		{domain.NewFault(domain.Unauthenticated, domain.CodeTokenExpired), 401, "Authentication failed", "Bearer"},
		{domain.NewFault(domain.Forbidden, domain.CodeAccountDisabled), 401, "Authentication failed", "Bearer"},
		{domain.NewFault(domain.Forbidden, domain.CodeForbidden), 403, "Forbidden", ""},
		{httpapi.Required("otp"), 400, "otp is required", ""},
		{domain.Malformed("body"), 400, "body is invalid", ""},
		{domain.NewFault(domain.Invalid, httpapi.CodeBodyTooLarge), 413, "The request body is too large", ""},
		{domain.NewFault(domain.Invalid, httpapi.CodeMediaType), 415, "The content type is not supported", ""},
		{domain.NewFault(domain.NotFound, httpapi.CodeNoSuchMethod), 405, "Method not allowed", ""},
		{domain.UnavailableBecause(errors.New("secret detail")), 503, unavailable, ""},
		{domain.AsFault(errors.New("secret detail")), 500, "Internal server error", ""},
	} {
		reply := words(nil, c.fault)
		body, err := json.Marshal(reply.Body)
		if want := `{"status":false,"message":"` + c.message + `"}`; err != nil || reply.Status != c.status || string(body) != want {
			t.Errorf("%v: %d %s, %v", c.fault, reply.Status, body, err)
		}
		if got := reply.Header.Get("WWW-Authenticate"); got != c.challenge {
			t.Errorf("%v: WWW-Authenticate %q", c.fault, got)
		}
	}
}

// failing makes a story answer with an error while there is one.
type failing[In, Out any] struct {
	err  *atomic.Pointer[error]
	next usecase.Story[In, Out]
}

func (f failing[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	if err := f.err.Load(); err != nil {
		var none Out
		return none, *err
	}
	return f.next.Execute(ctx, in)
}

// What goes wrong behind the room is told in its words, without detail, and it works again when that is over.
func TestFailures(t *testing.T) {
	t.Parallel()
	var err atomic.Pointer[error]
	w := newWorld(t, func(o *Options) {
		core := *o.Core
		core.IssueChallenge = failing[usecase.IssueChallengeIn, usecase.IssueChallengeOut]{&err, core.IssueChallenge}
		core.LoginByCode = failing[usecase.LoginByCodeIn, usecase.Grant]{&err, core.LoginByCode}
		core.Authenticate = failing[usecase.AuthenticateIn, usecase.Identity]{&err, core.Authenticate}
		o.Core = &core
	})
	for name, c := range map[string]struct {
		err        error
		status     int
		message    string
		retryAfter string
	}{
		"database away": {domain.UnavailableBecause(errors.New("10.0.0.1 refused")), 503, "The service is unavailable. Please try again later.", "1"},
		"our mistake":   {errors.New("secret detail"), 500, "Internal server error", ""},
	} {
		err.Store(&c.err)
		want := `{"status":false,"message":"` + c.message + `"}`
		for _, reply := range []struct{ method, path, body string }{
			{"POST", generatePath, asking(customer)}, {"POST", verifyPath, answering(customer, "123456", "REF123456")}, {"GET", pointsPath + "?customer_id=" + customer, ""},
		} {
			if got := w.Do(reply.method, reply.path, reply.body, documented); got.Status != c.status || got.Body != want || got.Header.Get("Retry-After") != c.retryAfter {
				t.Errorf("%s, %s: %d, Retry-After %q, %s", name, reply.path, got.Status, got.Header.Get("Retry-After"), got.Body)
			}
		}
	}
	limited := error(domain.LimitedFor(domain.CodeCallsLimited, 1500*time.Millisecond))
	err.Store(&limited)
	for path, body := range map[string]string{generatePath: asking(customer), verifyPath: answering(customer, "123456", "REF123456")} {
		if reply := w.refused(429, "Too many attempts. Please try again later.", path, body); reply.Header.Get("Retry-After") != "2" {
			t.Errorf("%s: Retry-After %q", path, reply.Header.Get("Retry-After"))
		}
	}
	err.Store(nil)
	w.logIn(customer, mobile)
}
