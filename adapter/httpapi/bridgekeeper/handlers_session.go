package bridgekeeper

import (
	"context"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// GetCurrentUser shows the user of the session.
func (h *handlers) GetCurrentUser(ctx context.Context, _ gen.GetCurrentUserRequestObject) (gen.GetCurrentUserResponseObject, error) {
	identity, err := h.session(ctx)
	if err != nil {
		return nil, err
	}
	reply, err := h.current(ctx, identity.Account)
	return gen.GetCurrentUser200JSONResponse(reply), err
}

// current is a user as most calls show one.
func (h *handlers) current(ctx context.Context, a domain.Account) (gen.CurrentUserReply, error) {
	count, err := h.countSessions(ctx, a)
	return gen.CurrentUserReply{User: userOf(a), ActiveSessionsCount: count, Source: source}, err
}

// ListUserSessions shows the open sessions.
func (h *handlers) ListUserSessions(ctx context.Context, _ gen.ListUserSessionsRequestObject) (gen.ListUserSessionsResponseObject, error) {
	_, sessions, err := h.sessions(ctx)
	if err != nil {
		return nil, err
	}
	return gen.ListUserSessions200JSONResponse{Sessions: sessions, ActiveSessionsCount: int64(len(sessions))}, nil
}

// ValidateUserSession shows the user and the open sessions.
func (h *handlers) ValidateUserSession(ctx context.Context, _ gen.ValidateUserSessionRequestObject) (gen.ValidateUserSessionResponseObject, error) {
	account, sessions, err := h.sessions(ctx)
	if err != nil {
		return nil, err
	}
	return gen.ValidateUserSession200JSONResponse{
		User: userOf(account), ActiveSessionsCount: int64(len(sessions)), Source: source, Sessions: sessions,
	}, nil
}

// sessions are those of who asks.
func (h *handlers) sessions(ctx context.Context) (domain.Account, []gen.UserSession, error) {
	identity, err := h.session(ctx)
	if err != nil {
		return domain.Account{}, nil, err
	}
	sessions, err := h.core.ListSessions.Execute(ctx, usecase.ListSessionsIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), AccountID: identity.Account.ID,
	})
	return identity.Account, sessionsOf(sessions, identity.Session.ID), err
}

// LogoutUser ends the session.
func (h *handlers) LogoutUser(ctx context.Context, _ gen.LogoutUserRequestObject) (gen.LogoutUserResponseObject, error) {
	identity, err := h.actingSession(ctx)
	if err != nil {
		return nil, err
	}
	_, err = h.core.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), SessionID: identity.Session.ID,
	})
	if err != nil {
		return nil, err
	}
	cookie.Clear(h.server, httpapi.Gin(ctx))
	return gen.LogoutUser204Response{}, nil
}

// session is who asks.
func (h *handlers) session(ctx context.Context) (usecase.Identity, error) {
	token, _ := tokenOf(httpapi.Gin(ctx))
	return h.core.Authenticate.Execute(ctx, usecase.AuthenticateIn{Caller: httpapi.CallerOf(ctx, h.dialect), Token: token})
}

// actingSession is session for whatever changes something: a foreign site must not have made the browser ask (K5).
func (h *handlers) actingSession(ctx context.Context) (usecase.Identity, error) {
	c := httpapi.Gin(ctx)
	if token, byCookie := tokenOf(c); token != "" && byCookie {
		if err := h.origins.CheckForeign(c); err != nil {
			return usecase.Identity{}, err
		}
	}
	return h.session(ctx)
}

// maybeSession is who asks, nil when nobody is logged in, or when a foreign site made the browser ask.
func (h *handlers) maybeSession(ctx context.Context) (*usecase.Identity, error) {
	identity, err := h.actingSession(ctx)
	switch {
	case err == nil:
		return &identity, nil
	case domain.AsFault(err).IsRefusal():
		return nil, nil
	default:
		return nil, err
	}
}

// tokenOf is the session token of a request. The header, which somebody has put there on purpose, wins over the cookie, which
// the browser adds by itself: a bad header never turns into the cookie's user.
func tokenOf(c *gin.Context) (token string, byCookie bool) {
	if header := c.GetHeader(headerName); header != "" {
		return header, false
	}
	return cookie.Get(c), true
}

func (h *handlers) countSessions(ctx context.Context, a domain.Account) (int64, error) {
	count, err := h.core.CountSessions.Execute(ctx, usecase.CountSessionsIn{Caller: httpapi.CallerOf(ctx, h.dialect), AccountID: a.ID})
	return int64(count), err
}
