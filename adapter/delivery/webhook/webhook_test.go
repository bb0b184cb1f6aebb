package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/delivery/webhook"
	"latchkey/domain"
	"latchkey/infrastructure/clock"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func message() domain.Message {
	return domain.Message{
		ID: "4nM0xQ", Channel: domain.SMS, To: "+85261677528", Body: "Your code is 048213 <&>", Code: "048213",
		Purpose: domain.PurposeLogin, Dialect: "goodcity", Locale: "en",
		CreatedAt: now, ExpiresAt: now.Add(5*time.Minute + 999*time.Millisecond).In(time.FixedZone("HKT", 8*3600)),
	}
}

func open(t *testing.T, address string, o webhook.Options) *webhook.Sender {
	t.Helper()
	u, err := url.Parse("webhook+" + address)
	if err != nil {
		t.Fatal(err)
	}
	o.Clock = porttest.NewClock(now)
	s, err := webhook.NewFromURL(u, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// receiver is the operator's side.
type receiver struct {
	*httptest.Server
	stop chan struct{}

	mu        sync.Mutex
	behaviour porttest.Behaviour
	accepted  map[string]int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{stop: make(chan struct{}), accepted: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() { close(r.stop); r.Close() })
	return r
}

func (r *receiver) behave(b porttest.Behaviour) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behaviour = b
}

func (r *receiver) count(m domain.Message) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted[m.ID+m.Body]
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	var post struct{ ID, Body string }
	_ = json.Unmarshal(body, &post)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.behaviour {
	case porttest.Accepts:
		r.accepted[post.ID+post.Body]++
		w.WriteHeader(http.StatusAccepted)
	case porttest.Refuses:
		http.Error(w, "cannot send "+string(body), http.StatusBadRequest)
	case porttest.Fails:
		http.Error(w, "busy, not sending "+string(body), http.StatusBadGateway)
	case porttest.HangsUp:
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = fmt.Fprintf(conn, "%s\r\n", body)
		_ = conn.Close()
	case porttest.Hangs:
		r.mu.Unlock()
		<-r.stop
		r.mu.Lock()
	}
}

func TestSender(t *testing.T) {
	t.Parallel()
	porttest.Sender(t, func(t *testing.T) porttest.SenderUnderTest {
		r := newReceiver(t)
		return porttest.SenderUnderTest{
			Sender: open(t, r.URL+"/hook", webhook.Options{}), Channel: domain.SMS, Accepted: r.count, Behave: r.behave,
		}
	})
}

// capture answers 200 and keeps the last request.
func capture(t *testing.T) (address string, last func() (*http.Request, []byte)) {
	var request *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (*http.Request, []byte) { return request, body }
}

