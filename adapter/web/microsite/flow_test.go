package microsite

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/usecase"
)

func TestFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w)
	if found := b.send("GET", "/microsite", ""); found.Status != http.StatusPermanentRedirect || found.Header.Get("Location") != home {
		t.Errorf("without the slash: %d %v", found.Status, found.Header)
	}
	b.follow(home).sees(home, "Customer ID", "!Error").has(`lang="en"`, `autocomplete="username"`)
	if b.cookie != "" {
		t.Error("a cookie before it is needed")
	}
	b.ask(" "+customer+" ").sees(codePath, customer, "6 digits", "valid for another 5 minutes", "in 30 seconds", "!Error").
		has(`inputmode="numeric"`, `autocomplete="one-time-code"`, `data-left="300"`, `data-left="30"`, `autofocus`)
	code := w.Code(mobile)
	b.answer(code[:3]+" "+code[3:]).sees(dashboard, "98XXXXXX45", "3,500", "5,000", customer, "!"+mobile)
	b.follow(home).sees(dashboard).follow(codePath).sees(dashboard)

	if _, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Who: customer, Change: usecase.AccountChange{
		BalancePoints: new(int64(1234567)),
	}}); err != nil {
		t.Fatal(err)
	}
	b.follow(dashboard).sees(dashboard, "1,234,567")
	b.leave().sees(home+"?note=left", "You are logged out.")
	if b.cookie != "" {
		t.Error("the cookie stays")
	}
}

func TestUnknownCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask("CUST<1>")
	b.sees(home, "We do not know this customer ID").has("<title>Error: ", `value="CUST&lt;1&gt;"`, `aria-invalid="true"`, `aria-describedby="notice hint"`, `href="#customer"`)
	b.follow(home).sees(home, "We do not know") // reloading does not lose it
	b.ask("").sees(home, "Enter your customer ID.")
	b.ask(strings.Repeat("x", 65)).sees(home, "We do not know").has(`value="` + strings.Repeat("x", 64) + `"`)
	b.ask("a\u202eb").sees(home, "We do not know")
	b.ask(customer).sees(codePath, "!Error")
}

func TestWrongCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	code := w.Code(mobile)
	for _, no := range []string{"", "12345", "1234567", "12345a", "12 34 5"} {
		b.answer(no).sees(codePath, "not a complete code").has(`aria-invalid="true"`, `href="#code"`)
	}
	b.has(`value="12 34 5"`) // to be completed
	b.answer(wrong(code)).sees(codePath, "not the right code", "Tries left: 2.").has("!"+wrong(code), "<title>Error: ")
	b.follow(codePath).sees(codePath, "Tries left: 2.")
	b.answer(wrong(code)).sees(codePath, "Tries left: 1.")
	dead := b.form(codePath, "code", code)
	b.answer(wrong(code)).sees(codePath, "it was the last try", "in 30 seconds").has(`!action="/microsite/code"`)
	b.post(codePath, dead).sees(codePath, "out of date")
	b.post(codePath, "code="+code+"&"+b.form(resendPath, "", "")).sees(codePath, "!Too many") // nobody is asked
	advance(w, 30*time.Second)
	b.follow(codePath).resend().sees(codePath, "A new code is on its way", "in 30 seconds").has(`!tabindex="-1"`)
	b.answer(w.Code(mobile)).sees(dashboard)
}

func TestExpiredCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	late := b.form(codePath, "code", w.Code(mobile))
	advance(w, 5*time.Minute)
	b.post(codePath, late).sees(codePath, "The code has expired").has(`!action="/microsite/code"`)
	b.follow(home).sees(home, "!Enter the code")

	b.ask(customer).sees(codePath, "5 minutes")
	advance(w, 5*time.Minute)
	b.follow(codePath).sees(codePath, "The code has expired").has(`!action="/microsite/code"`)
	b.resend().answer(w.Code(mobile)).sees(dashboard)
}

func TestResend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	first := w.Code(mobile)
	advance(w, 10*time.Second+time.Millisecond)
	b.resend().sees(codePath, "Try again in 20 seconds.", "You can have a new code sent in 20 seconds.")
	if sent := len(w.Messages(mobile)); sent != 1 {
		t.Fatalf("%d messages", sent)
	}
	advance(w, 20*time.Second)
	b.follow(codePath).sees(codePath, "!Error", "!20 seconds")
	again := b.form(resendPath, "", "")
	b.post(resendPath, again).sees(codePath, "on its way").post(resendPath, again).sees(codePath, "on its way", "!out of date")
	if sent := len(w.Messages(mobile)); sent != 2 {
		t.Fatalf("a double click made it %d messages", sent)
	}
	b.answer(first).sees(codePath, "not the right code")
	for range 3 {
		advance(w, 30*time.Second)
		b.resend().sees(codePath, "on its way")
	}
	// Five an hour: the wait is the one that the Client API tells.
	advance(w, 30*time.Second)
	b.resend().sees(codePath, "Try again in 57 minutes 30 seconds.", "sent in 57 minutes 30 seconds.", "valid for another 4 minutes 30 seconds")
	b.follow(home).ask(customer).sees(codePath)
	b.follow(codePath).answer(w.Code(mobile)).sees(dashboard)
}

func TestAskingTooOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	open(t, w).follow(home).ask(customer).sees(codePath)
	other := open(t, w).follow(home).ask(customer).sees(home, "No code can be sent right now. Try again in 30 seconds.").has(`value="CUST12345"`, `data-left="30"`)
	advance(w, 30*time.Second)
	other.follow(home).sees(home, "!right now").ask(customer).sees(codePath)
}

