package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

func TestK5_Cookie(t *testing.T) {
	t.Parallel()
	cookie := httpapi.Cookie{Name: "session", Path: "/web/auth"}
	for _, c := range []struct {
		scheme string
		act    func(s *httpapi.Server, c *gin.Context)
		want   string
	}{
		{"https", func(s *httpapi.Server, c *gin.Context) { cookie.Set(s, c, "a.b-c_d", 30*24*time.Hour) },
			"session=a.b-c_d; Path=/web/auth; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
		{"http", func(s *httpapi.Server, c *gin.Context) { cookie.Set(s, c, "a", time.Minute+999*time.Millisecond) },
			"session=a; Path=/web/auth; Max-Age=60; HttpOnly; SameSite=Lax"},
		{"https", func(s *httpapi.Server, c *gin.Context) { cookie.Clear(s, c) },
			"session=; Path=/web/auth; Max-Age=0; HttpOnly; Secure; SameSite=Lax"},
		{"http", func(s *httpapi.Server, c *gin.Context) { cookie.Clear(s, c) },
			"session=; Path=/web/auth; Max-Age=0; HttpOnly; SameSite=Lax"},
	} {
		s := newServer(t, func(o *httpapi.Options) { o.PublicURL = &url.URL{Scheme: c.scheme, Host: "login.example.com"} })
		reply := inside(t, s, httptest.NewRequest("GET", "/", nil), func(ctx *gin.Context) { c.act(s, ctx) })
		if got := strings.Join(reply.Header()["Set-Cookie"], "\n"); got != c.want {
			t.Errorf("%s: %s instead of %s", c.scheme, got, c.want)
		}
	}
}

func TestCookieGet(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "", "session=a.b": "a.b", "other=x; session=a; more=y": "a", "Session=a": "", "session=": "", `session="a"`: "a",
		"session=a; session=b": "a", "xsession=a": "", "session": "",
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Cookie", header)
		inside(t, newServer(t, nil), request, func(c *gin.Context) {
			if got := (httpapi.Cookie{Name: "session"}).Get(c); got != want {
				t.Errorf("%q: %q", header, got)
			}
		})
	}
}

func TestK5_ForeignSites(t *testing.T) {
	t.Parallel()
	const (
		ours   = "https://login.example.com"
		portal = "https://portal.example.com"
		evil   = "https://evil.example"
	)
	for _, c := range []struct {
		listed            []string
		origin, fetchSite string
		passes            bool
	}{
		{nil, "", "", true}, // no browser
		{nil, ours, "", true},
		{nil, ours, "same-origin", true},
		{nil, portal, "", false},
		{nil, evil, "", false},
		{nil, evil, "cross-site", false},
		{nil, evil, "same-origin", false},
		{nil, "null", "", false},
		{nil, "null", "same-origin", false},
		{nil, "http://login.example.com", "", false},
		{nil, ours + ".evil.example", "", false},
		{nil, "", "same-origin", true},
		{nil, "", "same-site", true},
		{nil, "", "none", true}, // typed or bookmarked
		{nil, "", "cross-site", false},
		{[]string{portal}, portal, "cross-site", true},
		{[]string{portal}, portal, "", true},
		{[]string{portal}, ours, "", true},
		{[]string{portal}, evil, "", false},
		{[]string{portal}, portal + ":8443", "", false},
		{[]string{portal}, "http://portal.example.com", "", false},
		{[]string{portal}, "null", "", false},
		{[]string{portal}, "", "cross-site", false},
	} {
		request := httptest.NewRequest("GET", "/", nil)
		for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.fetchSite} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		s := newServer(t, nil)
		origins := httpapi.NewOrigins(s, c.listed)
		var err error
		inside(t, s, request, func(ctx *gin.Context) { err = origins.CheckForeign(ctx) })
		if (err == nil) != c.passes || err != nil && httpapi.Status(domain.AsFault(err)) != http.StatusForbidden {
			t.Errorf("%v listed, Origin %q, Sec-Fetch-Site %q: %v", c.listed, c.origin, c.fetchSite, err)
		}
		if origins.Listed() != (len(c.listed) > 0) {
			t.Errorf("%v: listed %t", c.listed, origins.Listed())
		}
	}
}
