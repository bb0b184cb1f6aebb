package config

import (
	"fmt"
	"slices"
	"strings"
)

// leastPassword is how long a client's password should be. It is machine to
// machine, so nobody has to remember it.
const leastPassword = 8

// Setting is a setting as people may see it.
type Setting struct {
	// Name is the flag's without dashes, or the path of keys in the file.
	Name string
	// Value is what is in force, lists comma separated and secrets masked; empty
	// when nothing is set.
	Value string
	// Origin is "flag --NAME", "environment NAME", "FILE line N" or "default".
	Origin string
}

// Describe returns the settings in force, in the order of the help. Settings of
// a dialect are among them only when they were set.
func (c *Config) Describe() []Setting {
	return slices.Clone(c.settings)
}

// describe notes what `latchkey config` will print.
func (l *loader) describe(s setting, found given) {
	shown := make([]string, 0, len(found.values))
	for _, value := range found.values {
		shown = append(shown, s.display(value))
	}
	l.config.settings = append(l.config.settings, Setting{Name: s.name, Value: strings.Join(shown, ","), Origin: found.origin})
}

// Warnings returns a line for each setting that works but that an operator should
// have thought about. It is empty with nothing to say.
func (c *Config) Warnings() []string {
	var lines []string
	warn := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }

	if short := c.shortCodes(); len(short) > 0 {
		warn("codes of fewer than %d digits are easier to guess: %s; `latchkey config` shows the odds", safeCodeLength, strings.Join(short, ", "))
	}
	if !c.Limits {
		warn("--limits is off: nothing but a contact's own waits and caps limits callers")
	}
	if !c.Dev && len(c.SMS) == 0 && len(c.Email) == 0 {
		warn("neither --sms-url nor --email-url is set: no code reaches anybody")
	}
	if len(c.WebhookSecret) == 0 && c.usesWebhook() {
		warn("--webhook-secret is not set: webhook posts are unsigned")
	}
	if !c.Dev && c.Has(BigCity) && len(c.BigCityClients) == 0 {
		warn("--bigcity-client is not set: the BigCity API refuses every caller")
	}
	if c.MicrositeClient != nil && c.MicrositeClient.User == nil && len(c.BigCityClients) == 0 {
		warn("--microsite-client-url has no USER:PASSWORD, and --bigcity-client is not set: there is no microsite")
	}
	for _, client := range c.BigCityClients {
		if len(client.Password) < leastPassword {
			warn("--bigcity-client: the password of %q has fewer than %d characters", client.User, leastPassword)
		}
	}
	if !c.publicURLSet && !isLoopback(c.Listen) {
		warn("--public-url is not set: links and cookies are made for %s", c.PublicURL)
	}
	if c.PublicURL.Scheme != "https" && !isLoopbackHost(c.PublicURL.Hostname()) {
		warn("--public-url %s is not https: cookies travel in the clear", c.PublicURL)
	}
	return lines
}

// shortCodes lists the served dialects with short codes, as "goodcity 4".
func (c *Config) shortCodes() []string {
	var short []string
	for _, name := range c.Dialects {
		if length := c.CodeLength(name); length < safeCodeLength {
			short = append(short, fmt.Sprintf("%s %d", name, length))
		}
	}
	return short
}

func (c *Config) usesWebhook() bool {
	for _, u := range slices.Concat(c.SMS, c.Email) {
		if strings.HasPrefix(u.Scheme, "webhook+") {
			return true
		}
	}
	return false
}