// A code on its way is not asked for again when somebody goes back to the first page.
func TestAskingAgainGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	b.follow(home).sees(home, "Enter the code that was sent for CUST12345").has(`value="CUST12345"`)
	b.ask(customer).sees(codePath, "!Error").answer(w.Code(mobile)).sees(dashboard)
	if sent := len(w.Messages(mobile)); sent != 1 {
		t.Errorf("%d messages", sent)
	}
}

func TestDoubleClickOnTheFirstForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home)
	form := b.form(home, "customer_id", customer)
	cookies := make(chan string, 5)
	var clicks sync.WaitGroup
	for range cap(cookies) {
		clicks.Go(func() {
			clicked := open(t, w)
			if reply := clicked.send("POST", home, form); reply.Status != 303 || reply.Header.Get("Location") != codePath {
				t.Errorf("%d %v", reply.Status, reply.Header)
			}
			cookies <- clicked.cookie
		})
	}
	clicks.Wait()
	if sent := len(w.Messages(mobile)); sent != 1 {
		t.Errorf("%d messages", sent)
	}
	b.cookie = <-cookies
	for range cap(cookies) - 1 {
		if other := <-cookies; other != b.cookie {
			t.Error("two sessions")
		}
	}
	b.follow(codePath).answer(w.Code(mobile)).sees(dashboard)
	member := b.cookie
	// The page of then, sent once more by somebody who went back to it.
	b.post(home, form).sees(dashboard)
	if b.cookie != member {
		t.Error("the session is lost")
	}
}

func TestDoubleClickOnTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	code, before := w.Code(mobile), b.cookie
	miss := b.form(codePath, "code", wrong(code))
	b.post(codePath, miss).post(codePath, miss).sees(codePath, "Tries left: 2.") // one try, not two
	right, guess := b.form(codePath, "code", code), b.form(codePath, "code", wrong(code))
	b.post(codePath, right).sees(dashboard)

	second := open(t, w) // of the same browser, which gave the first reply up
	second.cookie = before
	if second.post(codePath, right).sees(dashboard, "3,500"); second.cookie != b.cookie {
		t.Error("two sessions")
	}
	stranger := open(t, w)
	stranger.cookie = before
	stranger.post(codePath, guess).sees(home + "?note=ended")
	advance(w, repeatWindow)
	stranger.cookie = before
	stranger.post(codePath, right).sees(home + "?note=ended")
	if sent := len(w.Messages(mobile)); sent != 1 {
		t.Errorf("%d messages", sent)
	}
}

// However many clicks there are at once, one of them logs in and the others follow.
func TestManyClicksOnTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := open(t, w).follow(home).ask(customer)
	form, before := b.form(codePath, "code", w.Code(mobile)), b.cookie
	cookies := make(chan string, 5)
	var clicks sync.WaitGroup
	for range cap(cookies) {
		clicks.Go(func() {
			clicked := open(t, w)
			clicked.cookie = before
			if reply := clicked.send("POST", codePath, form); reply.Header.Get("Location") != dashboard {
				t.Errorf("%d %v", reply.Status, reply.Header)
			}
			cookies <- clicked.cookie
		})
	}
	clicks.Wait()
	b.cookie = <-cookies
	for range cap(cookies) - 1 {
		if other := <-cookies; other != b.cookie || other == before {
			t.Error("two sessions")
		}
	}
	b.follow(dashboard).sees(dashboard, "3,500")
}

func TestTwoTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if _, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Change: usecase.AccountChange{
		CustomerID: new("CUST2"), Mobile: new("+919800000046"),
	}}); err != nil {
		t.Fatal(err)
	}
	b := open(t, w).follow(home)
	tab := b.form(home, "customer_id", "CUST2")
	b.ask(customer).sees(codePath)
	old := b.form(codePath, "code", w.Code(mobile))
	// The other tab was opened before there was a session.
	b.post(home, tab).sees(home, "out of date").has(`value="CUST2"`).ask("CUST2").sees(codePath, "CUST2")
	// The first tab's code belongs to a page that is no more: it is not spent on the other customer.
	b.post(codePath, old).sees(codePath, "out of date", "CUST2")
	b.answer(w.Code("+919800000046")).sees(dashboard, "CUST2")
	// Logged in in one tab, the other ones follow.
	b.post(home, tab).sees(dashboard)
	b.post(codePath, old).sees(dashboard)
	b.post(resendPath, old).sees(dashboard)
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for language, c := range map[string]struct{ tag, start, code, points string }{
		"en-GB,hi;q=0.5":    {"en", "Customer ID", "Enter your code", "Points to spend"},
		"hi-IN,en;q=0.9":    {"hi", "ग्राहक आईडी", "अपना कोड डालें", "उपलब्ध पॉइंट"},
		"zh-TW,en;q=0.5":    {"zh-Hant", "客戶編號", "輸入驗證碼", "可用點數"},
		"zh-Hant-HK":        {"zh-Hant", "客戶編號", "輸入驗證碼", "可用點數"},
		"fr, zh;q=0.5":      {"zh-Hant", "客戶編號", "輸入驗證碼", "可用點數"},
		"fr":                {"en", "Customer ID", "Enter your code", "Points to spend"},
		"no language; at==": {"en", "Customer ID", "Enter your code", "Points to spend"},
	} {
		b := open(t, w)
		b.language = language
		lang := `<html lang="` + c.tag + `">`
		b.follow(home).sees(home, c.start).has(lang).ask(customer).sees(codePath, c.code).has(lang)
		b.answer(w.Code(mobile)).sees(dashboard, c.points, "3,500").has(lang)
		advance(w, 61*time.Minute)
	}
}
