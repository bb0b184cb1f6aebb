package testbrowser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// recorder is a test that only remembers what it was told.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.errors = append(r.errors, fmt.Sprintf(f, a...)) }

// serve answers every path with one page.
func serve(t *testing.T, html string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'")
		fmt.Fprint(w, strings.Replace(html, "LANGUAGE", r.Header.Get("Accept-Language"), 1))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const good = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>T</title><main><h1>Hello</h1><p>LANGUAGE</p><form><label for="a">A</label><input id="a"><button>Go</button></form></main>`

func TestTabSeesWhatAPersonSees(t *testing.T) {
	t.Parallel()
	tab := Open(t, Options{Width: 360, Height: 640, Dark: true, Language: "hi"})
	address := serve(t, good)
	tab.Go(address)
	tab.Expect("favicon")
	tab.See("Hello")
	if asked := tab.Requests(); len(asked) == 0 || asked[0] != address+"/" {
		t.Errorf("requests: %q", asked)
	}
	tab.Type("#a", "first")
	tab.Type("#a", "second")
	value := Eval[string](tab, `document.querySelector("#a").value`)
	dark := Eval[bool](tab, `matchMedia("(prefers-color-scheme: dark)").matches`)
	width := Eval[int](tab, `innerWidth`)
	if value != "second" || !dark || width != 360 || tab.Text("h1") != "Hello" || tab.Path() != "/" {
		t.Errorf("value %q, dark %v, width %d", value, dark, width)
	}
	if language := tab.Text("p"); language != "hi" {
		t.Errorf("asked for the language %q", language)
	}
}

func TestTabComplains(t *testing.T) {
	t.Parallel()
	tab := Open(t, Options{})
	tab.Go(serve(t, `<!doctype html><html lang="en"><title>T</title><h1>Hi</h1><script>alert(1)</script>`))
	tab.See("Hi")
	tab.Await(`document.querySelector("script") !== null`)
	if found := strings.Join(tab.Complaints(), "\n"); !strings.Contains(found, "Content Security Policy") {
		t.Errorf("an inline script was not noticed: %q", found)
	}
	tab.Expect("Content Security Policy")
	tab.Expect("favicon")
	if left := tab.Complaints(); len(left) > 0 {
		t.Errorf("complaints that were expected remain: %q", left)
	}
}

func TestAuditFindsAFieldWithoutAName(t *testing.T) {
	t.Parallel()
	tab := Open(t, Options{})
	tab.Expect("favicon")
	tab.Go(serve(t, good))
	tab.See("Hello")
	tab.Audit()
	tab.Go(serve(t, strings.Replace(good, `<label for="a">A</label>`, "", 1)))
	tab.See("Hello")
	told := &recorder{TB: t}
	tab.t = told
	tab.Audit()
	tab.t = t
	if found := strings.Join(told.errors, "\n"); !strings.Contains(found, "rule label") {
		t.Errorf("a field without a label was not noticed: %q", found)
	}
}

func TestAuditAroundLooksAwayInsideOnly(t *testing.T) {
	t.Parallel()
	tab := Open(t, Options{})
	tab.Expect("favicon")
	tab.Go(serve(t, strings.Replace(good, "</form>", `</form><div id="theirs"><label for="b">B</label><input id="b"><input id="c"></div>`, 1)))
	tab.See("Hello")
	tab.AuditAround("#theirs", "label")
	told := &recorder{TB: t}
	tab.t = told
	tab.AuditAround("#a", "label")
	tab.AuditAround("#theirs", "page-has-heading-one")
	tab.t = t
	if found := strings.Join(told.errors, "\n"); strings.Count(found, "rule label") != 2 || !strings.Contains(found, "#c") {
		t.Errorf("a field without a label, outside and by another rule, was not noticed twice: %q", found)
	}
}
