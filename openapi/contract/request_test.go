package contract

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCheckRequest(t *testing.T) {
	t.Parallel()
	const (
		basic    = "Basic YmlnY2l0eTpzZWNyZXQxMjM="
		generate = "/api/v1/auth/generate-otp"
		signup   = "/api/v1/auth/signup"
		form     = "application/x-www-form-urlencoded; charset=UTF-8"
	)
	tests := []struct {
		name, method, target string
		header               map[string]string
		body                 string
		want                 []string
	}{
		{"documented", "POST", generate, map[string]string{"Authorization": basic, "Content-Type": "application/json"}, `{"customer_id":"CUST12345"}`, nil},
		{"without content type", "POST", generate, map[string]string{"Authorization": basic}, `{"customer_id":"CUST12345"}`, nil},
		{"unknown path", "POST", "/nowhere", nil, "", []string{"does not name this path and method"}},
		{"no credentials", "POST", generate, nil, `{"customer_id":"C"}`, []string{"credentials of none of the documented kinds"}},
		{"wrong credentials", "POST", generate, map[string]string{"Authorization": "Bearer t"}, `{"customer_id":"C"}`, []string{"credentials of none of the documented kinds"}},
		{"cookie", "GET", "/web/auth/refresh", map[string]string{"Cookie": "refreshToken=t"}, "", nil},
		{"no cookie", "GET", "/web/auth/refresh", map[string]string{"Cookie": "other=t"}, "", []string{"credentials of none of the documented kinds"}},
		{"either of two", "GET", "/api/auth/v1/users/me", map[string]string{"X-QT-AUTH": "t"}, "", nil},
		{"optional credentials", "DELETE", "/web/auth/logout", nil, "", nil},
		{"query parameter", "GET", "/api/v1/customer/points?customer_id=C", map[string]string{"Authorization": "Bearer t"}, "", nil},
		{"missing query parameter", "GET", "/api/v1/customer/points", map[string]string{"Authorization": "Bearer t"}, "", []string{"query parameter customer_id is missing"}},
		{"empty query parameter", "GET", "/api/v1/customer/points?customer_id=", map[string]string{"Authorization": "Bearer t"}, "", []string{"query parameter customer_id: minimum string length is 1"}},
		{"undocumented query parameter", "GET", "/healthz?verbose=1", nil, "", []string{"query parameter verbose is not documented"}},
		{"query parameter twice", "GET", "/dev/inbox?to=a&to=b", nil, "", []string{"query parameter to comes 2 times"}},
		{"header parameter", "POST", "/api/v1/auth/send_pin", map[string]string{"X-GOODCITY-APP-NAME": strings.Repeat("a", 255)}, `{"mobile":"+85261677528"}`, []string{"header parameter X-GOODCITY-APP-NAME: maximum string length is 254"}},
		{"missing body", "POST", generate, map[string]string{"Authorization": basic}, "", []string{"the body is missing"}},
		{"optional body", "POST", "/api/auth/v1/users/send-otp", nil, "", nil},
		{"body without need", "GET", "/healthz", nil, "{}", []string{"a body is not documented"}},
		{"not JSON", "POST", generate, map[string]string{"Authorization": basic}, "{", []string{"not one well-formed JSON value"}},
		{"missing field", "POST", generate, map[string]string{"Authorization": basic}, "{}", []string{`property "customer_id" is missing`}},
		{"undocumented field", "POST", generate, map[string]string{"Authorization": basic}, `{"customer_id":"C","otp":"1"}`, []string{`property "otp" is unsupported`}},
		{"wrong type", "POST", generate, map[string]string{"Authorization": basic}, `{"customer_id":1}`, []string{"body/customer_id: value must be a string"}},
		{"foreign content type", "POST", generate, map[string]string{"Authorization": basic, "Content-Type": "application/xml"}, "<a/>", []string{`content type "application/xml" is not documented`}},
		{"broken content type", "POST", generate, map[string]string{"Authorization": basic, "Content-Type": ";"}, "{}", []string{"cannot be parsed"}},
		{"any content type", "POST", "/api/auth/v1/login", map[string]string{"Content-Type": form}, `{"email":"johndoe@example.com","otp":"43210"}`, nil},
		{"over-long body", "POST", generate, map[string]string{"Authorization": basic}, `{"customer_id":"C"}` + strings.Repeat(" ", maxBodyBytes), []string{"bytes"}},
		{"code as number", "POST", "/web/auth/login/verify", nil, `{"otp":37695,"otpToken":"t"}`, nil},
		{"code as digits", "POST", "/web/auth/login/verify", nil, `{"otp":"0427","otpToken":"t"}`, nil},
		{"code as neither", "POST", "/web/auth/login/verify", nil, `{"otp":true,"otpToken":"t"}`, []string{"body/otp"}},
		{"form", "POST", signup, map[string]string{"Content-Type": form}, "user_auth[mobile]=%2B85251224538&user_auth[address_attributes][district_id]=1&user_auth[address_attributes][address_type]=Profile", nil},
		{"form with an undocumented field", "POST", signup, map[string]string{"Content-Type": form}, "user_auth[address_attributes][zip]=1", []string{`property "zip" is unsupported`}},
		{"form with a broken escape", "POST", signup, map[string]string{"Content-Type": form}, "a=%zz", []string{"not a well-formed form"}},
	}
	contract := mustLoad(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
			for name, value := range test.header {
				req.Header.Set(name, value)
			}
			expect(t, contract.CheckRequest(req, []byte(test.body)), test.want...)
		})
	}
}

func TestDecodeFormRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"a=1&a=2", "a=1&a[b]=2", "a[b]=1&a[b][c]=2", "a=1&a[]=2", "a=%zz"} {
		if value, err := decodeForm(body); err == nil {
			t.Errorf("%s: decoded to %v", body, value)
		}
	}
}
