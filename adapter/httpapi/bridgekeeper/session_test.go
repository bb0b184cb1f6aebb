package bridgekeeper

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

const notLoggedInBody = `{"error":{"message":"Could not find qt-auth cookie or X-QT-AUTH header, please Login."}}`

// payload decodes a token's claims without judging it.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	claims := payload(t, logIn(t, w))
	account, err := w.Store.Reader().Accounts.Find(context.Background(), domain.Identifier{Kind: domain.ByPhone, Value: john})
	if err != nil {
		t.Fatal(err)
	}
	issued := float64(httpapitest.Start.Unix())
	for name, value := range map[string]any{
		"iss": httpapitest.PublicURL, "sub": account.UUID, "iat": issued, "exp": issued + 30*24*60*60, "sid": claims["jti"],
	} {
		if claims[name] != value {
			t.Errorf("%s is %v instead of %v", name, claims[name], value)
		}
	}
	if sid, _ := claims["sid"].(string); len(sid) != 22 {
		t.Errorf("sid %v", claims["sid"])
	}
	if len(claims) != 6 {
		t.Errorf("claims %v", claims)
	}
}

func TestK2_OnlyThisRoomsTokens(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	good := logIn(t, w)
	claims := payload(t, good)
	delete(claims, "iss")
	sign := func(kind usecase.TokenKind, change map[string]any) string {
		all := map[string]any{}
		for name, value := range claims {
			all[name] = value
		}
		for name, value := range change {
			all[name] = value
		}
		token, err := w.Core.Tokens.Sign(ctx, kind, all)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	kind := usecase.TokenKind{Name: "bridgekeeper-session", Issuer: httpapitest.PublicURL}
	elsewhere, err := newDialect(Options{Issuer: httpapitest.PublicURL})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.Name = "elsewhere"
	grant, err := w.Core.AuthenticatePassword.Execute(ctx, usecase.AuthenticatePasswordIn{
		Caller: usecase.Caller{Dialect: elsewhere}, Login: domain.Identifier{Kind: domain.ByEmail, Value: "test@aritaone.com"}, Password: "PasghWgf",
	})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for name, token := range map[string]string{
		"other kind":                 sign(usecase.TokenKind{Name: "arita-access", Issuer: httpapitest.PublicURL}, nil),
		"other kind, no issuer":      sign(usecase.TokenKind{Name: "goodcity-access"}, nil),
		"other issuer":               sign(usecase.TokenKind{Name: kind.Name, Issuer: "https://elsewhere.example"}, nil),
		"session of another dialect": grant.AccessToken,
		"session that is none":       sign(kind, map[string]any{"sid": "AAAAAAAAAAAAAAAAAAAAAA", "jti": "AAAAAAAAAAAAAAAAAAAAAA"}),
		"expired":                    sign(kind, map[string]any{"exp": httpapitest.Start.Add(-time.Second).Unix()}),
		"alg none":                   none + "." + parts[1] + ".",
		"alg none, signed":           none + "." + parts[1] + "." + parts[2],
		"no signature":               parts[0] + "." + parts[1] + ".",
		"cut":                        good[:len(good)-1],
		"other claims":               parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sid":"x"}`)) + "." + parts[2],
		"two parts":                  parts[0] + "." + parts[1],
		"dots":                       "..",
		"long":                       strings.Repeat("x", 10000),
	} {
		for _, header := range []string{"X-Qt-Auth: " + token, "Cookie: qt-auth=" + token} {
			for _, path := range []string{mePath, logoutPath} {
				reply := w.Do("GET", path, "", header)
				if reply.Status != http.StatusUnauthorized || reply.Body != notLoggedInBody {
					t.Errorf("%s: %s answered %d %s", name, path, reply.Status, reply.Body)
				}
			}
		}
	}
	if again := sign(kind, nil); w.Do("GET", mePath, "", "X-Qt-Auth: "+again).Status != http.StatusOK {
		t.Error("the claims that the other tokens share are not good by themselves: the table proves nothing")
	}
	want(t, w, http.StatusOK, "GET", mePath, "", "X-Qt-Auth: "+good)
}

func TestK4_SessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, w *httpapitest.World, token string){
		"logout": func(t *testing.T, w *httpapitest.World, token string) {
			want(t, w, http.StatusNoContent, "GET", logoutPath, "", "X-Qt-Auth: "+token)
		},
		"disable": func(_ *testing.T, w *httpapitest.World, _ string) { w.Act("disable", john) },
		"revoke":  func(_ *testing.T, w *httpapitest.World, _ string) { w.Act("revoke", john) },
		"time":    func(_ *testing.T, w *httpapitest.World, _ string) { w.Clock.Advance(30 * 24 * time.Hour) },
		"new password": func(t *testing.T, w *httpapitest.World, _ string) {
			_, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Who: john, Change: usecase.AccountChange{Password: new("correct horse battery")}})
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			token := logIn(t, w)
			want(t, w, http.StatusOK, "GET", mePath, "", "X-Qt-Auth: "+token)
			end(t, w, token)
			for _, call := range []struct{ method, path string }{{"GET", mePath}, {"GET", logoutPath}, {"POST", sendPath}} {
				reply := w.Do(call.method, call.path, "", "Cookie: qt-auth="+token)
				if reply.Status != http.StatusUnauthorized || reply.Body != notLoggedInBody {
					t.Errorf("%s answered %d %s", call.path, reply.Status, reply.Body)
				}
			}
		})
	}
}

