package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwt"

	"latchkey/infrastructure/testdb"
)

// issuerOf is the iss claim of a token.
func issuerOf(t testing.TB, token string) string {
	t.Helper()
	claims, err := jwt.ParseInsecure([]byte(token))
	if err != nil {
		t.Fatal(err)
	}
	return claims.Issuer()
}

func containsAll(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// foreign are the ways in which a browser says that a page of another site made it ask.
var foreign = []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example.com", "Origin: null", "Origin: http://127.0.0.1"}

// TestK5_ForeignSites: what changes something on the strength of a cookie is refused when a foreign site asks, GET or not; a
// listed site may, and so may whoever is no browser.
func TestK5_ForeignSites(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	s.configure("dialects:\n  arita: {allowed-origins: [https://portal.example.com]}\n  bridgekeeper: {allowed-origins: [https://news.example.com]}\n")
	n := s.serve()
	s.people(1, bridgekeeperDialect)
	s.must(`{"email":"owner@example.org","password":"correctHorse1"}`, "account", "import")
	v := n.visit(t)

	login := post("/web/auth/login", map[string]any{"email": "owner@example.org", "password": "correctHorse1"})
	cookie := v.want(http.StatusOK, login).cookie("refreshToken")
	if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/web/auth" || cookie.Secure || cookie.MaxAge != 30*24*3600 {
		t.Fatalf("the refresh cookie is %v", cookie)
	}
	refresh := request{http.MethodGet, "/web/auth/refresh", "", []string{"Cookie: refreshToken=" + cookie.Value}}
	logout := request{http.MethodDelete, "/web/auth/logout", "", refresh.headers}
	for _, site := range foreign {
		v.want(http.StatusForbidden, refresh.with(site))
		v.want(http.StatusForbidden, logout.with(site))
		v.want(http.StatusForbidden, login.with(site)) // sites are listed, so this one may not
	}
	v.want(http.StatusOK, login.with("Origin: https://portal.example.com"))
	for _, site := range []string{"Origin: https://portal.example.com", "Origin: " + n.url, "Sec-Fetch-Site: same-origin", "User-Agent: curl"} {
		next := v.want(http.StatusOK, refresh.with(site)).cookie("refreshToken")
		refresh.headers = []string{"Cookie: refreshToken=" + next.Value}
	}

	entered := v.enter(bridgekeeperDialect, bridgekeeperDialect.person(0), box)
	leave := request{http.MethodGet, "/api/auth/v1/logout", "", []string{"Cookie: qt-auth=" + entered}}
	for _, site := range foreign {
		v.want(http.StatusForbidden, leave.with(site))
	}
	v.want(http.StatusNoContent, leave.with("Origin: https://news.example.com"))
}

// TestK5_NoSitesListed: logging in is open to all sites then, but cookies are still nobody else's to use.
func TestK5_NoSitesListed(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	s.people(1, dialects...)
	eachDialect(t, func(t *testing.T, d dialect) {
		v, somebody := n.visit(t), d.person(0)
		site := "Origin: https://anywhere.example.com"
		sent := v.want(http.StatusOK, d.send(somebody.who).with(site))
		entered := v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), box.take(somebody.to).code()).with(site))
		if d.name == "bridgekeeper" {
			leave := request{http.MethodGet, "/api/auth/v1/logout", "", []string{"Cookie: qt-auth=" + d.token(entered)}}
			v.want(http.StatusForbidden, leave.with(site))
			v.want(http.StatusNoContent, leave)
		}
		if d.name == "goodcity" {
			preflight := v.do(request{http.MethodOptions, "/api/v1/auth/send_pin", "", []string{
				site, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type, x-goodcity-app-name",
			}})
			if preflight.status >= 300 || preflight.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("preflight: status %d, %v", preflight.status, preflight.header)
			}
		}
	})
}

// TestV1_Headers: no answer about a login may be kept, and none is taken for another type.
func TestV1_Headers(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=off").serve().visit(t)
	for _, r := range []request{
		bigcityDialect.send("CUST1"), goodcityDialect.send("+85261677528"), aritaDialect.send("a@example.com"), bridgekeeperDialect.send("+919888888888"),
		goodcityDialect.live("", "nonsense"), aritaDialect.live("", "nonsense"), bridgekeeperDialect.live("", "nonsense"), bigcityDialect.live("x", "nonsense"),
		{http.MethodGet, "/healthz", "", nil}, {http.MethodGet, "/nowhere", "", nil},
	} {
		got := v.do(r)
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Server") != "" {
			t.Errorf("%s %s: %v", r.method, r.path, got.header)
		}
	}
}
