package bridgekeeper

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const (
		mismatch    = "OTP did not match"
		tooMany     = "Too many requests. Please try again later."
		unavailable = "Service unavailable. Please try again later."
	)
	for _, c := range []struct {
		fault  *domain.Fault
		status int
		text   string
	}{
		{domain.NewFault(domain.Unauthenticated, domain.CodeMismatch), 401, mismatch},
		{domain.NewFault(domain.Unauthenticated, domain.CodeUnknown), 401, mismatch},
		{domain.NewFault(domain.Unauthenticated, domain.CodeExpired), 401, mismatch},
		{&domain.Fault{Kind: domain.Unauthenticated, Code: domain.CodeExhausted, RetryAfter: time.Minute}, 401, mismatch},
		{domain.NewFault(domain.NotFound, domain.CodeAccountUnknown), 401, "User not found."},
		{domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials), 401, "Invalid username or password"},
		{domain.LimitedFor(domain.CodeGuessesLimited, time.Minute), 429, tooMany},
		{domain.LimitedFor(domain.CodeSendsLimited, time.Minute), 429, tooMany},
		{domain.LimitedFor(domain.CodeCallsLimited, time.Minute), 429, tooMany},
		{domain.NewFault(domain.Invalid, domain.CodeContactInvalid), 400, "phone-number is invalid"},
		{domain.Malformed("mediums"), 400, "mediums is invalid"},
		{domain.Malformed("body"), 400, "Request body is not valid JSON"},
		{httpapi.Required("email"), 400, "email is required"},
		{domain.NewFault(domain.Invalid, httpapi.CodeBodyTooLarge), 413, "Request body is too large"},
		{domain.NewFault(domain.NotFound, httpapi.CodeNoSuchMethod), 405, "Method not allowed"},
		{domain.NewFault(domain.Conflict, domain.CodeContactTaken), 409, "User Already exists"},
		{domain.NewFault(domain.Invalid, domain.CodePasswordRule), 400, "Password must have 8 to 128 characters"},
		{domain.NewFault(domain.Invalid, codeRepeat), 400, "confirm-password is not the same as new-password"},
		{domain.NewFault(domain.Forbidden, domain.CodeSessionStale), 403, "Please log in again to change your contacts"},
		{domain.NewFault(domain.Forbidden, codeSignUpOff), 403, "Sign-up is not allowed"},
		{domain.Malformed("first_name"), 400, "first-name is invalid"},
		{domain.NewFault(domain.Forbidden, codeHost), 403, "Host is not allowed"},
		{domain.NewFault(domain.Forbidden, domain.CodeForbidden), 403, "Requests from other sites are not allowed"},
		{domain.UnavailableBecause(errors.New("secret detail")), 503, unavailable},
		{domain.NewFault(domain.Unavailable, domain.CodeBusy), 503, unavailable},
		{domain.AsFault(errors.New("secret detail")), 500, "Internal server error"},
	} {
		reply := wordsFor("", c.fault)
		body, err := json.Marshal(reply.Body)
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"message":"` + c.text + `","error":{"message":"` + c.text + `"}}`; string(body) != want || reply.Status != c.status {
			t.Errorf("%s: %d %s", c.fault, reply.Status, body)
		}
	}
	for _, fault := range []*domain.Fault{
		domain.NewFault(domain.Unauthenticated, domain.CodeTokenMissing), domain.NewFault(domain.Unauthenticated, domain.CodeTokenInvalid),
		domain.NewFault(domain.Forbidden, domain.CodeTokenScope), domain.NewFault(domain.Forbidden, domain.CodeAccountDisabled),
	} {
		reply := wordsFor("", fault)
		body, err := json.Marshal(reply.Body)
		if err != nil || reply.Status != http.StatusUnauthorized || string(body) != notLoggedInBody {
			t.Errorf("%s: %d %s %v", fault, reply.Status, body, err)
		}
	}
}

// outage makes a story fail as if the database were away.
type outage[In, Out any] struct {
	on   *atomic.Bool
	next usecase.Story[In, Out]
}

func (o outage[In, Out]) Execute(ctx context.Context, in In) (Out, error) {
	if o.on.Load() {
		var none Out
		return none, domain.UnavailableBecause(errors.New("connection refused"))
	}
	return o.next.Execute(ctx, in)
}

// failing mounts the room over stories that fail while the switches are on.
func failing(t testing.TB, all, sends, counts, logout *atomic.Bool) func(w *httpapitest.World) {
	return func(w *httpapitest.World) {
		core := *w.Core
		core.IssueChallenge = outage[usecase.IssueChallengeIn, usecase.IssueChallengeOut]{sends, core.IssueChallenge}
		core.CountSessions = outage[usecase.CountSessionsIn, int]{counts, core.CountSessions}
		core.RevokeSession = outage[usecase.RevokeSessionIn, usecase.Done]{logout, core.RevokeSession}
		core.Authenticate = outage[usecase.AuthenticateIn, usecase.Identity]{all, core.Authenticate}
		core.LoginByCode = outage[usecase.LoginByCodeIn, usecase.Grant]{all, core.LoginByCode}
		core.AuthenticatePassword = outage[usecase.AuthenticatePasswordIn, usecase.Grant]{all, core.AuthenticatePassword}
		core.SignUp = outage[usecase.SignUpIn, usecase.Grant]{all, core.SignUp}
		core.ChangeContact = outage[usecase.ChangeContactIn, domain.Account]{sends, core.ChangeContact}
		core.EditProfile = outage[usecase.EditProfileIn, domain.Account]{sends, core.EditProfile}
		core.ResetPassword = outage[usecase.ResetPasswordIn, usecase.Done]{all, core.ResetPassword}
		core.VerifyContact = outage[usecase.VerifyContactIn, domain.Account]{all, core.VerifyContact}
		core.ListSessions = outage[usecase.ListSessionsIn, []domain.Session]{counts, core.ListSessions}
		if err := Mount(Options{Server: w.Server, Core: &core, Issuer: httpapitest.PublicURL}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	var all, sends, counts, logout atomic.Bool
	w := httpapitest.New(t, failing(t, &all, &sends, &counts, &logout))
	token := logIn(t, w)
	w.Clock.Advance(time.Minute)
	const text = `{"message":"Service unavailable. Please try again later.","error":{"message":"Service unavailable. Please try again later."}}`
	for name, c := range map[string]struct {
		away               *atomic.Bool
		method, path, body string
	}{
		"send":              {&sends, "POST", sendPath, object(t, "phone-number", john, "email", johnsMail)},
		"send to oneself":   {&all, "POST", sendPath, ""},
		"code":              {&all, "POST", loginPath, object(t, "phone-number", john, "otp", "43210")},
		"password":          {&all, "POST", loginPath, object(t, "username", "test@aritaone.com", "password", "PasghWgf")},
		"password, counted": {&counts, "POST", loginPath, object(t, "username", "test@aritaone.com", "password", "PasghWgf")},
		"me":                {&all, "GET", mePath, ""},
		"me, counted":       {&counts, "GET", mePath, ""},
		"logout":            {&logout, "GET", logoutPath, ""},
		"sign up":           {&all, "POST", signupPath, object(t, "email", "new@example.com", "password", "correct horse")},
		"sign up, counted":  {&counts, "POST", signupPath, object(t, "email", "newer@example.com", "password", "correct horse")},
		"contact":           {&sends, "POST", updatePath, object(t, "otp", "43210", "user", map[string]any{"verification-status": "email"})},
		"profile":           {&sends, "POST", profilePath, object(t, "name", "John")},
		"profile, counted":  {&counts, "POST", profilePath, object(t, "name", "John")},
		"forgot":            {&sends, "POST", forgotPath, object(t, "email", johnsMail)},
		"link":              {&sends, "POST", linkPath, object(t, "email", johnsMail)},
		"reset by code":     {&all, "POST", resetPath, object(t, "email", johnsMail, "otp", "43210", "new-password", "correct horse")},
		"reset by token":    {&all, "POST", resetTokenPath, object(t, "token", "x", "new-password", "correct horse")},
		"button":            {&all, "POST", verifyPath + "?token=x", ""},
		"sessions":          {&counts, "GET", sessionsPath, ""},
		"validate":          {&counts, "GET", sessionsPath + "/validate", ""},
	} {
		c.away.Store(true)
		reply := want(t, w, http.StatusServiceUnavailable, c.method, c.path, c.body, "Cookie: qt-auth="+token)
		text := text
		if c.path == resetPath {
			text = `{"error":{"message":"Service unavailable. Please try again later."}}`
		}
		if reply.Body != text || reply.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %s, Retry-After %q", name, reply.Body, reply.Header.Get("Retry-After"))
		}
		if set := reply.Header.Values("Set-Cookie"); len(set) > 0 {
			t.Errorf("%s: cookie %q", name, set)
		}
		c.away.Store(false)
	}
	want(t, w, http.StatusOK, "GET", mePath, "", "Cookie: qt-auth="+token)
}

// mailOutage fails to ask for codes by mail only.
type mailOutage struct {
	next usecase.Story[usecase.IssueChallengeIn, usecase.IssueChallengeOut]
}

func (o mailOutage) Execute(ctx context.Context, in usecase.IssueChallengeIn) (usecase.IssueChallengeOut, error) {
	if in.Contact.Channel() == domain.Email {
		return usecase.IssueChallengeOut{}, domain.UnavailableBecause(errors.New("connection refused"))
	}
	return o.next.Execute(ctx, in)
}

func TestDatabaseAwayBetweenTwoSends(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, func(w *httpapitest.World) {
		core := *w.Core
		core.IssueChallenge = mailOutage{core.IssueChallenge}
		if err := Mount(Options{Server: w.Server, Core: &core, Issuer: httpapitest.PublicURL}); err != nil {
			t.Fatal(err)
		}
	})
	want(t, w, http.StatusServiceUnavailable, "POST", sendPath, object(t, "phone-number", john, "email", johnsMail))
}
