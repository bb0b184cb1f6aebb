package httpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// MaxBody is how much of an answer's body Do returns, in bytes.
const MaxBody = 16 << 10

// timeout bounds one call where the request's own deadline is later.
const timeout = 10 * time.Second

// Client calls one host. It is safe for concurrent use; make one with New.
type Client struct{ http http.Client }

// New makes a client on a transport of NewTransport that follows no redirect, which would carry the code to a host that nobody
// chose.
func New(config *tls.Config) *Client {
	return &Client{http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     NewTransport(config),
	}}
}

// NewTransport makes a transport that keeps enough connections for all workers of the outbox and believes only TLS 1.2 and
// above. Of config, which stays as it is, the rest is obeyed; nil stands for the system's roots.
func NewTransport(config *tls.Config) *http.Transport {
	if config = config.Clone(); config == nil {
		config = &tls.Config{}
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// Do makes one call, with the deadline of the request's context or 10 seconds, whichever comes first. The response's own body is
// closed; body is what came of it, at most MaxBody bytes.
//
// The error means that there is no answer. It holds nothing of the request, its address and the answer.
func (c *Client) Do(request *http.Request) (response *http.Response, body []byte, err error) {
	request.Header.Set("User-Agent", "Latchkey")
	response, err = c.http.Do(request)
	if err != nil {
		return nil, nil, unanswered(err)
	}
	defer response.Body.Close()
	// A short answer that was read to its end leaves the connection for the next call. A cut one has told its status.
	body, _ = io.ReadAll(io.LimitReader(response.Body, MaxBody))
	return response, body, nil
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

// IsLoopback tells whether a host is this machine by name or number, without asking a name server. Only there may a call go
// without TLS.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}
