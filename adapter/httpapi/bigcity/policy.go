package bigcity

import (
	"encoding/base32"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// tokenLifetime is what a sibling of this API documents; BigCity's own page is silent.
const tokenLifetime = 24 * time.Hour

// newDialect is what the document says: six digits, five minutes, three tries; the rest is Latchkey's choice.
func newDialect(o Options) (*usecase.Dialect, error) {
	d := &usecase.Dialect{
		Name:      Name,
		Codes:     domain.DefaultCodePolicy(CodeLength),
		Lifetimes: domain.Lifetimes{Access: tokenLifetime, Idle: tokenLifetime, Absolute: tokenLifetime},
		Access:    usecase.TokenKind{Name: "bigcity-access", Issuer: o.Issuer},
		Handle: func(raw []byte) string {
			return "REF" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
		},
		Claims:     claims,
		WebOTPHost: o.WebOTPHost,
		Templates: domain.Templates{domain.PurposeLogin: {
			"en": {
				SMS:     "{{code}} is your BigCity login code. It is good for {{minutes}} minutes. Do not share it with anyone.",
				Subject: "Your BigCity login code",
				Text:    "Your login code is {{code}}. It is good for {{minutes}} minutes and for one login.\n\nIf you did not ask for it, ignore this mail: without the code nobody gets in.\n",
			},
			"hi": {
				SMS:     "{{code}} आपका BigCity लॉगिन कोड है। यह {{minutes}} मिनट तक मान्य है। इसे किसी को न बताएँ।",
				Subject: "आपका BigCity लॉगिन कोड",
				Text:    "आपका लॉगिन कोड {{code}} है। यह {{minutes}} मिनट तक और एक लॉगिन के लिए मान्य है।\n\nयदि आपने इसे नहीं माँगा, तो इस मेल पर ध्यान न दें।\n",
			},
		}},
	}
	return d, o.Settings.Apply(d)
}

func claims(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
	return map[string]any{
		"sub": a.UUID, "iat": issued.Unix(), "exp": expires.Unix(), "jti": s.ID, "customer_id": a.CustomerID,
	}
}
