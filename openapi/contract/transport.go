package contract

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Transport answers a round tripper that sends requests by next (http.DefaultTransport when nil) and reports every exchange
// that breaks the contract (CheckExchange) with t.Errorf. Bodies are read whole and handed on unchanged. CORS preflights are exempt,
// since the document does not name them. Do not send requests to a dialect that is switched off through it: its 404 is not
// documented either.
func Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	contract, err := Load()
	if err != nil {
		t.Fatalf("load contract: %v", err)
	}
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{t: t, contract: contract, next: next}
}

type transport struct {
	t        testing.TB
	contract *Contract
	next     http.RoundTripper
}

var _ http.RoundTripper = (*transport)(nil)

// RoundTrip sends one request and checks its reply.
func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	tr.t.Helper()
	if isPreflight(req) {
		return tr.next.RoundTrip(req)
	}
	sent, reqBody, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	reply, err := tr.next.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(reply.Body)
	if closeErr := reply.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	reply.Body = io.NopCloser(bytes.NewReader(body))
	if err := tr.contract.CheckExchange(req, reqBody, reply.StatusCode, reply.Header, body); err != nil {
		tr.t.Errorf("contract: %v", err)
	}
	return reply, nil
}

// readRequest answers a copy of the request whose body can be sent, and the body itself: empty, not nil, when the request
// has none.
func readRequest(req *http.Request) (*http.Request, []byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, []byte{}, nil
	}
	body, err := io.ReadAll(req.Body)
	if closeErr := req.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read request: %w", err)
	}
	sent := req.Clone(req.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return sent, body, nil
}

func isPreflight(req *http.Request) bool {
	return req.Method == http.MethodOptions && req.Header.Get("Access-Control-Request-Method") != ""
}
