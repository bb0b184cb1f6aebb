package bridgekeeper

import (
	"context"
	"strconv"
	"strings"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// UpdateUserWithOTP proves a contact of the logged-in user: the one that the user has, or another one to have instead.
func (h *handlers) UpdateUserWithOTP(ctx context.Context, request gen.UpdateUserWithOTPRequestObject) (gen.UpdateUserWithOTPResponseObject, error) {
	identity, err := h.actingSession(ctx)
	if err != nil {
		return nil, err
	}
	contact, err := provenContact(identity.Account, request.Body.User)
	if err != nil {
		return nil, err
	}
	if !httpapi.IsCode(request.Body.OTP, h.dialect.Codes.Length) {
		return nil, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	account, err := h.core.ChangeContact.Execute(ctx, usecase.ChangeContactIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Identity: identity,
		Answer: usecase.Answer{Purpose: domain.PurposeLogin, Contact: contact, Code: request.Body.OTP},
	})
	if err != nil {
		return nil, err
	}
	reply, err := h.current(ctx, account)
	return gen.UpdateUserWithOTP200JSONResponse(reply), err
}

// provenContact is the contact that a request names, or the user's own of the sort that it names.
func provenContact(a domain.Account, user gen.ProvenContact) (domain.Contact, error) {
	phone, err := onePhone(user.LoginPhoneNumber, user.PhoneNumber)
	if err != nil {
		return domain.Contact{}, err
	}
	contacts, err := contactsOf(phone, user.Email)
	switch {
	case err != nil:
		return domain.Contact{}, err
	case len(contacts) > 1:
		return domain.Contact{}, httpapi.Required("either phone-number or email")
	case len(contacts) == 1:
		return contacts[0], nil
	case user.VerificationStatus == nil:
		return domain.Contact{}, httpapi.Required("email, phone-number or verification-status")
	}
	own := domain.Contact{}
	switch *user.VerificationStatus {
	case gen.ContactSortEmail:
		own = a.EmailContact()
	case gen.ContactSortPhone:
		own = a.PhoneContact()
	}
	if own.IsZero() {
		return own, domain.Malformed("verification-status")
	}
	return own, nil
}

// onePhone is the number that two keys may both hold.
func onePhone(keys ...*gen.PhoneText) (*string, error) {
	var phone *string
	for _, key := range keys {
		if key == nil {
			continue
		}
		number, err := phoneOf(*key)
		if err != nil || (phone != nil && *phone != number) {
			return nil, domain.Malformed("phone-number")
		}
		phone = &number
	}
	return phone, nil
}

// phoneOf reads a number as text, or as an integer, which has lost its plus sign.
func phoneOf(value gen.PhoneText) (string, error) {
	if digits, err := value.AsPhoneDigits(); err == nil {
		if digits < 0 {
			return "", domain.Malformed("phone-number")
		}
		return "+" + strconv.FormatInt(digits, 10), nil
	}
	return value.AsPhoneNumber()
}

// UpdateUserProfile changes the names of the logged-in user.
func (h *handlers) UpdateUserProfile(ctx context.Context, request gen.UpdateUserProfileRequestObject) (gen.UpdateUserProfileResponseObject, error) {
	identity, err := h.actingSession(ctx)
	if err != nil {
		return nil, err
	}
	account, err := h.core.EditProfile.Execute(ctx, usecase.EditProfileIn{
		Caller: httpapi.CallerOf(ctx, h.dialect), Identity: identity,
		Name: trimmed(request.Body.Name), FirstName: trimmed(request.Body.FirstName), LastName: trimmed(request.Body.LastName),
	})
	if err != nil {
		return nil, err
	}
	reply, err := h.current(ctx, account)
	return gen.UpdateUserProfile200JSONResponse(reply), err
}

// trimmed is a name without the spaces around it; nil stays nil.
func trimmed(name *string) *string {
	if name == nil {
		return nil
	}
	short := strings.TrimSpace(*name)
	return &short
}
