package arita

import (
	"context"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// handlers implements the generated interface; handlers_session.go has what begins and ends sessions, handlers_account.go what
// changes an account.
type handlers struct {
	core    *usecase.Core
	server  *httpapi.Server
	dialect *usecase.Dialect
	origins *httpapi.Origins
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// caller tells the core who calls.
func (h *handlers) caller(ctx context.Context) usecase.Caller {
	caller := httpapi.CallerOf(ctx, h.dialect)
	caller.Locale = locale(httpapi.Gin(ctx))
	return caller
}

// identify finds who the Bearer token speaks for: that of a login or, tried only when it is not one, that which sets a password.
func (h *handlers) identify(ctx context.Context) (usecase.Identity, error) {
	in := usecase.AuthenticateIn{Caller: h.caller(ctx), Token: httpapi.Bearer(httpapi.Gin(ctx))}
	identity, err := h.core.Authenticate.Execute(ctx, in)
	if domain.HasCode(err, domain.CodeTokenInvalid) {
		in.Scope = domain.ScopeReset
		return h.core.Authenticate.Execute(ctx, in)
	}
	return identity, err
}

// authenticate is identify for everything but setting a password: there a live reset token is CodeTokenScope (K6).
func (h *handlers) authenticate(ctx context.Context) (usecase.Identity, error) {
	identity, err := h.identify(ctx)
	if err == nil && identity.Session.Scope != domain.ScopeFull {
		return usecase.Identity{}, domain.NewFault(domain.Forbidden, domain.CodeTokenScope)
	}
	return identity, err
}

// SendOTP sends a code: to the account's contact, or, to change it, to the new one.
func (h *handlers) SendOTP(ctx context.Context, request gen.SendOTPRequestObject) (gen.SendOTPResponseObject, error) {
	nature, loginID := request.Body.Nature, request.Body.LoginID
	if !nature.Valid() {
		return nil, domain.Malformed("nature")
	}
	in := usecase.IssueChallengeIn{Caller: h.caller(ctx), Purpose: purposes[nature]}
	if nature == gen.OTPNatureUpdateEmail || nature == gen.OTPNatureUpdatePhone {
		identity, err := h.authenticate(ctx)
		if err != nil {
			return nil, err
		}
		in.Owner = &identity
	}
	var err error
	if in.Contact, err = contactFor(nature, loginID); err != nil {
		return nil, err
	}
	token, err := h.issue(ctx, in, nature, loginID)
	if err != nil {
		return nil, err
	}
	return gen.SendOTP200JSONResponse{Success: true, Data: gen.OTPResDTO{OTPToken: token}}, nil
}

// ForgotPassword is SendOTP of nature 3 for those who know their mail address.
func (h *handlers) ForgotPassword(ctx context.Context, request gen.ForgotPasswordRequestObject) (gen.ForgotPasswordResponseObject, error) {
	email, err := readEmail(request.Body.Email)
	if err != nil {
		return nil, err
	}
	in := usecase.IssueChallengeIn{Caller: h.caller(ctx), Purpose: domain.PurposeResetPassword, Contact: email}
	token, err := h.issue(ctx, in, gen.OTPNatureResetPassword, request.Body.Email)
	if err != nil {
		return nil, err
	}
	return gen.ForgotPassword200JSONResponse{Success: true, Data: gen.ForgotPasswordResDTO{OTPToken: token}}, nil
}

// issue sends a code and answers the token that goes back with it.
func (h *handlers) issue(ctx context.Context, in usecase.IssueChallengeIn, nature gen.OTPNature, loginID string) (string, error) {
	issued, err := h.core.IssueChallenge.Execute(ctx, in)
	if err != nil {
		return "", err
	}
	return h.signOTPToken(ctx, issued, nature, loginID)
}

// answer reads a code and the token that came with it.
func (h *handlers) answer(ctx context.Context, body gen.OTPVerificationReqDTO, nature gen.OTPNature) (usecase.Answer, error) {
	code, err := readCode(body.OTP, h.dialect.Codes.Length)
	if err != nil {
		return usecase.Answer{}, err
	}
	if body.OTPToken == "" {
		return usecase.Answer{}, httpapi.Required("otpToken")
	}
	answer, err := h.readOTPToken(ctx, body.OTPToken, nature)
	answer.Code = code
	return answer, err
}
