package redis

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := parse("rediss://u:p%2F%40@redis.example.com/3?read_timeout=7s&pool_size=5")
	if err != nil {
		t.Fatal(err)
	}
	if o.address != "redis.example.com:6379" || o.number != 3 || o.user != "u" || o.password != "p/@" || o.poolSize != 5 || o.readTimeout != 7*time.Second {
		t.Errorf("the address is not obeyed: %s, %d, %d, %s", o.address, o.number, o.poolSize, o.readTimeout)
	}
	if o.writeTimeout != time.Second || o.dialTimeout != 2*time.Second || o.tls.MinVersion != tls.VersionTLS12 || o.tls.ServerName != "redis.example.com" {
		t.Errorf("write %s, dial %s, TLS %x to %s", o.writeTimeout, o.dialTimeout, o.tls.MinVersion, o.tls.ServerName)
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://":            "localhost:6379",
		"redis://:7000":       "localhost:7000",
		"redis://cache/":      "cache:6379",
		"redis://[::1]":       "[::1]:6379",
		"redis://[::1]:1/0":   "[::1]:1",
		"redis://:p@10.0.0.1": "10.0.0.1:6379",
	} {
		if o, err := parse(address); err != nil || o.address != want || o.tls != nil || o.number != 0 {
			t.Errorf("%s: %s, %d, %v, want %s without TLS", address, o.address, o.number, err, want)
		}
	}
}

func TestOpenNamesTheMistake(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://:hunter2/x@localhost":                  "special character",
		"redis://:1/hunter2@localhost":                  "special character",
		"redis://:1?hunter2@localhost":                  "special character",
		"redis://:1#hunter2@localhost":                  "special character",
		"http://:hunter2@localhost":                     "scheme",
		"unix://:hunter2@/run/redis.sock":               "scheme",
		"localhost:6379":                                "scheme",
		"redis:hunter2":                                 "slashes",
		"redis://:hunter2@localhost/one":                "database number",
		"redis://:hunter2@localhost/-1":                 "database number",
		"redis://:hunter2@localhost?pol=1":              `"pol"`,
		"redis://:hunter2@localhost?%zz":                "question mark",
		"redis://:hunter2@localhost?pool_size=0":        "pool_size",
		"redis://:hunter2@localhost?read_timeout=":      "read_timeout",
		"redis://:hunter2@localhost?write_timeout=0s":   "write_timeout",
		"redis://:hunter2@localhost?dial_timeout=later": "dial_timeout",
	} {
		_, err := Open(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want an error with %q and without the password", address, err, want)
		}
	}
}
