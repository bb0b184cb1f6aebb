package httpclient_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/httpclient"
)

func post(ctx context.Context, t *testing.T, address string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("code 048213"))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func serve(t *testing.T, handler http.HandlerFunc) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestDo(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.UserAgent()+": "+string(sent))
	})
	response, body, err := httpclient.New(nil).Do(post(t.Context(), t, address))
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusTeapot || response.Header.Get("Retry-After") != "17" || string(body) != "Latchkey: code 048213" {
		t.Errorf("%d, %v, %q", response.StatusCode, response.Header, body)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	for _, status := range []int{301, 302, 303, 307, 308} {
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere)
			w.WriteHeader(status)
		})
		if response, _, err := httpclient.New(nil).Do(post(t.Context(), t, address)); err != nil || response.StatusCode != status {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	})
	if _, body, err := httpclient.New(nil).Do(post(t.Context(), t, endless)); err != nil || len(body) != httpclient.MaxBody {
		t.Errorf("%d bytes of an endless answer, %v, want %d", len(body), err, httpclient.MaxBody)
	}
	header := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<17)) })
	if _, _, err := httpclient.New(nil).Do(post(t.Context(), t, header)); err == nil {
		t.Error("read a header of 128 KiB")
	}
}

func TestCutAnswerHasItsStatus(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nthan")
		_ = conn.Close()
	})
	response, body, err := httpclient.New(nil).Do(post(t.Context(), t, address))
	if err != nil || response.StatusCode != http.StatusCreated || string(body) != "than" {
		t.Errorf("%q, %v", body, err)
	}
}

func TestKeepsConnections(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("thanks", 1000)) })
	client, reused := httpclient.New(nil), 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if i.Reused {
			reused++
		}
	}})
	for range 5 {
		if _, _, err := client.Do(post(ctx, t, address)); err != nil {
			t.Fatal(err)
		}
	}
	if reused != 4 {
		t.Errorf("the connection was reused %d times in 5 calls, want 4", reused)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	start := func(config *tls.Config) *httptest.Server {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		server.TLS = config
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	modern, old := start(&tls.Config{}), start(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	roots := x509.NewCertPool()
	roots.AddCert(modern.Certificate())
	roots.AddCert(old.Certificate())
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10}
	trusting := httpclient.New(config)
	if _, _, err := trusting.Do(post(t.Context(), t, modern.URL)); err != nil {
		t.Errorf("a trusted certificate: %v", err)
	}
	if _, _, err := trusting.Do(post(t.Context(), t, old.URL)); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if config.MinVersion != tls.VersionTLS10 {
		t.Error("the caller's settings were changed")
	}
	var certificate *tls.CertificateVerificationError
	if _, _, err := httpclient.New(nil).Do(post(t.Context(), t, modern.URL)); !errors.As(err, &certificate) {
		t.Errorf("an unknown certificate: %v, want an error that says so", err)
	}
}

// The other side may echo what it got, and Go's own errors quote both.
func TestErrorsTellNothingOfTheMessage(t *testing.T) {
	t.Parallel()
	echo := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = conn.Write(append(sent, "\r\n"...))
		_ = conn.Close()
	})
	stop := make(chan struct{})
	hanging := serve(t, func(http.ResponseWriter, *http.Request) { <-stop })
	t.Cleanup(func() { close(stop) })
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	var refused *net.OpError
	for name, c := range map[string]struct {
		ctx     context.Context
		address string
		is      func(error) bool
	}{
		"no HTTP":   {t.Context(), echo, func(err error) bool { return strings.Contains(err.Error(), "HTTP") }},
		"too late":  {late, hanging, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		"hung up":   {gone, hanging, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"not there": {t.Context(), "http://127.0.0.1:1", func(err error) bool { return errors.As(err, &refused) }},
	} {
		_, _, err := httpclient.New(nil).Do(post(c.ctx, t, c.address+"/s3cret?s3cret"))
		if err == nil || !c.is(err) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "048213") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error %q quotes the message or the address", name, err)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true, "LocalHost": true,
		"": false, "10.0.0.1": false, "0.0.0.0": false, "localhost.example.com": false, "127.0.0.1.example.com": false,
	} {
		if got := httpclient.IsLoopback(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}
