package goodcity

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
	"latchkey/usecase"
)

// tokenLifetime is that of the tokens in the apps' own test fixtures; the document is silent.
const tokenLifetime = 14 * 24 * time.Hour

// keyLength is how many characters a key has: 16 bytes in standard base64.
const keyLength = 24

// traditionalChinese is the one language besides English.
var traditionalChinese = language.MustParse("zh-TW")

// newDialect is what the document says, four digits; five minutes and three tries are Latchkey's choice.
func newDialect(settings httpapi.Settings) (*usecase.Dialect, error) {
	d := &usecase.Dialect{
		Name:      Name,
		Codes:     domain.DefaultCodePolicy(CodeLength),
		Lifetimes: domain.Lifetimes{Access: tokenLifetime, Idle: tokenLifetime, Absolute: tokenLifetime},
		Access:    usecase.TokenKind{Name: "goodcity-access", Issuer: "GoodCityHK"},
		Handle:    base64.StdEncoding.EncodeToString,
		Claims:    claims,
		Templates: domain.Templates{domain.PurposeLogin: {
			"en": {
				SMS:     "{{code}} is your GoodCity.HK pin, good once and for {{minutes}} minutes. Thank you for giving quality goods! (Not asked for? Please ignore.)",
				Subject: "Your GoodCity.HK pin",
				Text:    "Your GoodCity.HK pin is {{code}}. It is good once and for {{minutes}} minutes.\n\nThank you for giving quality goods! If you did not ask for this pin, please ignore this mail.\n",
			},
			"zh-tw": {
				SMS:     "你的好人好市驗證碼是 {{code}}，只可使用一次，{{minutes}} 分鐘內有效。（如非本人要求，請不用理會）",
				Subject: "你的好人好市驗證碼",
				Text:    "你的好人好市驗證碼是 {{code}}，只可使用一次，{{minutes}} 分鐘內有效。\n\n多謝捐出優質物品！如你沒有要求驗證碼，請不用理會這封電郵。\n",
			},
		}},
	}
	return d, settings.Apply(d)
}

// claims are the original's, and what lets the session be ended.
func claims(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
	return map[string]any{
		"user_id": a.ID, "iat": issued.Unix(), "exp": expires.Unix(), "jti": s.ID, "sid": s.ID,
		"https://goodcity.hk/jwt/metadata": map[string]any{"type": "api"},
	}
}

// era is what changed between the document and today's original.
type era struct {
	mobile      *regexp.Regexp // how a number is written
	badMobile   string
	blankMobile string // for send_pin and signup_and_send_pin
	noContact   string // for signup, without number and mail address
	unknownApp  httpapi.Reply
	expired     string // for a token that is too old
	denied      string // for the token of a disabled user
	typed       bool   // whether token failures tell type and status too
}

var eras = map[string]era{
	EraDocumented: {
		mobile:      regexp.MustCompile(`^\+852[569][0-9]{7}$`),
		badMobile:   "Mobile must begin with +852",
		blankMobile: "Mobile can't be blank",
		noContact:   "Mobile can't be blank. Mobile must begin with +852",
		unknownApp:  httpapi.Reply{Status: http.StatusForbidden, Body: gen.GoodCityErrors{Errors: "Invalid host"}},
		expired:     textExpired,
		denied:      textDenied,
	},
	EraCurrent: {
		mobile:      regexp.MustCompile(`^\+852[4-9][0-9]{7}$`),
		badMobile:   "Mobile is invalid",
		blankMobile: "Mobile is invalid",
		noContact:   "Mobile can't be blank",
		unknownApp:  unauthorized(gen.GoodCityError{Error: "You are not authorized."}),
		expired:     textToken, // its library refuses before the text is reached
		denied:      "Access Denied",
		typed:       true,
	},
}

func eraNamed(name string) (era, error) {
	if name == "" {
		name = EraDocumented
	}
	e, ok := eras[name]
	if !ok {
		return era{}, fmt.Errorf("%s: era %q: %s or %s are allowed", Name, name, EraDocumented, EraCurrent)
	}
	return e, nil
}
