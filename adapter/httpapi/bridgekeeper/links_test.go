package bridgekeeper

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

func TestV2_LinksComeFromSettings(t *testing.T) {
	t.Parallel()
	for page, begin := range map[string]string{
		"":                                       httpapitest.PublicURL + "/reset-password?token=",
		"https://news.example.com/account/reset": "https://news.example.com/account/reset?token=",
		"https://news.example.com/account?step=reset&x=%20": "https://news.example.com/account?step=reset&token=",
	} {
		w := httpapitest.New(t, with(t, httpapi.Settings{ResetPage: page}))
		want(t, w, http.StatusOK, "POST", forgotPath, object(t, "email", johnsMail), "Host: evil.example", "X-Forwarded-Host: evil.example")
		want(t, w, http.StatusOK, "POST", linkPath, object(t, "email", johnsMail), "Host: evil.example", "X-Forwarded-Host: evil.example")
		mails := w.Messages(johnsMail)
		if len(mails) != 2 || !strings.Contains(mails[0].Body, "\n"+begin) {
			t.Fatalf("%q: %v", page, mails)
		}
		if !strings.Contains(mails[1].Body, "\n"+httpapitest.PublicURL+verifyPath+"?token=") {
			t.Errorf("verification mail %q", mails[1].Body)
		}
	}
}

func TestC9_LinkTokens(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	seen := map[string]bool{}
	for range 3 {
		want(t, w, http.StatusOK, "POST", forgotPath, object(t, "email", johnsMail))
		token := w.Token(johnsMail)
		if len(token) != 22+1+43 || seen[token] {
			t.Errorf("token %q", token)
		}
		seen[token] = true
		w.Clock.Advance(time.Minute)
	}
}

// C6: the newest link is the only one.
func TestC6_OlderLinks(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", forgotPath, object(t, "email", johnsMail))
	old := w.Token(johnsMail)
	w.Clock.Advance(time.Minute)
	want(t, w, http.StatusOK, "POST", forgotPath, object(t, "email", johnsMail))
	body := func(token string) string { return object(t, "token", token, "new-password", "correct horse") }
	want(t, w, http.StatusUnauthorized, "POST", resetTokenPath, body(old))
	want(t, w, http.StatusOK, "POST", resetTokenPath, body(w.Token(johnsMail)))
}

// C7: a link for one thing does nothing else, and is no code.
func TestC7_LinksForOneThing(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", forgotPath, object(t, "email", johnsMail))
	reset := w.Token(johnsMail)
	want(t, w, http.StatusUnauthorized, "POST", verifyPath+"?token="+reset, "")
	want(t, w, http.StatusOK, "POST", linkPath, object(t, "email", johnsMail))
	verify := w.Token(johnsMail)
	want(t, w, http.StatusUnauthorized, "POST", resetTokenPath, object(t, "token", verify, "new-password", "correct horse"))
	want(t, w, http.StatusOK, "POST", verifyPath+"?token="+verify, "")
	want(t, w, http.StatusOK, "POST", resetTokenPath, object(t, "token", reset, "new-password", "correct horse"))
}

func TestV2_OnwardAddresses(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{AllowedOrigins: []string{"https://news.example.com"}}))
	for raw, shown := range map[string]string{
		"":                                       "",
		"/":                                      "https://login.example.com/",
		"/welcome?from=mail#top":                 "https://login.example.com/welcome?from=mail#top",
		"https://login.example.com/x":            "https://login.example.com/x",
		"https://news.example.com/x":             "https://news.example.com/x",
		"HTTPS://News.Example.com/x":             "https://News.Example.com/x",
		"https://evil.example/":                  "refused",
		"//evil.example/":                        "refused",
		`/\evil.example/`:                        "refused",
		"/\tx":                                   "refused",
		"https://news.example.com@evil.example/": "refused",
		"https://user@news.example.com/":         "refused",
		"http://news.example.com/":               "refused",
		"https://news.example.com.evil.example/": "refused",
		"javascript:alert(1)":                    "refused",
		"data:text/html,x":                       "refused",
		"welcome":                                "refused",
		"/" + strings.Repeat("x", maxRedirect):   "refused",
	} {
		path := verifyPath + "?token=x&redirect-url=" + url.QueryEscape(raw)
		if shown == "refused" {
			want(t, w, http.StatusBadRequest, "GET", path, "")
			want(t, w, http.StatusBadRequest, "POST", path, "")
			want(t, w, http.StatusBadRequest, "POST", linkPath, object(t, "email", "nobody@example.com", "redirect-url", raw))
			continue
		}
		reply := want(t, w, http.StatusUnauthorized, "POST", path, "", "Origin: "+httpapitest.PublicURL)
		if strings.Contains(reply.Body, "<a href=") != (shown != "") || !strings.Contains(reply.Body, `"`+strings.ReplaceAll(shown, "&", "&amp;")+`"`) && shown != "" {
			t.Errorf("%s: %s", raw, reply.Body)
		}
	}
}

func TestV5_PageEscapes(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	evil := `"><script>alert(1)</script>`
	reply := want(t, w, http.StatusOK, "GET", verifyPath+"?token="+url.QueryEscape(evil)+"&redirect-url="+url.QueryEscape("/?x="+evil), "")
	if strings.Contains(reply.Body, "<script") || strings.Contains(reply.Body, `"><`+"script") {
		t.Error(reply.Body)
	}
}

func TestPreflightOfThePage(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{AllowedOrigins: []string{"https://news.example.com"}}))
	reply := w.Do("OPTIONS", signupPath, "", "Origin: https://news.example.com", "Access-Control-Request-Method: POST")
	if reply.Status != http.StatusNoContent || reply.Header.Get("Access-Control-Allow-Origin") != "https://news.example.com" {
		t.Errorf("%d %v", reply.Status, reply.Header)
	}
}
