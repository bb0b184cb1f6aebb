package database_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/infrastructure/database"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]database.Target{
		"sqlite://latchkey.db":                {Dialect: "sqlite", Path: "latchkey.db"},
		"sqlite:///var/lib/latchkey/users.db": {Dialect: "sqlite", Path: "/var/lib/latchkey/users.db"},
		"sqlite://a%20b%3F.db":                {Dialect: "sqlite", Path: "a b?.db"},
		"mysql://app:s3cret@db.internal:3307/login": {
			Dialect: "mysql", User: "app", Password: "s3cret", Hosts: []string{"db.internal:3307"}, Name: "login"},
		"mysql://root@127.0.0.1/login": {
			Dialect: "mysql", User: "root", Hosts: []string{"127.0.0.1:3306"}, Name: "login"},
		"mysql://app:p%40ss%2Fw:rd@a:1,b:2,[::1]:3/login?tls=true": {
			Dialect: "mysql", User: "app", Password: "p@ss/w:rd", Hosts: []string{"a:1", "b:2", "[::1]:3"}, Name: "login", TLS: "true"},
		"mysql://app:p@ss@a,[::1]/login?tls=false": {
			Dialect: "mysql", User: "app", Password: "p@ss", Hosts: []string{"a:3306", "[::1]:3306"}, Name: "login"},
	} {
		got, err := database.ParseURL(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	const urlForms = "must be sqlite://PATH or mysql://USER:PASSWORD@HOST:PORT/NAME"
	for raw, want := range map[string]string{
		"":                                  urlForms,
		"latchkey.db":                       urlForms,
		"sqlite:latchkey.db":                urlForms,
		"postgres://u:hunter2@h/n":          urlForms,
		"SQLITE://latchkey.db":              urlForms,
		"sqlite://":                         "names no file",
		"sqlite:///var/lib/":                "names no file",
		"sqlite://x.db?mode=ro":             "takes no parameters",
		"sqlite://%zz":                      "wrong percent escape",
		"sqlite://:memory:":                 "not supported",
		"mysql://u:hunter2@h:3306":          "names no database",
		"mysql://u:hunter2@h:3306/":         "names no database",
		"mysql://u:hunter2@h/a/b":           "names no database",
		"mysql://h:3306/n":                  "names no user",
		"mysql://:hunter2@h/n":              "names no user",
		"mysql://u:hunter2%zz@h/n":          "wrong percent escape in the password",
		"mysql://u%zz:hunter2@h/n":          "wrong percent escape in the user",
		"mysql://u:hunter2@h:port/n":        "no number from 1 to 65535",
		"mysql://u:hunter2@h:70000/n":       "no number from 1 to 65535",
		"mysql://u:hunter2@h:0/n":           "no number from 1 to 65535",
		"mysql://u:hunter2@/n":              "empty or malformed host",
		"mysql://u:hunter2@a:1,,b:1/n":      "empty or malformed host",
		"mysql://u:hunter2@h/n?tls=maybe":   "not true, false, skip-verify or preferred",
		"mysql://u:hunter2@h/n?charset=utf": `unknown parameter "charset"`,
		"mysql://u:hunter2@h/n?%zz":         "malformed parameters",
	} {
		_, err := database.ParseURL(raw)
		if err == nil {
			t.Errorf("%q: accepted", raw)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: error %q, want %q in it and no password", raw, err, want)
		}
	}
}

func TestTargetHidesThePassword(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"mysql://app:hunter2@a:1,b:2/login?tls=true": "mysql://app:***@a:1,b:2/login",
		"mysql://app@a:1/login":                      "mysql://app@a:1/login",
		"sqlite://a%20b.db":                          "sqlite://a b.db",
	} {
		target, err := database.ParseURL(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := target.String(); got != want {
			t.Errorf("%s is shown as %q, want %q", raw, got, want)
		}
	}
}
