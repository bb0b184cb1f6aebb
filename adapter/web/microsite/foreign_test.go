package microsite

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/adapter/httpapi/httpapitest"
)

// detour sends every request to where it points at the moment.
type detour struct{ target atomic.Pointer[target] }

// target is a Client API, and how patiently it is waited for; zero is without end.
type target struct {
	address string
	timeout time.Duration
}

func (d *detour) RoundTrip(r *http.Request) (*http.Response, error) {
	target := d.target.Load()
	ctx := r.Context()
	if target.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, target.timeout)
		defer cancel()
	}
	sent := r.Clone(ctx)
	address, err := url.Parse(target.address)
	if err != nil {
		return nil, err
	}
	sent.URL.Scheme, sent.URL.Host = address.Scheme, address.Host
	return http.DefaultTransport.RoundTrip(sent)
}

// detoured is a microsite whose Client API is elsewhere.
func detoured(t *testing.T, handler http.HandlerFunc) (w *httpapitest.World, way *detour, log *bytes.Buffer) {
	t.Helper()
	way, log = &detour{}, &bytes.Buffer{}
	way.target.Store(&target{address: serveForeign(t, handler)})
	return newWorld(t, func(o *Options) {
		o.Client = clientOf(t, "https://client.example.com", &http.Client{Transport: way})
		o.Logger = slog.New(slog.NewTextHandler(log, nil))
	}), way, log
}

// failures are how a Client API can be out of order.
func failures(t *testing.T) map[string]*target {
	t.Helper()
	trap := serveForeign(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	reply := func(status int, media, body string) *target {
		return &target{address: serveForeign(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.Header().Set("Location", trap)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})}
	}
	silent := serveForeign(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that the caller has gone
		<-r.Context().Done()
	})
	return map[string]*target{
		"down":          {address: "http://127.0.0.1:1"},
		"slow":          {silent, 20 * time.Millisecond},
		"a page":        reply(200, "text/html", "<h1>Welcome</h1>"),
		"an error page": reply(502, "text/html", "<h1>Bad gateway</h1>"),
		"not found":     reply(404, "text/html", "<h1>Not found</h1>"),
		"a redirect":    reply(307, "text/html", ""),
		"broken":        reply(500, "application/json", `{"status":false,"message":"No answer about CUST12345"}`),
		"credentials":   reply(401, "application/json", `{"status":false,"message":"Authentication failed"}`),
		"no reference":  reply(200, "application/json", `{"status":true}`),
	}
}

func TestClientAPIDownAtTheFirstPage(t *testing.T) {
	t.Parallel()
	for name, failing := range failures(t) {
		w, way, log := detoured(t, nil)
		way.target.Store(failing)
		open(t, w).follow(home).ask(customer).sees(home, "The service cannot be reached").
			has(`value="CUST12345"`, "!aria-invalid", "<title>Error: ", `tabindex="-1" autofocus`)
		if text := log.String(); !strings.Contains(text, "Client API") || strings.Contains(text, customer) || strings.Contains(text, "secret123") {
			t.Errorf("%s: the log says %s", name, text)
		}
	}
}

func TestClientAPIDownAtTheCode(t *testing.T) {
	t.Parallel()
	wrong := serveForeign(t, func(w http.ResponseWriter, _ *http.Request) { says(w, 422, `{"status":false,"message":"Invalid OTP"}`) })
	for name, failing := range failures(t) {
		w, way, log := detoured(t, sends(nil))
		b := open(t, w).follow(home).ask(customer).sees(codePath)
		way.target.Store(failing)
		b.answer("123 456").sees(codePath, "The service cannot be reached").has(`value="123456"`)
		b.follow(codePath).has(`value="123456"`)
		way.target.Store(&target{address: wrong})
		b.answer("123456").sees(codePath, "not the right code", "!Tries left") // nobody knows how many
		if text := log.String(); strings.Contains(text, "123456") || strings.Contains(text, customer) {
			t.Errorf("%s: the log says %s", name, text)
		}
	}
}

