package bigcity

import (
	"strings"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/bigcity"
	"latchkey/usecase"
)

// checkCustomerID refuses what can be no customer's ID.
func checkCustomerID(id string) error {
	if strings.TrimSpace(id) == "" {
		return httpapi.Required("customer_id")
	}
	if !domain.IsLine(id, 64) {
		return domain.Malformed("customer_id")
	}
	return nil
}

// loginIn reads an answer. An otp of the wrong shape is a wrong one, but no guess (C8).
func loginIn(caller usecase.Caller, body gen.VerifyOTPRequest) (usecase.LoginByCodeIn, error) {
	if err := checkCustomerID(body.CustomerID); err != nil {
		return usecase.LoginByCodeIn{}, err
	}
	switch {
	case body.OTP == "":
		return usecase.LoginByCodeIn{}, httpapi.Required("otp")
	case body.ReferenceID == "":
		return usecase.LoginByCodeIn{}, httpapi.Required("reference_id")
	case !httpapi.IsCode(body.OTP, caller.Dialect.Codes.Length):
		return usecase.LoginByCodeIn{}, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	return usecase.LoginByCodeIn{
		Caller: caller, CustomerID: body.CustomerID,
		Answer: usecase.Answer{Purpose: domain.PurposeLogin, Handle: body.ReferenceID, Code: body.OTP},
	}, nil
}

// mask shows the first two and the last two digits of a number's national part: 98XXXXXX45.
func mask(phone domain.Contact) string {
	digits := phone.National()
	if len(digits) <= 4 {
		return strings.Repeat("X", len(digits))
	}
	return digits[:2] + strings.Repeat("X", len(digits)-4) + digits[len(digits)-2:]
}
