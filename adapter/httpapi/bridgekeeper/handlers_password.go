package bridgekeeper

import (
	"context"
	"net/url"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// passwordWasReset is the text that the npm client knows.
const passwordWasReset = "Password was successfully reset"

// ForgotUserPassword mails a link to the publisher's page. Whether anybody gets it does not show (E1).
func (h *handlers) ForgotUserPassword(ctx context.Context, request gen.ForgotUserPasswordRequestObject) (gen.ForgotUserPasswordResponseObject, error) {
	err := h.mailLink(ctx, domain.PurposeResetPassword, request.Body.Email, usecase.Link{
		Lifetime: domain.ResetLifetime,
		Address:  func(token string) string { return withQuery(h.reset, url.Values{"token": {token}}) },
	})
	if err != nil {
		return nil, err
	}
	return gen.ForgotUserPassword200JSONResponse{Message: "Reset password link was sent successfully, via email"}, nil
}

// mailLink sends a link to who has the address.
func (h *handlers) mailLink(ctx context.Context, purpose domain.Purpose, address string, link usecase.Link) error {
	email, err := emailOf(address)
	if err != nil {
		return err
	}
	_, err = h.core.IssueChallenge.Execute(ctx, usecase.IssueChallengeIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: purpose, Contact: email, Link: &link,
	})
	return err
}

// withQuery adds to an address, which may have a query of its own.
func withQuery(address string, add url.Values) string {
	target, err := url.Parse(address)
	if err != nil {
		panic(err) // addresses come from settings, which were read before
	}
	query := target.Query()
	for name, values := range add {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	return target.String()
}

// emailOf reads an address that must be there.
func emailOf(raw string) (domain.Contact, error) {
	if !given(&raw) {
		return domain.Contact{}, httpapi.Required("email")
	}
	email, err := domain.ParseEmail(raw)
	if err != nil {
		return domain.Contact{}, domain.Malformed("email")
	}
	return email, nil
}

// ResetUserPassword trades a mailed code for a new password.
func (h *handlers) ResetUserPassword(ctx context.Context, request gen.ResetUserPasswordRequestObject) (gen.ResetUserPasswordResponseObject, error) {
	email, err := emailOf(request.Body.Email)
	switch {
	case err != nil:
		return nil, err
	case !given(&request.Body.OTP):
		return nil, httpapi.Required("otp")
	case !given(&request.Body.NewPassword):
		return nil, httpapi.Required("new-password")
	case !httpapi.IsCode(request.Body.OTP, h.dialect.Codes.Length):
		return nil, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	answer := usecase.Answer{Purpose: domain.PurposeLogin, Contact: email, Code: request.Body.OTP}
	if err := h.resetPassword(ctx, answer, request.Body.NewPassword); err != nil {
		return nil, err
	}
	return gen.ResetUserPassword200JSONResponse{Message: passwordWasReset}, nil
}

// ResetUserPasswordWithToken trades the token of a mailed link for a new password.
func (h *handlers) ResetUserPasswordWithToken(ctx context.Context, request gen.ResetUserPasswordWithTokenRequestObject) (gen.ResetUserPasswordWithTokenResponseObject, error) {
	switch repeated := request.Body.ConfirmPassword; {
	case !given(&request.Body.Token):
		return nil, httpapi.Required("token")
	case !given(&request.Body.NewPassword):
		return nil, httpapi.Required("new-password")
	case repeated != nil && *repeated != request.Body.NewPassword:
		return nil, domain.NewFault(domain.Invalid, codeRepeat)
	}
	answer := usecase.AnswerLink(domain.PurposeResetPassword, request.Body.Token)
	if err := h.resetPassword(ctx, answer, request.Body.NewPassword); err != nil {
		return nil, err
	}
	return gen.ResetUserPasswordWithToken200JSONResponse{Message: passwordWasReset}, nil
}

func (h *handlers) resetPassword(ctx context.Context, answer usecase.Answer, password string) error {
	_, err := h.core.ResetPassword.Execute(ctx, usecase.ResetPasswordIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Answer: answer, Rule: passwordRule, Password: password,
	})
	return err
}
