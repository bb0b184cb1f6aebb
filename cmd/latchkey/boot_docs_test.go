package main

import (
	"fmt"
	"html"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"latchkey/infrastructure/testbrowser"
	"latchkey/infrastructure/testdb"
)

// demo is a server with --dev, as a newcomer starts it.
func demo(t *testing.T) (*site, *node) {
	t.Helper()
	s := newSite(t, "", "LATCHKEY_SECRET=", "LATCHKEY_BIGCITY_CLIENTS=")
	return s, s.serve("--dev")
}

// documentedOperations are the ids of all operations, with their paths.
func documentedOperations(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for path, methods := range readOpenAPI(t).Paths {
		for _, operation := range methods {
			found[operation.OperationID] = path
		}
	}
	return found
}

// staysHome fails the test for every request that did not go to the server.
func staysHome(t *testing.T, tab *testbrowser.Tab, n *node) {
	t.Helper()
	asked := tab.Requests()
	if len(asked) == 0 {
		t.Error("no request was seen")
	}
	for _, address := range asked {
		if !strings.HasPrefix(address, n.url+"/") && !strings.HasPrefix(address, "data:") {
			t.Errorf("a request went to %.80s", address)
		}
	}
}

// loadFigures is what a browser measured of a page: bytes over the wire and milliseconds.
func loadFigures(tab *testbrowser.Tab) string {
	return testbrowser.Eval[string](tab, `(() => {
		const [page] = performance.getEntriesByType("navigation");
		const bytes = [page, ...performance.getEntriesByType("resource")].reduce((sum, part) => sum + part.transferSize, 0);
		return `+"`${location.pathname}: ${bytes} bytes, DOMContentLoaded after ${Math.round(page.domContentLoadedEventEnd)} ms`"+`;
	})()`)
}

// TestBoot_Reference: every operation is there and shows a command, and nothing comes from elsewhere.
func TestBoot_Reference(t *testing.T) {
	t.Parallel()
	_, n := demo(t)
	for _, o := range []testbrowser.Options{{Width: 1280, Height: 800}, {Width: 360, Height: 640, Dark: true}} {
		tab := testbrowser.Open(t, o)
		tab.Go(n.url + "/")
		tab.See("readiness (ready)")
		tab.Shoot(fmt.Sprintf("front-%d", o.Width))
		tab.Audit()
		tab.Go(n.url + "/docs")
		tab.See("Prove an address with a mailed token")
		t.Log(loadFigures(tab))
		shown := testbrowser.Eval[map[string]string](tab, `Object.fromEntries([...document.querySelectorAll("article")].map(a => [a.id, a.querySelector(".curl").innerText]))`)
		links := testbrowser.Eval[[]string](tab, `[...document.querySelectorAll("nav a")].map(a => a.hash.slice(1))`)
		listed := " " + strings.Join(links, " ") + " "
		operations := documentedOperations(t)
		for id, path := range operations {
			if line := shown[id]; !strings.HasPrefix(line, "curl ") || !strings.Contains(line, n.url+strings.NewReplacer("{name}", "site.css", "{id}", "4nM0xQ_-aSb1Zk9mV1J2cQ").Replace(path)) {
				t.Errorf("%s shows the command %q", id, line)
			}
			if !strings.Contains(listed, " "+id+" ") {
				t.Errorf("%s is not in the list of contents", id)
			}
		}
		if len(shown) != len(operations) {
			t.Errorf("%d operations are shown, %d documented", len(shown), len(operations))
		}
		if width := testbrowser.Eval[int](tab, `document.documentElement.scrollWidth`); width != o.Width {
			t.Errorf("the page is %d pixels wide in a window of %d", width, o.Width)
		}
		tab.Shoot(fmt.Sprintf("reference-%d", o.Width))
		tab.Audit()
		staysHome(t, tab, n)
	}
}

// TestBoot_ReferenceWithoutScript: the pages can be read without JavaScript, and say where it is needed.
func TestBoot_ReferenceWithoutScript(t *testing.T) {
	t.Parallel()
	_, n := demo(t)
	tab := testbrowser.Open(t, testbrowser.Options{NoScript: true})
	tab.Go(n.url + "/docs")
	tab.See("curl -u bigcity:secret123 '" + n.url + "/api/v1/auth/generate-otp'")
	tab.Go(n.url + "/docs/try")
	tab.See("This page needs JavaScript.")
	staysHome(t, tab, n)
}

