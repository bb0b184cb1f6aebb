package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/urfave/cli/v3"

	"latchkey/adapter/delivery/failover"
	"latchkey/adapter/delivery/logsink"
	"latchkey/adapter/delivery/smtp"
	"latchkey/adapter/delivery/twilio"
	"latchkey/adapter/delivery/webhook"
	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/arita"
	"latchkey/adapter/httpapi/bigcity"
	"latchkey/adapter/httpapi/bridgekeeper"
	"latchkey/adapter/httpapi/goodcity"
	"latchkey/adapter/httpapi/system"
	"latchkey/adapter/secret"
	"latchkey/adapter/store/gormstore"
	"latchkey/adapter/throttle/memthrottle"
	"latchkey/adapter/throttle/redisthrottle"
	"latchkey/adapter/token/jwxtoken"
	"latchkey/adapter/web"
	"latchkey/adapter/web/docs"
	"latchkey/adapter/web/microsite"
	"latchkey/domain"
	"latchkey/infrastructure/clock"
	"latchkey/infrastructure/config"
	"latchkey/infrastructure/database"
	"latchkey/infrastructure/random"
	"latchkey/infrastructure/redis"
	"latchkey/infrastructure/telemetry"
	"latchkey/openapi"
	"latchkey/usecase"
)

// app is the object graph, and what must be closed.
type app struct {
	config *config.Config
	logger *slog.Logger
	clock  usecase.Clock
	db     *database.DB
	store  *gormstore.Store
	tokens *jwxtoken.Signer
	limits usecase.Limiter
	core   *usecase.Core
	meters *meters   // nil without an address that serves them
	dev    *devTools // nil but with --dev
	parts  map[string]func(context.Context) error
	close  []func() error
}

// How many keys a limiter in memory remembers, how many passwords wait to be hashed.
const (
	limiterKeys   = 100_000
	passwordQueue = 64
)

// hashingPlaces leaves one core to everything else: a storm of password logins must not starve those who are logged in (K7).
func hashingPlaces() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// wire builds everything between the settings and the HTTP side, from the bottom up. It migrates nothing and starts nothing.
func wire(ctx context.Context, c *config.Config, logger *slog.Logger) (a *app, err error) {
	a = &app{config: c, logger: logger, clock: clock.System{}, parts: map[string]func(context.Context) error{}}
	defer func() {
		if err != nil {
			a.shut()
		}
	}()
	if c.Dev {
		a.dev = newDevTools()
		a.clock = a.dev.clock
	}
	if c.MetricsListen != "" {
		a.meters = newMeters()
	}
	if err := c.LoadSecrets(); err != nil {
		return a, err
	}
	if a.db, err = openDatabase(ctx, c, logger, a.clock); err != nil {
		return a, err
	}
	a.close = append(a.close, a.db.Close)
	a.store = gormstore.New(a.db)

	keyring, err := secret.NewKeyring(c.Secrets)
	if err != nil {
		return a, err
	}
	a.tokens, err = jwxtoken.New(jwxtoken.Options{
		Algorithm: c.SigningAlg, Secrets: c.Secrets, Store: a.store, Sealer: keyring, Clock: a.clock, Logger: logger,
	})
	if err != nil {
		return a, err
	}
	if a.limits, err = a.limiter(); err != nil {
		return a, err
	}
	senders, err := a.senders()
	if err != nil {
		return a, err
	}
	a.core = usecase.New(usecase.Ports{
		Store: a.store, Clock: a.clock, Random: random.System{}, Keyring: keyring, Tokens: a.tokens,
		Passwords: secret.NewPasswordHasher(hashingPlaces(), passwordQueue),
		Limiter:   a.limits, Limits: limits(c), Senders: senders, Observer: a.observer(), Logger: logger, Countries: c.Countries,
	})
	return a, nil
}

func openDatabase(ctx context.Context, c *config.Config, logger *slog.Logger, clock usecase.Clock) (*database.DB, error) {
	return database.Open(ctx, database.Options{
		URL: c.DatabaseURL, Synchronous: c.SQLiteSynchronous, PoolSize: c.DatabasePool, Logger: logger, Clock: clock.Now,
	})
}

// shut closes what wire opened, the last first.
func (a *app) shut() {
	for i := len(a.close) - 1; i >= 0; i-- {
		if err := a.close[i](); err != nil {
			a.logger.Warn("closing", "error", err)
		}
	}
}

