package smtp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// The ways to encrypt, as the address names them.
const (
	startTLS    = "starttls" // RFC 3207, and no mail without it
	implicitTLS = "implicit" // RFC 8314 3.3
	noTLS       = "none"
)

// defaultPorts are those of RFC 8314 and RFC 5321.
var defaultPorts = map[string]int{startTLS: 587, implicitTLS: 465, noTLS: 25}

// Options are what the address does not say.
type Options struct {
	TLSConfig *tls.Config // nil for the system's roots; TLS 1.2 or above and the host's name either way
}

// NewFromURL makes a Sender from smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&tls=starttls|implicit|none.
//
// tls is starttls when absent, and then mail is never sent unencrypted. The port is 587, 465 or 25 accordingly when absent.
// from is a bare address or has a name before it ("Latchkey%20%3Cno-reply@example.com%3E"); a plus sign in it is itself, not a
// space. Without USER there is no login; with USER, tls=none is allowed only when HOST is this machine. The error names what is
// wrong, and never the password.
func NewFromURL(u *url.URL, o Options) (*Sender, error) {
	query, err := url.ParseQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"))
	if err != nil {
		return nil, errors.New("smtp address: what follows the question mark is no list of settings")
	}
	for name := range query {
		if name != "from" && name != "tls" {
			return nil, fmt.Errorf("smtp address: setting %q: from and tls are allowed", name)
		}
	}
	s := &Sender{host: u.Hostname(), user: u.User.Username(), encryption: query.Get("tls")}
	s.password, _ = u.User.Password()
	if s.encryption == "" {
		s.encryption = startTLS
	}
	known := false
	s.port, known = defaultPorts[s.encryption]
	if port := u.Port(); port != "" {
		s.port, err = strconv.Atoi(port)
	}
	from, fromErr := mail.ParseAddress(query.Get("from"))
	switch {
	case u.Scheme != "smtp":
		return nil, fmt.Errorf("smtp address: scheme %q: smtp is allowed", u.Scheme)
	case s.host == "":
		return nil, errors.New("smtp address: no host")
	case u.Path != "" && u.Path != "/":
		return nil, errors.New("smtp address: a path has no meaning here; is a slash in the password not written as %2F?")
	case !known:
		return nil, fmt.Errorf("smtp address: tls=%s: starttls, implicit or none is allowed", s.encryption)
	case err != nil || s.port < 1 || s.port > 65535:
		return nil, fmt.Errorf("smtp address: port %q: 1 to 65535 is allowed", u.Port())
	case fromErr != nil:
		return nil, errors.New("smtp address: from is missing or no mail address: add ?from=no-reply@example.com")
	case s.encryption == noTLS && s.user != "" && !isLoopback(s.host):
		return nil, fmt.Errorf("smtp address: tls=none would show the password on the way to %q: use starttls or implicit", s.host)
	}
	s.from = *from
	s.tls = clientTLS(o.TLSConfig, s.host)
	return s, nil
}

func clientTLS(config *tls.Config, host string) *tls.Config {
	if config = config.Clone(); config == nil {
		config = &tls.Config{}
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	if config.ServerName == "" {
		config.ServerName = host
	}
	return config
}

// isLoopback tells whether a host is this machine by name or number, without asking a name server.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}
