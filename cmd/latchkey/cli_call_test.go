package main

import (
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
)

// commandNames are all commands that users may rely on.
var commandNames = []string{
	"serve", "migrate", "account import", "account list", "account show", "account create", "account update", "account disable",
	"account enable", "session list", "session revoke", "unlock", "key list", "key rotate", "key retire", "openapi", "config", "version",
}

func TestCLI_Help(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	all := s.must("", "--help")
	for _, name := range commandNames {
		words := strings.Fields(name)
		if !strings.Contains(all, words[0]) {
			t.Errorf("--help does not name %s", words[0])
		}
		help := s.must("", append(words, "--help")...)
		example := false
		for line := range strings.Lines(help) {
			// The name of the help page looks like a call too, but an example stands for itself.
			example = example || strings.HasPrefix(line, "   ") && strings.Contains(line, "latchkey ") && strings.Contains(line, " "+words[0]) && !strings.Contains(line, " - ")
		}
		if !example {
			t.Errorf("%s --help has no example:\n%s", name, help)
		}
	}
	for _, group := range []string{"account", "session", "key"} {
		help := s.must("", group, "--help")
		for _, name := range commandNames {
			if inner, ok := strings.CutPrefix(name, group+" "); ok && !strings.Contains(help, inner) {
				t.Errorf("%s --help does not name %s", group, inner)
			}
		}
		if bare := s.must("", group); !strings.Contains(bare, "latchkey "+group) {
			t.Errorf("%s alone does not help:\n%s", group, bare)
		}
	}
	for _, setting := range []string{
		"listen", "public-url", "database-url", "redis-url", "sms-url", "email-url", "secret", "secret-file", "dialect", "bigcity-client",
		"microsite-client-url", "goodcity-era", "signing-alg", "tls-cert", "tls-key", "trusted-proxy", "metrics-listen", "limits", "webhook-secret", "log-format", "log-level", "dev",
	} {
		if !strings.Contains(all, "--"+setting) {
			t.Errorf("--help does not explain --%s", setting)
		}
	}
	for _, variable := range []string{
		"LATCHKEY_LISTEN", "LATCHKEY_PUBLIC_URL", "LATCHKEY_DATABASE_URL", "LATCHKEY_REDIS_URL", "LATCHKEY_SMS_URL", "LATCHKEY_EMAIL_URL", "LATCHKEY_SECRET",
		"LATCHKEY_DIALECTS", "LATCHKEY_BIGCITY_CLIENTS", "LATCHKEY_MICROSITE_CLIENT_URL", "LATCHKEY_GOODCITY_ERA", "LATCHKEY_SIGNING_ALG", "LATCHKEY_TLS_CERT", "LATCHKEY_TLS_KEY",
		"LATCHKEY_TRUSTED_PROXIES", "LATCHKEY_METRICS_LISTEN", "LATCHKEY_LIMITS", "LATCHKEY_WEBHOOK_SECRET", "LATCHKEY_LOG_FORMAT", "LATCHKEY_LOG_LEVEL",
	} {
		if !strings.Contains(all, variable) {
			t.Errorf("--help does not name %s", variable)
		}
	}
}

// TestCLI_WrongCalls: exit status 2 and a line that says what is wrong with the call.
func TestCLI_WrongCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	for call, want := range map[string]string{
		"nonsense":                  `"nonsense"`,
		"serv":                      `"serv"`,
		"account nonsense":          `"nonsense"`,
		"key nonsense":              `"nonsense"`,
		"session nonsense":          `"nonsense"`,
		"serve extra":               "no argument",
		"migrate extra":             "no argument",
		"version extra":             "no argument",
		"openapi extra":             "no argument",
		"openapi --dialect klingon": `"klingon"; there are bigcity, goodcity, arita, bridgekeeper, system`,
		"openapi --dialect arita --dialect GoodCity": `"GoodCity"`,
		"openapi --dialect arita,":                   "--dialect",
		"openapi --dialect":                          "dialect",
		"openapi --format xml":                       `--format "xml": must be yaml or json`,
		"config extra":                               "no argument",
		"account list extra":                         "no argument",
		"account import extra":                       "no argument",
		"account create extra":                       "no argument",
		"key list extra":                             "no argument",
		"key rotate extra":                           "no argument",
		"account show":                               "WHO",
		"account show one two":                       "WHO",
		"account update":                             "WHO",
		"account disable":                            "WHO",
		"account enable":                             "WHO",
		"session list":                               "WHO",
		"session revoke --all":                       "WHO",
		"session revoke somebody":                    "--session ID or --all",
		"session revoke --all --session x somebody":  "--session ID or --all",
		"unlock":                              "WHO",
		"key retire":                          "KEY",
		"serve --nonsense":                    "nonsense",
		"--nonsense serve":                    "nonsense",
		"account list --jsonx":                "jsonx",
		"account create --points-earned many": "many",
	} {
		line := s.refuse(2, strings.Fields(call)...)
		if !strings.Contains(line, want) || !strings.Contains(line, "--help") {
			t.Errorf("%s: %q says neither %q nor --help", call, line, want)
		}
	}
}

