package config

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/urfave/cli/v3"
)

// TestTableOfTheInterface holds the names that interface.md promises.
func TestTableOfTheInterface(t *testing.T) {
	t.Parallel()
	want := [][3]string{
		{"config", "LATCHKEY_CONFIG", ""},
		{"listen", "LATCHKEY_LISTEN", "127.0.0.1:8080"},
		{"public-url", "LATCHKEY_PUBLIC_URL", ""},
		{"database-url", "LATCHKEY_DATABASE_URL", "sqlite://latchkey.db"},
		{"redis-url", "LATCHKEY_REDIS_URL", ""},
		{"sms-url", "LATCHKEY_SMS_URL", ""},
		{"email-url", "LATCHKEY_EMAIL_URL", ""},
		{"secret", "LATCHKEY_SECRET", ""},
		{"secret-file", "LATCHKEY_SECRET_FILE", ""},
		{"dialect", "LATCHKEY_DIALECTS", strings.Join(dialectNames, ",")},
		{"bigcity-client", "LATCHKEY_BIGCITY_CLIENTS", ""},
		{"microsite-client-url", "LATCHKEY_MICROSITE_CLIENT_URL", ""},
		{"goodcity-era", "LATCHKEY_GOODCITY_ERA", "documented"},
		{"signing-alg", "LATCHKEY_SIGNING_ALG", "HS256"},
		{"tls-cert", "LATCHKEY_TLS_CERT", ""},
		{"tls-key", "LATCHKEY_TLS_KEY", ""},
		{"trusted-proxy", "LATCHKEY_TRUSTED_PROXIES", ""},
		{"metrics-listen", "LATCHKEY_METRICS_LISTEN", ""},
		{"limits", "LATCHKEY_LIMITS", "on"},
		{"webhook-secret", "LATCHKEY_WEBHOOK_SECRET", ""},
		{"log-format", "LATCHKEY_LOG_FORMAT", "auto"},
		{"log-level", "LATCHKEY_LOG_LEVEL", "info"},
		{"dev", "LATCHKEY_DEV", "false"},
	}
	var got [][3]string
	for _, s := range flagSettings() {
		got = append(got, [3]string{s.name, s.env, s.value})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got := mustLoad(t, source{})
	want := &Config{
		Listen:            "127.0.0.1:8080",
		PublicURL:         mustURL(t, "http://127.0.0.1:8080"),
		DatabaseURL:       "sqlite://latchkey.db",
		SQLiteSynchronous: "full",
		Dialects:          dialectNames,
		Dialect:           untouched(),
		GoodCityEra:       "documented",
		SigningAlg:        "HS256",
		Limits:            true,
		LimitsPerIP:       LimitsPerIP{Sends: 60, Answers: 300, Window: 10 * time.Minute},
		LimitsPerClient:   LimitsPerClient{Calls: 6000, Window: time.Minute},
		LogFormat:         "auto",
		LogLevel:          slog.LevelInfo,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
}

// untouched are dialects of which nothing was set.
func untouched() map[string]*Dialect {
	all := map[string]*Dialect{}
	for _, name := range dialectNames {
		all[name] = &Dialect{}
	}
	return all
}

func TestDialectsInTheOrderOfTheList(t *testing.T) {
	t.Parallel()
	four := []string{"bigcity", "goodcity", "arita", "bridgekeeper"}
	if len(dialectNames) < len(four) || !slices.Equal(dialectNames[:len(four)], four) {
		t.Errorf("the dialects are %q", dialectNames)
	}
	c := mustLoad(t, source{yaml: "dialects: {arita: {code-length: 7}}"})
	for name, want := range map[string]int{"bigcity": 6, "goodcity": 4, "arita": 7, "bridgekeeper": 5, "bigtown": 0} {
		if got := c.CodeLength(name); got != want {
			t.Errorf("codes of %s have %d digits, want %d", name, got, want)
		}
	}
}

// row is one setting given one value, and what the config then holds.
type row struct {
	name, value string
	get         func(c *Config) any
	want        any
}

func rows(t *testing.T) []row {
	file := writeFile(t, "secret", "\n"+secretText+"\n older"+secretText+"  \n")
	return []row{
		{"listen", "localhost:9000", func(c *Config) any { return c.Listen }, "localhost:9000"},
		{"public-url", "https://Login.Example.com/", func(c *Config) any { return c.PublicURL.String() }, "https://login.example.com"},
		{"database-url", "mysql://app:hunter2@a:1,b:2/login", func(c *Config) any { return c.DatabaseURL }, "mysql://app:hunter2@a:1,b:2/login"},
		{"redis-url", "redis://:hunter2@cache:6379/1", func(c *Config) any { return c.RedisURL }, "redis://:hunter2@cache:6379/1"},
		{"sms-url", "webhook+https://sms.example.com/send,log:", func(c *Config) any { return fmt.Sprint(c.SMS) }, "[webhook+https://sms.example.com/send log:]"},
		{"email-url", "smtp://u:p@mail:587?from=a@example.com&tls=starttls , log:", func(c *Config) any { return fmt.Sprint(c.Email) },
			"[smtp://u:p@mail:587?from=a@example.com&tls=starttls log:]"},
		{"secret", secretText + ",old" + secretText, func(c *Config) any { return c.Secrets }, [][]byte{[]byte(secretText), []byte("old" + secretText)}},
		{"secret-file", file, func(c *Config) any { return c.Secrets }, [][]byte{[]byte(secretText), []byte("older" + secretText)}},
		{"dialect", "arita, bigcity,arita", func(c *Config) any { return c.Dialects }, []string{"arita", "bigcity"}},
		{"bigcity-client", "bigcity:secret123,bigcity:hunter22,other:a:b", func(c *Config) any { return c.BigCityClients },
			[]Client{{"bigcity", "secret123"}, {"bigcity", "hunter22"}, {"other", "a:b"}}},
		{"microsite-client-url", "https://bigcity:hunter2@client.example.com/api", func(c *Config) any { return c.MicrositeClient.String() },
			"https://bigcity:hunter2@client.example.com/api"},
		{"goodcity-era", "current", func(c *Config) any { return c.GoodCityEra }, "current"},
		{"signing-alg", "EdDSA", func(c *Config) any { return c.SigningAlg }, "EdDSA"},
		{"trusted-proxy", "10.1.2.3/8,192.0.2.1,2001:db8::1,::ffff:192.0.2.2", func(c *Config) any { return fmt.Sprint(c.TrustedProxies) },
			"[10.0.0.0/8 192.0.2.1/32 2001:db8::1/128 192.0.2.2/32]"},
		{"metrics-listen", ":9090", func(c *Config) any { return c.MetricsListen }, ":9090"},
		{"limits", "off", func(c *Config) any { return c.Limits }, false},
		{"webhook-secret", "hunter2", func(c *Config) any { return string(c.WebhookSecret) }, "hunter2"},
		{"log-format", "json", func(c *Config) any { return c.LogFormat }, "json"},
		{"log-level", "debug", func(c *Config) any { return c.LogLevel }, slog.LevelDebug},
		{"dev", "true", func(c *Config) any { return c.Dev }, true},
	}
}

// TestEverySettingFromEveryPlace sets each setting by flag, environment and file,
// and looks at the value, the origin and that no secret is shown.
func TestEverySettingFromEveryPlace(t *testing.T) {
	t.Parallel()
	table := rows(t)
	env := make(map[string]string)
	seen := map[string]bool{"config": true, "tls-cert": true, "tls-key": true} // tested below
	for _, s := range flagSettings() {
		env[s.name] = s.env
	}
	for _, r := range table {
		seen[r.name] = true
		for place, s := range map[string]source{
			"flag --" + r.name:           {args: []string{"--" + r.name + "=" + r.value}},
			"environment " + env[r.name]: {env: map[string]string{env[r.name]: r.value}},
			"latchkey.yaml line 2":       {yaml: fmt.Sprintf("# settings\n%s: %q\n", r.name, r.value)},
		} {
			c := mustLoad(t, s)
			if diff := cmp.Diff(r.want, r.get(c)); diff != "" {
				t.Errorf("%s by %s: %s", r.name, place, diff)
			}
			shown := describe(t, c, r.name)
			if shown.Origin != place {
				t.Errorf("%s: origin %q, want %q", r.name, shown.Origin, place)
			}
			if shown.Value == "" || strings.Contains(fmt.Sprint(c.Describe()), "hunter2") {
				t.Errorf("%s is shown as %q", r.name, shown.Value)
			}
		}
	}
	for _, s := range flagSettings() {
		if !seen[s.name] {
			t.Errorf("%s has no row in this test", s.name)
		}
	}
}

func TestListsInTheFileAndRepeatedFlags(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{yaml: "dialect:\n  - arita\n  - goodcity\ncountries: [HK, no, in]\nsecret:\n  - " + secretText + ", with a comma\n"})
	if got := fmt.Sprint(c.Dialects, c.Countries); got != "[arita goodcity] [HK NO IN]" {
		t.Errorf("lists %s", got)
	}
	if got := string(c.Secrets[0]); got != secretText+", with a comma" {
		t.Error("an item of a list in the file was split")
	}
	c = mustLoad(t, source{args: []string{"--dialect", "arita", "--dialect", "goodcity,bigcity"}})
	if got := fmt.Sprint(c.Dialects); got != "[arita goodcity bigcity]" {
		t.Errorf("repeated flags gave %s", got)
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	const yaml = "listen: localhost:3\n"
	env := map[string]string{"LATCHKEY_LISTEN": "localhost:2"}
	flag := []string{"--listen", "localhost:1"}
	for _, test := range []struct {
		source source
		want   string
	}{
		{source{flag, env, yaml, nil}, "localhost:1"},
		{source{flag, nil, yaml, nil}, "localhost:1"},
		{source{nil, env, yaml, nil}, "localhost:2"},
		{source{nil, nil, yaml, nil}, "localhost:3"},
		{source{nil, map[string]string{"LATCHKEY_LISTEN": ""}, yaml, nil}, "localhost:3"},
		{source{nil, nil, "listen:\n", nil}, "127.0.0.1:8080"},
	} {
		if got := mustLoad(t, test.source).Listen; got != test.want {
			t.Errorf("%+v: listen %s, want %s", test.source, got, test.want)
		}
	}
}

func TestLowerPlaceIsNotEvenRead(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{
		args: []string{"--redis-url=", "--dev=false", "--dialect", "arita"},
		env:  map[string]string{"LATCHKEY_REDIS_URL": "wrong", "LATCHKEY_DEV": "wrong", "LATCHKEY_DIALECTS": "wrong"},
	})
	if c.RedisURL != "" || c.Dev || len(c.Dialects) != 1 {
		t.Errorf("redis %q, dev %v, dialects %v", c.RedisURL, c.Dev, c.Dialects)
	}
	if got := describe(t, c, "redis-url"); got != (Setting{"redis-url", "", "flag --redis-url"}) {
		t.Errorf("unset by an empty flag: %+v", got)
	}
}

func TestSettingsOfDialects(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{yaml: `
dialects:
  goodcity:
    code-length: 6
    code-lifetime: 3m
    attempts: 2
    resend-wait: 45s
    sends-per-hour: 4
    sends-per-day: 12
    access-token-lifetime: 336h
    refresh-token-lifetime: 720h
    session-lifetime: 720h
    session-idle: 168h
    allowed-hosts: [Login.example.com, "localhost:8080"]
    allowed-origins: ["https://App.example.com", "http://localhost:4200/"]
    sign-up: false
    messages:
      en: {sms: "Your code is {{code}}", subject: Code, text: "Hello\n{{code}}"}
      zh-TW:
        sms: |
          代碼 {{code}}
  arita:
    sign-up: true
  bridgekeeper:
    reset-page: https://news.example.com/account/reset?from=mail
`})
	no, yes := false, true
	want := untouched()
	want["arita"].SignUp = &yes
	want["bridgekeeper"].ResetPage = "https://news.example.com/account/reset?from=mail"
	want["goodcity"] = &Dialect{
		CodeLength: 6, CodeLifetime: 3 * time.Minute, Attempts: 2, ResendWait: 45 * time.Second,
		SendsPerHour: 4, SendsPerDay: 12,
		AccessTokenLifetime: 14 * 24 * time.Hour, RefreshTokenLifetime: 30 * 24 * time.Hour,
		SessionLifetime: 30 * 24 * time.Hour, SessionIdle: 7 * 24 * time.Hour,
		AllowedHosts:   []string{"login.example.com", "localhost:8080"},
		AllowedOrigins: []string{"https://app.example.com", "http://localhost:4200"},
		SignUp:         &no,
		Messages: map[string]Message{
			"en":    {SMS: "Your code is {{code}}", Subject: "Code", Text: "Hello\n{{code}}"},
			"zh-TW": {SMS: "代碼 {{code}}\n"},
		},
	}
	if diff := cmp.Diff(want, c.Dialect); diff != "" {
		t.Error(diff)
	}
	if got := describe(t, c, "dialects.goodcity.code-length"); got != (Setting{"dialects.goodcity.code-length", "6", "latchkey.yaml line 4"}) {
		t.Errorf("described as %+v", got)
	}
}

