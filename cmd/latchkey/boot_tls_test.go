package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
	"latchkey/openapi/contract"
)

// certificate makes a self-signed one for 127.0.0.1, and tells the pool that trusts it.
func (s *site) certificate() *x509.CertPool {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now().Add(-time.Hour), NotAfter: now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.settings = append(s.settings, "LATCHKEY_TLS_CERT="+s.file("cert.pem", string(chain)),
		"LATCHKEY_TLS_KEY="+s.file("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(chain)
	return pool
}

// TestBoot_TLS serves HTTPS: 1.2 and 1.3, nothing older, and no plain HTTP beside it. Cookies are for HTTPS only.
func TestBoot_TLS(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LISTEN=0.0.0.0:0")...) // off loopback it may listen with TLS
	pool := s.certificate()
	n := s.launch()
	address := n.announcement("serving")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n.url = "https://127.0.0.1:" + port
	for version, welcome := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		connection, err := tls.Dial("tcp", "127.0.0.1:"+port, &tls.Config{RootCAs: pool, MinVersion: version, MaxVersion: version})
		if (err == nil) != welcome {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			_ = connection.Close()
		}
	}
	s.people(1, bridgekeeperDialect)
	connections := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(connections.CloseIdleConnections)
	v := &visitor{t: t, url: n.url, http: &http.Client{Transport: contract.Transport(t, connections), Timeout: time.Minute}}
	d, somebody := bridgekeeperDialect, bridgekeeperDialect.person(0)
	handle, code := v.ask(d, somebody, box)
	entered := v.want(http.StatusOK, d.answer(somebody.who, handle, code))
	cookie := entered.cookie("qt-auth")
	if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
		t.Errorf("the cookie is %v", cookie)
	}
	if entered.header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security over HTTPS")
	}
	plain, err := http.Get("http://127.0.0.1:" + port + "/healthz")
	if err == nil {
		_ = plain.Body.Close()
		if plain.StatusCode < 400 {
			t.Errorf("plain HTTP on the port for HTTPS: status %d", plain.StatusCode)
		}
	}
}

// TestCLI_BrokenCertificates stop the start with a line that names the files.
func TestCLI_BrokenCertificates(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	s.certificate()
	s.file("cert.pem", "no certificate")
	if line := s.refuse(1, "serve"); !strings.Contains(line, "--tls-cert") || !strings.Contains(line, "cert.pem") {
		t.Errorf("a broken certificate: %q", line)
	}
}
