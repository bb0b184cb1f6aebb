package openapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"latchkey/openapi/client/api"
)

// A generated Set-Cookie would overwrite the cookies that are already on a reply, and a generated form binding would not
// know Rails brackets; the server overlay takes both away.
func TestGeneratedServersLeaveCookiesAndFormsAlone(t *testing.T) {
	t.Parallel()
	servers, err := filepath.Glob("gen/*/server.gen.go")
	if err != nil || len(servers) < 5 {
		t.Fatalf("found %d generated servers, want 5 or more: %v", len(servers), err)
	}
	for _, server := range servers {
		code, err := os.ReadFile(server)
		if err != nil {
			t.Fatal(err)
		}
		for _, unwanted := range []string{"Set-Cookie", "Formdata", "AcceptLanguage"} {
			if strings.Contains(string(code), unwanted) {
				t.Errorf("%s has %s", server, unwanted)
			}
		}
	}
}

// The generated client speaks the documents' bytes and reads replies of every status into their own types.
func TestGeneratedClient(t *testing.T) {
	t.Parallel()
	var sent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sent = string(body)
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(sent, "427") {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
			io.WriteString(w, `{"success":false,"message":"Too many requests. Please try again later","data":null}`)
			return
		}
		w.Header().Set("Set-Cookie", "refreshToken=r; Path=/web/auth; HttpOnly")
		io.WriteString(w, `{"success":true,"message":"","data":{"accessToken":"a"}}`)
	}))
	t.Cleanup(server.Close)
	caller, err := api.NewClientWithResponses(server.URL)
	if err != nil {
		t.Fatal(err)
	}

	code := api.OTPVerificationReqDTO{OTPToken: "t"}
	if err := code.OTP.FromOTPNumber(37695); err != nil {
		t.Fatal(err)
	}
	result, err := caller.VerifyLoginOTPWithResponse(t.Context(), nil, code)
	if err != nil {
		t.Fatal(err)
	}
	if sent != `{"otp":37695,"otpToken":"t"}` {
		t.Errorf("sent %s", sent)
	}
	if result.JSON200 == nil || result.JSON200.Data.AccessToken != "a" {
		t.Errorf("200 was read as %+v", result.JSON200)
	}

	if err := code.OTP.FromOTPDigits("0427"); err != nil {
		t.Fatal(err)
	}
	result, err = caller.VerifyLoginOTPWithResponse(t.Context(), nil, code)
	if err != nil {
		t.Fatal(err)
	}
	if sent != `{"otp":"0427","otpToken":"t"}` {
		t.Errorf("sent %s", sent)
	}
	if result.JSON429 == nil || result.Headers429 == nil || result.Headers429.RetryAfter != 30 {
		t.Errorf("429 was read as %+v, %+v", result.JSON429, result.Headers429)
	}
}