func TestSettingsOfTheFileAlone(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{yaml: `
database-pool: 4
sqlite-synchronous: normal
limits-per-ip: {sends: 10, answers: 20, window: 1h}
limits-per-client:
  calls: 30
  window: 2m
`})
	if c.DatabasePool != 4 || c.SQLiteSynchronous != "normal" {
		t.Errorf("pool %d, synchronous %s", c.DatabasePool, c.SQLiteSynchronous)
	}
	if c.LimitsPerIP != (LimitsPerIP{10, 20, time.Hour}) || c.LimitsPerClient != (LimitsPerClient{30, 2 * time.Minute}) {
		t.Errorf("limits %+v and %+v", c.LimitsPerIP, c.LimitsPerClient)
	}
}

func TestFlagsStandOnAParentCommandToo(t *testing.T) {
	t.Parallel()
	var got *Config
	command := &cli.Command{
		Name: "latchkey", Flags: Flags(),
		Commands: []*cli.Command{{Name: "serve", Action: func(_ context.Context, cmd *cli.Command) (err error) {
			got, err = load(cmd, func(string) (string, bool) { return "", false }, nil)
			return err
		}}},
	}
	if err := command.Run(t.Context(), []string{"latchkey", "--listen", "localhost:1", "serve", "--log-level", "warn"}); err != nil {
		t.Fatal(err)
	}
	if got.Listen != "localhost:1" || got.LogLevel != slog.LevelWarn {
		t.Errorf("listen %s, level %s", got.Listen, got.LogLevel)
	}
}

