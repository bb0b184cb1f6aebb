package httpserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issue writes a self-signed certificate for 127.0.0.1 with this serial number,
// stamped as if it had been written at that second.
func issue(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), serial)
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), serial)
}

func write(t *testing.T, file string, content []byte, second int64) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Unix(second, 0), time.Unix(second, 0)); err != nil {
		t.Fatal(err)
	}
}

// handshake returns the serial number of the certificate that it meets, and the
// protocol that was agreed on.
func handshake(t *testing.T, address string, config *tls.Config) (int64, string, error) {
	t.Helper()
	config.InsecureSkipVerify = true
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	state := conn.ConnectionState()
	return state.PeerCertificates[0].SerialNumber.Int64(), state.NegotiatedProtocol, nil
}

func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	issue(t, certFile, keyFile, 1)
	var out lockedBuffer
	r := run(t, Options{
		Handler: say("secure"), TLSCert: certFile, TLSKey: keyFile,
		Logger: slog.New(slog.NewTextHandler(&out, nil)),
	})
	address := r.public.String()

	for version, accepted := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		_, _, err := handshake(t, address, &tls.Config{MinVersion: version, MaxVersion: version})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if _, protocol, err := handshake(t, address, &tls.Config{NextProtos: []string{"h2", "http/1.1"}}); err != nil || protocol != "h2" {
		t.Errorf("protocol %q, %v; want h2", protocol, err)
	}
	client := newClient(t)
	if status, _ := get(t, client, "http://"+address); status != 400 {
		t.Errorf("plain HTTP got status %d, want 400", status)
	}

	issue(t, certFile, keyFile, 2)
	if serial, _, err := handshake(t, address, &tls.Config{}); err != nil || serial != 2 {
		t.Errorf("after a renewal certificate %d, %v; want the new one", serial, err)
	}
	write(t, certFile, []byte("half writ"), 3)
	for range 2 {
		if serial, _, err := handshake(t, address, &tls.Config{}); err != nil || serial != 2 {
			t.Errorf("with a broken file certificate %d, %v; want the last good one", serial, err)
		}
	}
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	if serial, _, err := handshake(t, address, &tls.Config{}); err != nil || serial != 2 {
		t.Errorf("without a file certificate %d, %v; want the last good one", serial, err)
	}
	if n := strings.Count(out.String(), "the new certificate is not used"); n != 1 {
		t.Errorf("the broken certificate was reported %d times, want once", n)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
}
