package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"latchkey/openapi/client/api"
)

// Option changes how a client is made.
type Option func(*settings)

// WithHTTPClient sends requests by this client: its transport and its timeout, which holds for one attempt. Its cookie jar and
// its rule for redirects are not used: each session has a jar of its own, and no API redirects.
func WithHTTPClient(c *http.Client) Option {
	return func(s *settings) { s.http = *c }
}

// WithTransport sends requests by this transport; http.DefaultTransport without it.
func WithTransport(t http.RoundTripper) Option {
	return func(s *settings) { s.http.Transport = t }
}

// WithLanguage asks for texts in a language, such as "zh-tw" (Accept-Language). GoodCity and Arita have two.
func WithLanguage(tag string) Option {
	return func(s *settings) { s.header.Set("Accept-Language", tag) }
}

// WithAppName says which of GoodCity's apps is calling, such as "admin.goodcity"; without it the donors' app is.
func WithAppName(name string) Option {
	return func(s *settings) { s.header.Set("X-GOODCITY-APP-NAME", name) }
}

// WithSessionHeader keeps Bridgekeeper's session in the header x-qt-auth and not in the cookie qt-auth. The cookie of a server
// whose public address is https travels by https only; the header also passes an http hop behind a proxy.
func WithSessionHeader() Option {
	return func(s *settings) { s.sessionHeader = true }
}

// WithRetry says how often and how patiently requests are sent again.
func WithRetry(retry Retry) Option {
	return func(s *settings) { s.retry = retry }
}

// WithTries says how many answers a Login asks for before it gives up; 3 by default, which is how many a code survives unless
// the operator has set `attempts` otherwise.
func WithTries(tries int) Option {
	return func(s *settings) { s.tries = tries }
}

// requestTimeout is how long one attempt may take when no http.Client is given.
const requestTimeout = 30 * time.Second

// settings are what the options set.
type settings struct {
	http   http.Client
	header http.Header
	retry  Retry
	tries  int
	// sessionHeader is WithSessionHeader.
	sessionHeader bool
	now           func() time.Time
	sleep         func(context.Context, time.Duration) error
}

// newSettings fills in the defaults.
func newSettings(options []Option) *settings {
	s := &settings{http: http.Client{Timeout: requestTimeout}, header: http.Header{}, now: time.Now, sleep: sleep}
	for _, option := range options {
		option(s)
	}
	s.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if s.retry.Attempts <= 0 {
		s.retry.Attempts = defaultAttempts
	}
	if s.retry.MaxWait <= 0 {
		s.retry.MaxWait = defaultMaxWait
	}
	if s.tries <= 0 {
		s.tries = maxTries
	}
	return s
}

// connection is the way to a server.
type connection struct {
	server   *url.URL
	settings *settings
}

// connect reads the address of a server: http or https, a host, and a path if a proxy has put the APIs below one. Such a proxy has to
// move the paths of cookies along, as it has to for browsers.
func connect(server string, options []Option) (connection, error) {
	address, err := url.Parse(server)
	switch {
	case err != nil:
		return connection{}, errors.New("the server's address is no URL")
	case address.Scheme != "http" && address.Scheme != "https", address.Host == "":
		return connection{}, fmt.Errorf("the server's address %q needs http:// or https:// and a host", address.Redacted())
	case address.User != nil:
		return connection{}, errors.New("the server's address must not contain credentials")
	case address.RawQuery != "", address.Fragment != "":
		return connection{}, errors.New("the server's address must end with its path")
	}
	address.Path = strings.TrimSuffix(address.Path, "/") + "/"
	return connection{server: address, settings: newSettings(options)}, nil
}

// open makes a generated client. edit, when not nil, completes each request.
func (c connection) open(sender doer, edit func(*http.Request)) *api.ClientWithResponses {
	complete := func(_ context.Context, r *http.Request) error {
		for name, values := range c.settings.header {
			r.Header[name] = values
		}
		if edit != nil {
			edit(r)
		}
		return nil
	}
	return &api.ClientWithResponses{ClientInterface: &api.Client{
		Server: c.server.String(), Client: sender, RequestEditors: []api.RequestEditorFn{complete},
	}}
}

// sender sends requests, with the cookies of a jar if there is one.
func (c connection) sender(jar http.CookieJar) doer {
	client := c.settings.http
	client.Jar = jar
	return &retrier{next: &client, settings: c.settings}
}

// call names an operation for the errors that it may end with.
func (c connection) call(operation string, kind func(refusal *Error) error, secrets ...string) call {
	return call{operation: operation, kind: kind, secrets: secrets, now: c.settings.now}
}
