package main

import (
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// TestCLI_ConfigTellsOriginsAndMasksSecrets shows a value from each origin, and no secret.
func TestCLI_ConfigTellsOriginsAndMasksSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t, "mysql://root:databasesecret@127.0.0.1:3306/latchkey",
		"LATCHKEY_SMS_URL=twilio://AC123:twiliosecret@?from=+15550001111,webhook+https://user:hooksecret@example.com/?token=querysecret",
		"LATCHKEY_EMAIL_URL=smtp://user:mailsecret@127.0.0.1:25?from=a@example.com", "LATCHKEY_REDIS_URL=redis://:redissecret@127.0.0.1:6379/0",
		"LATCHKEY_MICROSITE_CLIENT_URL=https://bigcity:micrositesecret@client.example.com",
		"LATCHKEY_WEBHOOK_SECRET=webhooksecret", "LATCHKEY_BIGCITY_CLIENTS=bigcity:clientsecret", "LATCHKEY_LOG_LEVEL=warn")
	s.configure("log-level: error\ngoodcity-era: current\nwebhook-secret: filesecret\ndialects:\n  arita:\n    code-length: 6\n")
	printed := s.must("", "--dialect", "arita,goodcity", "config")
	for _, secret := range []string{
		"databasesecret", "twiliosecret", "hooksecret", "querysecret", "mailsecret", "redissecret", "webhooksecret", "clientsecret", "filesecret", "micrositesecret", bootSecret,
	} {
		if strings.Contains(printed, secret) {
			t.Errorf("%s is not masked:\n%s", secret, printed)
		}
	}
	for _, row := range [][]string{
		{"dialect", "arita,goodcity", "flag --dialect"},
		{"log-level", "warn", "environment LATCHKEY_LOG_LEVEL"}, // and not the file's
		{"goodcity-era", "current", "latchkey.yaml line 2"},
		{"dialects.arita.code-length", "6", "latchkey.yaml line 6"},
		{"signing-alg", "HS256", "default"},
		{"database-url", "mysql://root:***@127.0.0.1:3306/latchkey", "environment LATCHKEY_DATABASE_URL"},
		{"secret", "***", "environment LATCHKEY_SECRET"},
		{"bigcity-client", "bigcity:***", "environment LATCHKEY_BIGCITY_CLIENTS"},
	} {
		if !hasRow(printed, row) {
			t.Errorf("no row %q in\n%s", row, printed)
		}
	}
	for _, odds := range []string{"arita", "6 digits", "goodcity", "4 digits", "1 in "} {
		if !strings.Contains(printed, odds) {
			t.Errorf("the odds (G1) do not tell %q:\n%s", odds, printed)
		}
	}
}

// hasRow tells whether a line of a table consists of these cells; a cell may be the end of the real one.
func hasRow(table string, cells []string) bool {
	for line := range strings.Lines(table) {
		fields := strings.Split(strings.Join(strings.Fields(line), " "), " ")
		text := strings.Join(fields, " ")
		if fields[0] == cells[0] && strings.HasPrefix(text, cells[0]+" "+cells[1]+" ") && strings.HasSuffix(text, cells[2]) {
			return true
		}
	}
	return false
}

// TestCLI_WrongSettings: each stops the start with one line that names the setting, the value and what is allowed.
func TestCLI_WrongSettings(t *testing.T) {
	t.Parallel()
	for setting, tell := range map[string]string{
		"LATCHKEY_LISTEN=nowhere":                        "--listen|nowhere|HOST:PORT",
		"LATCHKEY_LISTEN=127.0.0.1:99999":                "--listen|127.0.0.1:99999|HOST:PORT",
		"LATCHKEY_LISTEN=0.0.0.0:0":                      "--listen|0.0.0.0:0|loopback",
		"LATCHKEY_LISTEN=192.0.2.1:8080":                 "--listen|192.0.2.1:8080|--tls-cert",
		"LATCHKEY_LISTEN=:8080":                          "--listen|:8080|loopback",
		"LATCHKEY_PUBLIC_URL=login.example.com":          "--public-url|login.example.com|https://",
		"LATCHKEY_PUBLIC_URL=https://a.example.com/path": "--public-url|/path|without a path",
		"LATCHKEY_DATABASE_URL=postgres://localhost/x":   "--database-url|postgres|sqlite://",
		"LATCHKEY_REDIS_URL=http://localhost":            "--redis-url|http://localhost|redis://",
		"LATCHKEY_SMS_URL=carrier-pigeon://coop":         "--sms-url|carrier-pigeon|webhook+https",
		"LATCHKEY_SMS_URL=webhook+http://example.com/":   "--sms-url|example.com|loopback",
		"LATCHKEY_EMAIL_URL=smtp://127.0.0.1:25":         "--email-url|127.0.0.1:25|from",
		"LATCHKEY_SECRET=too short":                      "--secret|***|32 bytes",
		"LATCHKEY_DIALECTS=bigcity,smalltown":            "--dialect|smalltown|bridgekeeper",
		"LATCHKEY_BIGCITY_CLIENTS=nocolon":               "--bigcity-client|***|USER:PASSWORD",
		"LATCHKEY_GOODCITY_ERA=golden":                   "--goodcity-era|golden|documented or current",
		"LATCHKEY_SIGNING_ALG=none":                      "--signing-alg|none|ES256",
		"LATCHKEY_SIGNING_ALG=HS512":                     "--signing-alg|HS512|RS256",
		"LATCHKEY_TLS_CERT=/nowhere.pem":                 "--tls-cert|--tls-key|together",
		"LATCHKEY_TRUSTED_PROXIES=10.0.0.0/99":           "--trusted-proxy|10.0.0.0/99|network",
		"LATCHKEY_METRICS_LISTEN=somewhere":              "--metrics-listen|somewhere|HOST:PORT",
		"LATCHKEY_LIMITS=maybe":                          "--limits|maybe|on or off",
		"LATCHKEY_LOG_FORMAT=xml":                        "--log-format|xml|json",
		"LATCHKEY_LOG_LEVEL=loud":                        "--log-level|loud|debug",
		"LATCHKEY_DEV=perhaps":                           "--dev|perhaps|true or false",
		"LATCHKEY_CONFIG=/nowhere.yaml":                  "--config|/nowhere.yaml|read",
	} {
		s := newSite(t, testdb.SQLite(t), setting)
		line := s.refuse(1, "serve")
		for _, part := range strings.Split(tell, "|") {
			if !strings.Contains(line, part) {
				t.Errorf("%s: %q does not tell %q", setting, line, part)
			}
		}
	}
}