func TestCLI_Version(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	printed := s.must("", "version")
	if !strings.Contains(printed, builtVersion) || !strings.Contains(printed, "go1.") || strings.Count(printed, "\n") != 1 {
		t.Errorf("version is %q", printed)
	}
}

func TestCLI_Completion(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	for shell, word := range map[string]string{"bash": "complete", "zsh": "compdef", "fish": "complete"} {
		if script := s.must("", "completion", shell); !strings.Contains(script, word) || !strings.Contains(script, "latchkey") {
			t.Errorf("completion %s prints no script:\n%s", shell, script)
		}
	}
	if ended := s.run("", "completion", "cmd.exe"); ended.status == 0 || ended.stderr == "" {
		t.Errorf("completion of an unknown shell: status %d, %q", ended.status, ended.stderr)
	}
	if words := s.must("", "account", "--generate-shell-completion"); !strings.Contains(words, "import") {
		t.Errorf("account is completed by %q", words)
	}
}

func TestCLI_OpenAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	printed := s.must("", "openapi")
	v := s.serve().visit(t)
	served := v.want(http.StatusOK, request{http.MethodGet, "/openapi.yaml", "", nil})
	if printed != served.body || !strings.HasPrefix(printed, "openapi: 3.0") {
		t.Errorf("the command prints %d bytes, the server serves %d", len(printed), len(served.body))
	}
	asJSON := s.must("", "openapi", "--format", "json")
	if served := v.want(http.StatusOK, request{http.MethodGet, "/openapi.json", "", nil}); asJSON != served.body || !strings.HasPrefix(asJSON, "{\n") {
		t.Errorf("as JSON the command prints %d bytes, the server serves %d", len(asJSON), len(served.body))
	}
}

// TestCLI_OpenAPIOfSomeDialects prints the part of the document that belongs to some dialects, however they are named.
func TestCLI_OpenAPIOfSomeDialects(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t), "LATCHKEY_DIALECTS=arita")
	one := s.must("", "openapi", "--dialect", "goodcity", "--format", "yaml")
	if !strings.Contains(one, "/api/v1/auth/send_pin:") || strings.Contains(one, "/web/auth/") || strings.Contains(one, "/healthz") {
		t.Errorf("the part of goodcity begins with\n%.400s", one)
	}
	if before := s.must("", "--dialect", "goodcity", "openapi"); before != one {
		t.Error("a dialect named before the command is not heard")
	}
	two := s.must("", "openapi", "--dialect", "system,goodcity", "--format", "json")
	if again := s.must("", "openapi", "--format", "json", "--dialect", "goodcity", "--dialect", "system"); two != again {
		t.Error("the order of the dialects, or how they are named, makes a difference")
	}
	if !strings.Contains(two, `"/api/v1/auth/send_pin": {`) || !strings.Contains(two, `"/healthz": {`) || strings.Contains(two, "/web/auth/") {
		t.Errorf("the part of goodcity and system begins with\n%.400s", two)
	}
	// What the server has switched on does not matter: nobody asked for a part.
	if whole := s.must("", "openapi"); !strings.Contains(whole, "/api/v1/auth/send_pin:") || !strings.Contains(whole, "/web/auth/login:") {
		t.Error("the whole document is not whole")
	}
}

func TestCLI_Migrate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		s := newSite(t, database)
		if first := s.must("", "migrate"); !strings.Contains(first, "migrated 0001_init.sql\n") {
			t.Errorf("the first migration prints %q", first)
		}
		if second := s.must("", "migrate"); second != "nothing to do\n" {
			t.Errorf("the second migration prints %q", second)
		}
		n := s.serve()
		if migrated := n.journal.lines("migrated"); len(migrated) != 0 {
			t.Errorf("serve migrates what is migrated: %q", migrated)
		}
	})
}
