package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"latchkey/infrastructure/database"
)

// setting declares one setting for everything: flag, environment, file, help,
// masking and reading.
type setting struct {
	name     string // key in the YAML file and, with flag, name of the flag
	flag     bool
	notFile  bool   // not allowed in the YAML file
	env      string // environment variable, or none
	value    string // default, read like any other value; none when empty
	usage    string // one line of help
	list     bool   // several values, comma separated
	toggle   bool   // a flag without a value
	optional bool   // may be set to nothing
	mask     func(string) string
	// parse puts one value, an element of a list, into c. Its error says what
	// is allowed, as the end of a sentence: "must be …".
	parse func(c *Config, value string) error
}

// display returns value as it may be shown to people.
func (s setting) display(value string) string {
	if s.mask == nil {
		return value
	}
	return s.mask(value)
}

// minSecret is the least length of --secret, in bytes.
const minSecret = 32

// allSettings are all settings, in the order of help and `latchkey config`.
func allSettings() []setting {
	return slices.Concat(flagSettings(), fileSettings(), forDialects())
}

// flagSettings are those with a flag.
func flagSettings() []setting {
	return slices.Concat(connectionSettings(), accessSettings(), operationSettings())
}

// connectionSettings say where the server is and what it talks to.
func connectionSettings() []setting {
	return []setting{
		{name: "config", flag: true, notFile: true, env: "LATCHKEY_CONFIG", optional: true,
			usage: "YAML `FILE` with any of these settings, and more for each dialect",
			parse: func(*Config, string) error { return nil }},
		{name: "listen", flag: true, env: "LATCHKEY_LISTEN", value: "127.0.0.1:8080",
			usage: "public `ADDRESS`, HOST:PORT",
			parse: func(c *Config, v string) error { c.Listen = v; return checkAddress(v) }},
		{name: "public-url", flag: true, env: "LATCHKEY_PUBLIC_URL", optional: true,
			usage: "`ORIGIN` that users see, for cookies and links (default: from --listen)",
			parse: parsePublicURL},
		{name: "database-url", flag: true, env: "LATCHKEY_DATABASE_URL", value: "sqlite://latchkey.db", mask: maskURL,
			usage: "sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT/NAME (several hosts are tried in order)",
			parse: parseDatabaseURL},
		{name: "redis-url", flag: true, env: "LATCHKEY_REDIS_URL", optional: true, mask: maskURL,
			usage: "redis://… for rate limits that several nodes share",
			parse: parseRedisURL},
		{name: "sms-url", flag: true, env: "LATCHKEY_SMS_URL", list: true, optional: true, mask: maskURL,
			usage: "where text messages go: webhook+https://…, twilio://… or log: (several are tried in order)",
			parse: func(c *Config, v string) error { return parseDelivery(&c.SMS, smsSchemes, v) }},
		{name: "email-url", flag: true, env: "LATCHKEY_EMAIL_URL", list: true, optional: true, mask: maskURL,
			usage: "where mail goes: smtp://…, webhook+https://… or log: (several are tried in order)",
			parse: func(c *Config, v string) error { return parseDelivery(&c.Email, emailSchemes, v) }},
	}
}

// accessSettings say who gets in, and by what.
func accessSettings() []setting {
	return []setting{
		{name: "secret", flag: true, env: "LATCHKEY_SECRET", list: true, optional: true, mask: maskAll,
			usage: "at least 32 bytes that all keys derive from; after a comma the ones it replaced. Others can read flags: prefer --secret-file",
			parse: func(c *Config, v string) error { return addSecret(c, v) }},
		{name: "secret-file", flag: true, env: "LATCHKEY_SECRET_FILE", optional: true,
			usage: "`FILE` with the secret on its first line, below it the ones it replaced",
			parse: readSecretFile},
		{name: "dialect", flag: true, env: "LATCHKEY_DIALECTS", value: strings.Join(dialectNames, ","), list: true,
			usage: "APIs to serve",
			parse: parseDialect},
		{name: "bigcity-client", flag: true, env: "LATCHKEY_BIGCITY_CLIENTS", list: true, optional: true, mask: maskClient,
			usage: "USER:PASSWORD of a server that may call the BigCity API; twice for one user while its password changes",
			parse: parseClient},
		{name: "microsite-client-url", flag: true, env: "LATCHKEY_MICROSITE_CLIENT_URL", optional: true, mask: maskURL,
			usage: "Client API that /microsite/ logs customers in by, https://HOST or https://USER:PASSWORD@HOST (default: this server)",
			parse: parseMicrositeClient},
		{name: "goodcity-era", flag: true, env: "LATCHKEY_GOODCITY_ERA", value: "documented",
			usage: "documented or current behaviour of the GoodCity API",
			parse: func(c *Config, v string) error { c.GoodCityEra = v; return oneOf(v, "documented", "current") }},
		{name: "signing-alg", flag: true, env: "LATCHKEY_SIGNING_ALG", value: "HS256",
			usage: "how tokens are signed: HS256, or ES256, EdDSA, RS256 with public keys",
			parse: func(c *Config, v string) error { c.SigningAlg = v; return oneOf(v, "HS256", "ES256", "EdDSA", "RS256") }},
		{name: "tls-cert", flag: true, env: "LATCHKEY_TLS_CERT", optional: true,
			usage: "certificate chain, a PEM `FILE`",
			parse: func(c *Config, v string) error { c.TLSCert = v; return nil }},
		{name: "tls-key", flag: true, env: "LATCHKEY_TLS_KEY", optional: true,
			usage: "its private key, a PEM `FILE`",
			parse: func(c *Config, v string) error { c.TLSKey = v; return nil }},
		{name: "trusted-proxy", flag: true, env: "LATCHKEY_TRUSTED_PROXIES", list: true, optional: true,
			usage: "networks or addresses whose X-Forwarded headers are believed",
			parse: parseProxy},
	}
}

