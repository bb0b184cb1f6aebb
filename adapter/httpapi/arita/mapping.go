package arita

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// purposes are the document's OtpNature.
var purposes = map[gen.OTPNature]domain.Purpose{
	gen.OTPNatureResetPassword: domain.PurposeResetPassword,
	gen.OTPNatureUpdateEmail:   domain.PurposeChangeEmail,
	gen.OTPNatureUpdatePhone:   domain.PurposeChangePhone,
	gen.OTPNatureWebLogin:      domain.PurposeLogin,
}

// The fields that faults name beside those of the core.
const (
	fieldEmail       = "email"
	fieldPhone       = "phone"
	fieldLoginID     = "loginID"
	fieldPassword    = "password"
	fieldOldPassword = "oldPassword"
)

// longestLoginID is in bytes, as is the longest mail address. Whatever the caller wrote goes into the otpToken.
const longestLoginID = 254

// homeRegion is where numbers without a country code are: the sibling API spells its users' with Hong Kong's eight digits.
const homeRegion = "HK"

// contactFor reads a loginID: a mail address or a number, but only one of them where a contact of that sort is changed.
// Usernames are neither.
func contactFor(nature gen.OTPNature, loginID string) (domain.Contact, error) {
	if loginID == "" {
		return domain.Contact{}, httpapi.Required(fieldLoginID)
	}
	if nature == gen.OTPNatureUpdateEmail {
		return readEmail(loginID)
	}
	field, parse := fieldLoginID, domain.ParseContact
	if nature == gen.OTPNatureUpdatePhone {
		field, parse = fieldPhone, domain.ParsePhone
	}
	contact, err := parse(loginID, homeRegion)
	if err != nil || len(loginID) > longestLoginID {
		return domain.Contact{}, invalidContact(field)
	}
	return contact, nil
}

func invalidContact(field string) error {
	return &domain.Fault{Kind: domain.Invalid, Code: domain.CodeContactInvalid, Field: field}
}

// readEmail reads a field that can only be a mail address.
func readEmail(raw string) (domain.Contact, error) {
	if raw == "" {
		return domain.Contact{}, httpapi.Required(fieldEmail)
	}
	contact, err := domain.ParseEmail(raw)
	if err != nil || len(raw) > longestLoginID {
		return domain.Contact{}, invalidContact(fieldEmail)
	}
	return contact, nil
}

// readCode spells an otp with all its digits: an integer has lost its leading zeros, and a caller may lose those of a string. A
// number is judged as it was written, so that 427.0, 4.27e2 and -427 are no codes (C8).
func readCode(otp gen.OTPCode, length int) (string, error) {
	digits, err := otp.AsOTPDigits()
	if err != nil {
		raw, err := otp.MarshalJSON()
		if err != nil {
			return "", domain.Malformed("otp")
		}
		digits = string(raw)
	}
	if digits == "" || digits == "null" {
		return "", httpapi.Required("otp")
	}
	code := strings.Repeat("0", max(0, length-len(digits))) + digits
	if !httpapi.IsCode(code, length) {
		return "", domain.Malformed("otp")
	}
	return code, nil
}

// loginIn reads a login by password. A password that the document's rule does not allow can be nobody's: it is answered like a
// wrong one, without hashing it, but for one that is longer than any.
func loginIn(caller usecase.Caller, body gen.EmailLoginDTO) (usecase.AuthenticatePasswordIn, error) {
	email, err := readEmail(body.Email)
	switch {
	case err != nil:
		return usecase.AuthenticatePasswordIn{}, err
	case body.Password == "":
		return usecase.AuthenticatePasswordIn{}, httpapi.Required(fieldPassword)
	case utf8.RuneCountInString(body.Password) > loginRule.Max:
		return usecase.AuthenticatePasswordIn{}, domain.Malformed(fieldPassword)
	case loginRule.Check(body.Password) != nil:
		return usecase.AuthenticatePasswordIn{}, domain.NewFault(domain.Unauthenticated, domain.CodeBadCredentials)
	}
	return usecase.AuthenticatePasswordIn{Caller: caller, Login: domain.ContactIdentifier(email), Password: body.Password}, nil
}

// setPasswordIn reads a new password. An absent one is to be made up; an empty one is a mistake, and only breaks the rule.
func setPasswordIn(caller usecase.Caller, identity usecase.Identity, body *gen.UserSetPasswordReqDTO) (usecase.SetPasswordIn, error) {
	in := usecase.SetPasswordIn{Caller: caller, Identity: identity, Rule: newPasswordRule}
	if body == nil {
		body = &gen.UserSetPasswordReqDTO{}
	}
	if body.Password != nil {
		if *body.Password == "" {
			return in, domain.NewFault(domain.Invalid, domain.CodePasswordRule)
		}
		in.Password = *body.Password
	}
	if identity.Session.Scope == domain.ScopeReset {
		return in, nil
	}
	switch {
	case body.OldPassword == nil || *body.OldPassword == "":
		return in, httpapi.Required(fieldOldPassword)
	case utf8.RuneCountInString(*body.OldPassword) > loginRule.Max:
		return in, domain.Malformed(fieldOldPassword)
	}
	in.Old = *body.OldPassword
	return in, nil
}

// setPasswordFault says which password a refusal is about.
func setPasswordFault(err error, in usecase.SetPasswordIn) error {
	switch {
	case domain.HasCode(err, domain.CodeBadCredentials):
		return &domain.Fault{Kind: domain.Unauthenticated, Code: domain.CodeBadCredentials, Field: fieldOldPassword}
	case in.Password == "" && domain.HasCode(err, domain.CodeMalformed):
		return httpapi.Required(fieldPassword) // there is no verified address to mail one to
	}
	return err
}

// refuseNullPassword refuses a password that is null. To the binding it would look like an absent one, and an absent one is
// replaced by one that is made up.
func refuseNullPassword(_ *gin.Context, object []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, domain.Malformed("body")
	}
	for name, value := range fields {
		if strings.EqualFold(name, fieldPassword) && bytes.Equal(value, []byte("null")) {
			return nil, domain.Malformed(fieldPassword)
		}
	}
	return object, nil
}