// TestBoot_Head: pages answer HEAD, and no operation that may do something is set off by it.
func TestBoot_Head(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t)).serve("--dev").visit(t)
	for path, methods := range readOpenAPI(t).Paths {
		status := http.StatusMethodNotAllowed
		switch tags := methods["get"].Tags; {
		case tags == nil:
		case path == "/microsite":
			status = http.StatusPermanentRedirect
		case tags[0] == "microsite" && path != "/microsite/": // of somebody who is logged in
			status = http.StatusSeeOther
		case tags[0] == "pages", tags[0] == "microsite":
			status = http.StatusOK
		}
		v.want(status, request{http.MethodHead, strings.ReplaceAll(path, "{name}", "site.css"), "", nil})
	}
}

// references finds operations and their first commands in the page.
var references = regexp.MustCompile(`(?s)<article [^>]*id="([A-Za-z]+)">.*?<pre class="curl">(.*?)</pre>`)

// commands are those of the reference, by operation.
func (v *visitor) commands() map[string]string {
	v.t.Helper()
	found := map[string]string{}
	for _, match := range references.FindAllStringSubmatch(v.want(http.StatusOK, request{http.MethodGet, "/docs", "", nil}).body, -1) {
		found[match[1]] = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(match[2], ""))
	}
	return found
}

// pasted runs a command of the reference as it is shown, but for the examples that a reader replaces, and tells what it printed.
func pasted(t *testing.T, s *site, command, token string, filled ...string) string {
	t.Helper()
	for i := 0; i < len(filled); i += 2 {
		if !strings.Contains(command, filled[i]) {
			t.Fatalf("the command has no %s: %s", filled[i], command)
		}
	}
	shell := exec.Command("bash", "-c", strings.NewReplacer(filled...).Replace(command))
	shell.Dir, shell.Env = s.dir, environment("TOKEN="+token)
	ended := runChild(t, shell, strings.NewReader(""))
	if ended.status != 0 {
		t.Fatalf("%s: exit status %d\n%s", command, ended.status, ended.stderr)
	}
	return ended.stdout
}

// TestBoot_ReferenceCommands pastes what the reference shows into a shell: logging in by all four APIs.
func TestBoot_ReferenceCommands(t *testing.T) {
	t.Parallel()
	s, n := demo(t)
	v := n.visit(t)
	shown := v.commands()
	see := func(printed, want string) {
		t.Helper()
		if !strings.Contains(printed, want) {
			t.Errorf("printed no %s: %s", want, printed)
		}
	}
	field := func(printed, name string) string {
		t.Helper()
		match := regexp.MustCompile(`"` + name + `":"([^"]+)"`).FindStringSubmatch(printed)
		if match == nil {
			t.Fatalf("printed no %s: %s", name, printed)
		}
		return match[1]
	}
	for id, want := range map[string]string{
		"getHealth": `"ok"`, "getReadiness": `"ready"`, "getOpenApiJson": `"openapi"`, "getOpenApiYaml": "openapi:", "getJsonWebKeySet": `"keys"`,
		"listInboxMessages": "[", "showFrontDoor": "<h1>Latchkey</h1>", "getAsset": ":root",
	} {
		see(pasted(t, s, shown[id], ""), want)
	}
	reference := field(pasted(t, s, shown["generateOtp"], ""), "reference_id")
	printed := pasted(t, s, shown["verifyOtp"], "", "123456", inboxCode(t, v.api(), "+919800000045"), "REF123456", reference)
	see(pasted(t, s, shown["getCustomerPoints"], field(printed, "token")), `"balance_points":3500`)

	key := field(pasted(t, s, shown["sendPin"], ""), "otp_auth_key")
	printed = pasted(t, s, shown["verifyPin"], "", `"1234"`, `"`+inboxCode(t, v.api(), "+85261677528")+`"`, "/JqONEgEjrZefDV3ZIQsNA==", key)
	see(pasted(t, s, shown["getCurrentUserProfile"], field(printed, "jwt_token")), "61677528")

	see(pasted(t, s, shown["loginWithPassword"], ""), `"accessToken"`)
	see(pasted(t, s, shown["refreshAccessToken"], ""), `"accessToken"`)
	see(pasted(t, s, shown["logoutWebUser"], ""), `"success":true`)
	see(pasted(t, s, shown["refreshAccessToken"], ""), `"success":false`)

	pasted(t, s, shown["sendUserOtp"], "")
	see(pasted(t, s, shown["loginUser"], "", "43210", inboxCode(t, v.api(), "+919888888888")), "John Doe")
	see(pasted(t, s, shown["getCurrentUser"], ""), `"active-sessions-count":1`)
}