// limits are the limits by address and client.
func limits(c *config.Config) usecase.Limits {
	if !c.Limits {
		return usecase.Limits{}
	}
	return usecase.Limits{
		Sends:   usecase.LimitRule{Name: "sends", Burst: c.LimitsPerIP.Sends, Period: c.LimitsPerIP.Window},
		Answers: usecase.LimitRule{Name: "answers", Burst: c.LimitsPerIP.Answers, Period: c.LimitsPerIP.Window},
		Client:  usecase.LimitRule{Name: "client", Burst: c.LimitsPerClient.Calls, Period: c.LimitsPerClient.Window},
	}
}

// limiter counts in Redis when there is one, else in memory.
func (a *app) limiter() (usecase.Limiter, error) {
	local := memthrottle.New(a.clock, limiterKeys)
	if a.config.RedisURL == "" {
		return local, nil
	}
	client, err := redis.Open(a.config.RedisURL)
	if err != nil {
		return nil, err
	}
	a.close = append(a.close, client.Close)
	a.parts["redis"] = client.Ping
	return redisthrottle.New(redisthrottle.Options{Client: client, Fallback: local, Clock: a.clock, Logger: a.logger}), nil
}

// senders are the providers of each channel. With --dev the inbox takes what no address was given for.
func (a *app) senders() (map[domain.Channel]usecase.Sender, error) {
	senders := map[domain.Channel]usecase.Sender{}
	for channel, addresses := range map[domain.Channel][]*url.URL{domain.SMS: a.config.SMS, domain.Email: a.config.Email} {
		var tried []usecase.Sender
		for _, address := range addresses {
			sender, err := a.sender(address)
			if err != nil {
				return nil, err
			}
			tried = append(tried, sender)
		}
		switch {
		case len(tried) == 1:
			senders[channel] = tried[0]
		case len(tried) > 1:
			senders[channel] = failover.New(tried...)
		case a.dev != nil:
			senders[channel] = a.dev.provider
		}
	}
	return senders, nil
}

// sender is one provider; a new one is one more case here.
func (a *app) sender(address *url.URL) (usecase.Sender, error) {
	scheme, _, _ := strings.Cut(address.Scheme, "+")
	switch scheme {
	case "webhook":
		return webhook.NewFromURL(address, webhook.Options{Secret: a.config.WebhookSecret, Clock: a.clock})
	case "smtp":
		return smtp.NewFromURL(address, smtp.Options{})
	case "twilio":
		return twilio.NewFromURL(address, twilio.Options{})
	case "log":
		return logsink.New(a.logger, logsink.Options{ShowCode: a.config.Dev}), nil
	default:
		return nil, fmt.Errorf("delivery address %s: this version has no such provider; webhook+https, smtp, twilio and log are there", address.Redacted())
	}
}

// server puts the rooms on an HTTP side whose users see it at public.
func (a *app) server(public *url.URL) (*httpapi.Server, error) {
	c := a.config
	server := httpapi.New(httpapi.Options{
		PublicURL: public, TrustedProxies: c.TrustedProxies, Logger: a.logger, Now: a.clock.Now, Measured: a.measured(),
	})
	system.Mount(system.Options{Server: server, Core: a.core, DocumentJSON: openapi.JSON(), DocumentYAML: openapi.YAML(), Parts: a.parts})
	kit := web.NewKit(server)
	if a.dev != nil {
		a.dev.mount(kit)
	}
	own := newMicrositeClient()
	relying, err := a.microsite(kit, public, own)
	if err != nil {
		return nil, err
	}
	microsite.Mount(relying)
	docs.Mount(a.shown(kit, relying.Client != nil))

	issuer := public.String()
	rooms := map[string]func(s httpapi.Settings) error{
		config.BigCity: func(s httpapi.Settings) error {
			return bigcity.Mount(bigcity.Options{
				Server: server, Core: a.core, Settings: s, Issuer: issuer, Clients: httpapi.NewClients(append(clients(c), own)), WebOTPHost: webOTPHost(public),
			})
		},
		config.GoodCity: func(s httpapi.Settings) error {
			return goodcity.Mount(goodcity.Options{Server: server, Core: a.core, Settings: s, Era: c.GoodCityEra})
		},
		config.Arita: func(s httpapi.Settings) error {
			return arita.Mount(arita.Options{Server: server, Core: a.core, Settings: s})
		},
		config.Bridgekeeper: func(s httpapi.Settings) error {
			return bridgekeeper.Mount(bridgekeeper.Options{Server: server, Core: a.core, Settings: s, Issuer: issuer})
		},
	}
	var mistakes []error
	for _, name := range c.Dialects {
		mistakes = append(mistakes, rooms[name](settings(c.Dialect[name])))
	}
	return server, errors.Join(mistakes...)
}