func TestClientAPIDownAtTheDashboard(t *testing.T) {
	t.Parallel()
	for name, failing := range failures(t) {
		if name == "credentials" {
			continue // there a 401 is about the token
		}
		w, way, log := detoured(t, sends(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/verify-otp") {
				says(w, 200, `{"status":true,"token":"a.b.c","customer":{"customer_id":"CUST12345","mobile":"98XXXXXX45"},"points_earned":5000,"balance_points":3500}`)
				return
			}
			if user, _, isBasic := r.BasicAuth(); isBasic || r.Header.Get("Authorization") != "Bearer a.b.c" {
				t.Errorf("points are asked for by %s", user)
			}
			says(w, 200, `{"status":true,"customer_id":"CUST12345","points_earned":5000,"balance_points":3500}`)
		}))
		works := way.target.Load()
		b := open(t, w).follow(home).ask(customer).answer("１２３ ४५६").sees(dashboard, "3,500", "98XXXXXX45")
		way.target.Store(failing)
		b.follow(dashboard).sees(dashboard, "cannot be shown at the moment", "98XXXXXX45", "Try again", "!3,500")
		if b.status != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", name, b.status)
		}
		if text := log.String(); !strings.Contains(text, "no points") || strings.Contains(text, customer) {
			t.Errorf("%s: the log says %s", name, text)
		}
		way.target.Store(works)
		b.follow(dashboard).sees(dashboard, "3,500").leave()
	}
}

func TestForeignRefusals(t *testing.T) {
	t.Parallel()
	var retryAfter, status, body atomic.Value
	api := foreign(t, sends(func(w http.ResponseWriter, _ *http.Request) {
		if seconds := retryAfter.Load().(string); seconds != "" {
			w.Header().Set("Retry-After", seconds)
		}
		says(w, status.Load().(int), `{"status":false,"message":"`+body.Load().(string)+`"}`)
	}))
	answer := func(code int, message, wait string) *browser {
		status.Store(code)
		body.Store(message)
		retryAfter.Store(wait)
		w := newWorld(t, func(o *Options) { o.Client, o.Codes = api, Documented })
		b := open(t, w).follow(home).ask(customer).sees(codePath, "!You can have a new code sent in")
		return b.answer("123456")
	}
	const tooMany = "Too many attempts. Please try again later."
	b := answer(429, tooMany, "3700").sees(codePath, "Too many wrong codes. Wait 1 hour 2 minutes, then", "in 1 hour 2 minutes").
		has(`!action="/microsite/code"`, `data-left="3700"`)
	b.resend().sees(codePath, "Try again in 1 hour 2 minutes.")
	answer(429, tooMany, "").sees(codePath, "Too many wrong codes. Have a new code sent.").resend().sees(codePath, "on its way")
	answer(422, "OTP has expired. Please request a new one.", "").sees(codePath, "has expired").resend().sees(codePath, "on its way")
	answer(404, "Invalid Customer ID", "").sees(home, "do not know this customer ID").follow(codePath).sees(home)
	b = answer(422, "Invalid OTP", "").sees(codePath, "Tries left: 2.")
	b.answer("123456").answer("123456").sees(codePath, "last try")
}

func TestForeignRefusesToSend(t *testing.T) {
	t.Parallel()
	var refuse atomic.Int64
	api := foreign(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "bigcity" || password != "secret123" {
			t.Errorf("credentials %s:%s", user, password)
		}
		switch refuse.Load() {
		case 429:
			says(w, 429, `{"status":false,"message":"Too many attempts. Please try again later."}`)
		case 400:
			says(w, 400, `{"status":false,"message":"customer_id is invalid"}`)
		default:
			sends(nil)(w, r)
		}
	})
	w := newWorld(t, func(o *Options) { o.Client, o.Codes = api, Documented })
	refuse.Store(429)
	b := open(t, w).follow(home).ask(customer).sees(home, "That was too often. Please try again later.").has("!data-left")
	refuse.Store(400)
	b.ask(customer).sees(home, "We do not know this customer ID")
	refuse.Store(0)
	b.ask(customer).sees(codePath)
	refuse.Store(429)
	b.resend().sees(codePath, "That was too often", "valid for another 5 minutes")
}
