package client

import (
	"context"
	"net/http"

	"latchkey/openapi/client/api"
)

// Arita calls the Web User Auth API of Arita One. It is safe for use by several goroutines, and for many people at once.
type Arita struct {
	connection
	generated *api.ClientWithResponses
}

// NewArita answers a client for the server at this address. Nothing is sent yet.
func NewArita(server string, options ...Option) (*Arita, error) {
	c, err := connect(server, options)
	if err != nil {
		return nil, err
	}
	return &Arita{connection: c, generated: c.open(c.sender(nil), nil)}, nil
}

// API is the generated client.
func (a *Arita) API() *api.ClientWithResponses { return a.generated }

// AritaCode is a code on its way to somebody. It may be kept between two requests of a web server.
type AritaCode struct {
	To    string `json:"to"` // a mail address or a phone number
	Token string `json:"otpToken"`
}

// SendCode sends a code for a login to a mail address or a phone number. One without an account gets the same answer and no
// message.
//
// Errors: ErrInvalid, ErrTooMany.
func (a *Arita) SendCode(ctx context.Context, loginID string) (AritaCode, error) {
	return sendAritaCode(ctx, a.connection, a.generated, api.OTPNatureWebLogin, loginID)
}

func sendAritaCode(ctx context.Context, c connection, by *api.ClientWithResponses, nature api.OTPNature, to string) (AritaCode, error) {
	response, err := by.SendOTP(ctx, nil, api.OTPReqDTO{Nature: nature, LoginID: to})
	reply, err := answer[api.OTPReply](c.call("send code", nil), response, err)
	if err != nil {
		return AritaCode{}, err
	}
	if reply.Data.OTPToken == "" {
		return AritaCode{}, incomplete("send code")
	}
	return AritaCode{To: to, Token: reply.Data.OTPToken}, nil
}

// Verify trades a code for a session.
//
// Errors: ErrWrongCode for whatever is wrong with the code: the API has one answer for everything. ErrTooMany when there were
// so many wrong ones that even the right one has to wait for RetryAfter.
func (a *Arita) Verify(ctx context.Context, sent AritaCode, code string) (*AritaSession, error) {
	body, err := aritaAnswer(sent, code)
	if err != nil {
		return nil, err
	}
	session := newAritaSession(a.connection)
	response, err := session.bare.VerifyLoginOTP(ctx, nil, body)
	reply, err := answer[api.UserLoginReply](a.call("verify code", aritaCodeKind, code), response, err)
	if err != nil {
		return nil, err
	}
	return session.begin("verify code", reply.Data.AccessToken)
}

// Login sends a code to a mail address or a phone number, asks for it, and verifies it; after a wrong one it asks again, as long
// as the code has tries left.
//
// Errors: those of SendCode and of Verify, and what ask answers.
func (a *Arita) Login(ctx context.Context, loginID string, ask CodeFunc) (*AritaSession, error) {
	sent, err := a.SendCode(ctx, loginID)
	if err != nil {
		return nil, err
	}
	return askFor(ctx, a.connection, sent.To, ask, func(code string) (*AritaSession, error) { return a.Verify(ctx, sent, code) })
}

// LoginWithPassword logs in without a code.
//
// Errors: ErrWrongPassword, ErrInvalid for what is no mail address, ErrTooMany after many wrong ones.
func (a *Arita) LoginWithPassword(ctx context.Context, email, password string) (*AritaSession, error) {
	session := newAritaSession(a.connection)
	response, err := session.bare.LoginWithPassword(ctx, nil, api.EmailLoginDTO{Email: email, Password: password})
	reply, err := answer[api.AuthLoginReply](a.call("log in", passwordKind, password), response, err)
	if err != nil {
		return nil, err
	}
	return session.begin("log in", onlyToken(reply))
}

// ResetPassword gives an account whose password is forgotten a new one: it sends a code to the mail address, asks for it, and
// sets the password. With an empty one the server makes a password up and mails it. All sessions of the account end.
//
// Errors: as Login; ErrInvalid for a password that breaks the rule of 8 to 40 characters with a letter and a digit, after the
// code has been used up.
func (a *Arita) ResetPassword(ctx context.Context, email, password string, ask CodeFunc) error {
	response, err := a.generated.ForgotPassword(ctx, nil, api.ForgotPasswordReqDTO{Email: email})
	reply, err := answer[api.ForgotPasswordReply](a.call("send code", nil), response, err)
	if err != nil {
		return err
	}
	sent := AritaCode{To: email, Token: reply.Data.OTPToken}
	reset, err := askFor(ctx, a.connection, email, ask, func(code string) (string, error) { return a.verifyReset(ctx, sent, code) })
	if err != nil {
		return err
	}
	bearer := a.open(a.sender(nil), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+reset) })
	body := api.UserSetPasswordReqDTO{}
	if password != "" {
		body.Password = &password
	}
	response, err = bearer.SetPassword(ctx, nil, body)
	return finish(a.call("set password", nil, password, reset), response, err)
}

// verifyReset trades a code for the token that sets a password once.
func (a *Arita) verifyReset(ctx context.Context, sent AritaCode, code string) (string, error) {
	body, err := aritaAnswer(sent, code)
	if err != nil {
		return "", err
	}
	response, err := a.generated.VerifyForgotPasswordOTP(ctx, nil, body)
	reply, err := answer[api.ForgotPasswordVerifyReply](a.call("verify code", aritaCodeKind, code), response, err)
	if err != nil {
		return "", err
	}
	return reply.Data.AccessToken, nil
}

// Resume answers a session that was saved. Nothing is sent: one that has ended shows at the first call.
func (a *Arita) Resume(saved Saved) *AritaSession {
	session := newAritaSession(a.connection)
	session.restore(saved)
	return session
}

// aritaAnswer spells a code as digits, so that leading zeros survive.
func aritaAnswer(sent AritaCode, code string) (api.OTPVerificationReqDTO, error) {
	body := api.OTPVerificationReqDTO{OTPToken: sent.Token}
	if err := body.OTP.FromOTPDigits(code); err != nil {
		return body, &Error{Operation: "verify code", kind: ErrInvalid}
	}
	return body, nil
}

// onlyToken is the access token in the document's array of one.
func onlyToken(reply *api.AuthLoginReply) string {
	if len(reply.Data) == 0 {
		return ""
	}
	return reply.Data[0].AccessToken
}

// The texts of a 401 that is about the token and not about a code or a password, in the API's two languages.
var pleaseLogIn = map[string]bool{"Please log in": true, "請先登入": true}

func aritaCodeKind(refusal *Error) error {
	if refusal.Status == http.StatusUnauthorized && !pleaseLogIn[refusal.Message] {
		return ErrWrongCode
	}
	return nil
}

func passwordKind(refusal *Error) error {
	if refusal.Status == http.StatusUnauthorized && !pleaseLogIn[refusal.Message] {
		return ErrWrongPassword
	}
	return nil
}
