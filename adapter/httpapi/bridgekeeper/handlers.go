package bridgekeeper

import (
	"context"

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
	signUp  bool   // whether accounts can be made here
	reset   string // the page that sets a new password
}

var _ gen.StrictServerInterface = (*handlers)(nil)

// SendUserOTP sends codes to whom the request names, or to the logged-in user.
func (h *handlers) SendUserOTP(ctx context.Context, request gen.SendUserOTPRequestObject) (gen.SendUserOTPResponseObject, error) {
	contacts, owner, err := h.recipients(ctx, *request.Body)
	if err != nil {
		return nil, err
	}
	sent, err := h.send(ctx, contacts, owner, request.Body.AlwaysSend != nil && *request.Body.AlwaysSend)
	if err != nil {
		return nil, err
	}
	return gen.SendUserOTP200JSONResponse{Message: sentText(sent)}, nil
}

// recipients are the contacts that a request names, and the user's own when it names none. owner is the logged-in user, nil when
// nobody is.
func (h *handlers) recipients(ctx context.Context, body gen.SendUserOTPRequest) (contacts []domain.Contact, owner *usecase.Identity, err error) {
	contacts, err = contactsOf(body.PhoneNumber, body.Email)
	if err != nil {
		return nil, nil, err
	}
	if len(contacts) > 0 {
		if contacts, err = pick(contacts, body.Mediums); err != nil {
			return nil, nil, err
		}
		owner, err = h.maybeSession(ctx)
		return contacts, owner, err
	}
	identity, err := h.actingSession(ctx)
	if err != nil {
		return nil, nil, err
	}
	contacts, err = ownContacts(identity.Account, body.Mediums)
	return contacts, &identity, err
}

// send asks for a code to each contact and returns those that got one, in the eyes of who asked. When all are limited it
// returns the fault with the shortest wait: who comes back then gets at least one. Any other fault is one of the whole request.
func (h *handlers) send(ctx context.Context, contacts []domain.Contact, owner *usecase.Identity, strangers bool) ([]domain.Contact, error) {
	var sent []domain.Contact
	var soonest *domain.Fault
	for _, contact := range contacts {
		in := usecase.IssueChallengeIn{
			Caller: httpapi.CallerOf(ctx, h.dialect), Purpose: domain.PurposeLogin, Contact: contact, Strangers: strangers,
		}
		if owner != nil && owner.Account.ContactBy(contact.Channel()) != contact {
			in.Owner = owner
		}
		_, err := h.core.IssueChallenge.Execute(ctx, in)
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
