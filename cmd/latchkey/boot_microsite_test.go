package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"latchkey/infrastructure/testbrowser"
	"latchkey/infrastructure/testdb"
)

// micrositeCustomers are more than --dev has, so that tests in one server do not wait for each other's codes.
const micrositeCustomers = 9

// serveMicrosite starts a server with the customers CUST1, CUST2 and so on; points are 12,34,567.
func serveMicrosite(t *testing.T) *node {
	t.Helper()
	s := newSite(t, testdb.SQLite(t))
	var lines strings.Builder
	for i := range micrositeCustomers {
		fmt.Fprintf(&lines, `{"customer_id":"CUST%d","mobile":"+9198000010%02d","points_earned":9000000,"balance_points":1234567}`+"\n", i+1, i+1)
	}
	s.must(lines.String(), "account", "import")
	return s.serve("--dev")
}

// micrositeCode is the newest code of the customer CUST<number>.
func (n *node) micrositeCode(t *testing.T, number int) string {
	t.Helper()
	return inboxCode(t, n.visit(t).api(), fmt.Sprintf("+9198000010%02d", number))
}

// otherCode is a wrong one.
func otherCode(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

// TestBoot_MicrositeByKeyboard goes all the way by keys alone: the focus is where they belong.
func TestBoot_MicrositeByKeyboard(t *testing.T) {
	t.Parallel()
	n := serveMicrosite(t)
	tab := testbrowser.Open(t, testbrowser.Options{})
	tab.Go(n.url + "/microsite")
	tab.AwaitFocus("customer")
	tab.Press("NOBODY\r")
	tab.See("We do not know this customer ID")
	tab.AwaitFocus("customer")
	tab.Type("#customer", "CUST1")
	tab.Press("\r")
	tab.See("Enter your code")
	tab.AwaitFocus("code")
	code := n.micrositeCode(t, 1)
	tab.Press(otherCode(code) + "\r")
	tab.See("Tries left: 2.")
	tab.AwaitFocus("code")
	tab.Paste("#code", code[:3]+" "+code[3:])
	if shown := testbrowser.Eval[string](tab, `document.querySelector("#code").value`); shown != code {
		t.Errorf("what was pasted is shown as %q", shown)
	}
	tab.Press("\r")
	tab.See("1,234,567")
	tab.See("98XXXXXX01")

	tab.Back()
	tab.See("Your points") // the form for the code is no more
	testbrowser.Eval[any](tab, `location.reload()`)
	tab.See("1,234,567")
	tab.Await(`document.activeElement === document.body`)
	tab.Press("\t\t\t\r") // name, refresh, log out
	tab.See("You are logged out.")
	tab.Back()
	tab.See("Log in to see your points")
}

// TestBoot_MicrositeLooks shows every page in each language, light and dark, on a phone and on a desk, and has each audited.
func TestBoot_MicrositeLooks(t *testing.T) {
	t.Parallel()
	n := serveMicrosite(t)
	for i, looks := range []struct {
		name    string
		options testbrowser.Options
		points  string
	}{
		{"en-360-light", testbrowser.Options{Width: 360, Height: 640, Language: "en"}, "1,234,567"},
		{"en-1280-dark", testbrowser.Options{Dark: true, Language: "en"}, "1,234,567"},
		{"hi-360-dark", testbrowser.Options{Width: 360, Height: 640, Dark: true, Language: "hi"}, "12,34,567"},
		{"zh-1280-light", testbrowser.Options{Language: "zh-TW"}, "1,234,567"},
	} {
		t.Run(looks.name, func(t *testing.T) {
			t.Parallel()
			tab, customer := testbrowser.Open(t, looks.options), i+1
			look := func(page string) {
				t.Helper()
				tab.Await(`document.readyState === "complete" && document.title !== ""`)
				tab.Audit()
				if testbrowser.Eval[bool](tab, `document.documentElement.scrollWidth > innerWidth`) {
					t.Errorf("%s is wider than the screen", page)
				}
				tab.Shoot("microsite-" + page + "-" + looks.name)
			}
			tab.Go(n.url + "/microsite/")
			look("start")
			tab.Type("#customer", "NOBODY")
			tab.Click("form button")
			tab.Await(`document.querySelector("#notice") !== null`)
			look("unknown")
			tab.Type("#customer", fmt.Sprintf("CUST%d", customer))
			tab.Click("form button")
			tab.Await(`document.querySelector("#code") !== null`)
			look("code")
			code := n.micrositeCode(t, customer)
			for range 2 {
				testbrowser.Eval[any](tab, `document.querySelector("#notice")?.remove()`)
				tab.Type("#code", otherCode(code))
				tab.Click("#answer button")
				tab.Await(`document.querySelector("#notice") !== null`)
			}
			look("wrong")
			tab.Type("#code", code)
			tab.Click("#answer button")
			tab.See(looks.points)
			look("dashboard")
		})
	}
}

// TestBoot_MicrositeWithoutScript: everything works, and nothing that a script would keep from happening does harm.
func TestBoot_MicrositeWithoutScript(t *testing.T) {
	t.Parallel()
	n := serveMicrosite(t)
	tab := testbrowser.Open(t, testbrowser.Options{NoScript: true, Width: 360, Height: 640})
	tab.Go(n.url + "/microsite/")
	tab.Type("#customer", "CUST1")
	tab.DoubleClick("form button")
	tab.See("Enter your code")
	tab.Click("#resend")
	tab.See("No code can be sent right now. Try again in")
	code := n.micrositeCode(t, 1)
	tab.Type("#code", otherCode(code))
	tab.DoubleClick("#answer button")
	tab.See("Tries left: 2.") // two clicks, one try
	tab.Shoot("microsite-no-script")
	tab.Type("#code", "１２３-"+code) // too long for a code, which the browser says by itself
	tab.Click("#answer button")
	tab.Await(`document.querySelector("#code:invalid") !== null`)
	tab.Type("#code", code[:2]+"-"+code[2:])
	tab.DoubleClick("#answer button")
	tab.See("1,234,567")
	tab.Click("form button")
	tab.See("You are logged out.")
	if sent := n.visit(t).want(http.StatusOK, request{http.MethodGet, "/dev/inbox?to=%2B919800001001", "", []string{"Accept: application/json"}}); strings.Count(sent.body, `"id"`) != 1 {
		t.Errorf("the messages are %s", sent.body)
	}
}

// TestBoot_MicrositeCountsDown moves the browser's clock: the waits run out before its eyes, and are said.
func TestBoot_MicrositeCountsDown(t *testing.T) {
	t.Parallel()
	n := serveMicrosite(t)
	tab := testbrowser.Open(t, testbrowser.Options{})
	tab.Before(`const now = Date.now; window.later = 0; Date.now = () => now() + window.later`)
	tab.Go(n.url + "/microsite/")
	tab.Type("#customer", "CUST1")
	tab.DoubleClick("form button") // the second click does nothing
	tab.See("You can have a new code sent in")
	if !testbrowser.Eval[bool](tab, `document.querySelector("#resend").disabled`) {
		t.Error("the button can be pressed for nothing")
	}
	testbrowser.Eval[any](tab, `window.later = 9500`)
	tab.Await(`/new code sent in (20|19|1\d) seconds/.test(document.body.innerText)`)
	testbrowser.Eval[any](tab, `window.later = 31000`)
	tab.See("You can have a new code sent now.")
	tab.Await(`!document.querySelector("#resend").disabled && document.querySelector("#said[role=status] p") !== null`)
	tab.Await(`/valid for another 4 minutes \d+ seconds/.test(document.body.innerText)`)
	testbrowser.Eval[any](tab, `window.later = 301000`)
	tab.See("The code has expired. Have a new one sent.")
	tab.Audit()
	tab.Shoot("microsite-expired")
	// The server's clock is another: the button is as truthful as ever.
	tab.Click("#resend")
	tab.See("No code can be sent right now. Try again in")
	tab.AwaitFocus("notice")
	tab.Audit()
	tab.Shoot("microsite-wait")
}

// TestBoot_MicrositeTakesCodesFromMessages plays a browser with WebOTP.
func TestBoot_MicrositeTakesCodesFromMessages(t *testing.T) {
	t.Parallel()
	n := serveMicrosite(t)
	tab := testbrowser.Open(t, testbrowser.Options{})
	tab.Before(`window.OTPCredential = class {};
		navigator.credentials.get = asked => {
			window.asked = JSON.stringify(asked.otp);
			asked.signal.addEventListener("abort", () => sessionStorage.setItem("aborted", "yes"));
			return new Promise((took, failed) => { window.arrives = code => took({code}); window.fails = () => failed(new Error("no")) });
		}`)
	tab.Go(n.url + "/microsite/")
	tab.Type("#customer", "CUST1")
	if testbrowser.Eval[bool](tab, `"asked" in window`) {
		t.Error("messages are asked for before there is one")
	}
	tab.Press("\r")
	tab.Await(`window.asked === '{"transport":["sms"]}'`)
	code := n.micrositeCode(t, 1)
	testbrowser.Eval[any](tab, fmt.Sprintf("window.arrives(%q)", otherCode(code)))
	tab.See("Tries left: 2.")
	tab.Await(`sessionStorage.getItem("aborted") === "yes"`)
	testbrowser.Eval[any](tab, `window.fails()`)
	tab.Type("#code", code)
	tab.Press("\r")
	tab.See("1,234,567")
}

// micrositeForm posts a form of the page to which a path leads, with one field besides the hidden one, and answers the page that
// follows. Cookies are kept in jar.
func micrositeForm(t *testing.T, v *visitor, jar map[string]string, page, action, field, value string) reply {
	t.Helper()
	headers := func() []string {
		if jar["latchkey-microsite"] == "" {
			return nil
		}
		return []string{"Cookie: latchkey-microsite=" + jar["latchkey-microsite"]}
	}
	shown := v.want(http.StatusOK, request{http.MethodGet, page, "", headers()})
	_, rest, _ := strings.Cut(shown.body, `action="`+action+`"`)
	hidden := regexp.MustCompile(`name="(proof|form)" value="([^"]+)"`).FindStringSubmatch(rest)
	if hidden == nil {
		t.Fatalf("no form for %s in\n%s", action, shown.body)
	}
	body := url.Values{hidden[1]: {hidden[2]}, field: {value}}.Encode()
	sent := v.want(http.StatusSeeOther, request{http.MethodPost, action, body, append(headers(), "Content-Type: application/x-www-form-urlencoded")})
	if cookie := sent.cookie("latchkey-microsite"); cookie != nil {
		jar[cookie.Name] = cookie.Value
	}
	return v.do(request{http.MethodGet, sent.header.Get("Location"), "", headers()})
}

// TestBoot_MicrositeOfAnotherServer: the microsite of one server logs customers in by the Client API of another, and says so
// when that one is gone.
func TestBoot_MicrositeOfAnotherServer(t *testing.T) {
	t.Parallel()
	there := serveMicrosite(t)
	address := strings.Replace(there.url, "http://", "http://bigcity:secret123@", 1)
	here := newSite(t, testdb.SQLite(t), "LATCHKEY_BIGCITY_CLIENTS=", "LATCHKEY_DIALECTS=arita", "LATCHKEY_MICROSITE_CLIENT_URL="+address).serve()
	v, jar := here.visit(t), map[string]string{}
	micrositeForm(t, v, jar, "/microsite/", "/microsite/", "customer_id", "CUST1")
	points := micrositeForm(t, v, jar, "/microsite/code", "/microsite/code", "code", there.micrositeCode(t, 1))
	if points.status != http.StatusOK || !strings.Contains(points.body, "1,234,567") {
		t.Fatalf("%d %s", points.status, points.body)
	}
	there.stop()
	cookie := "Cookie: latchkey-microsite=" + jar["latchkey-microsite"]
	if down := v.want(http.StatusServiceUnavailable, request{http.MethodGet, "/microsite/dashboard", "", []string{cookie}}); !strings.Contains(down.body, "still logged in") {
		t.Errorf("without the Client API: %s", down.body)
	}
	if said := here.journal.String(); strings.Contains(said, "secret123") || strings.Contains(said, "CUST1") {
		t.Errorf("the log says too much:\n%s", said)
	}
}

// TestBoot_NoMicrosite: without credentials, or without an API to call, there is none.
func TestBoot_NoMicrosite(t *testing.T) {
	t.Parallel()
	for _, settings := range [][]string{{"LATCHKEY_BIGCITY_CLIENTS="}, {"LATCHKEY_DIALECTS=arita"}} {
		v := newSite(t, testdb.SQLite(t), settings...).serve().visit(t)
		if page := v.want(http.StatusNotFound, request{http.MethodGet, "/microsite/", "", nil}); !strings.Contains(page.body, "There is no such page here") {
			t.Errorf("%v: %s", settings, page.body)
		}
		if front := v.want(http.StatusOK, request{http.MethodGet, "/", "", nil}); strings.Contains(front.body, "microsite") {
			t.Errorf("%v: the front door leads there: %s", settings, front.body)
		}
	}
}