// viewerFlaws are the accessibility rules that Swagger UI's own markup breaks: its headings begin at h3, it has a <main> of its own, its
// select boxes and the field for a body have no names, the rows that open an operation have buttons inside a button, and long replies
// scroll without being reached by Tab in older browsers. Its colours are corrected in try.css.
var viewerFlaws = []string{
	"heading-order", "landmark-main-is-top-level", "landmark-no-duplicate-main", "landmark-unique", "label", "select-name", "nested-interactive",
	"scrollable-region-focusable",
}

// TestBoot_TryIt sends requests from Swagger UI: a plain one, one with Basic credentials, one that gets a cookie and one that needs it,
// and one with a bearer token.
func TestBoot_TryIt(t *testing.T) {
	t.Parallel()
	_, n := demo(t)
	v := n.visit(t)
	tab := testbrowser.Open(t, testbrowser.Options{})
	opened := ""
	open := func(tag, id string) {
		t.Helper()
		opened = "#operations-" + tag + "-" + id
		tab.Go(n.url + "/docs/try?for=" + id + "#/" + tag + "/" + id)
		tab.Await(fmt.Sprintf(`document.querySelector("%s .curl-ahead")?.innerText.startsWith("curl ")`, opened))
	}
	// By script, as Swagger UI scrolls while it opens an operation, and a click by coordinates may miss.
	press := func(selector string) {
		t.Helper()
		tab.Await(fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
		testbrowser.Eval[any](tab, fmt.Sprintf(`document.querySelector(%q).click()`, selector))
	}
	execute := func(want string) {
		t.Helper()
		press(opened + " .execute")
		tab.Await(fmt.Sprintf(`document.querySelector("%s .live-responses-table")?.innerText.includes(%q)`, opened, want))
	}
	open("system", "getHealth")
	t.Log(loadFigures(tab))
	execute(`"ok"`)
	if rows := testbrowser.Eval[int](tab, `document.querySelectorAll(".opblock").length`); rows != len(documentedOperations(t)) {
		t.Errorf("the viewer has %d operations, the document %d", rows, len(documentedOperations(t)))
	}

	open("bigcity", "generateOtp")
	execute("OTP generated successfully")
	tab.AuditAround("#viewer", viewerFlaws...)
	reference := testbrowser.Eval[string](tab, fmt.Sprintf(`document.querySelector("%s .live-responses-table").innerText.match(/"reference_id": "([^"]+)"/)[1]`, opened))
	open("bigcity", "verifyOtp")
	tab.Type(opened+" textarea", fmt.Sprintf(`{"customer_id":"CUST12345","otp":%q,"reference_id":%q}`, inboxCode(t, v.api(), "+919800000045"), reference))
	execute(`"balance_points": 3500`)

	v.want(http.StatusOK, bridgekeeperDialect.send("+919888888888"))
	open("bridgekeeper", "loginUser")
	tab.Type(opened+" textarea", fmt.Sprintf(`{"phone-number":"+919888888888","otp":%q}`, inboxCode(t, v.api(), "+919888888888")))
	execute("John Doe")
	open("bridgekeeper", "getCurrentUser")
	execute(`"active-sessions-count": 1`)

	key := v.want(http.StatusOK, goodcityDialect.send("+85261677528")).text("otp_auth_key")
	verified := v.want(http.StatusOK, request{http.MethodPost, "/api/v1/auth/verify",
		fmt.Sprintf(`{"otp_auth_key":%q,"pin":%q}`, key, inboxCode(t, v.api(), "+85261677528")), nil})
	open("goodcity", "getCurrentUserProfile")
	press(opened + " .authorization__btn")
	tab.Type(".auth-container input", verified.text("jwt_token"))
	press(".auth-btn-wrapper .authorize")
	press(".auth-btn-wrapper .btn-done")
	execute(`"61677528"`)
	tab.Shoot("try")
	staysHome(t, tab, n)
}
