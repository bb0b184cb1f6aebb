package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/testbrowser"
)

const firstCode = `document.querySelector("#messages .code")?.textContent`

// TestBoot_InboxPage: a person watches codes come in.
func TestBoot_InboxPage(t *testing.T) {
	t.Parallel()
	v := develop(t).visit(t)
	tab := testbrowser.Open(t, testbrowser.Options{})
	tab.Go(v.url + "/dev/inbox")
	tab.See("Nothing yet.")
	tab.Audit()
	text, mail := goodcityDialect.person(0), aritaDialect.person(0)

	v.want(http.StatusOK, goodcityDialect.send(text.who))
	first := v.awaited(text.to, "")
	tab.Await(fmt.Sprintf(`%s === %q`, firstCode, first.Code)) // by itself
	tab.Await(fmt.Sprintf(`document.getElementById("news").textContent.includes(%q)`, strings.Join(strings.Split(first.Code, ""), " ")))
	tab.See("segment · ")
	v.want(http.StatusOK, aritaDialect.send(mail.who))
	second := v.awaited(mail.to, "")
	tab.Await(fmt.Sprintf(`%s === %q && document.querySelectorAll("#messages .message").length === 2`, firstCode, second.Code))

	// Copying, with the browser's clipboard and without.
	testbrowser.Eval[any](tab, `Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied = text; }}}), null`)
	tab.Click(".copy")
	tab.Await(fmt.Sprintf(`window.copied === %q && document.querySelector(".copy").textContent === "Copied"`, second.Code))
	testbrowser.Eval[any](tab, `Object.defineProperty(document, "execCommand", {value: (name) => { window.copied = name + " " + getSelection(); return true; }}),
		navigator.clipboard.writeText = async () => { throw new Error("not allowed"); }, null`)
	tab.Click(".copy")
	tab.Await(fmt.Sprintf(`window.copied === %q`, "copy "+second.Code))

	// The mail is in a frame that can do nothing: not even this page can look inside.
	frame := `document.querySelector("iframe")`
	tab.Await(frame + `.contentDocument === null && ` + frame + `.sandbox.length === 0 && ` + frame + `.title === "Mail to ` + mail.to + `"`)
	tab.Audit()
	tab.Shoot("inbox-1280-light")

	// The server's clock counts.
	tab.Await(`/^[34]:\d\d left$/.test(document.querySelector(".left").textContent)`)
	v.forward("6m")
	tab.Await(`[...document.querySelectorAll(".left")].every((left) => left.textContent === "expired")`)
	tab.Await(`document.getElementById("offset").textContent === "6m0s ahead of the computer's clock."`)

	// The filter holds for what comes later.
	tab.Type("#filter", text.to)
	tab.Click(".filter button")
	tab.Await(fmt.Sprintf(`location.search !== "" && document.querySelectorAll("#messages .message").length === 1 && %s === %q`, firstCode, first.Code))
	v.want(http.StatusOK, aritaDialect.send(mail.who))
	v.awaited(mail.to, second.ID)
	v.want(http.StatusOK, goodcityDialect.send(text.who))
	third := v.awaited(text.to, first.ID)
	tab.Await(fmt.Sprintf(`%s === %q && document.querySelectorAll("#messages .message").length === 2`, firstCode, third.Code))
}

// TestBoot_InboxForms: a person makes the provider misbehave and moves the clock, by keyboard.
func TestBoot_InboxForms(t *testing.T) {
	t.Parallel()
	v := develop(t).visit(t)
	tab := testbrowser.Open(t, testbrowser.Options{Width: 360, Height: 740, Dark: true})
	tab.Go(v.url + "/dev/inbox?to=%2B85261230000")
	tab.See("Nothing yet.")
	tab.Click("#faults summary")
	tab.Type("#late", "4m")
	tab.Click("[name=twice]")
	tab.Type("#fault-to", "+852 6123 0000")
	tab.Audit()
	tab.Shoot("inbox-360-dark-faults")
	tab.Click("#faults form:not(.end) button")
	tab.See("Messages to +85261230000 come twice and come 4m0s late.")
	if path := tab.Path(); path != "/dev/inbox?to=%2B85261230000" {
		t.Errorf("after the form the page is %s", path)
	}
	tab.Expect("400 (Bad Request)")
	tab.Type("#late", "soon")
	tab.Click("#faults form:not(.end) button")
	tab.See("late is a duration from 0s to 24h, such as 5s")
	tab.Audit()
	tab.Go(v.url + "/dev/inbox")
	tab.Click("#clock summary")
	tab.Type("#forward", "90m")
	tab.Click("#clock form button")
	tab.See("1h30m0s ahead of the computer's clock.")
	tab.Click("#faults form.end button")
	tab.Await(`document.querySelector("#faults .error") === null`)
	if got := v.want(http.StatusOK, request{http.MethodGet, "/dev/faults", "", nil}); got.text("late") != "0s" || got.text("to") != "" {
		t.Errorf("the faults did not end: %s", got.body)
	}
	// After a mistake the page goes on updating itself, although its address is that of the form.
	tab.Type("#forward", "-1s")
	tab.Click("#clock form button")
	tab.See("forward is a duration such as 6m")
	d := goodcityDialect
	v.want(http.StatusOK, d.send(d.person(0).who))
	tab.Await(fmt.Sprintf(`location.pathname === "/dev/clock" && %s === %q`, firstCode, v.awaited(d.person(0).to, "").Code))
	if width := testbrowser.Eval[int](tab, `document.documentElement.scrollWidth`); width > 360 {
		t.Errorf("the page is %d wide", width)
	}
}

// TestBoot_InboxWithoutScript: everything is there, the page is told to be loaded again by hand.
func TestBoot_InboxWithoutScript(t *testing.T) {
	t.Parallel()
	v := develop(t).visit(t)
	tab := testbrowser.Open(t, testbrowser.Options{Width: 360, Height: 740, NoScript: true})
	tab.Go(v.url + "/dev/inbox")
	for _, d := range []dialect{bridgekeeperDialect, aritaDialect, bigcityDialect} {
		v.want(http.StatusOK, d.send(d.person(0).who))
		v.awaited(d.person(0).to, "")
	}
	tab.Click("noscript a")
	tab.See(v.awaited(bigcityDialect.person(0).to, "").Code)
	tab.See(" left")
	tab.Await(`getComputedStyle(document.querySelector(".copy")).display === "none"`)
	tab.Shoot("inbox-360-light-noscript")
	tab.Click("#clock summary")
	tab.Type("#forward", "6m")
	tab.Click("#clock form button")
	tab.See("6m0s ahead of the computer's clock.")
	tab.See("expired")
}

// TestBoot_InboxAfterRestart: a page that is open finds the server again, and drops what that has forgotten.
func TestBoot_InboxAfterRestart(t *testing.T) {
	t.Parallel()
	n := develop(t)
	v := n.visit(t)
	d := goodcityDialect
	tab := testbrowser.Open(t, testbrowser.Options{Dark: true})
	tab.Go(v.url + "/dev/inbox")
	v.want(http.StatusOK, d.send(d.person(0).who))
	tab.Await(fmt.Sprintf(`%s === %q`, firstCode, v.awaited(d.person(0).to, "").Code))
	tab.Shoot("inbox-1280-dark")
	n.stop()
	tab.Expect("ERR_") // the connection is gone
	tab.See("The server is away.")
	n.site.serve("--dev", "--listen", strings.TrimPrefix(n.url, "http://"))
	tab.Await(`document.getElementById("stream").hidden && document.querySelector("#messages .message") === null`)
}
