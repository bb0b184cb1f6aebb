package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	addressForm   = "must be HOST:PORT such as 127.0.0.1:8080"
	originForm    = "must be an origin such as https://login.example.com, without a path"
	smtpForm      = "must be smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&tls=starttls|implicit|none"
	micrositeForm = "must be https://HOST or https://USER:PASSWORD@HOST, with a path where the API has one"
	lifetimeForm  = "must be a duration such as 90s or 5m, from 30s to 10m"
)

// What is allowed grows with the lists.
var (
	smsForm     = "must be a URL with the scheme " + strings.Join(smsSchemes, ", ")
	emailForm   = "must be a URL with the scheme " + strings.Join(emailSchemes, ", ")
	dialectForm = "must be " + strings.Join(dialectNames[:len(dialectNames)-1], ", ") + " or " + dialectNames[len(dialectNames)-1]
)

// TestEveryWrongValue gives wrong values by environment: the one line names the
// setting, the value, where it came from and what is allowed.
func TestEveryWrongValue(t *testing.T) {
	t.Parallel()
	env := make(map[string]string)
	for _, s := range flagSettings() {
		env[s.name] = s.env
	}
	for _, test := range []struct{ name, value, shown, allowed string }{
		{"listen", "8080", "8080", addressForm},
		{"listen", "localhost:http", "localhost:http", addressForm},
		{"listen", "localhost:65536", "localhost:65536", addressForm},
		{"listen", "http://localhost:80", "http://localhost:80", addressForm},
		{"public-url", "login.example.com", "login.example.com", originForm},
		{"public-url", "https://login.example.com/app", "https://login.example.com/app", originForm},
		{"public-url", "https://login.example.com?", "https://login.example.com?", originForm},
		{"public-url", "https://u@login.example.com", "https://u@login.example.com", originForm},
		{"public-url", "ftp://login.example.com", "ftp://login.example.com", originForm},
		{"database-url", "postgres://u:hunter2@h/n", "postgres://u:***@h/n", "must be sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT/NAME"},
		{"database-url", "mysql://u:hunter2@h", "mysql://u:***@h", "names no database after the last /"},
		{"database-url", "mysql://u:/hunter2@h/n", "mysql://u:***@h/n", "names no database after the last /"},
		{"database-url", "mysql://:hunter2@h/n", "mysql://:***@h/n", "names no user before @"},
		{"database-url", "u:hunter2@h/n", "***@h/n", "must be sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT/NAME"},
		{"redis-url", "http://:hunter2@h", "http://:***@h", "must be redis://HOST:PORT/NUMBER, or rediss:// for TLS"},
		{"redis-url", "redis://", "redis://", "must be redis://HOST:PORT/NUMBER, or rediss:// for TLS"},
		{"sms-url", "smtp://u:hunter2@h?from=a@b.example", "smtp://u:***@h?from=a@b.example", smsForm},
		{"sms-url", "https://h/p?token=hunter2", "https://h/p?token=***", smsForm},
		{"sms-url", "webhook+https:///p", "webhook+https:///p", "must be webhook+https://HOST/PATH"},
		{"sms-url", "webhook+http://sms.example.com/p", "webhook+http://sms.example.com/p", "must be webhook+https: plain http is for loopback only"},
		{"sms-url", "twilio://AC1?from=123", "twilio://AC1?from=123", "must be twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=NUMBER, HOST may be empty"},
		{"sms-url", "twilio://AC1:hunter2@", "twilio://AC1:***@", "must be twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=NUMBER, HOST may be empty"},
		{"sms-url", "smpp://id:hunter2@h:2775", "smpp://id:***@h:2775", smsForm},
		{"sms-url", "log:verbose", "log:***", "must be log: and nothing more"},
		{"email-url", "twilio://AC1:hunter2@?from=1", "twilio://AC1:***@?from=1", emailForm},
		{"email-url", "smtp://?from=a@b.example", "smtp://?from=a@b.example", smtpForm},
		{"email-url", "smtp://h", "smtp://h", smtpForm + ", and from must be a mail address"},
		{"email-url", "smtp://u:hunter2@h?from=a@b.example&tls=yes", "smtp://u:***@h?from=a@b.example&tls=yes", smtpForm},
		{"secret", "hunter2", "***", "must have at least 32 bytes, has 7"},
		{"dialect", "bigtown", "bigtown", dialectForm},
		{"dialect", ",", "", "must not be empty"},
		{"bigcity-client", "hunter2", "***", "must be USER:PASSWORD"},
		{"bigcity-client", "bigcity:", "bigcity:***", "must be USER:PASSWORD"},
		{"bigcity-client", ":hunter2", ":***", "must be USER:PASSWORD"},
		{"microsite-client-url", "client.example.com", "client.example.com", micrositeForm},
		{"microsite-client-url", "ftp://client.example.com", "ftp://client.example.com", micrositeForm},
		{"microsite-client-url", "https:///path", "https:///path", micrositeForm},
		{"microsite-client-url", "https://bigcity@client.example.com", "https://bigcity@client.example.com", micrositeForm},
		{"microsite-client-url", "https://:hunter2@client.example.com", "https://:***@client.example.com", micrositeForm},
		{"microsite-client-url", "https://client.example.com?token=hunter2", "https://client.example.com?token=***", micrositeForm},
		{"microsite-client-url", "http://bigcity:hunter2@client.example.com", "http://bigcity:***@client.example.com",
			"must be https: plain http is for loopback only"},
		{"goodcity-era", "2015", "2015", "must be documented or current"},
		{"signing-alg", "none", "none", "must be HS256, ES256, EdDSA or RS256"},
		{"signing-alg", "hs256", "hs256", "must be HS256, ES256, EdDSA or RS256"},
		{"trusted-proxy", "10.0.0", "10.0.0", "must be a network such as 10.0.0.0/8 or an address such as 192.0.2.1"},
		{"trusted-proxy", "proxy.example.com", "proxy.example.com", "must be a network such as 10.0.0.0/8 or an address such as 192.0.2.1"},
		{"metrics-listen", "9090", "9090", addressForm},
		{"limits", "none", "none", "must be on or off"},
		{"log-format", "xml", "xml", "must be text, json or auto"},
		{"log-level", "loud", "loud", "must be debug, info, warn or error"},
		{"dev", "perhaps", "perhaps", "must be true or false"},
	} {
		want := []string{fmt.Sprintf("--%s %q (environment %s): %s", test.name, test.shown, env[test.name], test.allowed)}
		got := mistakes(t, source{env: map[string]string{env[test.name]: test.value}})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s=%s: %s", test.name, test.value, diff)
		}
	}
}