// shown is what the front door and the reference show. Of the settings it tells nothing but what is switched on; only a server for
// development tells accounts and credentials.
func (a *app) shown(kit *web.Kit, hasMicrosite bool) docs.Options {
	o := docs.Options{Kit: kit, Document: openapi.JSON(), Dev: a.config.Dev, Version: version, Microsite: hasMicrosite}
	about := map[string]docs.Dialect{
		config.BigCity:      {Name: "BigCity", About: "Client API: a customer ID, then a code."},
		config.GoodCity:     {Name: "GoodCity", About: "A mobile number, then a pin."},
		config.Arita:        {Name: "Arita", About: "Web User Auth API: a password or a code, and a refresh cookie."},
		config.Bridgekeeper: {Name: "Bridgekeeper", About: "Quintype's: a phone number or mail address, a code, a cookie session."},
	}
	for _, name := range a.config.Dialects {
		d := about[name]
		d.Tag = name
		if a.config.Dev {
			d.Demo = demoAbout(name)
		}
		o.Dialects = append(o.Dialects, d)
	}
	if a.config.Dev && slices.Contains(a.config.BigCityClients, demoClient) {
		o.DemoClient = demoClient.User + ":" + demoClient.Password
	}
	return o
}

// meters count what the server does.
type meters struct {
	registry *prometheus.Registry
	stories  *telemetry.StoryMetrics
	requests *telemetry.HTTPMetrics
}

func newMeters() *meters {
	registry := telemetry.NewRegistry()
	return &meters{registry, telemetry.NewStoryMetrics(registry), telemetry.NewHTTPMetrics(registry)}
}

// observer counts the stories, and measured the requests; without an address that serves the figures nothing is counted.
func (a *app) observer() usecase.Observer {
	if a.meters == nil {
		return telemetry.NoStories{}
	}
	return a.meters.stories
}

func (a *app) measured() func(method, route string, status int, took time.Duration) {
	if a.meters == nil {
		return nil
	}
	return a.meters.requests.Observe
}

// webOTPHost is the host for the last line of text messages; browsers know it only for names reached by https.
func webOTPHost(public *url.URL) string {
	if public.Scheme != "https" {
		return ""
	}
	return public.Hostname()
}

func clients(c *config.Config) []httpapi.Credential {
	credentials := make([]httpapi.Credential, 0, len(c.BigCityClients))
	for _, client := range c.BigCityClients {
		credentials = append(credentials, httpapi.Credential{Name: client.User, Secret: client.Password})
	}
	return credentials
}

// settings turns the operator's settings of a dialect into the room's.
func settings(d *config.Dialect) httpapi.Settings {
	s := httpapi.Settings{
		CodeLength: d.CodeLength, CodeLifetime: d.CodeLifetime, Attempts: d.Attempts, ResendWait: d.ResendWait,
		SendsPerHour: d.SendsPerHour, SendsPerDay: d.SendsPerDay, AccessLifetime: d.AccessTokenLifetime,
		IdleLifetime: d.SessionIdle, Lifetime: d.SessionLifetime, AllowedHosts: d.AllowedHosts, AllowedOrigins: d.AllowedOrigins,
		NoSignUp: d.SignUp != nil && !*d.SignUp, ResetPage: d.ResetPage, Messages: map[string]domain.Template{},
	}
	if d.RefreshTokenLifetime != 0 {
		s.IdleLifetime = d.RefreshTokenLifetime
	}
	for locale, m := range d.Messages {
		s.Messages[locale] = domain.Template{SMS: m.SMS, Subject: m.Subject, Text: m.Text}
	}
	return s
}

// withCore runs a command over the database that the settings name, brought up to date.
func withCore(ctx context.Context, cmd *cli.Command, do func(core *usecase.Core) error) error {
	return withApp(ctx, cmd, func(a *app) error { return do(a.core) })
}

func withApp(ctx context.Context, cmd *cli.Command, do func(a *app) error) error {
	c, err := config.FromCommand(cmd, config.NeedSecret)
	if err != nil {
		return err
	}
	a, err := wire(ctx, c, telemetry.NewLogger(cmd.Root().ErrWriter, c.LogFormat, c.LogLevel))
	if err != nil {
		return err
	}
	defer a.shut()
	if _, err := gormstore.Migrate(ctx, a.db); err != nil {
		return err
	}
	return do(a)
}