func TestPostOnTheWire(t *testing.T) {
	t.Parallel()
	address, last := capture(t)
	sender := open(t, strings.Replace(address, "//", "//gate:way@", 1)+"/hooks/otp?tenant=7", webhook.Options{})
	mail := message()
	mail.Channel, mail.To, mail.Subject = domain.Email, "mei@example.com", "Your code"
	for _, m := range []domain.Message{message(), mail} {
		if err := sender.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		r, body := last()
		want := map[string]any{
			"id": m.ID, "to": m.To, "body": m.Body, "channel": string(m.Channel), "purpose": "login", "dialect": "goodcity",
			"locale": "en", "expires_at": "2026-03-01T08:05:00Z",
		}
		if m.Subject != "" {
			want["subject"] = m.Subject
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
		user, password, _ := r.BasicAuth()
		if r.Method != "POST" || r.URL.String() != "/hooks/otp?tenant=7" || user != "gate" || password != "way" {
			t.Errorf("%s %s as %q %q", r.Method, r.URL, user, password)
		}
		for name, value := range map[string]string{"Content-Type": "application/json", "Idempotency-Key": m.ID, webhook.SignatureHeader: ""} {
			if got := r.Header.Get(name); got != value {
				t.Errorf("%s: %q, want %q", name, got, value)
			}
		}
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	address, last := capture(t)
	secret := []byte("a secret of the operator")
	if err := open(t, address, webhook.Options{Secret: secret}).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	r, body := last()
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%d.%s", now.Unix(), body)
	want := fmt.Sprintf("t=%d,v1=%s", now.Unix(), hex.EncodeToString(mac.Sum(nil)))
	if got := r.Header.Get("Latchkey-Signature"); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	var status int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "17")
		w.Header().Set("Location", "/elsewhere")
		if r.URL.Path == "/elsewhere" {
			t.Error("a redirect was followed")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	sender := open(t, server.URL+"/hook", webhook.Options{})
	for _, c := range []struct {
		verdict  string
		statuses []int
	}{
		{"accepted", []int{200, 201, 202, 204, 299}},
		{"retried", []int{429, 500, 502, 503, 504, 599}},
		{"final", []int{300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 408, 409, 410, 413, 422, 499}},
	} {
		for _, status = range c.statuses {
			err := sender.Send(t.Context(), message())
			verdict := "retried"
			if err == nil {
				verdict = "accepted"
			} else if errors.Is(err, usecase.ErrRefused) {
				verdict = "final"
			}
			if verdict != c.verdict {
				t.Errorf("%d is %s (%v), want %s", status, verdict, err, c.verdict)
			}
			if c.verdict == "retried" && !strings.Contains(err.Error(), fmt.Sprintf("%d, asks to wait 17 s", status)) {
				t.Errorf("%d: the error %q does not tell status and wish", status, err)
			}
		}
	}
}

func TestV5_HeaderInjection(t *testing.T) {
	t.Parallel()
	address, last := capture(t)
	m := message()
	m.ID = "x\r\nX-Evil: 1"
	if err := open(t, address, webhook.Options{}).Send(t.Context(), m); err == nil {
		t.Error("an id with a line break was accepted")
	}
	if r, _ := last(); r != nil {
		t.Errorf("a request went out: %v", r.Header)
	}
	m.ID, m.To = "x", "a@b\",\"body\":\"evil"
	if err := open(t, address, webhook.Options{}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, body := last()
	var got struct{ To, Body string }
	if err := json.Unmarshal(body, &got); err != nil || got.To != m.To || got.Body != m.Body {
		t.Errorf("%s: %v", body, err)
	}
}

func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	if err := open(t, server.URL, webhook.Options{}).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
}

func TestKeepsConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("thanks", 1000))
	}))
	t.Cleanup(server.Close)
	sender := open(t, server.URL, webhook.Options{})
	reused := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if i.Reused {
			reused++
		}
	}})
	for range 5 {
		if err := sender.Send(ctx, message()); err != nil {
			t.Fatal(err)
		}
	}
	if reused != 4 {
		t.Errorf("the connection was reused %d times in 5 posts, want 4", reused)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	serve := func(config *tls.Config) *httptest.Server {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		server.TLS = config
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	modern, old := serve(&tls.Config{}), serve(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	trusted := func(s *httptest.Server) webhook.Options {
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		return webhook.Options{TLSConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10}}
	}
	if err := open(t, modern.URL, trusted(modern)).Send(t.Context(), message()); err != nil {
		t.Errorf("a trusted certificate: %v", err)
	}
	if err := open(t, old.URL, trusted(old)).Send(t.Context(), message()); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	err := open(t, modern.URL, webhook.Options{}).Send(t.Context(), message())
	if err == nil || errors.Is(err, usecase.ErrRefused) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v, want an error that says so and is worth another try", err)
	}
}

func TestNewFromURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"webhook+https://example.com/hook":       "",
		"webhook+http://127.0.0.1:9000/hook":     "",
		"webhook+http://[::1]:9000/hook":         "",
		"webhook+http://LocalHost:9000/hook":     "",
		"webhook+http://u:hunter2@10.0.0.1/s3":   "this machine",
		"webhook+http://localhost.evil.com/s3":   "this machine",
		"webhook+https:///s3":                    "no host",
		"webhook+https://u:hunter2@h/s3#f":       "fragment",
		"webhook+ftp://u:hunter2@example.com/s3": "scheme",
		"https://u:hunter2@example.com/s3":       "scheme",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = webhook.NewFromURL(u, webhook.Options{Clock: clock.System{}})
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", address, err, want)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "s3") {
			t.Errorf("the error %q repeats password or path", err)
		}
	}
}
