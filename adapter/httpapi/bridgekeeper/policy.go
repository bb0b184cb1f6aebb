package bridgekeeper

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	"latchkey/usecase"
)

// sessionLifetime is how long a login lasts; the document leaves it open.
const sessionLifetime = 30 * 24 * time.Hour

// headerName carries the session both ways, for callers that keep no cookies.
const headerName = "X-Qt-Auth"

// cookie keeps the session in the browser.
var cookie = httpapi.Cookie{Name: "qt-auth", Path: "/"}

// newDialect is five digits as in the document's examples; the document leaves the rest open.
func newDialect(o Options) (*usecase.Dialect, error) {
	d := &usecase.Dialect{
		Name:      Name,
		Codes:     domain.DefaultCodePolicy(CodeLength),
		Lifetimes: domain.Lifetimes{Access: sessionLifetime, Idle: sessionLifetime, Absolute: sessionLifetime},
		Access:    usecase.TokenKind{Name: "bridgekeeper-session", Issuer: o.Issuer},
		Claims:    claims,
		Templates: domain.Templates{domain.PurposeLogin: {
			"en": {
				SMS:     "{{code}} is your login code. Enter it within {{minutes}} minutes and tell it to nobody.",
				Subject: "Your login code",
				Text:    "Hello,\n\nyour login code is {{code}}. It works once, within {{minutes}} minutes.\n\nIf you did not try to log in, you need not do anything: nobody gets in without this code.\n",
			},
			"hi": {
				SMS:     "आपका लॉगिन कोड {{code}} है। इसे {{minutes}} मिनट के भीतर दर्ज करें और किसी को न बताएँ।",
				Subject: "आपका लॉगिन कोड",
				Text:    "नमस्ते,\n\nआपका लॉगिन कोड {{code}} है। यह {{minutes}} मिनट के भीतर एक बार काम करेगा।\n\nयदि आप लॉगिन नहीं कर रहे थे, तो कुछ करने की आवश्यकता नहीं है: इस कोड के बिना कोई लॉगिन नहीं कर सकता।\n",
			},
		}},
	}
	return d, o.Settings.Apply(d)
}

// claims name the session twice, since it has exactly one token.
func claims(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
	return map[string]any{
		"sub": a.UUID, "iat": issued.Unix(), "exp": expires.Unix(), "jti": s.ID, "sid": s.ID,
	}
}

// languagesOf are the languages that login codes can be sent in, English first.
func languagesOf(d *usecase.Dialect) ([]language.Tag, error) {
	tags := []language.Tag{language.English}
	for locale := range d.Templates[domain.PurposeLogin] {
		tag, err := language.Parse(locale)
		if err != nil {
			return nil, fmt.Errorf("%s: message language %q: %w", d.Name, locale, err)
		}
		tags = append(tags, tag)
	}
	slices.SortFunc(tags[1:], func(a, b language.Tag) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(tags), nil
}
