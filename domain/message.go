package domain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Message is what goes to a contact. Code repeats the code of a message that has one, for the inbox of --dev and for providers
// that fill templates of their own; it is empty in notices.
type Message struct {
	ID        string    `json:"id"`
	Channel   Channel   `json:"channel"`
	To        string    `json:"to"`
	Subject   string    `json:"subject,omitempty"` // mail only
	Body      string    `json:"body"`
	Code      string    `json:"code,omitempty"`
	Purpose   Purpose   `json:"purpose"`
	Dialect   string    `json:"dialect"`
	Locale    string    `json:"locale"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"` // worthless after that, and never handed over
}

// String leaves out what is secret (C5).
func (m Message) String() string {
	return fmt.Sprintf("message %s to %s", m.ID, RestoreContact(m.Channel, m.To).Masked())
}

// Template is the wording of one message in one language. {{code}}, {{link}} and {{minutes}} are filled in; there is no other
// markup, and nothing that a user chose goes in (V5).
type Template struct {
	SMS     string
	Subject string
	Text    string
}

// Templates are a dialect's wordings, by purpose and then by lower-case BCP 47 language tag. Each purpose has "en".
type Templates map[Purpose]map[string]Template

// Pick gives the template for a purpose in the wanted language: the whole tag, else its language alone, else English.
func (t Templates) Pick(purpose Purpose, locale string) (Template, string) {
	byLocale := t[purpose]
	locale = strings.ToLower(locale)
	language, _, _ := strings.Cut(locale, "-")
	for _, tag := range []string{locale, language} {
		if template, ok := byLocale[tag]; ok {
			return template, tag
		}
	}
	return byLocale["en"], "en"
}

// Fill is what a template is filled with.
type Fill struct {
	Code     string
	Link     string
	Lifetime time.Duration
}

// Render writes a template's subject and body for a channel.
func (t Template) Render(channel Channel, f Fill) (subject, body string) {
	fill := strings.NewReplacer("{{code}}", f.Code, "{{link}}", f.Link, "{{minutes}}", strconv.Itoa(max(1, int(f.Lifetime/time.Minute))))
	if channel == SMS {
		return "", fill.Replace(t.SMS)
	}
	return strings.Join(strings.Fields(fill.Replace(t.Subject)), " "), fill.Replace(t.Text)
}

// Event is one row of the audit trail (V3). It holds no secret and no whole identifier.
type Event struct {
	At        time.Time
	Action    string // "send", "verify", "password", "refresh", "logout", "account.update", …
	Outcome   string // "ok" or the code of the fault
	Dialect   string
	Purpose   Purpose
	AccountID int64  // 0 when unknown
	Contact   string // masked
	Actor     string // "user", "client:NAME", "operator", "server"
	ClientIP  string
	Ref       string // first eight characters of a handle or session id: enough to follow, not enough to use
}