func TestWrongElementOfAListIsNamedAlone(t *testing.T) {
	t.Parallel()
	got := mistakes(t, source{args: []string{"--dialect", "arita,wrong,goodcity", "--trusted-proxy", "10.0.0.0/8,wrong"}})
	want := []string{
		`--dialect "wrong" (flag --dialect): ` + dialectForm,
		`--trusted-proxy "wrong" (flag --trusted-proxy): must be a network such as 10.0.0.0/8 or an address such as 192.0.2.1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyFlagOfWhatIsNeeded(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"listen", "database-url", "dialect", "goodcity-era", "signing-alg", "limits", "log-format", "log-level"} {
		got := mistakes(t, source{args: []string{"--" + name + "="}})
		if want := fmt.Sprintf(`--%s "" (flag --%s): must not be empty`, name, name); !slices.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWrongValuesInTheFile(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		// C2: a code lives ten minutes at most.
		"dialects: {arita: {code-lifetime: 10m1s}}":              `dialects.arita.code-lifetime "10m1s" (latchkey.yaml line 1): ` + lifetimeForm,
		"dialects: {arita: {code-lifetime: 300}}":                `dialects.arita.code-lifetime "300" (latchkey.yaml line 1): ` + lifetimeForm,
		"dialects: {arita: {code-lifetime: -1m}}":                `dialects.arita.code-lifetime "-1m" (latchkey.yaml line 1): ` + lifetimeForm,
		"dialects: {arita: {code-length: 3}}":                    `dialects.arita.code-length "3" (latchkey.yaml line 1): must be a number from 4 to 8`,
		"dialects: {arita: {code-length: 9}}":                    `dialects.arita.code-length "9" (latchkey.yaml line 1): must be a number from 4 to 8`,
		"dialects: {arita: {code-length: six}}":                  `dialects.arita.code-length "six" (latchkey.yaml line 1): must be a number from 4 to 8`,
		"dialects: {arita: {attempts: 0}}":                       `dialects.arita.attempts "0" (latchkey.yaml line 1): must be a number from 1 to 10`,
		"dialects: {arita: {resend-wait: 0s}}":                   `dialects.arita.resend-wait "0s" (latchkey.yaml line 1): must be a duration such as 90s or 5m, from 1s to 1h`,
		"dialects: {arita: {sends-per-hour: 0}}":                 `dialects.arita.sends-per-hour "0" (latchkey.yaml line 1): must be a number from 1 to 100`,
		"dialects: {arita: {sends-per-day: 1.5}}":                `dialects.arita.sends-per-day "1.5" (latchkey.yaml line 1): must be a number from 1 to 100`,
		"dialects: {arita: {session-idle: 0s}}":                  `dialects.arita.session-idle "0s" (latchkey.yaml line 1): must be a duration such as 90s or 5m, from 1s to 87600h`,
		"dialects: {arita: {allowed-hosts: [\"https://a\"]}}":    `dialects.arita.allowed-hosts "https://a" (latchkey.yaml line 1): must be a host such as login.example.com or login.example.com:8443`,
		"dialects: {arita: {allowed-origins: [a.example]}}":      `dialects.arita.allowed-origins "a.example" (latchkey.yaml line 1): must be an origin such as https://app.example.com, without a path`,
		"dialects: {arita: {sign-up: maybe}}":                    `dialects.arita.sign-up "maybe" (latchkey.yaml line 1): must be true or false`,
		"dialects: {arita: {messages: {en: {sms: ' '}}}}":        `dialects.arita.messages.en.sms " " (latchkey.yaml line 1): must not be empty`,
		"dialects: {arita: {messages: {en: {sms: ''}}}}":         `dialects.arita.messages.en.sms "" (latchkey.yaml line 1): must not be empty`,
		"dialects: {arita: {messages: {english!: {sms: code}}}}": `dialects.arita.messages.english!.sms "code" (latchkey.yaml line 1): must be under a language tag such as en or zh-TW, not "english!"`,
		"dialects: {bridgekeeper: {reset-page: /reset}}":         `dialects.bridgekeeper.reset-page "/reset" (latchkey.yaml line 1): must be the address of a page such as https://news.example.com/reset-password`,
		"dialects: {bridgekeeper: {reset-page: 'javascript:a'}}": `dialects.bridgekeeper.reset-page "javascript:a" (latchkey.yaml line 1): must be the address of a page such as https://news.example.com/reset-password`,
		"countries: [HK, China]":                                 `countries "China" (latchkey.yaml line 1): must be a country's two letters such as HK or IN`,
		"countries: [EU]":                                        `countries "EU" (latchkey.yaml line 1): must be a country's two letters such as HK or IN`,
		"database-pool: 0":                                       `database-pool "0" (latchkey.yaml line 1): must be a number from 1 to 1000`,
		"sqlite-synchronous: off":                                `sqlite-synchronous "off" (latchkey.yaml line 1): must be full or normal`,
		"limits-per-ip: {window: 2d}":                            `limits-per-ip.window "2d" (latchkey.yaml line 1): must be a duration such as 90s or 5m, from 1s to 24h`,
		"limits-per-client: {calls: -1}":                         `limits-per-client.calls "-1" (latchkey.yaml line 1): must be a number from 1 to 1000000000`,
		"\n\nlog-level: loud":                                    `--log-level "loud" (latchkey.yaml line 3): must be debug, info, warn or error`,
		"secret: hunter2":                                        `--secret "***" (latchkey.yaml line 1): must have at least 32 bytes, has 7`,
	} {
		if got := mistakes(t, source{yaml: yaml}); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got\n%s\nwant\n%s", yaml, strings.Join(got, "\n"), want)
		}
	}
}

