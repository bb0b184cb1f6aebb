package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// codeInText is the code in a message.
var codeInText = regexp.MustCompile(`\b\d{4,8}\b`)

// TestRecipe_Provider adds an SMS provider as the README says, and logs in with a code that it carried.
func TestRecipe_Provider(t *testing.T) {
	t.Parallel()
	c := follow(t, "provider")
	c.promised("Add an SMS provider")
	c.judge("./adapter/delivery/textbus")

	sent := make(chan url.Values, 1)
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil && r.URL.Path == "/v1/messages" && r.Header.Get("Authorization") == "Key hunter2" {
			sent <- r.PostForm
		}
	}))
	t.Cleanup(gateway.Close)
	n := c.site("LATCHKEY_SMS_URL=textbus://acme:hunter2@" + gateway.Listener.Addr().String() + "?from=Latchkey").serve("--dev")
	v := n.visit(t)
	const mobile = "+85261677528"
	key := v.want(200, request{"POST", "/api/v1/auth/send_pin", `{"mobile":"` + mobile + `"}`, nil}).text("otp_auth_key")
	select {
	case form := <-sent:
		if form.Get("to") != mobile || form.Get("account") != "acme" || form.Get("from") != "Latchkey" {
			t.Errorf("the gateway got %v", form)
		}
		v.want(200, request{"POST", "/api/v1/auth/verify", fmt.Sprintf(`{"otp_auth_key":%q,"pin":%q}`, key, codeInText.FindString(form.Get("text"))), nil})
	case <-time.After(letterLimit):
		t.Fatalf("the gateway got nothing:\n%s", n.journal)
	}
	if strings.Contains(n.journal.String(), "hunter2") {
		t.Error("the log has the key")
	}
}

// TestRecipe_Dialect adds a dialect as the README says, and logs in through it.
func TestRecipe_Dialect(t *testing.T) {
	t.Parallel()
	c := follow(t, "dialect")
	c.promised("Add a dialect")
	expected := regexp.MustCompile(`^openapi/(openapi\.json$|CHANGELOG\.md$|gen/parcelbox/|client/)`)
	for _, file := range c.generated() {
		if !expected.MatchString(file) {
			t.Errorf("make generate wrote %s", file)
		}
	}
	c.judge("./adapter/httpapi/parcelbox", "./openapi", "./openapi/contract")

	s := c.site("LATCHKEY_BIGCITY_CLIENTS=")
	n := s.serve("--dev", "--dialect", "parcelbox")
	v := &visitor{t: t, url: n.url, http: http.DefaultClient} // its paths are in the copy's document, not in ours
	const phone = "+85261677528"
	ticket := v.want(200, request{"POST", "/parcelbox/code", `{"phone":"` + phone + `"}`, nil}).text("ticket")
	var code string
	eventually(t, "a message in the inbox", letterLimit, func() bool {
		code = v.want(200, request{"GET", "/dev/inbox?to=" + url.QueryEscape(phone), "", nil}).text("code")
		return code != ""
	})
	answer := request{"POST", "/parcelbox/session", fmt.Sprintf(`{"ticket":%q,"code":%q}`, ticket, code), nil}
	if token := v.want(200, answer).text("token"); strings.Count(token, ".") != 2 {
		t.Errorf("the token is %q", token)
	}
	v.want(401, answer)
}

// gone notes how a recipe ends that cannot be followed.
type gone struct {
	testing.TB
	said string
}

// Fatalf ends the recipe.
func (g *gone) Fatalf(format string, args ...any) {
	g.said = fmt.Sprintf(format, args...)
	panic(g)
}

// TestRecipe_Edits makes sure that edits are made, counted, and refused where their place is gone.
func TestRecipe_Edits(t *testing.T) {
	t.Parallel()
	const text = "one\ntwo\ntwo\n\tthree four\n"
	for edits, want := range map[string]string{
		"@ f\n? one\n+ \tnew\n+\n+ last\n~ four => 4\n": "one\n\tnew\n\nlast\ntwo\ntwo\n\tthree 4\n",
		"@ f\n? three four\n+ x\n":                      "has 0 lines that are \"three four\"",
		"@ f\n? two\n+ x\n":                             "has 2 lines that are \"two\"",
		"@ f\n~ five => 5\n":                            "has 0 places",
		"@ g\n":                                         "a file that is gone",
	} {
		g := &gone{TB: t}
		s := &site{t: t, dir: t.TempDir()}
		s.file("f", text)
		c := &copied{t: g, root: s.dir}
		func() {
			defer func() {
				if r := recover(); r != nil && r != g {
					panic(r)
				}
			}()
			c.edit(edits)
		}()
		if g.said != "" {
			if !strings.Contains(g.said, want) {
				t.Errorf("%q ends with %q", edits, g.said)
			}
			continue
		}
		got, err := os.ReadFile(filepath.Join(s.dir, "f"))
		if err != nil || string(got) != want || c.cost != (cost{0, 4, 1}) {
			t.Errorf("%q: %q, %+v", edits, got, c.cost)
		}
	}
}
