package client

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whatever else than documented replies comes back, from a proxy or from another server altogether, is one clear error.
func TestWrongReplies(t *testing.T) {
	t.Parallel()
	const asJSON = "application/json"
	for _, test := range []struct {
		name   string
		status int
		media  string
		body   string
		kind   error
		says   string
	}{
		{"a page", 200, "text/html; charset=utf-8", "<html>code 123456</html>", ErrBadReply, "the reply is text/html, not JSON"},
		{"a page for not found", 404, "text/html", "<html></html>", ErrBadReply, "is this the server's address?"},
		{"a plain not found", 404, "text/plain", "404 page not found", ErrBadReply, "text/plain"},
		{"a proxy's bad gateway", 502, "text/html", "<html></html>", ErrUnavailable, "unavailable (status 502)"},
		{"a proxy's limit", 429, "text/html", "<html></html>", ErrTooMany, "too many requests (status 429)"},
		{"a redirect", 302, "text/html", "<html></html>", ErrBadReply, "status 302"},
		{"nothing", 200, asJSON, "", ErrBadReply, "the reply is empty"},
		{"no type", 200, "", "{}", ErrBadReply, "does not say that it is JSON"},
		{"half a reply", 200, asJSON, `{"status":true`, ErrBadReply, "is not the JSON"},
		{"another reply", 200, asJSON, `{"status":true}`, ErrBadReply, "lacks"},
		{"a list", 200, asJSON, `[]`, ErrBadReply, "is not the JSON"},
		{"no words", 400, asJSON, `{}`, ErrBadReply, "is not the JSON"},
		{"a huge reply", 200, asJSON, `{"reference_id":"` + strings.Repeat("R", maxReplyBytes) + `"}`, ErrBadReply, "longer than 1048576 bytes"},
		{"a huge refusal", 400, asJSON, `{"message":"` + strings.Repeat("R", maxReplyBytes) + `"}`, ErrBadReply, "longer than 1048576 bytes"},
		{"the code in the words", 422, asJSON, `{"message":"no, 123456\nis\u0000wrong"}`, ErrWrongCode, "verify code: no, … is wrong (status 422)"},
		{"the customer in the words", 422, asJSON, `{"message":"OTP has expired. Please request a new one."}`, ErrExpiredCode, "Please request a … one. (status 422)"},
		{"long words", 400, asJSON, `{"message":"` + strings.Repeat("字", 1000) + `"}`, ErrInvalid, strings.Repeat("字", 300) + "… (status 400)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = []string{test.media}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}))
			t.Cleanup(server.Close)
			bigcity, err := NewBigCity(server.URL+"/", "u", "p", WithRetry(Retry{Attempts: 1}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = bigcity.Verify(t.Context(), BigCityCode{"new", "R"}, "123456")
			if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %v with %q", err, test.kind, test.says)
			}
			if strings.Contains(err.Error(), "123456") {
				t.Errorf("%v tells the code", err)
			}
		})
	}
}

// Who goes on reading after the error gets it again.
func TestLimited(t *testing.T) {
	t.Parallel()
	l := &limited{io.NopCloser(strings.NewReader("12345")), 3}
	body, err := io.ReadAll(l)
	if string(body) != "123" || !errors.Is(err, ErrBadReply) {
		t.Errorf("read %q, %v", body, err)
	}
	if n, err := l.Read(make([]byte, 10)); n != 0 || !errors.Is(err, ErrBadReply) {
		t.Errorf("read %d bytes more, %v", n, err)
	}
	if body, err := io.ReadAll(&limited{io.NopCloser(strings.NewReader("123")), 3}); string(body) != "123" || err != nil {
		t.Errorf("read %q, %v", body, err)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"status":false,"message":"m"}`:              `m`,
		`{"success":false,"message":"m","data":null}`: `m`,
		`{"message":"m","error":{"message":"e"}}`:     `m`,
		`{"error":{"message":"e"}}`:                   `e`,
		`{"error":"e","type":"T","status":401}`:       `e`,
		`{"errors":"e"}`:                              `e`,
		`{"errors":{"pin":"p"}}`:                      `p`,
		`{"errors":["e"]}`:                            ``,
		`{"message":7}`:                               ``,
		`"m"`:                                         ``,
	} {
		if got, ok := words([]byte(body)); got != want || ok != (want != "") {
			t.Errorf("%s says %q, %v", body, got, ok)
		}
	}
}

// An address that nobody answers at is told without the address, which may hold a customer's ID.
func TestNoReply(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	bigcity, err := NewBigCity(server.URL, "u", "p", WithRetry(Retry{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = bigcity.Resume(Saved{CustomerID: "CUST12345", Token: "t"}).Points(t.Context())
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "CUST12345") || !strings.HasPrefix(err.Error(), "read points: dial tcp") {
		t.Errorf("error %v", err)
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	for address, valid := range map[string]bool{
		"http://127.0.0.1:8080":               true,
		"https://login.example.com/":          true,
		"https://example.com/below/a/path":    true,
		"login.example.com":                   false,
		"127.0.0.1:8080":                      false,
		"ftp://login.example.com":             false,
		"https://":                            false,
		"https://user:pass@login.example.com": false,
		"https://login.example.com/?a=b":      false,
		"https://login.example.com/#a":        false,
		"https://login example.com/%zz":       false,
	} {
		_, err := NewGoodCity(address)
		if (err == nil) != valid {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "pass") {
			t.Errorf("%v tells the password", err)
		}
	}
	for _, credentials := range [][2]string{{"", "p"}, {"u", ""}} {
		if _, err := NewBigCity("http://127.0.0.1", credentials[0], credentials[1]); err == nil {
			t.Errorf("%v are credentials", credentials)
		}
	}
}
