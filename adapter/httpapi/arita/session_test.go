package arita_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

func decode(t *testing.T, part string) []byte {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// account reads a stored account by its mail address.
func (w *world) account(email string) domain.Account {
	w.t.Helper()
	account, err := w.Store.Reader().Accounts.Find(context.Background(), domain.Identifier{Kind: domain.ByEmail, Value: email})
	if err != nil {
		w.t.Fatal(err)
	}
	return account
}

func TestAccessTokenClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.enter()
	got := claims(t, first.access)
	now := float64(httpapitest.Start.Unix())
	for name, want := range map[string]any{"sub": w.account(user).UUID, "iat": now, "exp": now + 15*60} {
		if got[name] != want {
			t.Errorf("%s is %v instead of %v", name, got[name], want)
		}
	}
	w.Clock.Advance(time.Millisecond)
	second := claims(t, w.refresh(first.cookie).access)
	if got["sid"] == "" || got["sid"] != second["sid"] || got["jti"] == second["jti"] {
		t.Errorf("sid, jti: %v, %v; after a refresh %v, %v", got["sid"], got["jti"], second["sid"], second["jti"])
	}
	if len(got) != 5 {
		t.Errorf("claims are %v", got)
	}
	if header := string(decode(t, strings.Split(first.access, ".")[0])); !strings.Contains(header, `"alg":"HS256"`) {
		t.Errorf("header is %s", header)
	}
}

func TestAccessTokenEndsAfterAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	w.Clock.Advance(15*time.Minute - time.Second)
	if status := w.alive(mine.access); status != http.StatusBadRequest {
		t.Errorf("just before: %d", status)
	}
	w.Clock.Advance(time.Second)
	if status := w.alive(mine.access); status != http.StatusUnauthorized {
		t.Errorf("then: %d", status)
	}
	w.refresh(mine.cookie)
}

// K2: each place takes only its own sort of token.
func TestK2_TokensCrosswise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, reset := w.enter(), w.resetToken(user)
	w.Clock.Advance(31 * time.Second)
	tokens := map[string]string{"access": mine.access, "reset": reset, "otp": w.send(3, user), "refresh": mine.cookie, "none": ""}
	places := []struct {
		name string
		try  func(token string) *httpapitest.Reply
		want map[string]int // 401 where nothing is said
	}{
		{"otp 4", func(token string) *httpapitest.Reply {
			return w.Do("POST", "/web/auth/otp", sending(4, "x"), bearer(token))
		}, map[string]int{"access": 400, "reset": 403}},
		{"email", func(token string) *httpapitest.Reply { return w.Do("PUT", "/web/auth/email", "{}", bearer(token)) }, map[string]int{"access": 400, "reset": 403}},
		{"phone", func(token string) *httpapitest.Reply { return w.Do("PUT", "/web/auth/phone", "{}", bearer(token)) }, map[string]int{"access": 400, "reset": 403}},
		{"password", func(token string) *httpapitest.Reply {
			return w.Do("PUT", "/web/auth/password", `{"password":"short"}`, bearer(token))
		}, map[string]int{"access": 400, "reset": 400}},
		{"otpToken", func(token string) *httpapitest.Reply {
			return w.Do("POST", "/web/auth/login/verify", answering("1234", token))
		}, map[string]int{"otp": 400, "none": 400}},
		{"cookie", func(token string) *httpapitest.Reply { return w.Do("GET", "/web/auth/refresh", "", cookieOf(token)) }, map[string]int{"refresh": 200}},
		{"logout", func(token string) *httpapitest.Reply { return w.Do("DELETE", "/web/auth/logout", "", bearer(token)) },
			map[string]int{"reset": 200, "otp": 200, "refresh": 200, "none": 200, "access": 200}},
	}
	for _, place := range places {
		for _, sort := range []string{"none", "otp", "refresh", "reset", "access"} {
			want := place.want[sort]
			if want == 0 {
				want = http.StatusUnauthorized
			}
			if reply := place.try(tokens[sort]); reply.Status != want {
				t.Errorf("%s as %s: %d instead of %d: %s", sort, place.name, reply.Status, want, reply.Body)
			}
		}
	}
	// Logging out with it has not spent the reset token.
	w.must(http.StatusOK, "PUT", "/web/auth/password", `{"password":"gdfhdjo33"}`, bearer(reset))
}

