package bridgekeeper

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

const (
	sendPath   = "/api/auth/v1/users/send-otp"
	loginPath  = "/api/auth/v1/login"
	mePath     = "/api/auth/v1/users/me"
	logoutPath = "/api/auth/v1/logout"

	signupPath   = "/api/auth/v1/signup"
	updatePath   = "/api/auth/v1/users/update-with-otp"
	profilePath  = "/api/auth/v1/users/profile"
	sessionsPath = "/api/auth/v1/sessions"
	forgotPath   = "/api/auth/v1/users/forgot-password"
	linkPath     = "/api/auth/v1/users/send-verification-link"

	john      = "+919888888888"
	johnsMail = "johndoe@example.com"
	stranger  = "+919812345670"
	disabled  = "+919888888899"
)

// with puts the room on a World's server with these settings.
func with(t testing.TB, settings httpapi.Settings) func(w *httpapitest.World) {
	return func(w *httpapitest.World) {
		if err := Mount(Options{Server: w.Server, Core: w.Core, Settings: settings, Issuer: httpapitest.PublicURL}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", with(t, httpapi.Settings{}))
}

// object is a JSON object of alternating keys and values.
func object(t testing.TB, pairs ...any) string {
	t.Helper()
	o := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// want is do that fails the test on another status.
func want(t testing.TB, w *httpapitest.World, status int, method, path, body string, headers ...string) *httpapitest.Reply {
	t.Helper()
	reply := w.Do(method, path, body, headers...)
	if reply.Status != status {
		t.Fatalf("%s %s answered %d instead of %d: %s", method, path, reply.Status, status, reply.Body)
	}
	return reply
}

// logIn gives a session token of the user with John's phone.
func logIn(t testing.TB, w *httpapitest.World) string {
	t.Helper()
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john))
	reply := want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", w.Code(john)))
	token := reply.Header.Get("X-Qt-Auth")
	if token == "" {
		t.Fatal("no session token")
	}
	return token
}

// wrong is a code of the same length that is not the given one.
func wrong(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

func TestBodiesAreJSONWhateverTheirType(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	for _, contentType := range []string{
		"-", "application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-8", "application/json; charset=latin1",
		"multipart/form-data; boundary=x", "garbage;;=", "image/png",
	} {
		want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john), "Content-Type: "+contentType)
		want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", w.Code(john)), "Content-Type: "+contentType)
		w.Clock.Advance(13 * time.Minute)
	}
}

func TestV1_BodyOver64KiB(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	large := object(t, "phone-number", john, "padding", strings.Repeat("x", 10<<20))
	for _, path := range []string{sendPath, loginPath} {
		reply := want(t, w, http.StatusRequestEntityTooLarge, "POST", path, large)
		if reply.Body != `{"message":"Request body is too large","error":{"message":"Request body is too large"}}` {
			t.Errorf("%s: %s", path, reply.Body)
		}
	}
	if w.Code(john) != "" {
		t.Error("a code was sent all the same")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	settings := httpapi.Settings{
		CodeLength: 6, Lifetime: 2 * time.Hour,
		Messages: map[string]domain.Template{"en": {SMS: "Use {{code}}"}, "ta": {SMS: "{{code}} தமிழ்"}},
	}
	w := httpapitest.New(t, with(t, settings))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john), "Accept-Language: ta-IN")
	code := w.Code(john)
	if body := w.Messages(john)[0].Body; len(code) != 6 || body != code+" தமிழ்" {
		t.Errorf("code %q, message %q", code, body)
	}
	reply := want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", code))
	if set := reply.Header.Get("Set-Cookie"); !strings.Contains(set, "; Max-Age=7200;") {
		t.Errorf("cookie %q", set)
	}
	token := reply.Header.Get("X-Qt-Auth")
	w.Clock.Advance(2*time.Hour - time.Second)
	want(t, w, http.StatusOK, "GET", mePath, "", "X-Qt-Auth: "+token)
	w.Clock.Advance(time.Second)
	want(t, w, http.StatusUnauthorized, "GET", mePath, "", "X-Qt-Auth: "+token)

	server := httpapitest.New(t, with(t, httpapi.Settings{})).Server
	for name, bad := range map[string]httpapi.Settings{
		"code length":      {CodeLength: 3},
		"lifetime (C2)":    {CodeLifetime: 11 * time.Minute},
		"message, no code": {Messages: map[string]domain.Template{"en": {SMS: "hello"}}},
		"message language": {Messages: map[string]domain.Template{"no language": {SMS: "{{code}}"}}},
	} {
		if err := Mount(Options{Server: server, Core: w.Core, Settings: bad}); err == nil {
			t.Errorf("%s: mounted", name)
		}
	}
}

func TestNoSignUp(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{NoSignUp: true}))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", stranger, "always-send", true))
	body := object(t, "phone-number", stranger, "otp", w.Code(stranger), "auto-signup", true)
	reply := want(t, w, http.StatusUnauthorized, "POST", loginPath, body)
	if reply.Body != `{"message":"User not found.","error":{"message":"User not found."}}` {
		t.Error(reply.Body)
	}
	for _, body := range []string{
		object(t, "phone-number", stranger, "otp", "43210"), object(t, "email", "new@example.com", "password", "correct horse"), `{}`,
	} {
		reply := want(t, w, http.StatusForbidden, "POST", signupPath, body)
		if reply.Body != `{"message":"Sign-up is not allowed","error":{"message":"Sign-up is not allowed"}}` {
			t.Error(reply.Body)
		}
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ accept, sms, subject, text string }{
		"English":      {"en-GB,en;q=0.9", "CODE is your login code. Enter it within 5 minutes and tell it to nobody.", "Your login code", "your login code is CODE"},
		"Hindi":        {"hi-IN, en;q=0.8", "आपका लॉगिन कोड CODE है। इसे 5 मिनट के भीतर दर्ज करें और किसी को न बताएँ।", "आपका लॉगिन कोड", "आपका लॉगिन कोड CODE है।"},
		"none we have": {"fr", "CODE is your login code. Enter it within 5 minutes and tell it to nobody.", "Your login code", "your login code is CODE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john, "email", johnsMail), "Accept-Language: "+c.accept)
			sms, mail := w.Messages(john)[0], w.Messages(johnsMail)[0]
			if sms.Body != strings.ReplaceAll(c.sms, "CODE", sms.Code) || sms.Subject != "" {
				t.Errorf("text message %q", sms.Body)
			}
			if mail.Subject != c.subject || !strings.Contains(mail.Body, strings.ReplaceAll(c.text, "CODE", mail.Code)) {
				t.Errorf("mail %q: %q", mail.Subject, mail.Body)
			}
		})
	}
}
