package arita_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/arita"
	"latchkey/adapter/httpapi/httpapitest"
)

const (
	user     = "test@aritaone.com"
	password = "PasghWgf"
)

// with mounts the room with settings.
func with(settings httpapi.Settings) func(*httpapitest.World) {
	return func(w *httpapitest.World) {
		err := arita.Mount(arita.Options{Server: w.Server, Core: w.Core, Settings: settings, Issuer: httpapitest.PublicURL})
		if err != nil {
			panic(err)
		}
	}
}

func newWorld(t testing.TB) *world { return newWorldWith(t, httpapi.Settings{}) }

func newWorldWith(t testing.TB, settings httpapi.Settings) *world {
	t.Helper()
	return &world{httpapitest.New(t, with(settings)), t}
}

// world adds what people do in this dialect.
type world struct {
	*httpapitest.World
	t testing.TB
}

// login is what a successful login gave.
type login struct{ access, cookie string }

func bearer(token string) string   { return "Authorization: Bearer " + token }
func cookieOf(token string) string { return "Cookie: refreshToken=" + token }
func body(values map[string]any) string {
	encoded, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// must makes a request that has to end with this status.
func (w *world) must(status int, method, path, body string, headers ...string) *httpapitest.Reply {
	w.t.Helper()
	reply := w.Do(method, path, body, headers...)
	if reply.Status != status {
		w.t.Fatalf("%s %s %s: status %d instead of %d: %s", method, path, body, reply.Status, status, reply.Body)
	}
	return reply
}

// data reads a member of a reply's data, which may be an object or an array of one.
func (w *world) data(reply *httpapitest.Reply, name string) string {
	w.t.Helper()
	var envelope struct {
		Success bool
		Data    json.RawMessage
	}
	if err := json.Unmarshal([]byte(reply.Body), &envelope); err != nil || !envelope.Success {
		w.t.Fatalf("no success: %s", reply.Body)
	}
	var fields map[string]string
	text := strings.Trim(string(envelope.Data), "[]")
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields[name] == "" {
		w.t.Fatalf("no %s in %s", name, reply.Body)
	}
	return fields[name]
}

// refreshCookie is the value of the cookie that a reply sets.
func (w *world) refreshCookie(reply *httpapitest.Reply) string {
	w.t.Helper()
	for _, cookie := range (&http.Response{Header: reply.Header}).Cookies() {
		if cookie.Name == "refreshToken" {
			return cookie.Value
		}
	}
	w.t.Fatalf("no refresh cookie in %v", reply.Header)
	return ""
}

func (w *world) login(email, password string) login {
	w.t.Helper()
	reply := w.must(http.StatusOK, "POST", "/web/auth/login", body(map[string]any{"email": email, "password": password}))
	return login{w.data(reply, "accessToken"), w.refreshCookie(reply)}
}

// enter logs the user in by a code, which is quicker than by password. It ends a code of nature 6 that is under way.
func (w *world) enter() login {
	w.t.Helper()
	w.Act("unlock", user)
	token := w.send(6, user)
	reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(user), token))
	return login{w.data(reply, "accessToken"), w.refreshCookie(reply)}
}

func (w *world) refresh(cookie string) login {
	w.t.Helper()
	reply := w.must(http.StatusOK, "GET", "/web/auth/refresh", "", cookieOf(cookie))
	return login{w.data(reply, "accessToken"), w.refreshCookie(reply)}
}

// send asks for a code and returns the otpToken.
func (w *world) send(nature int, loginID string, headers ...string) string {
	w.t.Helper()
	return w.data(w.must(http.StatusOK, "POST", "/web/auth/otp", sending(nature, loginID), headers...), "otpToken")
}

func sending(nature int, loginID string) string {
	return body(map[string]any{"nature": nature, "loginID": loginID})
}

func answering(otp, otpToken string) string {
	return body(map[string]any{"otp": otp, "otpToken": otpToken})
}

// wrong is a well-formed code that is not the newest one sent to an address.
func (w *world) wrong(to string) string {
	code := []byte(w.Code(to))
	if len(code) == 0 {
		return "1234"
	}
	code[0] = '0' + (code[0]-'0'+1)%10
	return string(code)
}

// resetToken goes the way to a token that sets a password.
func (w *world) resetToken(loginID string) string {
	w.t.Helper()
	token := w.send(3, loginID)
	reply := w.must(http.StatusOK, "POST", "/web/auth/forgot-password/verify", answering(w.Code(loginID), token))
	return w.data(reply, "accessToken")
}

// alive is the status of a request that lacks nothing but its body: 400 for a token that works, else why it does not.
func (w *world) alive(access string) int {
	return w.Do("PUT", "/web/auth/email", "{}", bearer(access)).Status
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	httpapitest.Play(t, "testdata/*.http", with(httpapi.Settings{}))
}
