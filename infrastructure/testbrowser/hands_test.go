package testbrowser

import "testing"

func TestTabHasHands(t *testing.T) {
	t.Parallel()
	tab := Open(t, Options{})
	tab.Expect("favicon")
	tab.Before(`window.before = "before"; document.addEventListener("input", e => (window.kinds ??= []).push(e.inputType), true);
		document.addEventListener("click", () => window.clicks = (window.clicks ?? 0) + 1)`)
	address := serve(t, good)
	tab.Go(address + "/first")
	tab.Go(address + "/second")
	tab.See("Hello")
	tab.Press("\tab\tx")
	tab.AwaitFocus("")
	tab.Press("\t")
	if typed := Eval[string](tab, `document.querySelector("#a").value`); typed != "ab" {
		t.Errorf("typed %q", typed)
	}
	tab.Paste("#a", "12 34")
	if pasted := Eval[string](tab, `document.querySelector("#a").value + " " + kinds.at(-1) + " " + window.before`); pasted != "12 34 insertFromPaste before" {
		t.Errorf("pasted %q", pasted)
	}
	tab.DoubleClick("h1")
	if clicks := Eval[int](tab, `window.clicks`); clicks != 2 {
		t.Errorf("%d clicks", clicks)
	}
	tab.Back()
	tab.Await(`location.pathname === "/first"`)
}
