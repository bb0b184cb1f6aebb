package bridgekeeper

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

// fuzzBody posts bodies: whatever they are, the reply is documented (World checks that) and no server error, and its text is there.
func fuzzBody(f *testing.F, path string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed, "application/json")
		f.Add(seed, "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, body, contentType string) {
		w := httpapitest.New(t, with(t, httpapi.Settings{}))
		reply := w.Do("POST", path, body, "Content-Type: "+contentType)
		if reply.Status >= http.StatusInternalServerError || (reply.Status >= 300 && reply.Status < 400) {
			t.Fatalf("%d %s", reply.Status, reply.Body)
		}
		var failure struct {
			Message string                   `json:"message"`
			Error   struct{ Message string } `json:"error"`
		}
		if err := json.Unmarshal([]byte(reply.Body), &failure); err != nil {
			t.Fatalf("%v: %s", err, reply.Body)
		}
		if reply.Status >= 400 && failure.Error.Message == "" {
			t.Fatalf("no text: %s", reply.Body)
		}
	})
}

func FuzzSendUserOTP(f *testing.F) {
	fuzzBody(f, sendPath,
		`{"phone-number":"+919888888888"}`, `{"email":"johndoe@example.com"}`, `{"phone-number":"+919888888888","always-send":true}`,
		`{"mediums":["phone-number"]}`, `{"phone-number":"+919812345670","email":"a@b.example","mediums":["email","phone-number"],"always-send":true}`,
		``, `{}`, `null`, `{"phone-number":null}`, `{"phone-number":1,"email":[]}`, `{"mediums":[null]}`, "{\"email\":\"\xff\"}",
	)
}

func FuzzLoginUser(f *testing.F) {
	fuzzBody(f, loginPath,
		`{"phone-number":"+919888888888","otp":"43210"}`, `{"email":"johndoe@example.com","otp":"43210"}`,
		`{"phone-number":"+919888888888","otp":"43210","auto-signup":true}`, `{"username":"nobody","email":"","password":""}`,
		``, `{}`, `[]`, `{"otp":43210}`, `{"otp":"43210","password":"x"}`, `{"phone-number":"+1","email":"@","otp":"４３２１０"}`, `{"otp":"0","otp":"1"}`,
	)
}

func FuzzSession(f *testing.F) {
	for _, seed := range []string{"", "dummy", "..", "e30.e30.", `eyJhbGciOiJub25lIn0.e30.`, strings.Repeat("a.", 100)} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, header, cookie string) {
		w := httpapitest.New(t, with(t, httpapi.Settings{}))
		for _, path := range []string{mePath, logoutPath} {
			reply := w.Do("GET", path, "", "X-Qt-Auth: "+header, "Cookie: qt-auth="+cookie)
			if reply.Status != http.StatusUnauthorized || reply.Body != notLoggedInBody {
				t.Fatalf("%d %s", reply.Status, reply.Body)
			}
		}
	})
}

func FuzzSignUpUser(f *testing.F) {
	fuzzBody(f, signupPath,
		`{"login-phone-number":"+919812345670","otp":"43210","name":"Asha"}`, `{"email":"a@b.example","password":"x","username":"a@b.example"}`,
		``, `{}`, `{"email":null,"otp":""}`, `{"dont-login":1}`, `{"email":"a@b.example","otp":"43210","name":"\u202e"}`,
	)
}

func FuzzUpdateUserWithOTP(f *testing.F) {
	fuzzBody(f, updatePath,
		`{"otp":"43210","user":{"verification-status":"email"}}`, `{"otp":"43210","user":{"phone-number":919812345670}}`,
		``, `{}`, `{"user":null}`, `{"otp":1,"user":[]}`, `{"otp":"","user":{"email":"@","phone-number":1e400}}`,
	)
}