func TestHelpNamesEverySetting(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	command := &cli.Command{Name: "latchkey", Flags: Flags(), Writer: &help}
	if err := command.Run(t.Context(), []string{"latchkey", "--help"}); err != nil {
		t.Fatal(err)
	}
	for _, s := range flagSettings() {
		for _, want := range []string{"--" + s.name, s.env, s.value} {
			if s.toggle && want == s.value {
				continue
			}
			if !strings.Contains(help.String(), want) {
				t.Errorf("%q is missing in the help", want)
			}
		}
	}
}

func TestPublicURLFollowsListen(t *testing.T) {
	t.Parallel()
	cert, key := writeKeyPair(t)
	https := []string{"--tls-cert", cert, "--tls-key", key}
	for _, test := range []struct {
		listen string
		args   []string
		want   string
	}{
		{"127.0.0.1:8080", nil, "http://127.0.0.1:8080"},
		{"[::1]:8080", nil, "http://[::1]:8080"},
		{"localhost:80", nil, "http://localhost"},
		{"[::1]:80", nil, "http://[::1]"},
		{":8080", nil, "http://localhost:8080"},
		{"0.0.0.0:443", https, "https://localhost"},
		{"login.example.com:8443", https, "https://login.example.com:8443"},
	} {
		c := mustLoad(t, source{args: append([]string{"--listen", test.listen}, test.args...)})
		if got := c.PublicURL.String(); got != test.want {
			t.Errorf("%s: %s, want %s", test.listen, got, test.want)
		}
		if got := describe(t, c, "public-url"); got != (Setting{"public-url", test.want, "default"}) {
			t.Errorf("%s: described as %+v", test.listen, got)
		}
	}
	c := mustLoad(t, source{args: []string{"--listen", "127.0.0.1:0"}})
	if got := c.PublicURLAt("127.0.0.1:40123").String(); got != "http://127.0.0.1:40123" {
		t.Errorf("on any port: %s", got)
	}
	c = mustLoad(t, source{args: []string{"--listen", "127.0.0.1:0", "--public-url", "https://login.example.com"}})
	if got := c.PublicURLAt("127.0.0.1:40123").String(); got != "https://login.example.com" {
		t.Errorf("a public URL that was set gave way to %s", got)
	}
}

func mustURL(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
