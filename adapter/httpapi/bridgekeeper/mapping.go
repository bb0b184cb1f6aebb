package bridgekeeper

import (
	"slices"
	"strings"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// The longest names and passwords that the document allows, in characters and in bytes.
const (
	maxName     = 254
	maxPassword = 1024
)

// mediums are the channels in the dialect's words.
var mediums = map[domain.Channel]gen.OTPMedium{domain.SMS: gen.OTPMediumPhoneNumber, domain.Email: gen.OTPMediumEmail}

// given tells whether a request has a value, and not only its key.
func given(value *string) bool { return value != nil && strings.TrimSpace(*value) != "" }

// contactsOf reads whom a request names, the phone first; none when it has neither key. Forms send both keys and leave one
// blank, so a blank one is refused only when there is nothing beside it.
func contactsOf(phone, email *string) ([]domain.Contact, error) {
	var contacts []domain.Contact
	if given(phone) {
		contact, err := domain.ParsePhone(strings.TrimSpace(*phone), "")
		if err != nil {
			return nil, domain.Malformed("phone-number")
		}
		contacts = append(contacts, contact)
	}
	if given(email) {
		contact, err := domain.ParseEmail(*email)
		if err != nil {
			return nil, domain.Malformed("email")
		}
		contacts = append(contacts, contact)
	}
	if len(contacts) == 0 && (phone != nil || email != nil) {
		return nil, httpapi.Required("phone-number or email")
	}
	return contacts, nil
}

// pick keeps the contacts of the mediums that a request asks for, all when it asks for none in particular.
func pick(contacts []domain.Contact, wanted *[]gen.OTPMedium) ([]domain.Contact, error) {
	if wanted == nil || len(*wanted) == 0 {
		return contacts, nil
	}
	if slices.ContainsFunc(*wanted, func(medium gen.OTPMedium) bool { return !medium.Valid() }) {
		return nil, domain.Malformed("mediums")
	}
	picked := slices.DeleteFunc(slices.Clone(contacts), func(c domain.Contact) bool {
		return !slices.Contains(*wanted, mediums[c.Channel()])
	})
	if len(picked) == 0 {
		return nil, httpapi.Required(string((*wanted)[0]))
	}
	return picked, nil
}

// ownContacts are where a logged-in user's codes go: to the mail address, or to the phone of who has none, unless the request
// asks for other mediums.
func ownContacts(a domain.Account, wanted *[]gen.OTPMedium) ([]domain.Contact, error) {
	contacts := slices.DeleteFunc([]domain.Contact{a.PhoneContact(), a.EmailContact()}, domain.Contact.IsZero)
	if len(contacts) == 0 {
		return nil, httpapi.Required("phone-number or email")
	}
	if wanted == nil || len(*wanted) == 0 {
		return contacts[len(contacts)-1:], nil
	}
	return pick(contacts, wanted)
}

// sentText tells by which ways codes went out, in the words that the npm client knows.
func sentText(sent []domain.Contact) string {
	switch {
	case len(sent) > 1:
		return "OTP was sent successfully through Email and SMS"
	case sent[0].Channel() == domain.Email:
		return "OTP was sent successfully only through Email. OTP was not sent through SMS"
	default:
		return "OTP was sent successfully only through SMS. OTP was not sent through Email"
	}
}

// codeIn reads an answer. An otp of the wrong shape is a wrong one, but no guess (C8).
func codeIn(caller usecase.Caller, body gen.LoginRequest, signUp bool) (usecase.LoginByCodeIn, error) {
	contacts, err := contactsOf(body.PhoneNumber, body.Email)
	switch {
	case err != nil:
		return usecase.LoginByCodeIn{}, err
	case len(contacts) == 0:
		return usecase.LoginByCodeIn{}, httpapi.Required("phone-number or email")
	case len(contacts) > 1:
		return usecase.LoginByCodeIn{}, httpapi.Required("either phone-number or email")
	case !httpapi.IsCode(*body.OTP, caller.Dialect.Codes.Length):
		return usecase.LoginByCodeIn{}, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	in := usecase.LoginByCodeIn{
		Caller: caller, Answer: usecase.Answer{Purpose: domain.PurposeLogin, Contact: contacts[0], Code: *body.OTP},
	}
	if signUp && body.AutoSignup != nil && *body.AutoSignup {
		in.Enroll = &domain.Account{}
	}
	return in, nil
}

// passwordIn reads a name and a password. Clients send one address as username and as email at once, so the username counts
// when both are there, and may be a mail address.
func passwordIn(caller usecase.Caller, body gen.LoginRequest) (usecase.AuthenticatePasswordIn, error) {
	login, err := loginOf(body)
	if err != nil {
		return usecase.AuthenticatePasswordIn{}, err
	}
	if len(*body.Password) > maxPassword {
		return usecase.AuthenticatePasswordIn{}, domain.Malformed("password")
	}
	return usecase.AuthenticatePasswordIn{Caller: caller, Login: login, Password: *body.Password}, nil
}

func loginOf(body gen.LoginRequest) (domain.Identifier, error) {
	switch {
	case given(body.Username):
		if contact, err := domain.ParseEmail(*body.Username); err == nil {
			return domain.ContactIdentifier(contact), nil
		}
		username := domain.NormalizeUsername(*body.Username)
		if !domain.IsLine(username, maxName) {
			return domain.Identifier{}, domain.Malformed("username")
		}
		return domain.Identifier{Kind: domain.ByUsername, Value: username}, nil
	case given(body.Email):
		contact, err := domain.ParseEmail(*body.Email)
		if err != nil {
			return domain.Identifier{}, domain.Malformed("email")
		}
		return domain.ContactIdentifier(contact), nil
	default:
		return domain.Identifier{}, httpapi.Required("username or email")
	}
}

// userOf is an account as this dialect shows it. What Latchkey does not keep is null.
func userOf(a domain.Account) gen.User {
	user := gen.User{
		ID: a.ID, Name: nullable(a.Name), Email: nullable(a.Email), CreatedAt: a.CreatedAt.UnixMilli(),
		FirstName: nullable(a.FirstName), LastName: nullable(a.LastName), PhoneNumber: nullable(a.Phone),
		UpdatedAt: a.UpdatedAt.UnixMilli(), Username: nullable(a.Username), LoginPhoneNumber: nullable(a.Phone),
	}
	switch {
	case a.EmailVerified:
		user.VerificationStatus = new(gen.VerificationStatusEmail)
	case a.PhoneVerified:
		user.VerificationStatus = new(gen.VerificationStatusPhone)
	}
	return user
}

func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// sessionsOf are sessions as their owner sees them; current is the id of the one that asks.
func sessionsOf(sessions []domain.Session, current string) []gen.UserSession {
	shown := make([]gen.UserSession, 0, len(sessions))
	for _, s := range sessions {
		shown = append(shown, gen.UserSession{
			CreatedAt: s.CreatedAt.UnixMilli(), ExpiresAt: s.ExpiresAt.UnixMilli(), UserAgent: s.UserAgent, IPAddress: s.ClientIP,
			Current: s.ID == current,
		})
	}
	return shown
}
