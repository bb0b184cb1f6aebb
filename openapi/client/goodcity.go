package client

import (
	"context"
	"net/http"
	"strings"

	"latchkey/openapi/client/api"
)

// GoodCity calls GoodCity's API. It is safe for use by several goroutines, and for many people at once.
type GoodCity struct {
	connection
	generated *api.ClientWithResponses
}

// NewGoodCity answers a client for the server at this address. Nothing is sent yet.
func NewGoodCity(server string, options ...Option) (*GoodCity, error) {
	c, err := connect(server, options)
	if err != nil {
		return nil, err
	}
	return &GoodCity{connection: c, generated: c.open(c.sender(nil), nil)}, nil
}

// API is the generated client.
func (g *GoodCity) API() *api.ClientWithResponses { return g.generated }

// GoodCityCode is a pin on its way to somebody. It may be kept between two requests of a web server.
type GoodCityCode struct {
	To  string `json:"to"`           // the mobile number, or the mail address of who signed up without one
	Key string `json:"otp_auth_key"` // goes back with the pin
}

// SendCode sends a pin to a mobile number in the form +852 and eight digits. A number without an account gets the same answer
// and no message.
//
// Errors: ErrInvalid for another form, ErrForbidden for an app that the server does not know, ErrTooMany.
func (g *GoodCity) SendCode(ctx context.Context, mobile string) (GoodCityCode, error) {
	response, err := g.generated.SendPin(ctx, nil, api.SendPinRequest{Mobile: mobile})
	return g.sent("send code", mobile, response, err)
}

// SendSignUpCode creates a user and sends the pin that completes the sign-up, to the mobile number or else to the mail address.
// Who has an account already gets a pin for it, and the rest of user is disregarded.
//
// Errors: ErrInvalid, ErrTooMany.
func (g *GoodCity) SendSignUpCode(ctx context.Context, user api.UserAuth) (GoodCityCode, error) {
	response, err := g.generated.Signup(ctx, nil, api.SignupRequest{UserAuth: user})
	to := ""
	for _, contact := range []*string{user.Mobile, user.Email} {
		if to == "" && contact != nil {
			to = *contact
		}
	}
	return g.sent("sign up", to, response, err)
}

func (g *GoodCity) sent(operation, to string, response *http.Response, err error) (GoodCityCode, error) {
	reply, err := answer[api.OTPAuthKeyReply](g.call(operation, goodcityAppKind), response, err)
	if err != nil {
		return GoodCityCode{}, err
	}
	if reply.OTPAuthKey == "" {
		return GoodCityCode{}, incomplete(operation)
	}
	return GoodCityCode{To: to, Key: reply.OTPAuthKey}, nil
}

// Verify trades a pin for a session.
//
// Errors: ErrWrongCode for whatever is wrong with the pin: the API has one answer for everything. ErrTooMany when there were so
// many wrong ones that even the right one has to wait for RetryAfter.
func (g *GoodCity) Verify(ctx context.Context, sent GoodCityCode, pin string) (*GoodCitySession, error) {
	request := api.VerifyPinRequest{OTPAuthKey: sent.Key, Pin: pin}
	if strings.Contains(sent.To, "@") {
		request.PinFor = new(api.PinForEmail)
	}
	response, err := g.generated.VerifyPin(ctx, nil, request)
	reply, err := answer[api.VerifyPinReply](g.call("verify code", goodcityVerifyKind, pin), response, err)
	if err != nil {
		return nil, err
	}
	if reply.JWTToken == "" {
		return nil, incomplete("verify code")
	}
	return g.Resume(Saved{Token: reply.JWTToken}), nil
}

// Login sends a pin, asks for it, and verifies it; after a wrong one it asks again, as long as the pin has tries left.
//
// Errors: those of SendCode and of Verify, and what ask answers.
func (g *GoodCity) Login(ctx context.Context, mobile string, ask CodeFunc) (*GoodCitySession, error) {
	sent, err := g.SendCode(ctx, mobile)
	if err != nil {
		return nil, err
	}
	return g.enter(ctx, sent, ask)
}

// SignUp is Login for somebody who may be new.
//
// Errors: those of SendSignUpCode and of Verify, and what ask answers.
func (g *GoodCity) SignUp(ctx context.Context, user api.UserAuth, ask CodeFunc) (*GoodCitySession, error) {
	sent, err := g.SendSignUpCode(ctx, user)
	if err != nil {
		return nil, err
	}
	return g.enter(ctx, sent, ask)
}

func (g *GoodCity) enter(ctx context.Context, sent GoodCityCode, ask CodeFunc) (*GoodCitySession, error) {
	return askFor(ctx, g.connection, sent.To, ask, func(pin string) (*GoodCitySession, error) { return g.Verify(ctx, sent, pin) })
}

// Resume answers a session that was saved. Nothing is sent: a token that has ended shows at the first call.
func (g *GoodCity) Resume(saved Saved) *GoodCitySession {
	generated := g.open(g.sender(nil), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+saved.Token) })
	return &GoodCitySession{connection: g.connection, saved: Saved{Token: saved.Token}, generated: generated}
}

// GoodCitySession is somebody who is logged in. It is safe for use by several goroutines. Its token is good for 14 days, unless
// the operator has set another lifetime; the API has no logging out.
type GoodCitySession struct {
	connection
	saved     Saved
	generated *api.ClientWithResponses
}

// Token is the JWT: a secret.
func (s *GoodCitySession) Token() string { return s.saved.Token }

// Save answers what Resume needs.
func (s *GoodCitySession) Save() Saved { return s.saved }

// API is the generated client, with the token on every request.
func (s *GoodCitySession) API() *api.ClientWithResponses { return s.generated }

// Profile reads the user.
//
// Errors: ErrUnauthenticated when the token has ended, ErrForbidden when the user has been disabled.
func (s *GoodCitySession) Profile(ctx context.Context) (*api.GoodCityUser, error) {
	response, err := s.generated.GetCurrentUserProfile(ctx, nil)
	return answer[api.GoodCityUser](s.call("read profile", nil, s.saved.Token), response, err)
}

// RegisterDevice remembers the push handle of the user's device.
//
// Errors: those of Profile; ErrInvalid for a blank handle.
func (s *GoodCitySession) RegisterDevice(ctx context.Context, handle string, platform api.DevicePlatform) error {
	response, err := s.generated.RegisterDevice(ctx, nil, api.RegisterDeviceRequest{Handle: handle, Platform: platform})
	return finish(s.call("register device", nil, s.saved.Token), response, err)
}

// goodcityAppKind: a 401 without a token in play is about the app, which today's server answers where the document has a 403.
func goodcityAppKind(refusal *Error) error {
	if refusal.Status == http.StatusUnauthorized {
		return ErrForbidden
	}
	return nil
}

func goodcityVerifyKind(refusal *Error) error {
	switch {
	case refusal.Status == http.StatusUnprocessableEntity && refusal.RetryAfter > 0:
		return ErrTooMany
	case refusal.Status == http.StatusUnprocessableEntity:
		return ErrWrongCode
	default:
		return nil
	}
}
