package smtp

import (
	"net/url"
	"testing"
)

func TestPortsAndServerName(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]int{
		"smtp://mail.example.com?from=a@b.c":                   587,
		"smtp://mail.example.com?from=a@b.c&tls=starttls":      587,
		"smtp://mail.example.com/?from=a@b.c&tls=implicit":     465,
		"smtp://mail.example.com?from=a@b.c&tls=none":          25,
		"smtp://mail.example.com:2525?from=a@b.c&tls=implicit": 2525,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewFromURL(u, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.port != want || s.tls.ServerName != "mail.example.com" || s.tls.InsecureSkipVerify {
			t.Errorf("%s: port %d, server name %q, unverified %t", address, s.port, s.tls.ServerName, s.tls.InsecureSkipVerify)
		}
	}
}
