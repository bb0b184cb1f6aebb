package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// longestCodeLifetime is the most that security.md C2 allows (NIST SP 800-63B-4,
// OWASP ASVS 5.0 6.5.5).
const longestCodeLifetime = 10 * time.Minute

// A message takes its time, and the memory of a contact's sends has its bounds.
const (
	shortestCodeLifetime = 30 * time.Second
	mostSends            = 100
)

// A code shorter than safeCodeLength deserves a warning (C1).
const (
	shortestCode   = 4
	longestCode    = 8
	safeCodeLength = 6
)

// Dialect is what can be set for each dialect. A zero, nil or empty field was not
// set and means the dialect's own default.
type Dialect struct {
	// CodeLength is the number of digits, 4 to 8.
	CodeLength int
	// CodeLifetime is at most ten minutes.
	CodeLifetime time.Duration
	// Attempts is how many wrong answers end a code.
	Attempts int
	// ResendWait lies between two sends to a contact.
	ResendWait time.Duration
	// SendsPerHour and SendsPerDay cap the sends to a contact.
	SendsPerHour, SendsPerDay int
	// Lifetimes of tokens, of a session in all, and of a session without use.
	AccessTokenLifetime, RefreshTokenLifetime, SessionLifetime, SessionIdle time.Duration
	// AllowedHosts are HOST or HOST:PORT in lower case; empty means all.
	AllowedHosts []string
	// AllowedOrigins are SCHEME://HOST[:PORT] in lower case; empty means all.
	AllowedOrigins []string
	// SignUp says whether a code may create an account; nil leaves it to the
	// dialect.
	SignUp *bool
	// ResetPage is the address of the page that sets a new password, which
	// Bridgekeeper's mails link to; empty means /reset-password on --public-url.
	ResetPage string
	// Messages replace the texts of a language, by BCP 47 tag.
	Messages map[string]Message
}

// Message is what a code is sent with. An empty field keeps the dialect's text.
type Message struct {
	SMS     string // the text message
	Subject string // the mail's subject
	Text    string // the mail's body
}

// dialectSetting is a setting that each dialect has.
type dialectSetting struct {
	name  string
	list  bool
	parse func(d *Dialect, value string) error
}

var dialectSettings = []dialectSetting{
	{name: "code-length", parse: func(d *Dialect, v string) (err error) {
		d.CodeLength, err = parseInt(v, shortestCode, longestCode)
		return err
	}},
	{name: "code-lifetime", parse: func(d *Dialect, v string) (err error) {
		d.CodeLifetime, err = parseDuration(v, shortestCodeLifetime, longestCodeLifetime)
		return err
	}},
	{name: "attempts", parse: func(d *Dialect, v string) (err error) {
		d.Attempts, err = parseInt(v, 1, 10)
		return err
	}},
	{name: "resend-wait", parse: func(d *Dialect, v string) (err error) {
		d.ResendWait, err = parseDuration(v, time.Second, time.Hour)
		return err
	}},
	{name: "sends-per-hour", parse: func(d *Dialect, v string) (err error) {
		d.SendsPerHour, err = parseInt(v, 1, mostSends)
		return err
	}},
	{name: "sends-per-day", parse: func(d *Dialect, v string) (err error) {
		d.SendsPerDay, err = parseInt(v, 1, mostSends)
		return err
	}},
	{name: "access-token-lifetime", parse: func(d *Dialect, v string) (err error) {
		d.AccessTokenLifetime, err = parseDuration(v, time.Second, longestSession)
		return err
	}},
	{name: "refresh-token-lifetime", parse: func(d *Dialect, v string) (err error) {
		d.RefreshTokenLifetime, err = parseDuration(v, time.Second, longestSession)
		return err
	}},
	{name: "session-lifetime", parse: func(d *Dialect, v string) (err error) {
		d.SessionLifetime, err = parseDuration(v, time.Second, longestSession)
		return err
	}},
	{name: "session-idle", parse: func(d *Dialect, v string) (err error) {
		d.SessionIdle, err = parseDuration(v, time.Second, longestSession)
		return err
	}},
	{name: "allowed-hosts", list: true, parse: func(d *Dialect, v string) error {
		host, err := parseHost(v)
		d.AllowedHosts = append(d.AllowedHosts, host)
		return err
	}},
	{name: "allowed-origins", list: true, parse: func(d *Dialect, v string) error {
		origin, err := parseOrigin(v)
		if err == nil {
			d.AllowedOrigins = append(d.AllowedOrigins, origin.String())
		}
		return err
	}},
	{name: "sign-up", parse: func(d *Dialect, v string) error {
		on, err := parseBool(v)
		d.SignUp = &on
		return err
	}},
}

// dialectKey is the name of a dialect's setting: its path in the YAML file.
func dialectKey(dialect, name string) string {
	return "dialects." + dialect + "." + name
}

// forDialects turns the settings that each dialect has into settings of the
// whole.
func forDialects() []setting {
	var all []setting
	for _, dialect := range dialectNames {
		for _, s := range dialectSettings {
			all = append(all, setting{
				name: dialectKey(dialect, s.name),
				list: s.list,
				parse: func(c *Config, value string) error {
					return s.parse(c.Dialect[dialect], value)
				},
			})
		}
	}
	return append(all, setting{
		name: dialectKey(Bridgekeeper, "reset-page"),
		parse: func(c *Config, value string) error {
			page, err := parsePage(value)
			c.Dialect[Bridgekeeper].ResetPage = page
			return err
		},
	})
}

// messageSetting returns the setting called dialects.D.messages.LOCALE.PART, of
// which there are as many as there are languages. ok is false for other names.
func messageSetting(name string) (s setting, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 5 || parts[0] != "dialects" || parts[2] != "messages" {
		return setting{}, false
	}
	dialect, locale, part := parts[1], parts[3], parts[4]
	if !slices.Contains(dialectNames, dialect) || (part != "sms" && part != "subject" && part != "text") {
		return setting{}, false
	}
	return setting{name: name, parse: func(c *Config, value string) error {
		if _, err := language.Parse(locale); err != nil {
			return fmt.Errorf("must be under a language tag such as en or zh-TW, not %q", locale)
		}
		if strings.TrimSpace(value) == "" {
			return errors.New("must not be empty")
		}
		if part != "subject" && !strings.Contains(value, "{{code}}") {
			return errors.New("must say {{code}} where the code goes")
		}
		d := c.Dialect[dialect]
		if d.Messages == nil {
			d.Messages = make(map[string]Message)
		}
		message := d.Messages[locale]
		switch part {
		case "sms":
			message.SMS = value
		case "subject":
			message.Subject = value
		case "text":
			message.Text = value
		}
		d.Messages[locale] = message
		return nil
	}}, true
}
