package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSettingsThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	cert, key := writeKeyPair(t)
	_, otherKey := writeKeyPair(t)
	secretFile := writeFile(t, "secret", secretText)
	listener, secret := []Need{NeedListener}, []Need{NeedSecret}
	const plain = "plain HTTP must stay on a loopback address"
	for _, test := range []struct {
		args  string
		needs []Need
		want  string // part of the only mistake; empty for none
	}{
		{"--listen 0.0.0.0:80", listener, `--listen "0.0.0.0:80" (flag --listen): ` + plain},
		{"--listen :80", listener, plain},
		{"--listen login.example.com:80", listener, plain},
		{"--listen [::]:80", listener, plain},
		{"--listen 192.0.2.1:80", listener, plain},
		{"--listen 0.0.0.0:80", nil, ""},
		{"--listen 0.0.0.0:80 --trusted-proxy 10.0.0.0/8", listener, ""},
		{"--listen 0.0.0.0:80 --tls-cert " + cert + " --tls-key " + key, listener, ""},
		{"--listen 127.0.0.2:80", listener, ""},
		{"--listen [::1]:80", listener, ""},
		{"--listen LocalHost:80", listener, ""},

		{"--dev --listen 0.0.0.0:80", listener, `--dev with --listen "0.0.0.0:80" (flag --listen): must be a loopback address`},
		{"--dev --listen 0.0.0.0:80 --trusted-proxy 10.0.0.0/8", nil, "must be a loopback address"},
		{"--dev --listen 0.0.0.0:80 --tls-cert " + cert + " --tls-key " + key, listener, "must be a loopback address"},
		{"--dev --listen [::1]:80", listener, ""},

		{"--tls-cert " + cert, listener, "--tls-cert (flag --tls-cert) and --tls-key (default) must be set together"},
		{"--tls-key " + key, nil, "--tls-cert (default) and --tls-key (flag --tls-key) must be set together"},
		{"--tls-cert " + cert + " --tls-key " + otherKey, listener, "must be a PEM certificate and its key: tls: private key does not match"},
		{"--tls-cert nowhere.pem --tls-key " + key, listener, "open nowhere.pem: no such file"},
		{"--tls-cert " + key + " --tls-key " + cert, listener, "must be a PEM certificate and its key"},

		{"", secret, "--secret is not set"},
		{"--dev", secret, ""},
		{"", listener, ""},
		{"--secret " + secretText, secret, ""},
		{"--secret-file " + secretFile, secret, ""},
		{"--secret " + secretText + " --secret-file " + secretFile, nil, "--secret (flag --secret) and --secret-file (flag --secret-file) are both set"},

		{"--metrics-listen 127.0.0.1:8080", listener, "--metrics-listen (flag --metrics-listen) must differ from --listen (default)"},
		{"--metrics-listen 127.0.0.1:0 --listen 127.0.0.1:0", listener, ""},
		{"--metrics-listen 127.0.0.1:9090", listener, ""},
	} {
		s := source{args: strings.Fields(test.args), needs: test.needs}
		if test.want == "" {
			mustLoad(t, s)
			continue
		}
		if got := mistakes(t, s); len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%s: %q, want %q alone", test.args, got, test.want)
		}
	}
}

func TestDeliveryAddressesThatAreRight(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{yaml: `
sms-url:
  - webhook+https://user:hunter2@sms.example.com:8443/send?key=hunter2
  - webhook+http://127.0.0.1:9000/send
  - webhook+http://[::1]/send
  - twilio://AC1:hunter2@?from=%2B15550100
  - twilio://AC1:hunter2@127.0.0.1:9000?from=%2B15550100
  - "log:"
email-url:
  - smtp://mail.example.com?from=Login%20<login@example.com>
  - smtp://u:hunter2@mail.example.com:465?from=login@example.com&tls=implicit
  - "log:"
`})
	if len(c.SMS) != 6 || len(c.Email) != 3 {
		t.Errorf("%d and %d addresses", len(c.SMS), len(c.Email))
	}
	shown := fmt.Sprint(describe(t, c, "sms-url"), describe(t, c, "email-url"))
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "twilio://AC1:***@?from=%2B15550100") {
		t.Errorf("shown as %s", shown)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	cert, key := writeKeyPair(t)
	quiet := "--dialect bigcity --bigcity-client bigcity:secret123 --sms-url log: "
	for _, test := range []struct {
		args, yaml string
		want       []string // parts of the warnings, one each
	}{
		{quiet, "", nil},
		{"--sms-url log: --bigcity-client a:long-enough", "", []string{"codes of fewer than 6 digits are easier to guess: goodcity 4, arita 4, bridgekeeper 5;"}},
		{"--dialect arita --email-url log:", "dialects: {arita: {code-length: 6}}", nil},
		{quiet, "dialects: {bigcity: {code-length: 5}}", []string{"bigcity 5;"}},
		{quiet + "--limits off", "", []string{"--limits is off"}},
		{"--dialect bigcity --bigcity-client bigcity:secret123", "", []string{"no code reaches anybody"}},
		{"--dialect bigcity --sms-url log:", "", []string{"refuses every caller"}},
		{"--dialect bigcity --dev", "", nil},
		{"--dialect bigcity --sms-url log: --bigcity-client bigcity:short", "", []string{`password of "bigcity" has fewer than 8 characters`}},
		{"--dialect arita --sms-url log: --microsite-client-url https://a.example", "dialects: {arita: {code-length: 6}}", []string{"there is no microsite"}},
		{"--dialect arita --sms-url log: --microsite-client-url https://u:p@a.example", "dialects: {arita: {code-length: 6}}", nil},
		{quiet + "--email-url webhook+https://a.example", "", []string{"webhook posts are unsigned"}},
		{quiet + "--email-url webhook+https://a.example --webhook-secret x", "", nil},
		{quiet + "--public-url http://login.example.com", "", []string{"is not https"}},
		{quiet + "--public-url http://[::1]", "", nil},
		{quiet + "--listen 0.0.0.0:443 --tls-cert " + cert + " --tls-key " + key, "", []string{"links and cookies are made for https://localhost"}},
	} {
		c := mustLoad(t, source{args: strings.Fields(test.args), yaml: test.yaml})
		got := c.Warnings()
		match := slices.EqualFunc(got, test.want, strings.Contains)
		if !match {
			t.Errorf("%s %s: %q, want %q", test.args, test.yaml, got, test.want)
		}
		if strings.Contains(fmt.Sprint(got), "short\"") {
			t.Errorf("a password is shown: %q", got)
		}
	}
}

func TestHasAndTLS(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{args: []string{"--dialect", "arita"}})
	if !c.Has(Arita) || c.Has(BigCity) || c.TLS() {
		t.Errorf("arita %v, bigcity %v, tls %v", c.Has(Arita), c.Has(BigCity), c.TLS())
	}
}

func TestDescribeIsACopy(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, source{})
	c.Describe()[0].Value = "changed"
	if c.Describe()[0].Value == "changed" {
		t.Error("the caller can change what is described")
	}
}
