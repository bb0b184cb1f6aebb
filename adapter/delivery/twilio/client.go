package twilio

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// newClient makes an HTTP client for one host: it keeps enough connections for all workers of the outbox, believes only TLS 1.2
// and above, and follows no redirect, which would carry the code to a host that nobody chose.
func newClient(config *tls.Config) *http.Client {
	if config = config.Clone(); config == nil {
		config = &tls.Config{}
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        config,
			TLSHandshakeTimeout:    5 * time.Second,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    32,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// unanswered keeps of an HTTP client's error what tells an operator something and cannot hold anything of the message. The
// rest quotes the address, and whatever bytes the other side sent.
func unanswered(err error) error {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer: %w", context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("no answer: %w", context.Canceled)
	case errors.As(err, &network):
		return network
	case errors.As(err, &certificate):
		return certificate
	}
	return errors.New("no answer that HTTP allows")
}
