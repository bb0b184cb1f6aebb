package goodcity

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
	"latchkey/usecase"
)

// readMobile reads the number that asks for a pin.
func (e era) readMobile(c *gin.Context, raw string) (domain.Contact, error) {
	if isBlank(raw) {
		return domain.Contact{}, withText(c, codeValue, e.blankMobile)
	}
	contact, ok := e.parseMobile(raw)
	if !ok {
		return domain.Contact{}, withText(c, codeValue, e.badMobile)
	}
	return contact, nil
}

// parseMobile takes a number strictly as the era writes it, and only one that the numbering plan has assigned (S4).
func (e era) parseMobile(raw string) (domain.Contact, bool) {
	if !e.mobile.MatchString(raw) {
		return domain.Contact{}, false
	}
	contact, err := domain.ParsePhone(raw, "")
	return contact, err == nil
}

// readUser reads who signs up and where the pin goes. Everything is checked whether or not there is such a user already: the
// reply must not tell (E4).
func (e era) readUser(c *gin.Context, u gen.UserAuth) (domain.Contact, domain.Account, error) {
	contact, faults := e.readContact(text(u.Mobile), text(u.Email))
	district, ok := readDistrict(text(u.AddressAttributes.DistrictID))
	if !ok {
		faults = append(faults, "District is invalid")
	}
	account := domain.Account{
		FirstName: text(u.FirstName), LastName: text(u.LastName), Locale: httpapi.Language(c),
		Address: domain.Address{DistrictID: district, Type: text(u.AddressAttributes.AddressType)},
	}
	if !contact.IsZero() {
		if fault := domain.AsFault(withContact(account, contact).Validate()); fault != nil {
			faults = append(faults, labels[fault.Field]+" is invalid")
		}
	}
	if len(faults) > 0 {
		return domain.Contact{}, domain.Account{}, withText(c, codeValue, strings.Join(faults, ". "))
	}
	return contact, account, nil
}

// labels are the names of fields in refusals.
var labels = map[string]string{"first_name": "First name", "last_name": "Last name", "address_type": "Address type"}

func withContact(a domain.Account, c domain.Contact) domain.Account {
	a.SetContact(c)
	return a
}

// readContact is the number, else the mail address, and what is wrong with either. The address beside a number must be one, but
// is not kept: nobody has proven it, and whoever owns it would find a stranger's account under it.
func (e era) readContact(mobile, email string) (contact domain.Contact, faults []string) {
	if isBlank(mobile) && isBlank(email) {
		return domain.Contact{}, []string{e.noContact}
	}
	if !isBlank(mobile) {
		var ok bool
		if contact, ok = e.parseMobile(mobile); !ok {
			faults = append(faults, e.badMobile)
		}
	}
	if !isBlank(email) {
		address, err := domain.ParseEmail(email)
		if err != nil {
			faults = append(faults, "Email is invalid")
		}
		if isBlank(mobile) {
			contact = address
		}
	}
	return contact, faults
}

// readDistrict is a district's number, 0 for none.
func readDistrict(raw string) (int64, bool) {
	if isBlank(raw) {
		return 0, true
	}
	number, err := strconv.ParseUint(raw, 10, 31)
	return int64(number), err == nil
}

// loginIn reads an answer. A pin or a key of the wrong shape, and an unknown app, are refused before any lookup and are no
// guess (C8).
func loginIn(c *gin.Context, caller usecase.Caller, body gen.VerifyPinRequest) (usecase.LoginByCodeIn, error) {
	app, known := appOf(c)
	if !known || !httpapi.IsCode(body.Pin, caller.Dialect.Codes.Length) || !isKey(body.OTPAuthKey) {
		return usecase.LoginByCodeIn{}, domain.NewFault(domain.Unauthenticated, domain.CodeUnknown)
	}
	return usecase.LoginByCodeIn{
		Caller: caller, Permit: mayUse(app),
		Answer: usecase.Answer{Purpose: domain.PurposeLogin, Handle: body.OTPAuthKey, Code: body.Pin},
	}, nil
}

func isKey(s string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && len(s) == keyLength
}

// tokenOf is the token of a request, empty when there is none. The word Bearer may be left out, and the apps send what stands for
// nothing in JavaScript when nobody is logged in.
func tokenOf(c *gin.Context) string {
	token := strings.TrimSpace(c.GetHeader("Authorization"))
	if scheme, rest, _ := strings.Cut(token, " "); strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "null" || token == "undefined" {
		return ""
	}
	return token
}

// longestHandle is how many characters of a push handle the databases keep.
const longestHandle = 700

// readHandle reads the handle of a device.
func readHandle(c *gin.Context, raw string) (string, error) {
	if isBlank(raw) {
		return "", withText(c, codeValue, "Handle can't be blank")
	}
	if !domain.IsLine(raw, longestHandle) {
		return "", withText(c, codeValue, "Handle is invalid")
	}
	return raw, nil
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// text is an optional parameter, empty when it is absent.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
