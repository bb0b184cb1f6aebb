package bridgekeeper

import (
	"context"
	"strings"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// SignUpUser makes an account, with a code or with a password.
func (h *handlers) SignUpUser(ctx context.Context, request gen.SignUpUserRequestObject) (gen.SignUpUserResponseObject, error) {
	if !h.signUp {
		return nil, domain.NewFault(domain.Forbidden, codeSignUpOff)
	}
	in, err := signUpIn(httpapi.CallerOf(ctx, h.dialect), *request.Body)
	if err != nil {
		return nil, err
	}
	grant, err := h.core.SignUp.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	count, err := h.countSessions(ctx, grant.Account)
	if err != nil {
		return nil, err
	}
	reply := gen.SignUpUser200JSONResponse{Body: gen.SignUpUserReply{User: userOf(grant.Account), ActiveSessionsCount: count, Source: source}}
	if grant.AccessToken != "" {
		cookie.Set(h.server, httpapi.Gin(ctx), grant.AccessToken, h.dialect.Lifetimes.Absolute)
		reply.Headers.XQtAuth = &grant.AccessToken
	}
	return reply, nil
}

// signUpIn reads a request for an account: a contact and its code, or a mail address and a password, which may go with a code too.
func signUpIn(caller usecase.Caller, body gen.SignUpUserRequest) (usecase.SignUpIn, error) {
	account, err := wantedAccount(body)
	if err != nil {
		return usecase.SignUpIn{}, err
	}
	in := usecase.SignUpIn{
		Caller: caller, Account: account, Rule: passwordRule, WithoutSession: body.DontLogin != nil && *body.DontLogin,
	}
	if body.Password != nil {
		in.Password = *body.Password
	}
	if !given(body.OTP) {
		switch {
		case !given(body.Password):
			return in, httpapi.Required("either otp or password")
		case account.Email == "":
			return in, httpapi.Required("email")
		}
		return in, nil
	}
	contact, err := answered(caller, body)
	if err != nil {
		return in, err
	}
	// Whatever else the request names is not proven, and might be somebody else's.
	in.Account.Email = ""
	in.Answer = &usecase.Answer{Purpose: domain.PurposeLogin, Contact: contact, Code: *body.OTP}
	return in, nil
}

// wantedAccount reads names and mail address. A username that is a mail address must be the account's own: it is found by that
// already, and nobody else may have it.
func wantedAccount(body gen.SignUpUserRequest) (domain.Account, error) {
	account := domain.Account{Name: text(body.Name), FirstName: text(body.FirstName), LastName: text(body.LastName)}
	if given(body.Email) {
		email, err := domain.ParseEmail(*body.Email)
		if err != nil {
			return account, domain.Malformed("email")
		}
		account.Email = email.Address()
	}
	if !given(body.Username) {
		return account, nil
	}
	if contact, err := domain.ParseContact(*body.Username, ""); err == nil {
		if contact != account.EmailContact() {
			return account, domain.Malformed("username")
		}
		return account, nil
	}
	account.Username = domain.NormalizeUsername(*body.Username)
	if !domain.IsLine(account.Username, maxName) {
		return account, domain.Malformed("username")
	}
	return account, nil
}

// answered is the contact that a code proves. An otp of the wrong shape is a wrong one, but no guess (C8).
func answered(caller usecase.Caller, body gen.SignUpUserRequest) (domain.Contact, error) {
	phone := body.LoginPhoneNumber
	if !given(phone) {
		phone = body.PhoneNumber
	}
	contacts, err := contactsOf(phone, body.Email)
	switch {
	case err != nil:
		return domain.Contact{}, err
	case len(contacts) == 0:
		return domain.Contact{}, httpapi.Required("login-phone-number or email")
	case len(contacts) > 1:
		return domain.Contact{}, httpapi.Required("either login-phone-number or email")
	case !httpapi.IsCode(*body.OTP, caller.Dialect.Codes.Length):
		return domain.Contact{}, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	return contacts[0], nil
}

// text is a value without the spaces around it, or the empty text.
func text(value *string) string {
	if value == nil {
		return ""
	}
	return strings.TrimSpace(*value)
}
