package bridgekeeper

import (
	"net/http"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		list   []string
		host   string
		status int
	}{
		"none listed":            {nil, "anything.example", http.StatusOK},
		"listed":                 {[]string{"a.example", "b.example"}, "b.example", http.StatusOK},
		"in capitals":            {[]string{"A.example"}, "a.EXAMPLE", http.StatusOK},
		"with a port":            {[]string{"a.example"}, "a.example:8443", http.StatusOK},
		"listed with a port":     {[]string{"a.example:8443"}, "a.example:8443", http.StatusOK},
		"another port":           {[]string{"a.example:8443"}, "a.example:9443", http.StatusForbidden},
		"listed with, sent none": {[]string{"a.example:8443"}, "a.example", http.StatusForbidden},
		"unlisted":               {[]string{"a.example"}, "b.example", http.StatusForbidden},
		"above":                  {[]string{"a.example"}, "example", http.StatusForbidden},
		"below":                  {[]string{"a.example"}, "b.a.example", http.StatusForbidden},
		"address":                {[]string{"[::1]:8080"}, "[::1]:8080", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{AllowedHosts: c.list}))
			reply := want(t, w, c.status, "POST", sendPath, object(t, "phone-number", john), "Host: "+c.host)
			if c.status == http.StatusOK {
				return
			}
			const text = `{"message":"Host is not allowed","error":{"message":"Host is not allowed"}}`
			if reply.Body != text {
				t.Error(reply.Body)
			}
			for _, call := range []struct{ method, path string }{{"POST", loginPath}, {"GET", mePath}, {"GET", logoutPath}} {
				if reply := want(t, w, http.StatusForbidden, call.method, call.path, "", "Host: "+c.host); reply.Body != text {
					t.Errorf("%s: %s", call.path, reply.Body)
				}
			}
			if w.Code(john) != "" {
				t.Error("a code was sent all the same")
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	const listed = "https://news.example"
	for name, c := range map[string]struct {
		origin string
		status int
	}{
		"no browser":  {"", http.StatusOK},
		"listed":      {listed, http.StatusOK},
		"our own":     {httpapitest.PublicURL, http.StatusOK},
		"unlisted":    {"https://evil.example", http.StatusForbidden},
		"by http":     {"http://news.example", http.StatusForbidden},
		"null":        {"null", http.StatusForbidden},
		"as a prefix": {listed + ".evil.example", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{AllowedOrigins: []string{listed}}))
			var headers []string
			if c.origin != "" {
				headers = []string{"Origin: " + c.origin}
			}
			reply := want(t, w, c.status, "POST", sendPath, object(t, "phone-number", john), headers...)
			allowed, exposed := reply.Header.Get("Access-Control-Allow-Origin"), reply.Header.Get("Access-Control-Expose-Headers")
			if c.status == http.StatusForbidden {
				if reply.Body != `{"message":"Requests from other sites are not allowed","error":{"message":"Requests from other sites are not allowed"}}` || allowed != "" {
					t.Errorf("%q %s", allowed, reply.Body)
				}
				return
			}
			if allowed != c.origin {
				t.Errorf("Access-Control-Allow-Origin %q", allowed)
			}
			if c.origin != "" && (reply.Header.Get("Access-Control-Allow-Credentials") != "true" || exposed != "X-Qt-Auth, Retry-After") {
				t.Errorf("headers %v", reply.Header)
			}
			// Refusals can be read too.
			reply = want(t, w, http.StatusUnauthorized, "GET", mePath, "", headers...)
			if allowed := reply.Header.Get("Access-Control-Allow-Origin"); allowed != c.origin {
				t.Errorf("Access-Control-Allow-Origin of a refusal %q", allowed)
			}
		})
	}
}

func TestPreflights(t *testing.T) {
	t.Parallel()
	const listed = "https://news.example"
	w := httpapitest.New(t, with(t, httpapi.Settings{AllowedOrigins: []string{listed}}))
	for path, method := range map[string]string{
		sendPath: "POST", loginPath: "POST", mePath: "GET", logoutPath: "GET", signupPath: "POST", updatePath: "POST",
		profilePath: "POST", forgotPath: "POST", resetPath: "POST", resetTokenPath: "POST", linkPath: "POST", sessionsPath: "GET",
	} {
		ask := []string{"Access-Control-Request-Method: " + method, "Access-Control-Request-Headers: content-type,x-qt-auth"}
		reply := want(t, w, http.StatusNoContent, "OPTIONS", path, "", append(ask, "Origin: "+listed)...)
		for name, value := range map[string]string{
			"Access-Control-Allow-Origin": listed, "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": method,
			"Access-Control-Allow-Headers": "content-type,x-qt-auth", "Access-Control-Max-Age": "600",
		} {
			if got := reply.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if reply.Body != "" {
			t.Errorf("%s: body %q", path, reply.Body)
		}
		reply = want(t, w, http.StatusForbidden, "OPTIONS", path, "", append(ask, "Origin: https://evil.example")...)
		if allowed := reply.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("%s: a foreign site is allowed", path)
		}
	}
	closed := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, closed, http.StatusMethodNotAllowed, "OPTIONS", loginPath, "", "Origin: "+listed, "Access-Control-Request-Method: POST")
}
