// Package textbus is a usecase.Sender that sends text messages by the gateway Textbus, which takes forms:
//
//	textbus://ACCOUNT:KEY@HOST?from=NAME
//
// 429, 5xx and silence bring the message again; any other answer is final.
package textbus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"latchkey/domain"
	"latchkey/infrastructure/httpclient"
	"latchkey/usecase"
)

var _ usecase.Sender = (*Sender)(nil)

// Sender sends by one account. It is safe for concurrent use.
type Sender struct {
	address, account, key, from string
	client                      *httpclient.Client
}

// NewFromURL makes a Sender; the error never repeats the key. HOST is spoken to by https, or by http when it is this machine.
func NewFromURL(u *url.URL) (*Sender, error) {
	s := &Sender{account: u.User.Username(), from: u.Query().Get("from"), client: httpclient.New(nil)}
	s.key, _ = u.User.Password()
	if s.account == "" || s.key == "" || u.Host == "" || s.from == "" {
		return nil, errors.New("textbus address: must be textbus://ACCOUNT:KEY@HOST?from=NAME")
	}
	target := url.URL{Scheme: "https", Host: u.Host, Path: "/v1/messages"}
	if httpclient.IsLoopback(u.Hostname()) {
		target.Scheme = "http"
	}
	s.address = target.String()
	return s, nil
}

// Send makes one call.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	if m.Channel != domain.SMS {
		return fmt.Errorf("textbus: channel %q is not text messages: %w", m.Channel, usecase.ErrRefused)
	}
	form := url.Values{"account": {s.account}, "from": {s.from}, "to": {m.To}, "text": {m.Body}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("textbus: the address makes no request")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Key "+s.key)
	response, _, err := s.client.Do(request)
	switch {
	case err != nil:
		return fmt.Errorf("textbus: %w", err)
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return nil
	case response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500:
		return fmt.Errorf("textbus: answered %d", response.StatusCode)
	}
	return fmt.Errorf("textbus: answered %d: %w", response.StatusCode, usecase.ErrRefused)
}
