package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Bounds that keep slips of the finger out, far beyond any sensible value.
const (
	maxCount       = 1_000_000_000
	longestWindow  = 24 * time.Hour
	longestSession = 10 * 365 * 24 * time.Hour
)

func oneOf(value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	last := len(allowed) - 1
	return fmt.Errorf("must be %s or %s", strings.Join(allowed[:last], ", "), allowed[last])
}

func parseInt(value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("must be a number from %d to %d", least, most)
	}
	return n, nil
}

func parseDuration(value string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		return 0, fmt.Errorf("must be a duration such as 90s or 5m, from %s to %s", short(least), short(most))
	}
	return d, nil
}

// short writes 10m instead of 10m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

func parseBool(value string) (bool, error) {
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, errors.New("must be true or false")
	}
	return on, nil
}

func parseLevel(c *Config, value string) error {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	c.LogLevel = levels[value]
	return oneOf(value, "debug", "info", "warn", "error")
}

// checkAddress accepts HOST:PORT; an empty HOST means all interfaces, port 0 any
// free one.
func checkAddress(value string) error {
	host, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || strings.ContainsAny(host, " /@") {
		return errors.New("must be HOST:PORT such as 127.0.0.1:8080")
	}
	return nil
}

// isLoopback tells whether only this machine can reach HOST:PORT.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopbackHost(host)
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// originOf derives the origin of a server that listens on address. All
// interfaces are called localhost.
func originOf(address string, tls bool) *url.URL {
	scheme, standard := "http", "80"
	if tls {
		scheme, standard = "https", "443"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return &url.URL{Scheme: scheme, Host: address}
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if port == standard {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return &url.URL{Scheme: scheme, Host: host}
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}
}

// parseOrigin accepts http or https, a host and perhaps a port, in any case.
func parseOrigin(value string) (*url.URL, error) {
	u, err := url.Parse(value)
	bad := err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != ""
	if bad {
		return nil, errors.New("must be an origin such as https://app.example.com, without a path")
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// parsePage reads the address of a page on a site.
func parsePage(value string) (string, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return "", errors.New("must be the address of a page such as https://news.example.com/reset-password")
	}
	return u.String(), nil
}

func parseHost(value string) (string, error) {
	u, err := url.Parse("//" + value)
	if err != nil || u.Host != value || u.Hostname() == "" {
		return "", errors.New("must be a host such as login.example.com or login.example.com:8443")
	}
	return strings.ToLower(value), nil
}

func parseProxy(c *Config, value string) error {
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		var ip netip.Addr
		if ip, err = netip.ParseAddr(value); err == nil {
			ip = ip.Unmap().WithZone("")
			prefix = netip.PrefixFrom(ip, ip.BitLen())
		}
	}
	if err != nil {
		return errors.New("must be a network such as 10.0.0.0/8 or an address such as 192.0.2.1")
	}
	c.TrustedProxies = append(c.TrustedProxies, prefix.Masked())
	return nil
}

func parseCountry(c *Config, value string) error {
	code := strings.ToUpper(value)
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || region.String() != code || len(code) != 2 {
		return errors.New("must be a country's two letters such as HK or IN")
	}
	c.Countries = append(c.Countries, code)
	return nil
}

// parseMicrositeClient reads the address of a BigCity Client API. Credentials go
// there, and codes, so that plain http is for loopback only.
func parseMicrositeClient(c *Config, value string) error {
	u, err := url.Parse(value)
	bad := err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != ""
	if !bad && u.User != nil {
		password, _ := u.User.Password()
		bad = u.User.Username() == "" || password == ""
	}
	switch {
	case bad:
		return errors.New("must be https://HOST or https://USER:PASSWORD@HOST, with a path where the API has one")
	case u.Scheme == "http" && !isLoopbackHost(u.Hostname()):
		return errors.New("must be https: plain http is for loopback only")
	}
	c.MicrositeClient = u
	return nil
}

func parseRedisURL(c *Config, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Hostname() == "" {
		return errors.New("must be redis://HOST:PORT/NUMBER, or rediss:// for TLS")
	}
	c.RedisURL = value
	return nil
}

// Schemes of delivery addresses.
var (
	smsSchemes   = []string{"webhook+https", "webhook+http", "twilio", "log"}
	emailSchemes = []string{"smtp", "webhook+https", "webhook+http", "log"}
)

// parseDelivery adds a provider's address to list. Only its form is looked at;
// the adapter of its scheme knows the rest.
func parseDelivery(list *[]*url.URL, schemes []string, value string) error {
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("must be a URL with the scheme %s", strings.Join(schemes, ", "))
	}
	if err := checkDelivery(u); err != nil {
		return err
	}
	*list = append(*list, u)
	return nil
}

func checkDelivery(u *url.URL) error {
	password, _ := u.User.Password()
	switch u.Scheme {
	case "webhook+https":
		if u.Hostname() == "" {
			return errors.New("must be webhook+https://HOST/PATH")
		}
	case "webhook+http":
		if !isLoopbackHost(u.Hostname()) {
			return errors.New("must be webhook+https: plain http is for loopback only")
		}
	case "twilio":
		if u.User.Username() == "" || password == "" || u.Query().Get("from") == "" {
			return errors.New("must be twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=NUMBER, HOST may be empty")
		}
	case "smtp":
		return checkSMTP(u)
	case "log":
		if u.Host != "" || u.Opaque != "" || u.Path != "" {
			return errors.New("must be log: and nothing more")
		}
	}
	return nil
}

func checkSMTP(u *url.URL) error {
	const form = "must be smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&tls=starttls|implicit|none"
	query := u.Query()
	if u.Hostname() == "" {
		return errors.New(form)
	}
	if _, err := mail.ParseAddress(query.Get("from")); err != nil {
		return errors.New(form + ", and from must be a mail address")
	}
	if mode := query.Get("tls"); mode != "" && oneOf(mode, "starttls", "implicit", "none") != nil {
		return errors.New(form)
	}
	return nil
}
