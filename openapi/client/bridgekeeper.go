package client

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"latchkey/openapi/client/api"
)

// Bridgekeeper calls Quintype Bridgekeeper's API. It is safe for use by several goroutines, and for many people at once.
type Bridgekeeper struct {
	connection
	generated *api.ClientWithResponses
}

// NewBridgekeeper answers a client for the server at this address. Nothing is sent yet.
func NewBridgekeeper(server string, options ...Option) (*Bridgekeeper, error) {
	c, err := connect(server, options)
	if err != nil {
		return nil, err
	}
	return &Bridgekeeper{connection: c, generated: c.open(c.sender(nil), nil)}, nil
}

// API is the generated client.
func (b *Bridgekeeper) API() *api.ClientWithResponses { return b.generated }

// SendCode sends a code to a phone number in international form, or to a mail address. One without an account gets the same
// answer and no message.
//
// Errors: ErrInvalid, ErrTooMany, ErrForbidden when the server does not answer to this host.
func (b *Bridgekeeper) SendCode(ctx context.Context, contact string) error {
	phone, email := split(contact)
	return b.send(ctx, api.SendUserOTPRequest{PhoneNumber: phone, Email: email})
}

func (b *Bridgekeeper) send(ctx context.Context, request api.SendUserOTPRequest) error {
	response, err := b.generated.SendUserOTP(ctx, request)
	return finish(b.call("send code", nil), response, err)
}

// Verify trades a code for a session.
//
// Errors: ErrWrongCode for whatever is wrong with the code: the API has one answer for everything. ErrTooMany when there were
// so many wrong ones that even the right one has to wait for RetryAfter.
func (b *Bridgekeeper) Verify(ctx context.Context, contact, code string) (*BridgekeeperSession, error) {
	phone, email := split(contact)
	request := api.LoginRequest{PhoneNumber: phone, Email: email, OTP: &code}
	return b.enter(ctx, b.call("verify code", bridgekeeperKind(ErrWrongCode), code), request)
}

// Login sends a code to a phone number or a mail address, asks for it, and verifies it; after a wrong one it asks again, as long
// as the code has tries left.
//
// Errors: those of SendCode and of Verify, and what ask answers.
func (b *Bridgekeeper) Login(ctx context.Context, contact string, ask CodeFunc) (*BridgekeeperSession, error) {
	if err := b.SendCode(ctx, contact); err != nil {
		return nil, err
	}
	return askFor(ctx, b.connection, contact, ask, func(code string) (*BridgekeeperSession, error) { return b.Verify(ctx, contact, code) })
}

// SignUp is Login for somebody who may be new: the code is sent to who has no account as well, and the right one makes it.
//
// Errors: those of Login. ErrWrongCode also when the operator has turned signing up off.
func (b *Bridgekeeper) SignUp(ctx context.Context, contact string, ask CodeFunc) (*BridgekeeperSession, error) {
	phone, email := split(contact)
	if err := b.send(ctx, api.SendUserOTPRequest{PhoneNumber: phone, Email: email, AlwaysSend: new(true)}); err != nil {
		return nil, err
	}
	return askFor(ctx, b.connection, contact, ask, func(code string) (*BridgekeeperSession, error) {
		request := api.LoginRequest{PhoneNumber: phone, Email: email, OTP: &code, AutoSignup: new(true)}
		return b.enter(ctx, b.call("verify code", bridgekeeperKind(ErrWrongCode), code), request)
	})
}

// LoginWithPassword logs in by a user name, or a mail address, and a password.
//
// Errors: ErrWrongPassword, ErrTooMany after many wrong ones.
func (b *Bridgekeeper) LoginWithPassword(ctx context.Context, name, password string) (*BridgekeeperSession, error) {
	request := api.LoginRequest{Username: &name, Password: &password}
	if strings.Contains(name, "@") {
		request.Username, request.Email = nil, &name
	}
	return b.enter(ctx, b.call("log in", bridgekeeperKind(ErrWrongPassword), password), request)
}

// sessionHeader and sessionCookie are the two places of a session's token.
const (
	sessionHeader = "x-qt-auth"
	sessionCookie = "qt-auth"
)

// enter logs in and keeps what the server gives.
func (b *Bridgekeeper) enter(ctx context.Context, c call, request api.LoginRequest) (*BridgekeeperSession, error) {
	session := b.session("")
	response, err := session.generated.LoginUser(ctx, request)
	if _, err := answer[api.LoginReply](c, response, err); err != nil {
		return nil, err
	}
	if token := response.Header.Get(sessionHeader); token != "" {
		session.token = token
	}
	if session.Token() == "" {
		return nil, incomplete(c.operation)
	}
	return session, nil
}

// session is one with a token, which is empty before the login.
func (b *Bridgekeeper) session(token string) *BridgekeeperSession {
	s := &BridgekeeperSession{connection: b.connection, token: token}
	if b.settings.sessionHeader {
		s.generated = b.open(b.sender(nil), func(r *http.Request) {
			if s.token != "" {
				r.Header.Set(sessionHeader, s.token)
			}
		})
		return s
	}
	s.jar = newJar()
	s.keep(s.jar, "/", sessionCookie, token)
	s.generated = b.open(b.sender(s.jar), nil)
	return s
}

// Resume answers a session that was saved. Nothing is sent: one that has ended shows at the first call.
func (b *Bridgekeeper) Resume(saved Saved) *BridgekeeperSession { return b.session(saved.Token) }

// BridgekeeperSession is somebody who is logged in, for 30 days unless the operator has set another lifetime. It is safe for use
// by several goroutines.
type BridgekeeperSession struct {
	connection
	token     string
	jar       http.CookieJar // nil with WithSessionHeader
	generated *api.ClientWithResponses
}

// Token is the session's: a secret.
func (s *BridgekeeperSession) Token() string { return s.token }

// Save answers what Resume needs.
func (s *BridgekeeperSession) Save() Saved { return Saved{Token: s.token} }

// API is the generated client, with the session on every request.
func (s *BridgekeeperSession) API() *api.ClientWithResponses { return s.generated }

// Me reads the user.
//
// Errors: ErrUnauthenticated when the session has ended.
func (s *BridgekeeperSession) Me(ctx context.Context) (*api.User, error) {
	response, err := s.generated.GetCurrentUser(ctx)
	reply, err := answer[api.CurrentUserReply](s.call("read user", nil, s.token), response, err)
	if err != nil {
		return nil, err
	}
	return &reply.User, nil
}

// Logout ends the session on the server. One that has ended already is no error.
func (s *BridgekeeperSession) Logout(ctx context.Context) error {
	response, err := s.generated.LogoutUser(ctx)
	err = finish(s.call("log out", nil, s.token), response, err)
	if errors.Is(err, ErrUnauthenticated) {
		return nil
	}
	return err
}

// split tells a mail address from a phone number.
func split(contact string) (phone, email *string) {
	if strings.Contains(contact, "@") {
		return nil, &contact
	}
	return &contact, nil
}

// bridgekeeperKind is what a 401 of login means.
func bridgekeeperKind(refused error) func(*Error) error {
	return func(refusal *Error) error {
		if refusal.Status == http.StatusUnauthorized {
			return refused
		}
		return nil
	}
}
