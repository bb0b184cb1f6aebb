package contract

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A request that succeeded has to be one that the document allows, with the liberties that it tells of and no others.
func TestCheckExchange(t *testing.T) {
	t.Parallel()
	const (
		basic    = "Authorization: Basic YmlnY2l0eTpzZWNyZXQxMjM="
		form     = "Content-Type: application/x-www-form-urlencoded"
		generate = "POST /api/v1/auth/generate-otp"
		sendPin  = "POST /api/v1/auth/send_pin"
		sendOTP  = "POST /api/auth/v1/users/send-otp"
		points   = "GET /api/v1/customer/points?customer_id=CUST12345"
	)
	replies := map[string]string{
		generate: `{"status":true,"message":"OTP generated successfully","reference_id":"REF123456"}`,
		sendPin:  `{"otp_auth_key":"/JqONEgEjrZefDV3ZIQsNA=="}`,
		sendOTP:  `{"message":"OTP was sent successfully only through SMS"}`,
		points:   `{"status":true,"customer_id":"CUST12345","points_earned":5000,"balance_points":3500}`,
	}
	for name, c := range map[string]struct {
		operation, more, body string
		headers               []string
		wants                 []string
	}{
		"documented":               {generate, "", `{"customer_id":"CUST12345"}`, []string{basic}, nil},
		"unknown names":            {generate, "?x=1", `{"customer_id":"CUST12345","more":{"a":1}}`, []string{basic}, nil},
		"a name in capitals":       {generate, "", `{"Customer_ID":"CUST12345"}`, []string{basic}, nil},
		"no credentials":           {generate, "", `{"customer_id":"CUST12345"}`, nil, []string{"credentials"}},
		"a field missing":          {generate, "", `{"customer":"CUST12345"}`, []string{basic}, []string{"body/customer_id"}},
		"a field of a wrong sort":  {generate, "", `{"customer_id":12345}`, []string{basic}, []string{"body/customer_id"}},
		"an empty field":           {generate, "", `{"customer_id":""}`, []string{basic}, []string{"body/customer_id"}},
		"broken JSON":              {generate, "", `{"customer_id":`, []string{basic}, []string{"not one well-formed"}},
		"a type of its own":        {generate, "", `x`, []string{basic, "Content-Type: text/plain"}, []string{"text/plain"}},
		"an endless language":      {sendPin, "", `{"mobile":"+85261677528"}`, []string{"Accept-Language: " + strings.Repeat("zh,", 100)}, nil},
		"fields in the query":      {sendPin, "?mobile=%2B85261677528", "", nil, nil},
		"not in another dialect":   {generate, "?customer_id=CUST12345", "{}", []string{basic}, []string{"body/customer_id"}},
		"a form":                   {sendPin, "", "mobile=%2B85261677528&x=1", []string{form}, nil},
		"an empty text for none":   {sendOTP, "", `{"phone-number":"+919888888888","email":""}`, nil, nil},
		"null for none":            {sendOTP, "", `{"phone-number":"+919888888888","always-send":null}`, nil, nil},
		"null elsewhere":           {generate, "", `{"customer_id":null}`, []string{basic}, []string{"body/customer_id"}},
		"a type that says nothing": {sendOTP, "", `{"phone-number":"+919888888888"}`, []string{"Content-Type: garbage;;="}, nil},
		"a token without a word":   {points, "", "", []string{"Authorization: token"}, []string{"credentials"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(c.operation, " ")
			req := httptest.NewRequest(method, path+c.more, nil)
			for _, header := range c.headers {
				field, value, _ := strings.Cut(header, ": ")
				req.Header.Set(field, value)
			}
			reply := http.Header{"Content-Type": {jsonType}}
			expect(t, mustLoad(t).CheckExchange(req, []byte(c.body), http.StatusOK, reply, []byte(replies[c.operation])), c.wants...)
		})
	}
}

// What was refused may have been anything; what was answered may not.
func TestCheckExchangeOfARefusal(t *testing.T) {
	t.Parallel()
	reply := http.Header{"Content-Type": {jsonType}}
	req := httptest.NewRequest("POST", "/api/v1/auth/generate-otp", nil)
	expect(t, mustLoad(t).CheckExchange(req, []byte("{"), 400, reply, []byte(`{"status":false,"message":"m"}`)))
	expect(t, mustLoad(t).CheckExchange(req, []byte("{"), 400, reply, []byte(`{"status":false}`)), "body/message")
}

func TestBareTokenWhereItIsAllowed(t *testing.T) {
	t.Parallel()
	c := mustLoad(t)
	req := httptest.NewRequest("POST", "/api/v1/auth/register_device", nil)
	req.Header.Set("Authorization", "token")
	operation, err := c.operation(req)
	if err != nil {
		t.Fatal(err)
	}
	if taken, _ := c.forgive(operation, req, nil); taken.Header.Get("Authorization") != "Bearer token" || req.Header.Get("Authorization") != "token" {
		t.Errorf("%v from %v", taken.Header, req.Header)
	}
}
