package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"

	"latchkey/openapi/client/api"
)

// AritaSession is somebody who is logged in. It is safe for use by several goroutines.
//
// The access token lives 15 minutes and stays in memory; the refresh token lives in a cookie jar of the session's own. A request
// whose access token is refused refreshes it and is sent again, once; requests that find it refused at the same time share one
// refresh. Save after calls, not only after the login, since each refresh replaces the refresh token.
type AritaSession struct {
	connection
	jar       http.CookieJar
	bare      *api.ClientWithResponses // with the cookies only
	generated *api.ClientWithResponses // with the token, too
	refresh   chan struct{}            // held by who refreshes

	mutex sync.Mutex
	token string
	ended *Error // why the refresh token was refused
}

const refreshCookie = "refreshToken"

// refreshTimeout is how long a refresh, with what is sent again, may go on after its caller has left.
const refreshTimeout = 2 * requestTimeout

func newAritaSession(c connection) *AritaSession {
	s := &AritaSession{connection: c, jar: newJar(), refresh: make(chan struct{}, 1)}
	sender := c.sender(s.jar)
	s.bare = c.open(sender, nil)
	s.generated = c.open(&renewer{session: s, next: sender}, nil)
	return s
}

// newJar needs no list of public suffixes: it holds the cookies of one server only, which never leave its host.
func newJar() http.CookieJar {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // cookiejar.New never fails
	}
	return jar
}

// cookieURL is where the server's cookies live; path is below the server's address.
func (c connection) cookieURL(path string) *url.URL { return c.server.JoinPath(path) }

// keep puts a cookie into a jar as the server would, or the proxy that puts the APIs below a path.
func (c connection) keep(jar http.CookieJar, path, name, value string) {
	if value == "" {
		return
	}
	at := c.cookieURL(path)
	jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: at.Path, HttpOnly: true, Secure: at.Scheme == "https"}})
}

// kept is a cookie in a jar, as far as it would be sent to this path; empty when there is none.
func (c connection) kept(jar http.CookieJar, path, name string) string {
	for _, cookie := range jar.Cookies(c.cookieURL(path)) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// begin starts the session with the access token of a login.
func (s *AritaSession) begin(operation, token string) (*AritaSession, error) {
	if token == "" {
		return nil, incomplete(operation)
	}
	s.token = token
	return s, nil
}

func (s *AritaSession) restore(saved Saved) {
	s.token = saved.Token
	s.keep(s.jar, "/web/auth", refreshCookie, saved.RefreshToken)
}

// Save answers what Resume needs, as of now.
func (s *AritaSession) Save() Saved {
	return Saved{Token: s.Token(), RefreshToken: s.kept(s.jar, "/web/auth/refresh", refreshCookie)}
}

// Token is the access token, which may be too old: a secret.
func (s *AritaSession) Token() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.token
}

// API is the generated client, with the access token on every request and the cookies in its jar.
func (s *AritaSession) API() *api.ClientWithResponses { return s.generated }

// Refresh gets a new access token now. Other calls do so by themselves when they need one.
//
// Errors: ErrUnauthenticated when the session has ended.
func (s *AritaSession) Refresh(ctx context.Context) error { return s.renew(ctx, s.Token()) }

// renew replaces a stale token, unless somebody else has done so meanwhile. A refresh that has begun goes on when its caller leaves: the
// server has replaced the refresh token by then, perhaps, and takes the old one of a later call for a stolen one.
func (s *AritaSession) renew(ctx context.Context, stale string) error {
	select {
	case s.refresh <- struct{}{}:
	case <-ctx.Done():
		return noReply("refresh", ctx.Err())
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-s.refresh }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		done <- s.replace(ctx, stale)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return noReply("refresh", ctx.Err())
	}
}

// replace is renew for the one who refreshes.
func (s *AritaSession) replace(ctx context.Context, stale string) error {
	s.mutex.Lock()
	token, ended := s.token, s.ended
	s.mutex.Unlock()
	if ended != nil {
		return ended
	}
	if token != stale {
		return nil
	}
	response, err := s.bare.RefreshAccessToken(ctx, nil)
	reply, err := answer[api.AuthLoginReply](s.call("refresh", nil), response, err)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.ended != nil {
		return s.ended // logged out meanwhile
	}
	if err != nil {
		if refusal, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrUnauthenticated) {
			s.ended = refusal
		}
		return err
	}
	fresh := onlyToken(reply)
	if fresh == "" {
		return incomplete("refresh")
	}
	s.token = fresh
	return nil
}

