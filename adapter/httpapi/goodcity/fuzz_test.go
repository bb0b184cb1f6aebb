package goodcity

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"latchkey/domain"
)

// FuzzForm: whatever a form holds, it is refused or becomes one strict JSON object.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"mobile=%2B85261677528", "user_auth[mobile]=1&user_auth[address_attributes][district_id]=2", "a[]=1&a[]=2", "a[b]=1&a=2", "=&[]=&[][]=x", "a%5B",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		object, err := readForm([]byte(form))
		if err != nil {
			if !domain.HasCode(err, domain.CodeMalformed) {
				t.Errorf("%v", err)
			}
			return
		}
		if value := jsontext.Value(object); value.Kind() != '{' || !value.IsValid() {
			t.Errorf("%q became %s", form, object)
		}
	})
}

// fuzzBody sends bodies and queries of any sort: never a 500, always a reply that the OpenAPI document allows.
func fuzzBody(f *testing.F, path string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed, "", false)
		f.Add(seed, "mobile=%2B85261677528", true)
	}
	f.Add("mobile=%2B85261677528&user_auth[mobile]=1", "a[]=1&a[b]=2", true)
	f.Fuzz(func(t *testing.T, body, query string, isForm bool) {
		if len(query) > 0 && strings.IndexFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) >= 0 {
			t.Skip("no query that a request line can hold")
		}
		w := newWorld(t, EraDocumented)
		contentType := "Content-Type: application/json"
		if isForm {
			contentType = form
		}
		headers := []string{contentType}
		if path == registerDevicePath {
			headers = append(headers, "Authorization: "+logIn(t, w, donor))
		}
		reply := w.Do("POST", path+"?"+query, body, headers...)
		if reply.Status >= http.StatusInternalServerError {
			t.Errorf("%d %s", reply.Status, reply.Body)
		}
	})
}

func FuzzSendPin(f *testing.F) {
	fuzzBody(f, sendPinPath, `{"mobile":"+85261677528"}`, `{"mobile":1}`, `{"mobile":null}`, `{"Mobile":"\u0000"}`, `[]`)
}

func FuzzSignupAndSendPin(f *testing.F) {
	fuzzBody(f, signupAndSendPinPath, `{"mobile":"+85251641822"}`, `{"mobile":{}}`)
}

func FuzzSignup(f *testing.F) {
	fuzzBody(f, signupPath,
		`{"user_auth":{"mobile":"+85251224538","first_name":"Jake","last_name":"Deamon","address_attributes":{"district_id":"1","address_type":"Profile"}}}`,
		`{"user_auth":{"email":"jake@example.com","address_attributes":{"district_id":"","address_type":""}}}`,
		`{"user_auth":{"mobile":"+85251224538","first_name":"\u202e","address_attributes":{"district_id":"-1"}}}`, `{"user_auth":[]}`)
}

func FuzzVerifyPin(f *testing.F) {
	fuzzBody(f, verifyPath, `{"otp_auth_key":"/JqONEgEjrZefDV3ZIQsNA==","pin":"1234"}`, `{"otp_auth_key":"/JqONEgEjrZefDV3ZIQsNA==","pin":1234,"pin_for":[]}`)
}

func FuzzRegisterDevice(f *testing.F) {
	fuzzBody(f, registerDevicePath, `{"handle":"fRmTq0Yb1SE","platform":"fcm"}`, `{"handle":"\n","platform":"FCM"}`, `{"platform":null}`)
}
