package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"latchkey/domain"
	"latchkey/infrastructure/httpclient"
	"latchkey/usecase"
)

// SignatureHeader carries the time and the signature of a post: "t=UNIX,v1=HEX".
const SignatureHeader = "Latchkey-Signature"

var _ usecase.Sender = (*Sender)(nil)

// Options are what the address does not say.
type Options struct {
	Secret    []byte // signs the posts; without one they are unsigned
	Clock     usecase.Clock
	TLSConfig *tls.Config // nil for the system's roots; TLS 1.2 or above either way
}

// Sender posts messages to one address. It is safe for concurrent use.
type Sender struct {
	address string
	secret  []byte
	clock   usecase.Clock
	client  *httpclient.Client
}

// NewFromURL makes a Sender from webhook+https://HOST/PATH, or webhook+http://HOST/PATH when the host is this machine. User and
// password in the address become Basic credentials. The error names what is wrong and repeats neither path nor password.
func NewFromURL(u *url.URL, o Options) (*Sender, error) {
	target := *u
	switch u.Scheme {
	case "webhook+https":
		target.Scheme = "https"
	case "webhook+http":
		target.Scheme = "http"
		if !httpclient.IsLoopback(u.Hostname()) {
			return nil, fmt.Errorf("webhook address: http reaches only this machine, not %q: use webhook+https", u.Hostname())
		}
	default:
		return nil, fmt.Errorf("webhook address: scheme %q: webhook+https or webhook+http is allowed", u.Scheme)
	}
	switch {
	case u.Hostname() == "":
		return nil, errors.New("webhook address: no host")
	case u.Fragment != "":
		return nil, errors.New("webhook address: a fragment (#) is never sent: leave it out")
	case o.Clock == nil:
		return nil, errors.New("webhook: no clock")
	}
	return &Sender{target.String(), o.Secret, o.Clock, httpclient.New(o.TLSConfig)}, nil
}

// payload is the body of a post. The code is not in it but as a part of body: receivers that log what they get should not find
// it under a name of its own.
type payload struct {
	ID        string         `json:"id"`
	To        string         `json:"to"`
	Subject   string         `json:"subject,omitempty"` // mail only
	Body      string         `json:"body"`
	Channel   domain.Channel `json:"channel"`
	Purpose   domain.Purpose `json:"purpose"`
	Dialect   string         `json:"dialect"`
	Locale    string         `json:"locale"`
	ExpiresAt string         `json:"expires_at"` // RFC 3339, UTC, whole seconds
}

// Send posts the message once, with ctx's deadline or 10 seconds, whichever comes first.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	body, err := json.Marshal(payload{
		ID: m.ID, To: m.To, Subject: m.Subject, Body: m.Body, Channel: m.Channel, Purpose: m.Purpose, Dialect: m.Dialect,
		Locale: m.Locale, ExpiresAt: m.ExpiresAt.UTC().Format(time.RFC3339),
	})
	if err != nil {
		return fmt.Errorf("encode webhook post: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: the address makes no request")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", m.ID)
	if len(s.secret) > 0 {
		request.Header.Set(SignatureHeader, s.sign(body))
	}
	response, _, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return judge(response)
}

// sign writes the signature of a body at the present time.
func (s *Sender) sign(body []byte) string {
	t := strconv.FormatInt(s.clock.Now().Unix(), 10)
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// judge turns a status into what the outbox does next. A redirect is final: it would carry the code to a host that nobody chose.
func judge(r *http.Response) error {
	switch {
	case r.StatusCode >= 200 && r.StatusCode < 300:
		return nil
	case r.StatusCode == http.StatusTooManyRequests, r.StatusCode >= 500:
		return fmt.Errorf("webhook: answered %d%s", r.StatusCode, retryAfter(r))
	default:
		return fmt.Errorf("webhook: answered %d: %w", r.StatusCode, usecase.ErrRefused)
	}
}

// retryAfter repeats the receiver's wish for whoever reads the log; the outbox has its own pace.
func retryAfter(r *http.Response) string {
	seconds, err := strconv.ParseUint(strings.TrimSpace(r.Header.Get("Retry-After")), 10, 31)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", asks to wait %d s", seconds)
}
