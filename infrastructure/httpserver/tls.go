package httpserver

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// tlsConfig accepts TLS 1.2 and above with the certificate in two PEM files.
func tlsConfig(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}, nil
}

// certificate follows its files, so that a renewed one needs no restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	seen    stamps
}

// stamps tell whether the files have changed.
type stamps struct {
	cert, key time.Time
}

// get is called for each connection. A certificate that cannot be loaded, half
// written perhaps, leaves the present one in place.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen, err := c.stamp(); err == nil && seen != c.seen {
		if err := c.load(); err != nil {
			c.seen = seen // say so once
			c.log.Warn("the new certificate is not used", "error", err)
		} else {
			c.log.Info("certificate loaded", "file", c.certFile)
		}
	}
	return c.current, nil
}

func (c *certificate) load() error {
	seen, err := c.stamp()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current, c.seen = &pair, seen
	return nil
}

func (c *certificate) stamp() (stamps, error) {
	cert, err := os.Stat(c.certFile)
	if err != nil {
		return stamps{}, fmt.Errorf("load certificate: %w", err)
	}
	key, err := os.Stat(c.keyFile)
	if err != nil {
		return stamps{}, fmt.Errorf("load certificate: %w", err)
	}
	return stamps{cert.ModTime(), key.ModTime()}, nil
}