// TestCLI_WrongFiles are mistakes that only the YAML file can make.
func TestCLI_WrongFiles(t *testing.T) {
	t.Parallel()
	for yaml, tell := range map[string]string{
		"listn: 127.0.0.1:0":                                                  `latchkey.yaml line 1|"listn"`,
		"dialects:\n  bigcity:\n    code-lifetime: 20m":                       "code-lifetime|20m|10m|line 3", // C2
		"dialects:\n  bigcity:\n    code-length: 3":                           "code-length|3|4 to 8",
		"dialects:\n  bigcity:\n    code-length: 9":                           "code-length|9|4 to 8",
		"dialects:\n  smalltown:\n    code-length: 6":                         `"dialects.smalltown.code-length"`,
		"dialects:\n  arita:\n    messages:\n      en:\n        sms: no code": "arita|en|{{code}}",
		"dialects:\n  arita:\n    code-lifetime: 5s":                          "code-lifetime|5s|30s",
		"dialects:\n  arita:\n    sends-per-hour: 1000":                       "sends-per-hour|1000|100",
		"dialects:\n  arita:\n    sends-per-hour: 50":                         "arita|50|20", // more than the day has
		"limits-per-ip:\n  sends: none":                                       "limits-per-ip.sends|none|number",
		"countries: [HK, Atlantis]":                                           "countries|Atlantis|two letters",
		"database-pool: 0":                                                    "database-pool|0|1 to 1000",
		"listen: [a, b]":                                                      `"listen"|list`,
		"listen: a: b":                                                        "latchkey.yaml line 1",
		"sqlite-synchronous: off":                                             "sqlite-synchronous|off|full or normal",
	} {
		s := newSite(t, testdb.SQLite(t))
		s.configure(yaml)
		line := s.refuse(1, "serve")
		for _, part := range strings.Split(tell, "|") {
			if !strings.Contains(line, part) {
				t.Errorf("%q: %q does not tell %q", yaml, line, part)
			}
		}
	}
}

// TestCLI_AllMistakesAtOnce: whoever made several need not start several times.
func TestCLI_AllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=maybe", "LATCHKEY_LOG_LEVEL=loud")
	ended := s.run("", "serve")
	if ended.status != 1 || !strings.Contains(ended.stderr, "maybe") || !strings.Contains(ended.stderr, "loud") || strings.Count(ended.stderr, "\n") != 2 {
		t.Errorf("status %d:\n%s", ended.status, ended.stderr)
	}
}

// TestCLI_DevAndSecrets: --dev stays on loopback and makes a secret by itself, which without it is the operator's to choose.
func TestCLI_DevAndSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), "LATCHKEY_SECRET=")
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		if line := s.refuse(1, "serve", "--dev", "--listen", address); !strings.Contains(line, "--dev") || !strings.Contains(line, "loopback") {
			t.Errorf("--dev on %s: %q", address, line)
		}
	}
	if line := s.refuse(1, "serve"); !strings.Contains(line, "LATCHKEY_SECRET") {
		t.Errorf("without a secret: %q", line)
	}
	s.serve("--dev").stop()
	kept := s.serve("--dev")
	kept.stop()
	for _, warning := range kept.journal.lines("signing key cannot be read, its tokens are refused") {
		t.Errorf("the secret was not kept: %s", warning)
	}
}

// TestCLI_Warnings: what works but deserves a thought is one line at the start (C1).
func TestCLI_Warnings(t *testing.T) {
	t.Parallel()
	n := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=off", "LATCHKEY_BIGCITY_CLIENTS=").serve()
	n.stop()
	for _, warning := range []string{"fewer than 6 digits", "--limits is off", "neither --sms-url nor --email-url", "--bigcity-client is not set"} {
		if strings.Count(n.journal.String(), warning) != 1 {
			t.Errorf("no line, or several, about %q:\n%s", warning, n.journal)
		}
	}
}
