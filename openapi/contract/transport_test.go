package contract

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// recorder stands in for a test and remembers what was reported.
type recorder struct {
	testing.TB
	reported []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.reported = append(r.reported, fmt.Sprintf(format, args...))
}

func TestTransport(t *testing.T) {
	t.Parallel()
	const asked = `{"customer_id":"CUST12345"}`
	const good = `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.Header().Set("X-Preflight", "1")
			return
		}
		sent, err := io.ReadAll(r.Body)
		if err != nil || string(sent) != asked {
			http.Error(w, "the body did not arrive", http.StatusTeapot)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if r.URL.RawQuery == "bad" {
			io.WriteString(w, `{"status":true}`)
			return
		}
		io.WriteString(w, good)
	}))
	t.Cleanup(server.Close)

	tests := []struct {
		name, method, query string
		header              http.Header
		faults              int
		body                string
	}{
		{"good", http.MethodPost, "", nil, 0, good},
		{"bad", http.MethodPost, "bad", nil, 1, `{"status":true}`},
		{"preflight", http.MethodOptions, "", http.Header{"Access-Control-Request-Method": {"POST"}}, 0, ""},
		{"options that is no preflight", http.MethodOptions, "", nil, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			watched := &recorder{TB: t}
			client := http.Client{Transport: Transport(watched, server.Client().Transport)}
			req, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+"/api/v1/auth/generate-otp?"+test.query, strings.NewReader(asked))
			if err != nil {
				t.Fatal(err)
			}
			req.SetBasicAuth("bigcity", "secret123")
			for name, values := range test.header {
				req.Header[name] = values
			}
			reply, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer reply.Body.Close()
			body, err := io.ReadAll(reply.Body)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != test.body {
				t.Errorf("body is %q, want %q", body, test.body)
			}
			if len(watched.reported) != test.faults {
				t.Errorf("%d reports, want %d: %q", len(watched.reported), test.faults, watched.reported)
			}
		})
	}
}

func TestTransportHandsErrorsOn(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	watched := &recorder{TB: t}
	transport := Transport(watched, roundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, refused }))
	_, err := transport.RoundTrip(httptest.NewRequest("GET", "/healthz", nil))
	if !errors.Is(err, refused) || len(watched.reported) > 0 {
		t.Errorf("error %v, reports %q; want the transport's own error and no report", err, watched.reported)
	}
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
