package twilio

import (
	"net/url"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"twilio://AC1:t@?from=+1":                           "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
		"twilio://AC1:t@api.dublin.ie1.twilio.com/?from=+1": "https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
		"twilio://AC1:t@127.0.0.1:9000?from=+1":             "http://127.0.0.1:9000/2010-04-01/Accounts/AC1/Messages.json",
		"twilio://AC1:t@[::1]:9000?from=+1":                 "http://[::1]:9000/2010-04-01/Accounts/AC1/Messages.json",
		"twilio://..%2FAC1:t@?from=+1":                      "https://api.twilio.com/2010-04-01/Accounts/..%2FAC1/Messages.json",
	} {
		u, err := url.Parse(given)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewFromURL(u, Options{})
		if err != nil || s.address != want {
			t.Errorf("%s: %v, want %s", given, err, want)
		}
	}
}
