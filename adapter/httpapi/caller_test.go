package httpapi_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
	"latchkey/usecase"
)

// V2: X-Forwarded-For is believed from trusted proxies only, and no other header ever.
func TestV2_ClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []string{"10.0.0.0/8", "192.0.2.7/32", "2001:db8:aa::/48"}
	for _, c := range []struct {
		name      string
		trusted   []string
		remote    string
		forwarded []string // header lines
		want      string
	}{
		{"nobody is trusted", nil, "10.0.0.1:1234", []string{"203.0.113.9"}, "10.0.0.1"},
		{"not even loopback", nil, "127.0.0.1:1234", []string{"203.0.113.9"}, "127.0.0.1"},
		{"directly", proxies, "198.51.100.1:1234", nil, "198.51.100.1"},
		{"a stranger's header", proxies, "198.51.100.1:1234", []string{"203.0.113.9"}, "198.51.100.1"},
		{"a neighbour of a proxy", proxies, "192.0.2.8:1234", []string{"203.0.113.9"}, "192.0.2.8"},
		{"a proxy's header", proxies, "10.0.0.1:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a single trusted address", proxies, "192.0.2.7:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a proxy itself", proxies, "10.0.0.1:1234", nil, "10.0.0.1"},
		{"an empty header", proxies, "10.0.0.1:1234", []string{""}, "10.0.0.1"},
		{"what the client made up stays left", proxies, "10.0.0.1:1234", []string{"6.6.6.6, 203.0.113.9"}, "203.0.113.9"},
		{"several hops", proxies, "10.0.0.1:1234", []string{"6.6.6.6, 203.0.113.9, 10.1.1.1,192.0.2.7"}, "203.0.113.9"},
		{"a trusted address made up", proxies, "10.0.0.1:1234", []string{"10.9.9.9, 203.0.113.9"}, "203.0.113.9"},
		{"all are proxies", proxies, "10.0.0.1:1234", []string{"10.3.3.3, 10.2.2.2"}, "10.3.3.3"},
		{"a line for each hop", proxies, "10.0.0.1:1234", []string{"6.6.6.6", "203.0.113.9", "10.2.2.2"}, "203.0.113.9"},
		{"rubbish", proxies, "10.0.0.1:1234", []string{"unknown"}, "10.0.0.1"},
		{"rubbish on the right", proxies, "10.0.0.1:1234", []string{"203.0.113.9, _hidden"}, "10.0.0.1"},
		{"rubbish on the left", proxies, "10.0.0.1:1234", []string{"'; DROP, 203.0.113.9"}, "203.0.113.9"},
		{"a trailing comma", proxies, "10.0.0.1:1234", []string{"203.0.113.9,"}, "10.0.0.1"},
		{"IPv6, direct", proxies, "[2001:db8:1::5]:1234", []string{"203.0.113.9"}, "2001:db8:1::5"},
		{"IPv6, by a proxy", proxies, "[2001:db8:aa::1]:1234", []string{"2001:db8:1::5"}, "2001:db8:1::5"},
		{"IPv6, several hops", proxies, "10.0.0.1:1234", []string{"6.6.6.6, 2001:DB8:1::5, 2001:db8:aa::2"}, "2001:db8:1::5"},
		{"an IPv4 proxy on an IPv6 socket", proxies, "[::ffff:10.0.0.1]:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		{"no address", proxies, "pipe", []string{"203.0.113.9"}, ""},
	} {
		s := newServer(t, func(o *httpapi.Options) {
			for _, prefix := range c.trusted {
				o.TrustedProxies = append(o.TrustedProxies, netip.MustParsePrefix(prefix))
			}
		})
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = c.remote
		request.Header["X-Forwarded-For"] = c.forwarded
		for _, name := range []string{"X-Real-Ip", "Forwarded", "X-Client-Ip", "Cf-Connecting-Ip", "True-Client-Ip", "X-Appengine-Remote-Addr"} {
			request.Header.Set(name, "7.7.7.7")
		}
		inside(t, s, request, func(ctx *gin.Context) {
			want, _ := netip.ParseAddr(c.want)
			if got := httpapi.CallerOf(ctx, nil).IP; got != want {
				t.Errorf("%s: %s instead of %s", c.name, got, c.want)
			}
		})
	}
}

