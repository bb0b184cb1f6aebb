package redis

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// options are what an address says, and the defaults for the rest.
type options struct {
	address        string // HOST:PORT
	user, password string
	number         int
	tls            *tls.Config // nil without TLS
	poolSize       int

	dialTimeout, readTimeout, writeTimeout time.Duration
}

// parse reads an address. Its errors quote nothing that may be a piece of a password.
func parse(address string) (options, error) {
	o := options{poolSize: 10 * runtime.GOMAXPROCS(0), dialTimeout: 2 * time.Second, readTimeout: time.Second, writeTimeout: time.Second}
	u, err := url.Parse(address)
	if err != nil {
		return o, errors.New("not a URL; is a special character in the password not written as %2F or the like?")
	}
	switch {
	case u.Scheme != "redis" && u.Scheme != "rediss":
		return o, fmt.Errorf("scheme %q: redis or rediss is allowed", u.Scheme)
	case u.Opaque != "":
		return o, errors.New("two slashes are missing: redis://HOST:PORT/NUMBER")
	// A password with a slash or the like may end a host and port that look right.
	case strings.Contains(u.Path+u.RawQuery+u.Fragment, "@"):
		return o, errors.New("an @ behind the host; is a special character in the password not written as %2F or the like?")
	}
	host, port := u.Hostname(), u.Port()
	if host == "" {
		host = "localhost"
	}
	if port == "" {
		port = "6379"
	}
	o.address = net.JoinHostPort(host, port)
	o.user = u.User.Username()
	o.password, _ = u.User.Password()
	if u.Scheme == "rediss" {
		o.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	if number := strings.Trim(u.Path, "/"); number != "" {
		if o.number, err = strconv.Atoi(number); err != nil || o.number < 0 {
			return o, errors.New("database number: behind the host comes a number from 0, or nothing")
		}
	}
	return o, o.tune(u.RawQuery)
}

// tune reads the settings behind the question mark.
func (o *options) tune(query string) error {
	settings, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("what follows the question mark is no list of settings")
	}
	times := map[string]*time.Duration{"dial_timeout": &o.dialTimeout, "read_timeout": &o.readTimeout, "write_timeout": &o.writeTimeout}
	for name := range settings {
		value := settings.Get(name)
		if name == "pool_size" {
			if o.poolSize, err = strconv.Atoi(value); err != nil || o.poolSize < 1 {
				return errors.New("setting pool_size: must be a number from 1")
			}
			continue
		}
		setting, known := times[name]
		if !known {
			return fmt.Errorf("setting %q: pool_size, dial_timeout, read_timeout and write_timeout are allowed", name)
		}
		if *setting, err = time.ParseDuration(value); err != nil || *setting <= 0 {
			return fmt.Errorf("setting %s: must be a time such as 2s", name)
		}
	}
	return nil
}
