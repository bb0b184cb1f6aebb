package bridgekeeper

import (
	"context"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// source is where all users of this server come from, in the dialect's words.
const source = "bridgekeeper"

// handlers implements the generated interface.
type handlers struct {
	server  *httpapi.Server
	core    *usecase.Core
	dialect *usecase.Dialect
	origins *httpapi.Origins
	signUp  bool // whether auto-signup is honoured
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// SendUserOTP sends codes to whom the request names, or to the logged-in user.
func (h *handlers) SendUserOTP(ctx context.Context, request gen.SendUserOTPRequestObject) (gen.SendUserOTPResponseObject, error) {
	contacts, err := h.recipients(ctx, *request.Body)
	if err != nil {
		return nil, err
	}
	sent, err := h.send(ctx, contacts, request.Body.AlwaysSend != nil && *request.Body.AlwaysSend)
	if err != nil {
		return nil, err
	}
	return gen.SendUserOTP200JSONResponse{Message: sentText(sent)}, nil
}

// recipients are the contacts that a request names, and the user's own when it names none.
func (h *handlers) recipients(ctx context.Context, body gen.SendOTPRequest) ([]domain.Contact, error) {
	contacts, err := contactsOf(body.PhoneNumber, body.Email)
	if err != nil {
		return nil, err
	}
	if len(contacts) > 0 {
		return pick(contacts, body.Mediums)
	}
	identity, err := h.actingSession(ctx)
	if err != nil {
		return nil, err
	}
	return ownContacts(identity.Account, body.Mediums)
}

// send asks for a code to each contact and returns those that got one, in the eyes of who asked. When all are limited it
// returns the fault with the shortest wait: who comes back then gets at least one. Any other fault is one of the whole request.
func (h *handlers) send(ctx context.Context, contacts []domain.Contact, strangers bool) ([]domain.Contact, error) {
	var sent []domain.Contact
	var soonest *domain.Fault
	for _, contact := range contacts {
		_, err := h.core.IssueChallenge.Execute(ctx, usecase.IssueChallengeIn{
			Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, Contact: contact, Strangers: strangers,
		})
		switch fault := domain.AsFault(err); {
		case fault == nil:
			sent = append(sent, contact)
		case fault.Kind != domain.Limited:
			return nil, err
		case soonest == nil || fault.RetryAfter < soonest.RetryAfter:
			soonest = fault
		}
	}
	if len(sent) == 0 {
		return nil, soonest
	}
	return sent, nil
}

// LoginUser trades a code or a password for a session.
func (h *handlers) LoginUser(ctx context.Context, request gen.LoginUserRequestObject) (gen.LoginUserResponseObject, error) {
	hasCode, hasPassword := given(request.Body.OTP), given(request.Body.Password)
	if hasCode == hasPassword {
		return nil, httpapi.Required("either otp or password")
	}
	if hasPassword {
		in, err := passwordIn(httpapi.CallerOf(ctx, h.dialect), *request.Body)
		if err != nil {
			return nil, err
		}
		grant, err := h.core.AuthenticatePassword.Execute(ctx, in)
		if err != nil {
			return nil, err
		}
		return h.welcome(ctx, grant)
	}
	in, err := codeIn(httpapi.CallerOf(ctx, h.dialect), *request.Body, h.signUp)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.LoginByCode.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	return h.welcome(ctx, grant)
}

// welcome hands over a new session, in the cookie and in the header.
func (h *handlers) welcome(ctx context.Context, grant usecase.Grant) (gen.LoginUserResponseObject, error) {
	count, err := h.countSessions(ctx, grant.Account)
	if err != nil {
		return nil, err
	}
	cookie.Set(h.server, httpapi.Gin(ctx), grant.AccessToken, h.dialect.Lifetimes.Absolute)
	return gen.LoginUser200JSONResponse{
		Body:    gen.LoginReply{User: userOf(grant.Account), ActiveSessionsCount: count, Source: source},
		Headers: gen.LoginUser200ResponseHeaders{XQtAuth: grant.AccessToken},
	}, nil
}

// GetCurrentUser shows the user of the session.
func (h *handlers) GetCurrentUser(ctx context.Context, _ gen.GetCurrentUserRequestObject) (gen.GetCurrentUserResponseObject, error) {
	identity, err := h.session(ctx)
	if err != nil {
		return nil, err
	}
	count, err := h.countSessions(ctx, identity.Account)
	if err != nil {
		return nil, err
	}
	return gen.GetCurrentUser200JSONResponse{User: userOf(identity.Account), ActiveSessionsCount: count, Source: source}, nil
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
