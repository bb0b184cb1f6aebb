package client

import (
	"context"
	"errors"
	"net/http"

	"latchkey/openapi/client/api"
)

// BigCity calls BigCity's Client API with a server's credentials. It is safe for use by several goroutines, and for many
// customers at once.
type BigCity struct {
	connection
	generated *api.ClientWithResponses
}

// NewBigCity answers a client for the server at this address. Nothing is sent yet: wrong credentials show at the first call.
func NewBigCity(server, user, password string, options ...Option) (*BigCity, error) {
	c, err := connect(server, options)
	if err != nil {
		return nil, err
	}
	if user == "" || password == "" {
		return nil, errors.New("BigCity needs the user and the password of its Basic credentials")
	}
	generated := c.open(c.sender(nil), func(r *http.Request) { r.SetBasicAuth(user, password) })
	return &BigCity{connection: c, generated: generated}, nil
}

// API is the generated client, with the Basic credentials on every request.
func (b *BigCity) API() *api.ClientWithResponses { return b.generated }

// BigCityCode is a code on its way to a customer. It holds no secret and may be kept between two requests of a web server.
type BigCityCode struct {
	CustomerID string `json:"customer_id"`
	Reference  string `json:"reference"`
}

// SendCode sends a code to the customer's registered mobile number. It ends every older code of this customer.
//
// Errors: ErrUnknownCustomer, ErrTooMany, ErrUnauthenticated for wrong Basic credentials.
func (b *BigCity) SendCode(ctx context.Context, customerID string) (BigCityCode, error) {
	response, err := b.generated.GenerateOTP(ctx, api.GenerateOTPRequest{CustomerID: customerID})
	reply, err := answer[api.GenerateOTPReply](b.call("send code", bigcityKind, customerID), response, err)
	if err != nil {
		return BigCityCode{}, err
	}
	if reply.ReferenceID == "" {
		return BigCityCode{}, incomplete("send code")
	}
	return BigCityCode{CustomerID: customerID, Reference: reply.ReferenceID}, nil
}

// Verify trades the code that the customer typed for a session.
//
// Errors: ErrWrongCode, and another answer may be tried; ErrExpiredCode and ErrTooMany, and the code is dead: the latter's
// RetryAfter tells when SendCode may send a new one.
func (b *BigCity) Verify(ctx context.Context, sent BigCityCode, code string) (*BigCitySession, error) {
	response, err := b.generated.VerifyOTP(ctx, api.VerifyOTPRequest{CustomerID: sent.CustomerID, ReferenceID: sent.Reference, OTP: code})
	reply, err := answer[api.VerifyOTPReply](b.call("verify code", bigcityVerifyKind, code, sent.CustomerID), response, err)
	if err != nil {
		return nil, err
	}
	if reply.Token == "" {
		return nil, incomplete("verify code")
	}
	session := b.session(Saved{CustomerID: reply.Customer.CustomerID, Mobile: reply.Customer.Mobile, Token: reply.Token})
	return session, nil
}

// Login sends a code to a customer, asks for it, and verifies it. After a wrong one it asks again, as long as the code has tries
// left.
//
// Errors: those of SendCode and of Verify, and what ask answers. After ErrWrongCode, ErrExpiredCode and ErrTooMany the code is
// dead: call Login again for a new one.
func (b *BigCity) Login(ctx context.Context, customerID string, ask CodeFunc) (*BigCitySession, error) {
	sent, err := b.SendCode(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return askFor(ctx, b.connection, "", ask, func(code string) (*BigCitySession, error) { return b.Verify(ctx, sent, code) })
}

// Resume answers a session that was saved. Nothing is sent: a token that has ended shows at the first call.
func (b *BigCity) Resume(saved Saved) *BigCitySession { return b.session(saved) }

// BigCitySession is a customer who is logged in. It is safe for use by several goroutines. Its token is good for 24 hours,
// unless the operator has set another lifetime, and there is no refreshing it.
type BigCitySession struct {
	connection
	saved     Saved
	generated *api.ClientWithResponses
}

func (b *BigCity) session(saved Saved) *BigCitySession {
	generated := b.open(b.sender(nil), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+saved.Token) })
	return &BigCitySession{connection: b.connection, saved: saved, generated: generated}
}

// CustomerID is the customer's.
func (s *BigCitySession) CustomerID() string { return s.saved.CustomerID }

// Mobile is the number to which the code went, masked but for its first two and last two digits.
func (s *BigCitySession) Mobile() string { return s.saved.Mobile }

// Token is the bearer token: a secret.
func (s *BigCitySession) Token() string { return s.saved.Token }

// Save answers what Resume needs.
func (s *BigCitySession) Save() Saved { return s.saved }

// API is the generated client, with the customer's token on every request.
func (s *BigCitySession) API() *api.ClientWithResponses { return s.generated }

// Points reads the customer's points as they are now.
//
// Errors: ErrUnauthenticated when the token has ended, and the customer must log in again.
func (s *BigCitySession) Points(ctx context.Context) (*api.CustomerPointsReply, error) {
	response, err := s.generated.GetCustomerPoints(ctx, &api.GetCustomerPointsParams{CustomerID: s.saved.CustomerID})
	reply, err := answer[api.CustomerPointsReply](s.call("read points", bigcityKind, s.saved.Token, s.saved.CustomerID), response, err)
	if err == nil && reply.CustomerID != s.saved.CustomerID {
		return nil, incomplete("read points")
	}
	return reply, err
}

func bigcityKind(refusal *Error) error {
	if refusal.Status == http.StatusNotFound {
		return ErrUnknownCustomer
	}
	return nil
}

// expiredText is what the document answers to a code that is too old.
const expiredText = "OTP has expired. Please request a new one."

func bigcityVerifyKind(refusal *Error) error {
	switch {
	case refusal.Status == http.StatusUnprocessableEntity && refusal.Message == expiredText:
		return ErrExpiredCode
	case refusal.Status == http.StatusUnprocessableEntity:
		return ErrWrongCode
	default:
		return bigcityKind(refusal)
	}
}