func TestC2_LifetimeOfTenMinutesIsAllowed(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{yaml: "dialects: {arita: {code-lifetime: 10m}}"})
	if got := c.Dialect[Arita].CodeLifetime; got != longestCodeLifetime {
		t.Errorf("lifetime %s", got)
	}
}

func TestFileOfTheWrongForm(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string][]string{
		"listen: :80\nlisten-on: x\n":            {`latchkey.yaml line 2: unknown key "listen-on"`},
		"dialects:\n  bigtown:\n    attempts: 1": {`latchkey.yaml line 3: unknown key "dialects.bigtown.attempts"`},
		"dialects:\n  arita:\n    lenght: 1":     {`latchkey.yaml line 3: unknown key "dialects.arita.lenght"`},
		"dialects: {arita: {messages: {en: {mms: x}}}}": {
			`latchkey.yaml line 1: unknown key "dialects.arita.messages.en.mms"`},
		"dialects: {x: {messages: {en: {sms: x}}}}": {`latchkey.yaml line 1: unknown key "dialects.x.messages.en.sms"`},
		"dialects: 5":                {`latchkey.yaml line 1: unknown key "dialects"`},
		"redis-url: {host: x}":       {`latchkey.yaml line 1: unknown key "redis-url.host"`},
		"config: other.yaml":         {`latchkey.yaml line 1: "config" cannot be set in the file`},
		"listen: [a:1, b:2]":         {`latchkey.yaml line 1: "listen" takes one value, not a list`},
		"sms-url:\n  - {a: b}":       {`latchkey.yaml line 1: a list may hold plain values only`},
		"listen: &a localhost:1":     {`latchkey.yaml line 1: anchors, aliases and tags are not supported`},
		"listen: !!str localhost:1":  {`latchkey.yaml line 1: anchors, aliases and tags are not supported`},
		"<<: {listen: x}":            {`latchkey.yaml line 1: a key must be a plain name`},
		"just text":                  {`latchkey.yaml line 1: must hold keys and values`},
		"- listen":                   {`latchkey.yaml line 1: must hold keys and values`},
		"dev: true\n---\ndev: false": {`latchkey.yaml: must hold one YAML document`},
		"limits-per-ip: {sends: 1}\nlimits-per-ip.sends: 2": {`latchkey.yaml line 2: "limits-per-ip.sends" is set twice`},
	} {
		got := mistakes(t, source{yaml: yaml})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", yaml, diff)
		}
	}
}