// K3: the refresh token rotates; the one just replaced gives the same successor for ten seconds; later it ends the session.
func TestK3_RefreshRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.enter()
	second := w.refresh(first.cookie)
	if second.cookie == first.cookie {
		t.Fatal("the cookie does not rotate")
	}
	w.Clock.Advance(10*time.Second - time.Microsecond)
	if again := w.refresh(first.cookie); again.cookie != second.cookie {
		t.Error("the second tab gets another successor")
	}
	w.Clock.Advance(time.Microsecond)
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(first.cookie))
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(second.cookie))
	for _, access := range []string{first.access, second.access} {
		if status := w.alive(access); status != http.StatusUnauthorized {
			t.Errorf("after reuse an access token gives %d", status)
		}
	}
	// Other sessions of the account go on.
	other := w.enter()
	w.refresh(other.cookie)
}

// K3: two generations back is reuse at any time.
func TestK3_OlderGenerationsAreReuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.enter()
	third := w.refresh(w.refresh(first.cookie).cookie)
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(first.cookie))
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(third.cookie))
}

// K3: a session ends after 30 days without a refresh, and after 90 days with them.
func TestK3_IdleAndAbsoluteLifetime(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	w := newWorld(t)
	idle, kept := w.enter(), w.enter()
	w.Clock.Advance(30*day - time.Second)
	kept = w.refresh(kept.cookie)
	w.Clock.Advance(time.Second)
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(idle.cookie))
	w.Clock.Advance(29 * day)
	kept = w.refresh(kept.cookie)
	w.Clock.Advance(29 * day)
	kept = w.refresh(kept.cookie)
	w.Clock.Advance(2 * day)
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(kept.cookie))
}

// K4: what ends a session ends its access tokens and its cookie with the next request.
func TestK4_EndsAtOnce(t *testing.T) {
	t.Parallel()
	const changed = `{"oldPassword":"PasghWgf","password":"gdfhdjo33"}`
	ends := map[string]func(w *world, mine, other login){
		"logout by Bearer": func(w *world, mine, _ login) { w.must(200, "DELETE", "/web/auth/logout", "", bearer(mine.access)) },
		"logout by cookie": func(w *world, mine, _ login) { w.must(200, "DELETE", "/web/auth/logout", "", cookieOf(mine.cookie)) },
		"logout by a cookie beside a dead Bearer": func(w *world, mine, _ login) {
			w.must(200, "DELETE", "/web/auth/logout", "", cookieOf(mine.cookie), bearer("x.y.z"))
		},
		"logout by another's Bearer": func(w *world, mine, other login) {
			w.must(200, "DELETE", "/web/auth/logout", "", cookieOf(mine.cookie), bearer(other.access))
		},
		"disabling": func(w *world, _, _ login) { w.Act("disable", user) },
		"revoking":  func(w *world, _, _ login) { w.Act("revoke", user) },
		"a password change": func(w *world, _, other login) {
			w.must(200, "PUT", "/web/auth/password", changed, bearer(other.access))
		},
		"a password reset": func(w *world, _, _ login) {
			w.must(200, "PUT", "/web/auth/password", `{"password":"gdfhdjo33"}`, bearer(w.resetToken(user)))
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			mine, other := w.enter(), w.enter()
			if status := w.alive(mine.access); status != http.StatusBadRequest {
				t.Fatalf("before: %d", status)
			}
			end(w, mine, other)
			if status := w.alive(mine.access); status != http.StatusUnauthorized {
				t.Errorf("the access token gives %d", status)
			}
			w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(mine.cookie))
		})
	}
}

// K4: whoever changes the password stays logged in.
func TestK4_PasswordChangeKeepsOwnSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	w.must(http.StatusOK, "PUT", "/web/auth/password", `{"oldPassword":"PasghWgf","password":"gdfhdjo33"}`, bearer(mine.access))
	if status := w.alive(mine.access); status != http.StatusBadRequest {
		t.Errorf("the own session gives %d", status)
	}
	w.refresh(mine.cookie)
}