func TestK5_ForeignSitesCannotUseTheCookie(t *testing.T) {
	t.Parallel()
	const listed = "https://news.example"
	for name, c := range map[string]struct {
		list    []string
		headers []string
		byToken bool
		refused bool
	}{
		"outside browsers":          {},
		"typed by the user":         {headers: []string{"Sec-Fetch-Site: none"}},
		"own page":                  {headers: []string{"Sec-Fetch-Site: same-origin", "Origin: " + httpapitest.PublicURL}},
		"own page, no Origin":       {headers: []string{"Sec-Fetch-Site: same-origin"}},
		"foreign page":              {headers: []string{"Sec-Fetch-Site: cross-site"}, refused: true},
		"foreign page, Origin":      {headers: []string{"Origin: https://evil.example"}, refused: true},
		"foreign page, both":        {headers: []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, refused: true},
		"foreign page in disguise":  {headers: []string{"Sec-Fetch-Site: same-origin", "Origin: https://evil.example"}, refused: true},
		"sandboxed page":            {headers: []string{"Origin: null"}, refused: true},
		"own host by http":          {headers: []string{"Origin: http://login.example.com"}, refused: true},
		"listed page":               {list: []string{listed}, headers: []string{"Sec-Fetch-Site: cross-site", "Origin: " + listed}},
		"listed page, other port":   {list: []string{listed}, headers: []string{"Origin: " + listed + ":8443"}, refused: true},
		"foreign page, some listed": {list: []string{listed}, headers: []string{"Origin: https://evil.example"}, refused: true},
		"foreign link, some listed": {list: []string{listed}, headers: []string{"Sec-Fetch-Site: cross-site"}, refused: true},
		"by header":                 {headers: []string{"Sec-Fetch-Site: cross-site"}, byToken: true},
		"by header, Origin":         {headers: []string{"Origin: https://client.example"}, byToken: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{AllowedOrigins: c.list}))
			token := logIn(t, w)
			headers := append([]string{"Cookie: qt-auth=" + token}, c.headers...)
			if c.byToken {
				headers = append(headers, "X-Qt-Auth: "+token)
			}
			send, logout, after := http.StatusOK, http.StatusNoContent, http.StatusUnauthorized
			if c.refused {
				send, logout, after = http.StatusForbidden, http.StatusForbidden, http.StatusOK
			}
			want(t, w, send, "POST", sendPath, "", headers...)
			if sent := w.Code(johnsMail) != ""; sent == c.refused {
				t.Errorf("a code was sent: %v", sent)
			}
			reply := want(t, w, logout, "GET", logoutPath, "", headers...)
			if c.refused && reply.Body != `{"message":"Requests from other sites are not allowed","error":{"message":"Requests from other sites are not allowed"}}` {
				t.Error(reply.Body)
			}
			if c.refused && len(reply.Header.Values("Set-Cookie")) > 0 {
				t.Error("the cookie was cleared all the same")
			}
			want(t, w, after, "GET", mePath, "", "X-Qt-Auth: "+token)
		})
	}
}

func TestK5_ReadingAndLoggingInAreOpenWhenNoneIsListed(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	foreign := []string{"Origin: https://client.example", "Sec-Fetch-Site: cross-site"}
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john), foreign...)
	token := want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", w.Code(john)), foreign...).Header.Get("X-Qt-Auth")
	reply := want(t, w, http.StatusOK, "GET", mePath, "", append(foreign, "Cookie: qt-auth="+token)...)
	if allowed := reply.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
		t.Errorf("the foreign page may read the user: %s", allowed)
	}
}

func TestK5_CookieIsSecureOnlyByHTTPS(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, func(w *httpapitest.World) {
		public, err := url.Parse("http://127.0.0.1:8080")
		if err != nil {
			t.Fatal(err)
		}
		w.Server = httpapi.New(httpapi.Options{PublicURL: public, Logger: slog.New(slog.DiscardHandler), Now: w.Clock.Now})
		w.Handler = w.Server
		with(t, httpapi.Settings{})(w)
	})
	body := object(t, "username", "test@aritaone.com", "password", "PasghWgf")
	reply := want(t, w, http.StatusOK, "POST", loginPath, body)
	token := reply.Header.Get("X-Qt-Auth")
	if got, expected := reply.Header.Get("Set-Cookie"), "qt-auth="+token+"; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"; got != expected {
		t.Errorf("cookie %q", got)
	}
}

func TestActiveSessionsCount(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	first := logIn(t, w)
	w.Clock.Advance(30 * time.Second)
	second := logIn(t, w)
	reply := want(t, w, http.StatusOK, "GET", mePath, "", "X-Qt-Auth: "+first)
	if !strings.HasSuffix(strings.TrimSpace(reply.Body), `"active-sessions-count":2,"source":"bridgekeeper"}`) {
		t.Error(reply.Body)
	}
	want(t, w, http.StatusNoContent, "GET", logoutPath, "", "X-Qt-Auth: "+second)
	reply = want(t, w, http.StatusOK, "GET", mePath, "", "X-Qt-Auth: "+first)
	if !strings.HasSuffix(strings.TrimSpace(reply.Body), `"active-sessions-count":1,"source":"bridgekeeper"}`) {
		t.Error(reply.Body)
	}
}