// TestBrokenYAMLShowsNoLineOfTheFile puts a secret beside the mistake.
func TestBrokenYAMLShowsNoLineOfTheFile(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{
		"secret: hunter2\nlisten: [\n", "secret: \"hunter2\nlisten: x", "secret: hunter2\n\tlisten: x", "secret: hunter2\nsecret: hunter2",
		"secret: hunter2: x", "a: hunter2\n b: x",
	} {
		got := mistakes(t, source{yaml: yaml})
		if len(got) != 1 || !strings.HasPrefix(got[0], "latchkey.yaml") {
			t.Errorf("%q: %q", yaml, got)
		}
	}
}

func TestEmptyFileIsFine(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{"# nothing yet\n", "\n", "---\n", "dialects:\n", "dialects:\n  arita:\n"} {
		mustLoad(t, source{yaml: yaml})
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	t.Parallel()
	got := mistakes(t, source{args: []string{"--config", "nowhere.yaml"}, env: map[string]string{"LATCHKEY_SECRET_FILE": "nowhere.txt"}})
	want := []string{
		`--config "nowhere.yaml": must be a file that can be read: no such file or directory`,
		`--secret-file "nowhere.txt" (environment LATCHKEY_SECRET_FILE): must be a file that can be read: no such file or directory`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecretFileWithoutASecret(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"\n \n":                       "must hold a secret, but the file is empty",
		secretText + "\nhunter2 \n\n": "must hold secrets, one a line, each of which must have at least 32 bytes, has 7",
	} {
		path := writeFile(t, "secret", content)
		got := mistakes(t, source{args: []string{"--secret-file", path}})
		if diff := cmp.Diff([]string{fmt.Sprintf("--secret-file %q (flag --secret-file): %s", path, want)}, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestAllMistakesAtOnce makes mistakes of every sort: each has its line, and none
// leads to another that is not there.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	got := mistakes(t, source{
		args:  []string{"--listen", "nonsense", "--tls-key", "x", "--limits", "maybe"},
		env:   map[string]string{"LATCHKEY_LOG_LEVEL": "loud", "LATCHKEY_REDIS_URL": "redis:hunter2"},
		yaml:  "colour: red\ndialect: [arita, x]\n",
		needs: []Need{NeedListener, NeedSecret},
	})
	want := []string{
		`latchkey.yaml line 1: unknown key "colour"`,
		`--listen "nonsense" (flag --listen): ` + addressForm,
		`--redis-url "redis:***" (environment LATCHKEY_REDIS_URL): must be redis://HOST:PORT/NUMBER, or rediss:// for TLS`,
		`--dialect "x" (latchkey.yaml line 2): ` + dialectForm,
		`--limits "maybe" (flag --limits): must be on or off`,
		`--log-level "loud" (environment LATCHKEY_LOG_LEVEL): must be debug, info, warn or error`,
		`--tls-cert (default) and --tls-key (flag --tls-key) must be set together`,
		`--secret is not set: set LATCHKEY_SECRET or --secret-file to at least 32 random bytes, or use --dev`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestInvalidIsOneLineForEachMistake(t *testing.T) {
	t.Parallel()
	if got := (&Invalid{Mistakes: []string{"a", "b"}}).Error(); got != "a\nb" {
		t.Errorf("error %q", got)
	}
}

// writeKeyPair writes a self-signed certificate and its key as PEM files.
func writeKeyPair(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile = writeFile(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	keyFile = writeFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
	return certFile, keyFile
}
