package config

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
)

// derive fills in what follows from other settings.
func (l *loader) derive() {
	c := l.config
	if c.publicURLSet || !l.right("public-url") {
		return
	}
	c.PublicURL = originOf(c.Listen, c.TLS())
	for i := range c.settings {
		if c.settings[i].Name == "public-url" {
			c.settings[i].Value = c.PublicURL.String()
		}
	}
}

// check looks at settings that must fit together, as far as each is right by
// itself.
func (l *loader) check(needs []Need) {
	c := l.config
	secret := l.isGiven("secret") || l.isGiven("secret-file")
	if l.isGiven("secret") && l.isGiven("secret-file") {
		l.clash("--secret (%s) and --secret-file (%s) are both set: choose one", "secret", "secret-file")
	}
	if l.isGiven("tls-cert") != l.isGiven("tls-key") {
		l.clash("--tls-cert (%s) and --tls-key (%s) must be set together", "tls-cert", "tls-key")
	}
	if l.right("listen", "dev") && c.Dev && !isLoopback(c.Listen) {
		l.mistake("--dev with --listen %q (%s): must be a loopback address such as 127.0.0.1:8080", c.Listen, l.given["listen"].origin)
	}
	if slices.Contains(needs, NeedSecret) && !secret && l.right("dev") && !c.Dev {
		l.mistake("--secret is not set: set LATCHKEY_SECRET or --secret-file to at least %d random bytes, or use --dev", minSecret)
	}
	if slices.Contains(needs, NeedListener) {
		l.checkListener()
	}
}

func (l *loader) checkListener() {
	c := l.config
	plain := !l.isGiven("tls-cert") && !l.isGiven("tls-key") && !l.isGiven("trusted-proxy")
	if l.right("listen", "dev") && plain && !c.Dev && !isLoopback(c.Listen) {
		l.mistake("--listen %q (%s): plain HTTP must stay on a loopback address; set --tls-cert and --tls-key, or --trusted-proxy for a proxy that speaks HTTPS",
			c.Listen, l.given["listen"].origin)
	}
	if _, port, _ := net.SplitHostPort(c.Listen); c.MetricsListen == c.Listen && port != "0" {
		l.clash("--metrics-listen (%s) must differ from --listen (%s)", "metrics-listen", "listen")
	}
	if !l.isGiven("tls-cert") || !l.isGiven("tls-key") {
		return
	}
	if _, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey); err != nil {
		l.mistake("--tls-cert %q with --tls-key %q: must be a PEM certificate and its key: %v", c.TLSCert, c.TLSKey, err)
	}
}

func (l *loader) mistake(format string, args ...any) {
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, args...))
}

// clash notes that two settings do not go together; format takes their origins.
func (l *loader) clash(format, one, other string) {
	l.mistake(format, l.given[one].origin, l.given[other].origin)
}

// isGiven tells whether the setting has a value, right or wrong.
func (l *loader) isGiven(name string) bool {
	return len(l.given[name].values) > 0
}

// right tells whether none of the settings has a wrong value.
func (l *loader) right(names ...string) bool {
	for _, name := range names {
		if l.bad[name] {
			return false
		}
	}
	return true
}
