package httpapi

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// Settings are what an operator may change of a dialect; a zero value leaves the room's default.
type Settings struct {
	CodeLength     int
	CodeLifetime   time.Duration
	Attempts       int
	ResendWait     time.Duration
	SendsPerHour   int
	SendsPerDay    int
	AccessLifetime time.Duration // of an access token
	IdleLifetime   time.Duration // of a session that nobody refreshes: of its newest refresh token
	Lifetime       time.Duration // of a session altogether
	AllowedHosts   []string
	AllowedOrigins []string
	NoSignUp       bool
	ResetPage      string // address of the page that sets a new password; only Bridgekeeper has one
	// Messages replace the wording of login codes, by lower-case language tag.
	Messages map[string]domain.Template
}

// Apply changes a dialect's defaults and tells what the result may not be.
func (s Settings) Apply(d *usecase.Dialect) error {
	replace(&d.Codes.Length, s.CodeLength)
	replace(&d.Codes.Lifetime, s.CodeLifetime)
	replace(&d.Codes.Attempts, s.Attempts)
	replace(&d.Codes.ResendWait, s.ResendWait)
	replace(&d.Codes.SendsPerHour, s.SendsPerHour)
	replace(&d.Codes.SendsPerDay, s.SendsPerDay)
	replace(&d.Lifetimes.Access, s.AccessLifetime)
	replace(&d.Lifetimes.Idle, s.IdleLifetime)
	replace(&d.Lifetimes.Absolute, s.Lifetime)
	if !d.Refreshes {
		// Without refresh tokens the access token is the session.
		if s.AccessLifetime == 0 && s.Lifetime != 0 {
			d.Lifetimes.Access = s.Lifetime
		}
		d.Lifetimes.Idle, d.Lifetimes.Absolute = d.Lifetimes.Access, d.Lifetimes.Access
	}
	if err := s.applyMessages(d); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	if err := d.Codes.Validate(); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	return nil
}

// applyMessages changes the wording of login codes. What the operator leaves out of a language stays the room's own text; a language
// that the room has not is completed by the operator's English, else the room's.
func (s Settings) applyMessages(d *usecase.Dialect) error {
	ours := d.Templates[domain.PurposeLogin]
	login, english := maps.Clone(ours), ours["en"]
	for locale, template := range s.Messages {
		if strings.EqualFold(locale, "en") {
			english = merge(english, template)
		}
	}
	for locale, template := range s.Messages {
		for _, text := range []string{template.SMS, template.Text} {
			if text != "" && !strings.Contains(text, "{{code}}") {
				return fmt.Errorf("message %q has no {{code}}", locale)
			}
		}
		locale = strings.ToLower(locale)
		base, known := ours[locale]
		if !known {
			base = english
		}
		login[locale] = merge(base, template)
	}
	if len(s.Messages) > 0 {
		d.Templates[domain.PurposeLogin] = login
	}
	return nil
}

func merge(old, given domain.Template) domain.Template {
	replace(&old.SMS, given.SMS)
	replace(&old.Subject, given.Subject)
	replace(&old.Text, given.Text)
	return old
}

func replace[T comparable](value *T, given T) {
	var none T
	if given != none {
		*value = given
	}
}