// operationSettings are for those who run the server.
func operationSettings() []setting {
	return []setting{
		{name: "metrics-listen", flag: true, env: "LATCHKEY_METRICS_LISTEN", optional: true,
			usage: "second `ADDRESS` for /metrics and pprof, never the public one",
			parse: func(c *Config, v string) error { c.MetricsListen = v; return checkAddress(v) }},
		{name: "limits", flag: true, env: "LATCHKEY_LIMITS", value: "on",
			usage: "on, or off to drop all rate limits but a contact's own (load tests)",
			parse: func(c *Config, v string) error { c.Limits = v == "on"; return oneOf(v, "on", "off") }},
		{name: "webhook-secret", flag: true, env: "LATCHKEY_WEBHOOK_SECRET", optional: true, mask: maskAll,
			usage: "signs webhook posts",
			parse: func(c *Config, v string) error { c.WebhookSecret = []byte(v); return nil }},
		{name: "log-format", flag: true, env: "LATCHKEY_LOG_FORMAT", value: "auto",
			usage: "text, json, or auto: text on a terminal, else json",
			parse: func(c *Config, v string) error { c.LogFormat = v; return oneOf(v, "text", "json", "auto") }},
		{name: "log-level", flag: true, env: "LATCHKEY_LOG_LEVEL", value: "info",
			usage: "debug, info, warn or error",
			parse: parseLevel},
		{name: "dev", flag: true, env: "LATCHKEY_DEV", value: "false", toggle: true,
			usage: "development: loopback only, demo accounts, an inbox, a secret made by itself",
			parse: func(c *Config, v string) (err error) { c.Dev, err = parseBool(v); return err }},
	}
}

// fileSettings are those that only the YAML file sets.
func fileSettings() []setting {
	return []setting{
		{name: "database-pool", optional: true, parse: func(c *Config, v string) (err error) {
			c.DatabasePool, err = parseInt(v, 1, 1000)
			return err
		}},
		{name: "sqlite-synchronous", value: "full", parse: func(c *Config, v string) error {
			c.SQLiteSynchronous = v
			return oneOf(v, "full", "normal")
		}},
		{name: "countries", list: true, optional: true, parse: parseCountry},
		{name: "limits-per-ip.sends", value: "60", parse: func(c *Config, v string) (err error) {
			c.LimitsPerIP.Sends, err = parseInt(v, 1, maxCount)
			return err
		}},
		{name: "limits-per-ip.answers", value: "300", parse: func(c *Config, v string) (err error) {
			c.LimitsPerIP.Answers, err = parseInt(v, 1, maxCount)
			return err
		}},
		{name: "limits-per-ip.window", value: "10m", parse: func(c *Config, v string) (err error) {
			c.LimitsPerIP.Window, err = parseDuration(v, time.Second, longestWindow)
			return err
		}},
		{name: "limits-per-client.calls", value: "6000", parse: func(c *Config, v string) (err error) {
			c.LimitsPerClient.Calls, err = parseInt(v, 1, maxCount)
			return err
		}},
		{name: "limits-per-client.window", value: "1m", parse: func(c *Config, v string) (err error) {
			c.LimitsPerClient.Window, err = parseDuration(v, time.Second, longestWindow)
			return err
		}},
	}
}

func parsePublicURL(c *Config, value string) error {
	origin, err := parseOrigin(value)
	if err != nil {
		return errors.New("must be an origin such as https://login.example.com, without a path")
	}
	c.PublicURL, c.publicURLSet = origin, true
	return nil
}

func parseDatabaseURL(c *Config, value string) error {
	c.DatabaseURL = value
	_, err := database.ParseURL(value)
	return err
}

func addSecret(c *Config, value string) error {
	if len(value) < minSecret {
		return fmt.Errorf("must have at least %d bytes, has %d", minSecret, len(value))
	}
	c.Secrets = append(c.Secrets, []byte(value))
	return nil
}

func readSecretFile(c *Config, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("must be a file that can be read: %w", errors.Unwrap(err))
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := addSecret(c, line); err != nil {
			return fmt.Errorf("must hold secrets, one a line, each of which %w", err)
		}
	}
	if len(c.Secrets) == 0 {
		return errors.New("must hold a secret, but the file is empty")
	}
	return nil
}

func parseDialect(c *Config, value string) error {
	if !slices.Contains(c.Dialects, value) {
		c.Dialects = append(c.Dialects, value)
	}
	return oneOf(value, dialectNames...)
}

func parseClient(c *Config, value string) error {
	user, password, _ := strings.Cut(value, ":")
	if user == "" || password == "" {
		return errors.New("must be USER:PASSWORD")
	}
	c.BigCityClients = append(c.BigCityClients, Client{User: user, Password: password})
	return nil
}