func TestCallerOf(t *testing.T) {
	t.Parallel()
	dialect := &usecase.Dialect{Name: "test"}
	request := httptest.NewRequest("GET", "/", nil)
	request.Header.Set("User-Agent", "curl/8")
	request.Header.Set("Accept-Language", "hi-IN")
	want := usecase.Caller{Dialect: dialect, IP: netip.MustParseAddr("192.0.2.1"), UserAgent: "curl/8", Locale: "hi"}
	inside(t, newServer(t, nil), request, func(c *gin.Context) {
		httpapi.Languages(language.English, language.Hindi)(c)
		if got := httpapi.CallerOf(c, dialect); got != want {
			t.Errorf("%+v instead of %+v", got, want)
		}
	})
	inside(t, newServer(t, nil), httptest.NewRequest("GET", "/", nil), func(c *gin.Context) {
		if got := httpapi.CallerOf(c, dialect); got.Client != "" || got.Locale != "" || got.UserAgent != "" {
			t.Errorf("a request that says nothing: %+v", got)
		}
	})
}

func TestBearer(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                 "",
		"Bearer a.b-c_d":   "a.b-c_d",
		"bearer a":         "a",
		"BEARER a":         "a",
		"Bearer   a  ":     "a",
		"Bearer":           "",
		"Bearer ":          "",
		"Bearera":          "",
		"a":                "",
		"Basic a":          "",
		"Bearer\ta":        "",
		"Bearer a b":       "a b", // no token has a blank
		"Token Bearer a":   "",
		"Bearer Bearer a":  "Bearer a",
		"Bearer null":      "null",
		" Bearer a":        "",
		"Negotiate,Bearer": "",
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Authorization", header)
		inside(t, newServer(t, nil), request, func(c *gin.Context) {
			if got := httpapi.Bearer(c); got != want {
				t.Errorf("%q: %q instead of %q", header, got, want)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	taiwan := language.MustParse("zh-TW")
	indian, hongKong := []language.Tag{language.English, language.Hindi}, []language.Tag{language.English, taiwan}
	for _, c := range []struct {
		accept           string
		indian, hongKong string
	}{
		{"", "", ""},
		{"en", "en", "en"},
		{"EN-gb", "en", "en"},
		{"en_US", "en", "en"},
		{"hi-IN, en;q=0.8", "hi", "en"},
		{"zh-HK,zh;q=0.9,en;q=0.8", "en", "zh-tw"},
		{"zh-tw", "", "zh-tw"},
		{"zh-Hant-MO", "", "zh-tw"},
		{"zh", "", "zh-tw"},
		{"fr, hi", "hi", ""},
		{"fr;q=1, en;q=0.5", "en", "en"},
		{"hi;q=0.1, zh-TW;q=0.2, en;q=0.9", "en", "en"},
		{"en;q=0.1, zh-TW;q=0.2, hi;q=0.3", "hi", "zh-tw"},
		{"hi;q=0, zh-TW;q=0, en;q=0.1", "en", "en"},
		{"hi;q=0, zh-TW;q=0", "", ""},
		{"*", "", ""},
		{"fr, *;q=0.5", "", ""},
		{"*, zh-TW;q=0.1", "", "zh-tw"},
		{"de-CH", "", ""},
		{"und", "", ""},
		{"x-private", "", ""},
		{"garbage;;=", "", ""},
		{"hi;q=x", "", ""},
		{"hi\x00", "", ""},
		{"'; DROP TABLE", "", ""},
		{strings.Repeat("fr,", 65) + "en", "en", "en"}, // 197 bytes
		{strings.Repeat("fr,", 67) + "en", "", ""},     // 203 bytes
		{strings.Repeat("en,", 100_000), "", ""},
		{strings.Repeat("-", 150), "", ""},
	} {
		for _, supported := range []struct {
			tags []language.Tag
			want string
		}{{indian, c.indian}, {hongKong, c.hongKong}} {
			request := httptest.NewRequest("GET", "/", nil)
			request.Header.Set("Accept-Language", c.accept)
			inside(t, newServer(t, nil), request, func(ctx *gin.Context) {
				httpapi.Languages(supported.tags...)(ctx)
				if got := httpapi.Language(ctx); got != supported.want {
					t.Errorf("%.60q of %v: %q instead of %q", c.accept, supported.tags, got, supported.want)
				}
			})
		}
	}
}

func FuzzLanguages(f *testing.F) {
	for _, seed := range []string{"", "en", "zh-HK,zh;q=0.9,en;q=0.8", "*", "hi;q=0.1", "en-u-rg-gbzzzz", "x-y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header["Accept-Language"] = []string{accept}
		inside(t, newServer(t, nil), request, func(c *gin.Context) {
			httpapi.Languages(language.English, language.MustParse("zh-TW"))(c)
			if got := httpapi.Language(c); got != "" && got != "en" && got != "zh-tw" {
				t.Errorf("%q: %q", accept, got)
			}
		})
	})
}
