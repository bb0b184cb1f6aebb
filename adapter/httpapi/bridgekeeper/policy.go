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

// passwordRule is for new passwords; old ones are whatever they are.
var passwordRule = domain.PasswordRule{Min: 8, Max: 128}

// defaultResetPage is where links to set a new password go when the settings name no page: the publisher's site on this server's
// own host.
const defaultResetPage = "/reset-password"

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
		Templates: templates(),
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
