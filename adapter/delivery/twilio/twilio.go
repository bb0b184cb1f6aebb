package twilio

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"latchkey/domain"
	"latchkey/infrastructure/httpclient"
	"latchkey/usecase"
)

// apiHost is where Twilio listens.
const apiHost = "api.twilio.com"

var _ usecase.Sender = (*Sender)(nil)

// Options are what the address does not say.
type Options struct {
	TLSConfig *tls.Config // nil for the system's roots; TLS 1.2 or above either way
}

// Sender sends by one Twilio account. It is safe for concurrent use.
type Sender struct {
	address    string
	sid, token string
	originator string // the form field for from
	from       string
	client     *httpclient.Client
}

// NewFromURL makes a Sender from twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=+1….
//
// HOST is api.twilio.com when absent; another one is a stand-in, spoken to by https, or by http when it is this machine. from
// is a number, a sender's name, or a messaging service (MG and 32 hexadecimal digits); a plus sign in it is itself, not a
// space. The error names what is wrong and never repeats the token.
func NewFromURL(u *url.URL, o Options) (*Sender, error) {
	query, err := url.ParseQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"))
	if err != nil {
		return nil, errors.New("twilio address: what follows the question mark is no list of settings")
	}
	for name := range query {
		if name != "from" {
			return nil, fmt.Errorf("twilio address: setting %q: from is allowed", name)
		}
	}
	s := &Sender{sid: u.User.Username(), from: query.Get("from"), originator: "From", client: httpclient.New(o.TLSConfig)}
	s.token, _ = u.User.Password()
	switch {
	case u.Scheme != "twilio":
		return nil, fmt.Errorf("twilio address: scheme %q: twilio is allowed", u.Scheme)
	case s.sid == "" || s.token == "":
		return nil, errors.New("twilio address: account SID or auth token is missing: twilio://ACCOUNT_SID:AUTH_TOKEN@HOST")
	case u.Path != "" && u.Path != "/":
		return nil, errors.New("twilio address: a path has no meaning here; is a slash in the token not written as %2F?")
	case s.from == "":
		return nil, errors.New("twilio address: from is missing: add ?from=+1…")
	}
	if strings.HasPrefix(s.from, "MG") && len(s.from) == 34 {
		s.originator = "MessagingServiceSid"
	}
	target := url.URL{Scheme: "https", Host: u.Host}
	if target.Host == "" {
		target.Host = apiHost
	}
	if httpclient.IsLoopback(u.Hostname()) {
		target.Scheme = "http"
	}
	s.address = target.JoinPath("2010-04-01/Accounts", url.PathEscape(s.sid), "Messages.json").String()
	return s, nil
}

// Send makes one call, with ctx's deadline or 10 seconds, whichever comes first.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	if m.Channel != domain.SMS {
		return fmt.Errorf("twilio: channel %q is not text messages: %w", m.Channel, usecase.ErrRefused)
	}
	form := url.Values{"To": {m.To}, "Body": {m.Body}, s.originator: {s.from}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("twilio: the address makes no request")
	}
	request.SetBasicAuth(s.sid, s.token)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, answer, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("twilio: %w", err)
	}
	return judge(response.StatusCode, answer)
}

// judge turns an answer into what the outbox does next. Of Twilio's words only the number of the cause is kept: they repeat
// the recipient.
func judge(status int, answer []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}
	var problem struct {
		Code int `json:"code"`
	}
	_ = json.Unmarshal(answer, &problem)
	if status == http.StatusTooManyRequests || status >= 500 {
		return fmt.Errorf("twilio: answered %d, code %d", status, problem.Code)
	}
	return fmt.Errorf("twilio: answered %d, code %d: %w", status, problem.Code, usecase.ErrRefused)
}
