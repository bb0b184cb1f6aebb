package config

import (
	"cmp"
	"log/slog"
	"net/netip"
	"net/url"
	"time"
)

// Names of the dialects, in the order in which they are listed.
const (
	BigCity      = "bigcity"
	GoodCity     = "goodcity"
	Arita        = "arita"
	Bridgekeeper = "bridgekeeper"
)

// dialects are all there are, and how many digits the document of each gives a code. The rooms own these defaults; here they only
// tell the operator what is in force.
var dialects = []struct {
	name       string
	codeLength int
}{
	{BigCity, 6},
	{GoodCity, 4},
	{Arita, 4},
	{Bridgekeeper, 5},
}

// dialectNames are their names.
var dialectNames = func() (names []string) {
	for _, d := range dialects {
		names = append(names, d.name)
	}
	return names
}()

// CodeLength is how many digits a dialect's codes have under the settings, zero for an unknown dialect.
func (c *Config) CodeLength(dialect string) int {
	for _, d := range dialects {
		if d.name == dialect {
			return cmp.Or(c.Dialect[dialect].CodeLength, d.codeLength)
		}
	}
	return 0
}

// Config is what the operator decided, complete and checked.
type Config struct {
	// Listen is the public HOST:PORT.
	Listen string
	// PublicURL is the origin that users see, without a path. Unless it was
	// set it follows from Listen, see PublicURLAt.
	PublicURL *url.URL
	// DatabaseURL is sqlite://PATH or mysql://…, checked by database.ParseURL.
	DatabaseURL string
	// DatabasePool is the number of connections; zero leaves it to the
	// database package.
	DatabasePool int
	// SQLiteSynchronous is full or normal.
	SQLiteSynchronous string
	// RedisURL is redis://… or rediss://…, or empty without Redis.
	RedisURL string
	// SMS and Email are the providers in the order in which they are tried.
	SMS, Email []*url.URL
	// Secrets are the server's secrets: the first signs, all verify. It is
	// empty with Dev when none was given, until LoadSecrets; and for commands
	// that do not need one.
	Secrets [][]byte
	// WebhookSecret signs webhook posts; empty leaves them unsigned.
	WebhookSecret []byte
	// Dialects are those switched on, each once.
	Dialects []string
	// Dialect has an entry for every dialect, on or off.
	Dialect map[string]*Dialect
	// BigCityClients may call the BigCity endpoints. A user with several
	// passwords, while they are rotated, has several entries.
	BigCityClients []Client
	// MicrositeClient is the Client API that the microsite calls, perhaps with a
	// user and password; nil for this server's own.
	MicrositeClient *url.URL
	// GoodCityEra is documented or current.
	GoodCityEra string
	// SigningAlg is HS256, ES256, EdDSA or RS256.
	SigningAlg string
	// TLSCert and TLSKey are PEM files, both set or both empty.
	TLSCert, TLSKey string
	// TrustedProxies are the networks whose X-Forwarded headers are believed.
	TrustedProxies []netip.Prefix
	// MetricsListen is the HOST:PORT of /metrics and pprof, or empty.
	MetricsListen string
	// Limits is false when every rate limit but the contact's own is off.
	Limits bool
	// LimitsPerIP and LimitsPerClient hold while Limits is on.
	LimitsPerIP     LimitsPerIP
	LimitsPerClient LimitsPerClient
	// Countries are ISO 3166 codes of the countries that may be sent to; empty
	// means all.
	Countries []string
	// LogFormat is text, json or auto: text on a terminal, else json.
	LogFormat string
	// LogLevel is the least level that is logged.
	LogLevel slog.Level
	// Dev is the mode for development, on loopback only.
	Dev bool

	settings     []Setting
	publicURLSet bool
}

// Client is a server that calls us with Basic credentials.
type Client struct {
	User, Password string
}

// LimitsPerIP are the calls that one address may make within Window.
type LimitsPerIP struct {
	Sends, Answers int
	Window         time.Duration
}

// LimitsPerClient are the calls that one client with Basic credentials may make
// within Window.
type LimitsPerClient struct {
	Calls  int
	Window time.Duration
}

// TLS tells whether Latchkey itself speaks HTTPS.
func (c *Config) TLS() bool {
	return c.TLSCert != ""
}

// Has tells whether the dialect is switched on.
func (c *Config) Has(dialect string) bool {
	for _, name := range c.Dialects {
		if name == dialect {
			return true
		}
	}
	return false
}

// PublicURLAt returns the public origin of a server that got the address bound,
// HOST:PORT: the one that was set, else http or https on that address. Listening
// on port 0 or on all interfaces is what makes it differ from PublicURL.
func (c *Config) PublicURLAt(bound string) *url.URL {
	if c.publicURLSet {
		return c.PublicURL
	}
	return originOf(bound, c.TLS())
}
