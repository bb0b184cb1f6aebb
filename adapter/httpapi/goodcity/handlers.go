package goodcity

import (
	"context"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
	"latchkey/usecase"
)

// handlers implements the generated interface.
type handlers struct {
	core    *usecase.Core
	dialect *usecase.Dialect
	era     era
	signUp  bool
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// SendPin sends a pin to a number whose account may use the app.
func (h *handlers) SendPin(ctx context.Context, request gen.SendPinRequestObject) (gen.SendPinResponseObject, error) {
	out, err := h.sendPin(ctx, request.Body.Mobile, false)
	if err != nil {
		return nil, err
	}
	return gen.SendPin200JSONResponse{OTPAuthKey: out.Handle}, nil
}

// SignupAndSendPin is SendPin that gives an unknown number an account.
func (h *handlers) SignupAndSendPin(ctx context.Context, request gen.SignupAndSendPinRequestObject) (gen.SignupAndSendPinResponseObject, error) {
	out, err := h.sendPin(ctx, request.Body.Mobile, true)
	if err != nil {
		return nil, err
	}
	return gen.SignupAndSendPin200JSONResponse{OTPAuthKey: out.Handle}, nil
}

// sendPin asks for a pin. A newcomer gets an account only where newcomers may log in: there is nothing to send to the others.
func (h *handlers) sendPin(ctx context.Context, mobile string, enroll bool) (usecase.IssueChallengeOut, error) {
	c := httpapi.Gin(ctx)
	contact, err := h.era.readMobile(c, mobile)
	if err != nil {
		return usecase.IssueChallengeOut{}, err
	}
	app, _ := appOf(c)
	in := usecase.IssueChallengeIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, Contact: contact, Permit: mayUse(app),
	}
	newcomer := domain.Account{Locale: httpapi.Language(c)}
	if enroll && h.signUp && in.Permit(newcomer) {
		in.Enroll = &newcomer
	}
	return h.core.IssueChallenge.Execute(ctx, in)
}

// Signup makes an account, unless there is one, and sends a pin.
func (h *handlers) Signup(ctx context.Context, request gen.SignupRequestObject) (gen.SignupResponseObject, error) {
	contact, newcomer, err := h.era.readUser(httpapi.Gin(ctx), *request.Body.UserAuth)
	if err != nil {
		return nil, err
	}
	in := usecase.IssueChallengeIn{Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, Contact: contact}
	if h.signUp {
		in.Enroll = &newcomer
	}
	out, err := h.core.IssueChallenge.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	return gen.Signup200JSONResponse{OTPAuthKey: out.Handle}, nil
}

// VerifyPin trades a pin for a token. Every refusal is the same (E3), but that a wait is told. pin_for needs no reading: what a
// right pin proves is the contact that it was sent to.
func (h *handlers) VerifyPin(ctx context.Context, request gen.VerifyPinRequestObject) (gen.VerifyPinResponseObject, error) {
	grant, err := h.verify(ctx, *request.Body)
	if fault := domain.AsFault(err); fault.IsRefusal() {
		return nil, &domain.Fault{Kind: fault.Kind, Code: codePin, RetryAfter: fault.RetryAfter}
	}
	if err != nil {
		return nil, err
	}
	return gen.VerifyPin200JSONResponse{JWTToken: grant.AccessToken, User: userDocument(grant.Account)}, nil
}

func (h *handlers) verify(ctx context.Context, body gen.VerifyPinRequest) (usecase.Grant, error) {
	in, err := loginIn(httpapi.Gin(ctx), httpapi.CallerOf(ctx, h.dialect), body)
	if err != nil {
		return usecase.Grant{}, err
	}
	return h.core.LoginByCode.Execute(ctx, in)
}

// GetCurrentUserProfile tells users what is known of them, and remembers the language in which they ask, as the original does.
func (h *handlers) GetCurrentUserProfile(ctx context.Context, _ gen.GetCurrentUserProfileRequestObject) (gen.GetCurrentUserProfileResponseObject, error) {
	identity, err := h.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	account, err := h.core.RememberLocale.Execute(ctx, usecase.RememberLocaleIn{Caller: httpapi.CallerOf(ctx, h.dialect), Identity: identity})
	if err != nil {
		return nil, err
	}
	return gen.GetCurrentUserProfile200JSONResponse(userDocument(account)), nil
}

// RegisterDevice remembers where push messages for a user go.
func (h *handlers) RegisterDevice(ctx context.Context, request gen.RegisterDeviceRequestObject) (gen.RegisterDeviceResponseObject, error) {
	identity, err := h.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	if !request.Body.Platform.Valid() {
		return gen.RegisterDevice400TextResponse("Unrecognised platform, expecting 'fcm' (Android) or 'aps' (iOS)"), nil
	}
	handle, err := readHandle(httpapi.Gin(ctx), request.Body.Handle)
	if err != nil {
		return nil, err
	}
	_, err = h.core.RegisterDevice.Execute(ctx, usecase.RegisterDeviceIn{
		Caller: httpapi.CallerOf(ctx, h.dialect),
		Device: domain.Device{AccountID: identity.Account.ID, Platform: string(request.Body.Platform), Handle: handle},
	})
	if err != nil {
		return nil, err
	}
	return gen.RegisterDevice204Response{}, nil
}

func (h *handlers) authenticate(ctx context.Context) (usecase.Identity, error) {
	return h.core.Authenticate.Execute(ctx, usecase.AuthenticateIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Token: tokenOf(httpapi.Gin(ctx)),
	})
}