// A disabled account's cookies and tokens stay dead when it is enabled again.
func TestK4_DisabledStaysOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	w.Clock.Advance(31 * time.Second)
	token := w.send(6, user)
	code := w.Code(user)
	w.Act("disable", user)
	w.must(http.StatusUnauthorized, "POST", "/web/auth/login/verify", answering(code, token))
	w.must(http.StatusOK, "DELETE", "/web/auth/logout", "", bearer(mine.access), cookieOf(mine.cookie))
	w.Act("enable", user)
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(mine.cookie))
}

// K5: the cookie is for this API only, for https only and for no script.
func TestK5_CookieAttributes(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, httpapi.Settings{IdleLifetime: time.Hour})
	reply := w.must(http.StatusOK, "POST", "/web/auth/login", body(map[string]any{"email": user, "password": password}))
	cookie := (&http.Response{Header: reply.Header}).Cookies()[0]
	got := fmt.Sprint(cookie.Name, cookie.Path, cookie.Domain, cookie.MaxAge, cookie.HttpOnly, cookie.Secure, cookie.SameSite)
	if want := fmt.Sprint("refreshToken", "/web/auth", "", 3600, true, true, http.SameSiteLaxMode); got != want {
		t.Errorf("cookie is %s instead of %s", got, want)
	}
}

// K5: what a foreign page makes the browser do with the cookie is refused, and does nothing.
func TestK5_ForeignSites(t *testing.T) {
	t.Parallel()
	const portal, foreign, own = "https://portal.example.com", "https://evil.example", httpapitest.PublicURL
	rows := []struct {
		listed  []string
		headers []string
		refused bool
	}{
		{nil, nil, false},
		{nil, []string{"Origin: " + own}, false},
		{nil, []string{"Sec-Fetch-Site: same-origin"}, false},
		{nil, []string{"Sec-Fetch-Site: none"}, false},
		{nil, []string{"Origin: " + foreign}, true},
		{nil, []string{"Origin: " + portal}, true},
		{nil, []string{"Origin: null"}, true},
		{nil, []string{"Origin: http://login.example.com"}, true},
		{nil, []string{"Origin: https://login.example.com.evil.example"}, true},
		{nil, []string{"Sec-Fetch-Site: cross-site"}, true},
		{[]string{portal}, []string{"Origin: " + portal}, false},
		{[]string{portal}, []string{"Origin: " + portal, "Sec-Fetch-Site: cross-site"}, false},
		{[]string{portal}, []string{"Origin: " + own}, false},
		{[]string{portal}, []string{"Origin: " + foreign}, true},
		{[]string{portal}, []string{"Origin: " + portal + ":8443"}, true},
		{[]string{portal}, []string{"Origin: null"}, true},
		{[]string{portal}, []string{"Sec-Fetch-Site: cross-site"}, true},
	}
	for _, row := range rows {
		w := newWorldWith(t, httpapi.Settings{AllowedOrigins: row.listed})
		want := http.StatusOK
		if row.refused {
			want = http.StatusForbidden
		}
		mine := w.enter()
		withCookie := append([]string{cookieOf(mine.cookie)}, row.headers...)
		reply := w.Do("GET", "/web/auth/refresh", "", withCookie...)
		if reply.Status != want || row.refused != (reply.Header.Get("Set-Cookie") == "") {
			t.Errorf("%v %v: refresh %d %v", row.listed, row.headers, reply.Status, reply.Header)
		}
		if row.refused {
			// Nothing was rotated: the cookie is no old one after the ten seconds.
			w.Clock.Advance(time.Minute)
			mine = w.refresh(mine.cookie)
		}
		byBearer := append([]string{bearer(w.enter().access)}, row.headers...)
		if reply := w.Do("DELETE", "/web/auth/logout", "", byBearer...); reply.Status != http.StatusOK {
			t.Errorf("%v %v: logout by Bearer only: %d", row.listed, row.headers, reply.Status)
		}
		for _, headers := range [][]string{withCookie, append([]string{bearer(mine.access), cookieOf(mine.cookie)}, row.headers...)} {
			if reply := w.Do("DELETE", "/web/auth/logout", "", headers...); reply.Status != want {
				t.Errorf("%v %v: logout %d", row.listed, headers, reply.Status)
			}
		}
		if status := w.alive(mine.access); row.refused != (status == http.StatusBadRequest) {
			t.Errorf("%v %v: after logout the access token gives %d", row.listed, row.headers, status)
		}
	}
}

