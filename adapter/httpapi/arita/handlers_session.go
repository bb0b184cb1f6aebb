package arita

import (
	"context"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// refreshCookie holds the refresh token; no path outside of this API gets to see it.
var refreshCookie = httpapi.Cookie{Name: "refreshToken", Path: "/web/auth"}

// LoginWithPassword trades a password for a session.
func (h *handlers) LoginWithPassword(ctx context.Context, request gen.LoginWithPasswordRequestObject) (gen.LoginWithPasswordResponseObject, error) {
	if err := h.checkLoginOrigin(ctx); err != nil {
		return nil, err
	}
	in, err := loginIn(h.caller(ctx), *request.Body)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.AuthenticatePassword.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	h.setRefreshCookie(ctx, grant)
	return gen.LoginWithPassword200JSONResponse{Success: true, Data: []gen.AuthLoginResDTO{{AccessToken: grant.AccessToken}}}, nil
}

// VerifyLoginOTP trades a code for a session.
func (h *handlers) VerifyLoginOTP(ctx context.Context, request gen.VerifyLoginOTPRequestObject) (gen.VerifyLoginOTPResponseObject, error) {
	if err := h.checkLoginOrigin(ctx); err != nil {
		return nil, err
	}
	answer, err := h.answer(ctx, *request.Body, gen.OTPNatureWebLogin)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.LoginByCode.Execute(ctx, usecase.LoginByCodeIn{Caller: h.caller(ctx), Answer: answer})
	if err != nil {
		return nil, err
	}
	h.setRefreshCookie(ctx, grant)
	return gen.VerifyLoginOTP200JSONResponse{Success: true, Data: gen.UserLoginResDTO{AccessToken: grant.AccessToken}}, nil
}

// RefreshAccessToken trades the refresh cookie for an access token and the next cookie.
func (h *handlers) RefreshAccessToken(ctx context.Context, _ gen.RefreshAccessTokenRequestObject) (gen.RefreshAccessTokenResponseObject, error) {
	c := httpapi.Gin(ctx)
	if err := h.origins.CheckForeign(c); err != nil {
		return nil, err
	}
	grant, err := h.core.RefreshSession.Execute(ctx, usecase.RefreshSessionIn{Caller: h.caller(ctx), Token: refreshCookie.Get(c)})
	if err != nil {
		return nil, err
	}
	h.setRefreshCookie(ctx, grant)
	return gen.RefreshAccessToken200JSONResponse{Success: true, Data: []gen.AuthLoginResDTO{{AccessToken: grant.AccessToken}}}, nil
}

// LogoutWebUser ends the sessions of the Bearer token and of the cookie, whichever come. Who has neither, or only ones that
// work no more, is logged out already. A token that sets a password is no login and is left as it is.
func (h *handlers) LogoutWebUser(ctx context.Context, _ gen.LogoutWebUserRequestObject) (gen.LogoutWebUserResponseObject, error) {
	c, caller := httpapi.Gin(ctx), h.caller(ctx)
	bearer, cookie := httpapi.Bearer(c), refreshCookie.Get(c)
	if bearer == "" || cookie != "" {
		if err := h.origins.CheckForeign(c); err != nil {
			return nil, err
		}
	}
	if bearer != "" {
		identity, err := h.core.Authenticate.Execute(ctx, usecase.AuthenticateIn{Caller: caller, Token: bearer})
		if err != nil && !domain.AsFault(err).IsRefusal() {
			return nil, err
		}
		if _, err := h.core.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{Caller: caller, SessionID: identity.Session.ID}); err != nil {
			return nil, err
		}
	}
	if _, err := h.core.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{Caller: caller, RefreshToken: cookie}); err != nil {
		return nil, err
	}
	refreshCookie.Clear(h.server, c)
	return gen.LogoutWebUser200JSONResponse{Success: true}, nil
}

func (h *handlers) setRefreshCookie(ctx context.Context, grant usecase.Grant) {
	lifetime := min(h.dialect.Lifetimes.Idle, h.dialect.Lifetimes.Absolute)
	refreshCookie.Set(h.server, httpapi.Gin(ctx), grant.RefreshToken, lifetime)
}

// checkLoginOrigin keeps foreign pages from logging a visitor in once portals are listed; with none listed, logging in is open
// to all (K5).
func (h *handlers) checkLoginOrigin(ctx context.Context) error {
	if !h.origins.Listed() {
		return nil
	}
	return h.origins.CheckForeign(httpapi.Gin(ctx))
}