// renewer sends requests with the access token of a session, and once more with a new one.
type renewer struct {
	session *AritaSession
	next    doer
}

// Do answers the reply to the first request when there is nothing to be gained by a second.
func (d *renewer) Do(request *http.Request) (*http.Response, error) {
	token := d.session.Token()
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := d.next.Do(request)
	if err != nil || response.StatusCode != http.StatusUnauthorized || !rewindable(request) {
		return response, err
	}
	refused, err := tokenRefused(request, response)
	if err != nil || !refused {
		return response, err
	}
	if err := d.session.renew(request.Context(), token); errors.Is(err, ErrUnauthenticated) {
		return response, nil
	} else if err != nil {
		return nil, err
	}
	again, err := rewound(request)
	if err != nil {
		return nil, err
	}
	again.Header.Set("Authorization", "Bearer "+d.session.Token())
	return d.next.Do(again)
}

// tokenRefused tells a 401 that is about the token. One that is about a code or a password has counted as a guess, and must not
// be repeated.
func tokenRefused(request *http.Request, response *http.Response) (bool, error) {
	body, err := readBody(response)
	if err != nil {
		return false, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if !isGuess(request) {
		return true, nil
	}
	message, _ := words(body)
	return pleaseLogIn[message], nil
}

// Logout ends the session, here and on the server.
func (s *AritaSession) Logout(ctx context.Context) error {
	response, err := s.bare.LogoutWebUser(ctx, nil, func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+s.Token())
		return nil
	})
	if err := finish(s.call("log out", nil), response, err); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.token, s.ended = "", &Error{Operation: "refresh", Message: "logged out", kind: ErrUnauthenticated}
	return nil
}

// ChangePassword sets a new password; with an empty one the server makes it up and mails it. All other sessions end.
//
// Errors: ErrWrongPassword for the old one, ErrInvalid for a new one that breaks the rule of 8 to 40 characters with a letter and
// a digit, ErrUnauthenticated when the session has ended, ErrTooMany after many wrong ones.
func (s *AritaSession) ChangePassword(ctx context.Context, old, password string) error {
	body := api.UserSetPasswordReqDTO{OldPassword: &old}
	if password != "" {
		body.Password = &password
	}
	response, err := s.generated.SetPassword(ctx, nil, body)
	return finish(s.call("set password", passwordKind, old, password), response, err)
}

// ChangeEmail gives the account another mail address, after asking for the code that goes there.
//
// Errors: ErrForbidden when the login is too long ago, ErrUnauthenticated when the session has ended; else as Arita.Login.
func (s *AritaSession) ChangeEmail(ctx context.Context, email string, ask CodeFunc) error {
	return s.change(ctx, api.OTPNatureUpdateEmail, email, ask, s.generated.UpdateEmail)
}

// ChangePhone gives the account another phone number, after asking for the code that goes there.
//
// Errors: those of ChangeEmail.
func (s *AritaSession) ChangePhone(ctx context.Context, phone string, ask CodeFunc) error {
	return s.change(ctx, api.OTPNatureUpdatePhone, phone, ask,
		func(ctx context.Context, p *api.UpdateEmailParams, body api.OTPVerificationReqDTO, edit ...api.RequestEditorFn) (*http.Response, error) {
			return s.generated.UpdatePhone(ctx, (*api.UpdatePhoneParams)(p), body, edit...)
		})
}

// update is a generated operation that takes a code for a new contact.
type update func(context.Context, *api.UpdateEmailParams, api.OTPVerificationReqDTO, ...api.RequestEditorFn) (*http.Response, error)

func (s *AritaSession) change(ctx context.Context, nature api.OTPNature, to string, ask CodeFunc, do update) error {
	sent, err := sendAritaCode(ctx, s.connection, s.generated, nature, to)
	if err != nil {
		return err
	}
	_, err = askFor(ctx, s.connection, to, ask, func(code string) (struct{}, error) {
		body, err := aritaAnswer(sent, code)
		if err != nil {
			return struct{}{}, err
		}
		response, err := do(ctx, nil, body)
		return struct{}{}, finish(s.call("verify code", aritaCodeKind, code), response, err)
	})
	return err
}