// K6: the reset token sets one password within ten minutes and does nothing else; then every session ends and the owner is told.
func TestK6_ResetToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.enter()
	first := w.resetToken(user)
	w.Clock.Advance(31 * time.Second)
	second := w.resetToken(user)
	for _, request := range [][3]string{
		{"POST", "/web/auth/otp", sending(4, "new@example.com")}, {"POST", "/web/auth/otp", sending(5, "+85268098227")},
		{"PUT", "/web/auth/email", answering("1234", "x")}, {"PUT", "/web/auth/phone", answering("1234", "x")},
	} {
		reply := w.must(http.StatusForbidden, request[0], request[1], request[2], bearer(second))
		if want := `{"success":false,"message":"This token can only be used to set a password","data":null}`; reply.Body != want {
			t.Errorf("%s %s: %s", request[0], request[1], reply.Body)
		}
	}
	w.must(http.StatusUnauthorized, "GET", "/web/auth/refresh", "", cookieOf(second))
	told := len(w.Messages(user))
	w.must(http.StatusOK, "PUT", "/web/auth/password", `{"password":"gdfhdjo33"}`, bearer(second))
	for _, token := range []string{first, second} {
		w.must(http.StatusUnauthorized, "PUT", "/web/auth/password", `{"password":"gdfhdjo34"}`, bearer(token))
	}
	if status := w.alive(mine.access); status != http.StatusUnauthorized {
		t.Errorf("the login from before gives %d", status)
	}
	messages := w.Messages(user)[told:]
	if len(messages) != 1 || messages[0].Purpose != domain.NoticePasswordChanged || strings.Contains(messages[0].Body, "gdfhdjo33") {
		t.Errorf("the owner is told %v", messages)
	}
	w.login(user, "gdfhdjo33")

	w.Clock.Advance(31 * time.Second)
	late := w.resetToken(user)
	w.Clock.Advance(10 * time.Minute)
	w.must(http.StatusUnauthorized, "PUT", "/web/auth/password", `{"password":"gdfhdjo34"}`, bearer(late))
}

// Without a password one is made up. It is in the mail, not in the reply, keeps the rule and logs in.
func TestGeneratedPassword(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]func(w *world) *httpapitest.Reply{
		"reset token, no body": func(w *world) *httpapitest.Reply {
			return w.must(200, "PUT", "/web/auth/password", "", bearer(w.resetToken(user)))
		},
		"reset token, empty object": func(w *world) *httpapitest.Reply {
			return w.must(200, "PUT", "/web/auth/password", "{}", bearer(w.resetToken(user)))
		},
		"login": func(w *world) *httpapitest.Reply {
			return w.must(200, "PUT", "/web/auth/password", `{"oldPassword":"PasghWgf"}`, bearer(w.enter().access))
		},
	} {
		w := newWorld(t)
		reply := request(w)
		if reply.Body != `{"success":true,"message":"","data":null}`+"\n" && reply.Body != `{"success":true,"message":"","data":null}` {
			t.Errorf("%s: %s", name, reply.Body)
		}
		sent := w.Messages(user)
		mail := sent[len(sent)-1]
		if mail.Purpose != domain.NoticePasswordGenerated || mail.Channel != domain.Email {
			t.Fatalf("%s: the last message is %v", name, mail)
		}
		generated := strings.TrimSpace(strings.Split(mail.Body, "\n")[2])
		if len(generated) != 20 {
			t.Errorf("%s: the mail says %q", name, mail.Body)
		}
		w.login(user, generated)
	}
}
