package bridgekeeper

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

const mismatchBody = `{"message":"OTP did not match","error":{"message":"OTP did not match"}}`

func TestI2_OldContactIsTold(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	token := logIn(t, w)
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", "new@example.com"), "X-Qt-Auth: "+token)
	body := object(t, "otp", w.Code("new@example.com"), "user", map[string]any{"email": "New@Example.com"})
	reply := want(t, w, http.StatusOK, "POST", updatePath, body, "X-Qt-Auth: "+token)
	if !strings.Contains(reply.Body, `"email":"new@example.com"`) {
		t.Error(reply.Body)
	}
	told := w.Messages(johnsMail)
	if len(told) != 1 || told[0].Purpose != domain.NoticeContactChanged || told[0].Code != "" {
		t.Errorf("the old address got %v", told)
	}
}

func TestI2_OnlyTheCodeOfThisUserAndContact(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		send   string
		asUser bool
		code   string // whose
		user   map[string]any
	}{
		"asked for by nobody in particular": {object(t, "phone-number", stranger, "always-send", true), false, stranger, map[string]any{"phone-number": stranger}},
		"sent to another contact":           {object(t, "phone-number", stranger), true, stranger, map[string]any{"email": "new@example.com"}},
		"sent to the contact at hand":       {object(t, "email", johnsMail), true, johnsMail, map[string]any{"email": "new@example.com"}},
		"another user's own": {
			object(t, "email", "test@aritaone.com"), false, "test@aritaone.com", map[string]any{"email": "test@aritaone.com"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			token := logIn(t, w)
			var headers []string
			if c.asUser {
				headers = []string{"X-Qt-Auth: " + token}
			}
			want(t, w, http.StatusOK, "POST", sendPath, c.send, headers...)
			code := w.Code(c.code)
			if code == "" {
				t.Fatal("no code")
			}
			reply := want(t, w, http.StatusUnauthorized, "POST", updatePath, object(t, "otp", code, "user", c.user), "X-Qt-Auth: "+token)
			if reply.Body != mismatchBody {
				t.Error(reply.Body)
			}
		})
	}
}

// A logged-in user who names somebody else's contact is answered as for a free one, and nobody gets a message.
func TestE1_ContactOfAnotherUser(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	token := logIn(t, w)
	taken := want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", "test@aritaone.com"), "X-Qt-Auth: "+token)
	free := want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", "new@example.com"), "X-Qt-Auth: "+token)
	if taken.Body != free.Body || len(w.Messages("test@aritaone.com")) != 0 || len(w.Messages("new@example.com")) != 1 {
		t.Errorf("%s, %s", taken.Body, free.Body)
	}
}

func TestUpdateWithOTPBodies(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	token := logIn(t, w)
	for body, text := range map[string]string{
		`{"otp":"43210"}`:                                                              "email, phone-number or verification-status is required",
		`{"otp":"43210","user":{}}`:                                                    "email, phone-number or verification-status is required",
		`{"otp":"43210","user":{"email":""}}`:                                          "phone-number or email is required",
		`{"otp":"43210","user":{"email":"x"}}`:                                         "email is invalid",
		`{"otp":"43210","user":{"phone-number":"12"}}`:                                 "phone-number is invalid",
		`{"otp":"43210","user":{"phone-number":true}}`:                                 "phone-number is invalid",
		`{"otp":"43210","user":{"phone-number":9.198e11}}`:                             "phone-number is invalid",
		`{"otp":"43210","user":{"phone-number":-919812345670}}`:                        "phone-number is invalid",
		`{"otp":"43210","user":{"phone-number":1,"login-phone-number":2}}`:             "phone-number is invalid",
		`{"otp":"43210","user":{"phone-number":919812345670,"email":"a@example.com"}}`: "either phone-number or email is required",
		`{"otp":"43210","user":{"verification-status":"fax"}}`:                         "verification-status is invalid",
		`{"otp":43210,"user":{"verification-status":"email"}}`:                         "otp is invalid",
	} {
		reply := want(t, w, http.StatusBadRequest, "POST", updatePath, body, "X-Qt-Auth: "+token)
		if reply.Body != `{"message":"`+text+`","error":{"message":"`+text+`"}}` {
			t.Errorf("%s: %s", body, reply.Body)
		}
	}
	for _, otp := range []string{"", "4321", "432100", "４３２１０", "4321x"} {
		body := object(t, "otp", otp, "user", map[string]any{"verification-status": "email"})
		if reply := want(t, w, http.StatusUnauthorized, "POST", updatePath, body, "X-Qt-Auth: "+token); reply.Body != mismatchBody {
			t.Errorf("%q: %s", otp, reply.Body)
		}
	}
}

func TestK5_ForeignSiteCannotChangeTheUser(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	token := logIn(t, w)
	for path, body := range map[string]string{
		profilePath: object(t, "name", "Mallory"),
		updatePath:  object(t, "otp", "43210", "user", map[string]any{"verification-status": "email"}),
	} {
		for _, foreign := range []string{"Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"} {
			want(t, w, http.StatusForbidden, "POST", path, body, "Cookie: qt-auth="+token, foreign)
		}
	}
	// Asking for a code is open to all, but then as nobody: no code that would change the user's contact.
	w.Clock.Advance(time.Minute)
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", stranger), "Cookie: qt-auth="+token, "Origin: https://evil.example")
	if len(w.Messages(stranger)) != 0 {
		t.Error("a foreign site had a code sent in the user's name")
	}
}

func TestSignUpBodies(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	for body, text := range map[string]string{
		`{}`:                                       "either otp or password is required",
		`{"email":"a@example.com"}`:                "either otp or password is required",
		`{"password":"correct horse"}`:             "email is required",
		`{"email":"x","password":"12345678"}`:      "email is invalid",
		`{"otp":"43210"}`:                          "login-phone-number or email is required",
		`{"login-phone-number":"1","otp":"43210"}`: "phone-number is invalid",
		`{"phone-number":"+919812345670","email":"a@example.com","otp":"43210"}`:                "either login-phone-number or email is required",
		`{"email":"a@example.com","password":"correct horse","username":"+919888888888"}`:       "username is invalid",
		`{"email":"a@example.com","password":"correct horse","username":"` + "a\\u202eb" + `"}`: "username is invalid",
		`{"email":"a@example.com","password":"correct horse","name":"a\nb"}`:                    "name is invalid",
	} {
		reply := want(t, w, http.StatusBadRequest, "POST", signupPath, body)
		if reply.Body != `{"message":"`+text+`","error":{"message":"`+text+`"}}` {
			t.Errorf("%s: %s", body, reply.Body)
		}
	}
}

// What a proven contact does not prove is not taken over from the request.
func TestSignUpByCodeTakesOnlyWhatIsProven(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "email", "new@example.com", "always-send", true))
	body := object(t, "email", "new@example.com", "otp", w.Code("new@example.com"), "username", "nova", "password", "correct horse")
	reply := want(t, w, http.StatusOK, "POST", signupPath, body)
	if !strings.Contains(reply.Body, `"verification-status":"email"`) || !strings.Contains(reply.Body, `"username":"nova"`) {
		t.Error(reply.Body)
	}
	want(t, w, http.StatusOK, "POST", loginPath, object(t, "username", "Nova", "password", "correct horse"))
}
