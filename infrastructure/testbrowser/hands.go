package testbrowser

import (
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Press types keys to whatever has the focus: "\t" and "\r" are Tab and Enter.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys))
}

// Paste replaces what a field holds by way of the clipboard.
func (b *Tab) Paste(selector, text string) {
	b.t.Helper()
	b.Type(selector, "")
	call(b, input.InsertText, input.InsertTextParams{Text: text})
	for _, command := range []string{"selectAll", "cut", "paste"} {
		call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{command}})
	}
}

// DoubleClick clicks twice on what is visible, the second time before anything has come of the first.
func (b *Tab) DoubleClick(selector string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
	Eval[bool](b, fmt.Sprintf(`(e => (e.click(), e.click(), true))(document.querySelector(%q))`, selector))
}

// Back is the browser's button. It does not wait for the page, which may come from the browser's memory: say by See what it is.
func (b *Tab) Back() {
	b.t.Helper()
	Eval[bool](b, `(history.back(), true)`)
}

// Before runs a script in every page from now on, ahead of the page's own: to play what this browser has not.
func (b *Tab) Before(script string) {
	b.t.Helper()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// AwaitFocus waits until the element with this id has the focus.
func (b *Tab) AwaitFocus(id string) {
	b.t.Helper()
	b.Await(fmt.Sprintf(`document.readyState === "complete" && document.activeElement?.id === %q`, id))
}
