package goodcity

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
)

// Causes that only this room knows.
const (
	codeParameter  domain.Code = "parameter"   // missing or of the wrong type; see withText
	codeValue      domain.Code = "value"       // breaks a rule; see withText
	codePin        domain.Code = "pin"         // whatever verify refuses
	codeUnknownApp domain.Code = "unknown_app" // the app that calls is none that we know
)

// textKey is where withText leaves its text.
const textKey = "goodcity.text"

// withText is a fault whose text only the place that found it knows. The text may repeat a number that stood in the place of a
// text, as the original's does, so it stays out of the fault and of whatever is made of that.
func withText(c *gin.Context, code domain.Code, text string) *domain.Fault {
	c.Set(textKey, text)
	return domain.NewFault(domain.Invalid, code)
}

// The texts that have a translation.
const (
	textPin      = "Invalid SMS code."
	textToken    = "Invalid token"
	textExpired  = "Expired token"
	textDenied   = "You are not authorized to take this action."
	textTooOften = "Too many requests. Please try again later."
)

// chinese are the original's translations, and one of a text of our own.
var chinese = map[string]string{
	textPin:      "驗證碼不正確。",
	textToken:    "代碼不正確",
	textExpired:  "代碼已過期",
	textDenied:   "你沒有權限執行這項行動。",
	textTooOften: "要求過於頻繁，請稍後再試。",
}

// say is a text in the language of the request, in English where there is no translation.
func say(c *gin.Context, text string) string {
	if translated, ok := chinese[text]; ok && httpapi.Language(c) == "zh-tw" {
		return translated
	}
	return text
}

// words are the original's of one era: "errors" for values that break a rule, "error" for everything else.
func (e era) words(c *gin.Context, f *domain.Fault) httpapi.Reply {
	switch f.Code {
	case codePin:
		body := gen.GoodCityPinErrors{Errors: gen.GoodCityPinError{Pin: say(c, textPin)}}
		return httpapi.Reply{Status: http.StatusUnprocessableEntity, Body: body}
	case codeValue:
		return httpapi.Reply{Status: http.StatusUnprocessableEntity, Body: gen.GoodCityErrors{Errors: c.GetString(textKey)}}
	case domain.CodeContactInvalid:
		return httpapi.Reply{Status: http.StatusUnprocessableEntity, Body: gen.GoodCityErrors{Errors: e.badMobile}}
	case codeParameter:
		return httpapi.Reply{Status: http.StatusUnprocessableEntity, Body: gen.GoodCityError{Error: c.GetString(textKey)}}
	case codeUnknownApp:
		return e.unknownApp
	case domain.CodeTokenMissing, domain.CodeTokenInvalid:
		return unauthorized(e.failure(http.StatusUnauthorized, "UnauthorizedError", say(c, textToken)))
	case domain.CodeTokenExpired:
		return unauthorized(e.failure(http.StatusUnauthorized, "UnauthorizedError", say(c, e.expired)))
	case domain.CodeAccountDisabled:
		return httpapi.Reply{Status: http.StatusForbidden, Body: e.failure(http.StatusForbidden, "AccessDeniedError", say(c, e.denied))}
	case domain.CodeSendsLimited, domain.CodeCallsLimited:
		return httpapi.Reply{Status: http.StatusTooManyRequests, Body: gen.GoodCityErrors{Errors: say(c, textTooOften)}}
	case httpapi.CodeBodyTooLarge:
		return httpapi.Reply{Status: http.StatusRequestEntityTooLarge, Body: gen.GoodCityError{Error: "Request body is too large"}}
	default:
		status := httpapi.Status(f)
		return httpapi.Reply{Status: status, Body: gen.GoodCityError{Error: http.StatusText(status)}}
	}
}

// failure is the body of a refused token.
func (e era) failure(status int32, kind, text string) gen.GoodCityError {
	if !e.typed {
		return gen.GoodCityError{Error: text}
	}
	return gen.GoodCityError{Error: text, Type: &kind, Status: &status}
}

// unauthorized is a 401, which always names a scheme (RFC 9110 15.5.2).
func unauthorized(body gen.GoodCityError) httpapi.Reply {
	return httpapi.Reply{Status: http.StatusUnauthorized, Body: body, Header: http.Header{"Www-Authenticate": {"Bearer"}}}
}
