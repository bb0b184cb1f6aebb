package testbrowser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"latchkey/infrastructure/testtool"
)

const (
	// limit is how long one Tab may live.
	limit = 2 * time.Minute
	// patience is how long something may take to become true on a page.
	patience = 10 * time.Second
)

// Options are what a browser says of itself.
type Options struct {
	Width, Height int    // CSS pixels; 1280 × 800 when zero
	Dark          bool   // prefers-color-scheme
	Language      string // Accept-Language, "en" when empty
	NoScript      bool   // JavaScript switched off
}

// Tab is a browser with one page.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mutex      sync.Mutex
	complaints []string
	expected   []string
	requests   []string
}

// Open starts a browser, which ends with the test.
func Open(t testing.TB, o Options) *Tab {
	t.Helper()
	program := testtool.Program(t, "install Debian's chromium, or Chrome", "chromium", "chromium-browser", "google-chrome", "chrome")
	if o.Width == 0 {
		o.Width, o.Height = 1280, 800
	}
	if o.Language == "" {
		o.Language = "en"
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(o.Width, o.Height), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// Pages that come back from memory do so behind the driver's back.
		chromedp.Flag("disable-back-forward-cache", true), chromedp.Flag("lang", o.Language))
	allocated, release := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, closeBrowser := chromedp.NewContext(allocated)
	tab := &Tab{t: t}
	if err := chromedp.Do(ctx); err != nil { // a deadline on this first call would be the browser's own
		t.Fatalf("start %s: %v", program, err)
	}
	var cancel context.CancelFunc
	tab.ctx, cancel = context.WithTimeout(ctx, limit)
	var listening sync.WaitGroup
	listening.Go(func() { tab.listen(chromedp.Console(tab.ctx)) })
	t.Cleanup(func() {
		cancel()
		listening.Wait()
		closeBrowser()
		release()
		tab.report()
	})
	if err := chromedp.Listen(tab.ctx, tab.note); err != nil {
		t.Fatal(err)
	}
	tab.pretend(o)
	return tab
}

// note remembers where requests go.
func (b *Tab) note(event any) {
	if sent, ok := event.(*network.EventRequestWillBeSent); ok {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.requests = append(b.requests, sent.Request.URL)
	}
}

// Requests are the addresses that the browser has asked for so far, or built in as data:.
func (b *Tab) Requests() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.requests)
}

// pretend makes the browser what the options say.
func (b *Tab) pretend(o Options) {
	b.t.Helper()
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": o.Language}})
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(o.Width), Height: int64(o.Height), DeviceScaleFactor: 1, Mobile: o.Width < 600,
	})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScript})
}

// call gives the browser a command of its protocol, which has to succeed.
func call[P, R any](b *Tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
}

// Context is for what this package has no words for.
func (b *Tab) Context() context.Context { return b.ctx }

// Do does what has to succeed.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%v\non the page:\n%s", err, b.page())
	}
}

// page is what a person reads on the whole page, for messages about failures.
func (b *Tab) page() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Go opens an address.
func (b *Tab) Go(address string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(address))
}

// Type replaces what a field holds, key by key.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	field := chromedp.CSS(selector)
	b.Do(chromedp.WaitVisible(field))
	Eval[bool](b, fmt.Sprintf(`document.querySelector(%q).select() === undefined`, selector))
	b.Do(chromedp.SendKeys(field, text))
}

// Click clicks on what is visible, and does not wait for what follows: say by See what that is.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// See waits until the text is on the page as a person sees it.
func (b *Tab) See(text string) {
	b.t.Helper()
	b.Await(fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.includes(%q)`, text))
}

// Await waits until a JavaScript expression is true, also over the loading of other pages.
func (b *Tab) Await(expression string) {
	b.t.Helper()
	late, tick := time.After(patience), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		// Asked from here, since timers do not run in a page without JavaScript. An error is no answer: the page may be about to
		// change, or has just been left.
		done, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("("+expression+") === true"))
		if done {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			b.t.Fatalf("not within %s: %s (%v)\non the page:\n%s", patience, expression, err, b.page())
		}
	}
}

// Text is what a person reads within an element, empty when there is none.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return Eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// Eval is the value of a JavaScript expression, or of the promise that it makes.
func Eval[T any](b *Tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// Path is the path and query of the page.
func (b *Tab) Path() string {
	b.t.Helper()
	return Eval[string](b, `location.pathname + location.search`)
}

// Shoot leaves a picture of the whole page as NAME.png in the directory LATCHKEY_SCREENSHOTS, and does nothing without it.
func (b *Tab) Shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("LATCHKEY_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
