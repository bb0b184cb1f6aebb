package goodcity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

// refusing stands in for a story of the core.
type refusing[In, Out any] struct{ err error }

func (r refusing[In, Out]) Execute(context.Context, In) (Out, error) {
	var none Out
	return none, r.err
}

// TestFaults holds the words for what the core may answer against both eras.
func TestFaults(t *testing.T) {
	t.Parallel()
	const tooOften = `{"errors":"Too many requests. Please try again later."}`
	limited := func(code domain.Code) error { return domain.LimitedFor(code, 90*time.Second) }
	away := domain.UnavailableBecause(errors.New("connection refused to 10.0.0.1"))
	for _, test := range []struct {
		name       string
		path       string
		err        error
		status     int
		retryAfter string
		documented string
		current    string // when it differs
	}{
		{"a country that gets no messages", sendPinPath, domain.NewFault(domain.Invalid, domain.CodeContactInvalid), 422, "",
			`{"errors":"Mobile must begin with +852"}`, `{"errors":"Mobile is invalid"}`},
		{"the contact's wait", sendPinPath, limited(domain.CodeSendsLimited), 429, "90", tooOften, ""},
		{"the address's limit", signupPath, limited(domain.CodeCallsLimited), 429, "90", tooOften, ""},
		{"our mistake", sendPinPath, errors.New("secret detail"), 500, "", `{"error":"Internal Server Error"}`, ""},
		{"database away", sendPinPath, away, 503, "1", `{"error":"Service Unavailable"}`, ""},

		{"a wrong pin", verifyPath, domain.NewFault(domain.Unauthenticated, domain.CodeMismatch), 422, "", invalidPin, ""},
		{"an expired pin", verifyPath, domain.NewFault(domain.Unauthenticated, domain.CodeExpired), 422, "", invalidPin, ""},
		{"no guesses left", verifyPath, &domain.Fault{Kind: domain.Unauthenticated, Code: domain.CodeExhausted, RetryAfter: time.Second}, 422, "", invalidPin, ""},
		{"the growing wait", verifyPath, limited(domain.CodeGuessesLimited), 422, "90", invalidPin, ""},
		{"the address's limit on answers", verifyPath, limited(domain.CodeCallsLimited), 422, "90", invalidPin, ""},
		{"an account that is gone", verifyPath, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown), 422, "", invalidPin, ""},
		{"our mistake in verify", verifyPath, errors.New("secret detail"), 500, "", `{"error":"Internal Server Error"}`, ""},
		{"database away in verify", verifyPath, away, 503, "1", `{"error":"Service Unavailable"}`, ""},

		{"a bad token", profilePath, domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid), 401, "",
			`{"error":"Invalid token"}`, `{"error":"Invalid token","type":"UnauthorizedError","status":401}`},
		{"database away in profile", profilePath, away, 503, "1", `{"error":"Service Unavailable"}`, ""},
		{"a disabled user's device", registerDevicePath, domain.NewFault(domain.Forbidden, domain.CodeAccountDisabled), 403, "",
			`{"error":"You are not authorized to take this action."}`, `{"error":"Access Denied","type":"AccessDeniedError","status":403}`},
	} {
		if test.current == "" {
			test.current = test.documented
		}
		for era, want := range map[string]string{EraDocumented: test.documented, EraCurrent: test.current} {
			w := newWorld(t, era)
			w.Core.IssueChallenge = refusing[usecase.IssueChallengeIn, usecase.IssueChallengeOut]{test.err}
			w.Core.LoginByCode = refusing[usecase.LoginByCodeIn, usecase.Grant]{test.err}
			w.Core.Authenticate = refusing[usecase.AuthenticateIn, usecase.Identity]{test.err}
			reply := call(w, test.path)
			if reply.Status != test.status || strings.TrimSpace(reply.Body) != want || reply.Header.Get("Retry-After") != test.retryAfter {
				t.Errorf("%s, %s: %d, Retry-After %q, %s", test.name, era, reply.Status, reply.Header.Get("Retry-After"), reply.Body)
			}
		}
	}
}

// call makes a good request.
func call(w *httpapitest.World, path string) *httpapitest.Reply {
	switch path {
	case profilePath:
		return w.Do("GET", path, "")
	case verifyPath:
		return verify(w, "AAAAAAAAAAAAAAAAAAAAAA==", "1234")
	case signupPath:
		return w.Do("POST", path, `{"user_auth":{"mobile":"`+stranger+`","address_attributes":{}}}`)
	case registerDevicePath:
		return w.Do("POST", path, `{"handle":"a","platform":"fcm"}`)
	default:
		return w.Do("POST", path, `{"mobile":"`+donor+`"}`)
	}
}
