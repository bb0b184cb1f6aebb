package arita

import (
	"context"

	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// VerifyForgotPasswordOTP trades a code for the token that sets a password once (K6).
func (h *handlers) VerifyForgotPasswordOTP(ctx context.Context, request gen.VerifyForgotPasswordOTPRequestObject) (gen.VerifyForgotPasswordOTPResponseObject, error) {
	answer, err := h.answer(ctx, *request.Body, gen.OTPNatureResetPassword)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.LoginByCode.Execute(ctx, usecase.LoginByCodeIn{Caller: h.caller(ctx), Answer: answer, Scope: domain.ScopeReset})
	if err != nil {
		return nil, err
	}
	return gen.VerifyForgotPasswordOTP200JSONResponse{Success: true, Data: gen.UserLoginResDTO{AccessToken: grant.AccessToken}}, nil
}

// SetPassword gives the account a new password, or has one made up and mailed.
func (h *handlers) SetPassword(ctx context.Context, request gen.SetPasswordRequestObject) (gen.SetPasswordResponseObject, error) {
	identity, err := h.identify(ctx)
	if err != nil {
		return nil, err
	}
	in, err := setPasswordIn(h.caller(ctx), identity, request.Body)
	if err != nil {
		return nil, err
	}
	if _, err := h.core.SetPassword.Execute(ctx, in); err != nil {
		return nil, setPasswordFault(err, in)
	}
	return gen.SetPassword200JSONResponse{Success: true}, nil
}

// UpdateEmail gives the account the mail address that the code went to.
func (h *handlers) UpdateEmail(ctx context.Context, request gen.UpdateEmailRequestObject) (gen.UpdateEmailResponseObject, error) {
	if err := h.changeContact(ctx, *request.Body, gen.OTPNatureUpdateEmail); err != nil {
		return nil, err
	}
	return gen.UpdateEmail200JSONResponse{Success: true}, nil
}

// UpdatePhone gives the account the number that the code went to.
func (h *handlers) UpdatePhone(ctx context.Context, request gen.UpdatePhoneRequestObject) (gen.UpdatePhoneResponseObject, error) {
	if err := h.changeContact(ctx, *request.Body, gen.OTPNatureUpdatePhone); err != nil {
		return nil, err
	}
	return gen.UpdatePhone200JSONResponse{Success: true}, nil
}

func (h *handlers) changeContact(ctx context.Context, body gen.OTPVerificationReqDTO, nature gen.OTPNature) error {
	identity, err := h.authenticate(ctx)
	if err != nil {
		return err
	}
	answer, err := h.answer(ctx, body, nature)
	if err != nil {
		return err
	}
	_, err = h.core.ChangeContact.Execute(ctx, usecase.ChangeContactIn{Caller: h.caller(ctx), Identity: identity, Answer: answer})
	return err
}
