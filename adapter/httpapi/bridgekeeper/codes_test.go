package bridgekeeper

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

func TestE1_KnownUnknownAndDisabledLookAlike(t *testing.T) {
	t.Parallel()
	for name, contacts := range map[string][]string{
		"phone-number": {john, stranger, disabled},
		"email":        {johnsMail, "nobody@example.com", "disabled@aritaone.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			for _, step := range []int{http.StatusOK, http.StatusTooManyRequests} {
				known := want(t, w, step, "POST", sendPath, object(t, name, contacts[0]))
				for _, other := range contacts[1:] {
					got := want(t, w, step, "POST", sendPath, object(t, name, other))
					if diff := cmp.Diff(known, got); diff != "" {
						t.Errorf("%d for %s differs: %s", step, other, diff)
					}
				}
			}
			if w.Code(contacts[0]) == "" || w.Code(contacts[1])+w.Code(contacts[2]) != "" {
				t.Error("codes went elsewhere than to the known contact")
			}
		})
	}
}

func TestE1_AlwaysSendNeverReachesTheDisabled(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	free := want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", stranger, "always-send", true))
	closed := want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", disabled, "always-send", true))
	if diff := cmp.Diff(free, closed); diff != "" {
		t.Error(diff)
	}
	if w.Code(stranger) == "" || w.Code(disabled) != "" {
		t.Errorf("sent %q to a stranger, %q to a disabled account", w.Code(stranger), w.Code(disabled))
	}
}

// sentElsewhere asks for a code to a phone in another dialect.
func sentElsewhere(t *testing.T, w *httpapitest.World, phone string) {
	t.Helper()
	other, err := newDialect(Options{})
	if err != nil {
		t.Fatal(err)
	}
	other.Name = "elsewhere"
	contact, err := domain.ParsePhone(phone, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Core.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{
		Caller: usecase.Caller{Dialect: other}, Purpose: domain.PurposeLogin, Contact: contact,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestE3_OneErrorForEveryWrongCode(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, w *httpapitest.World, phone string) string {
		want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", phone))
		return w.Code(phone)
	}
	cases := map[string]func(t *testing.T, w *httpapitest.World) (phone, code string){
		"wrong": func(t *testing.T, w *httpapitest.World) (string, string) { return john, wrong(send(t, w, john)) },
		"expired": func(t *testing.T, w *httpapitest.World) (string, string) {
			code := send(t, w, john)
			w.Clock.Advance(5 * time.Minute)
			return john, code
		},
		"used": func(t *testing.T, w *httpapitest.World) (string, string) {
			code := send(t, w, john)
			want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", code))
			return john, code
		},
		"exhausted": func(t *testing.T, w *httpapitest.World) (string, string) {
			code := send(t, w, john)
			for range 3 {
				want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, "phone-number", john, "otp", wrong(code)))
			}
			return john, code
		},
		"replaced": func(t *testing.T, w *httpapitest.World) (string, string) {
			old := send(t, w, john)
			w.Clock.Advance(30 * time.Second)
			for send(t, w, john) == old {
				w.Clock.Advance(time.Hour)
			}
			return john, old
		},
		"of another dialect": func(t *testing.T, w *httpapitest.World) (string, string) {
			sentElsewhere(t, w, john)
			return john, w.Code(john)
		},
		"none asked for": func(*testing.T, *httpapitest.World) (string, string) { return john, "43210" },
		"no account":     func(*testing.T, *httpapitest.World) (string, string) { return stranger, "43210" },
		"no account, asked for": func(t *testing.T, w *httpapitest.World) (string, string) {
			send(t, w, stranger)
			return stranger, "43210"
		},
		"disabled, asked for": func(t *testing.T, w *httpapitest.World) (string, string) {
			send(t, w, disabled)
			return disabled, "43210"
		},
		"disabled since": func(t *testing.T, w *httpapitest.World) (string, string) {
			c := send(t, w, john)
			w.Act("disable", john)
			return john, c
		},
		"too short":              func(t *testing.T, w *httpapitest.World) (string, string) { return john, send(t, w, john)[:4] },
		"too long":               func(t *testing.T, w *httpapitest.World) (string, string) { return john, send(t, w, john) + "0" },
		"letters":                func(*testing.T, *httpapitest.World) (string, string) { return john, "4321O" },
		"digits that no key has": func(*testing.T, *httpapitest.World) (string, string) { return john, "４３２１０" },
	}
	reference := httpapitest.New(t, with(t, httpapi.Settings{}))
	first := want(t, reference, http.StatusUnauthorized, "POST", loginPath, object(t, "phone-number", stranger, "otp", "00000"))
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			phone, code := prepare(t, w)
			got := w.Do("POST", loginPath, object(t, "phone-number", phone, "otp", code, "auto-signup", true))
			if diff := cmp.Diff(first, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestE3_OneErrorForEveryWrongPassword(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	first := want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, "username", "test@aritaone.com", "password", "wrong"))
	for name, body := range map[string]string{
		"unknown mail":     object(t, "email", "nobody@example.com", "password", "PasghWgf"),
		"unknown username": object(t, "username", "nobody", "password", "PasghWgf"),
		"disabled":         object(t, "email", "disabled@aritaone.com", "password", "PasghWgf1"),
		"no password":      object(t, "email", johnsMail, "password", "PasghWgf"),
		"odd username":     object(t, "username", "no@body@", "password", "PasghWgf"),
	} {
		if diff := cmp.Diff(first, w.Do("POST", loginPath, body)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestC8_MalformedCodesAreNoGuesses(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john))
	code := w.Code(john)
	for name, otp := range map[string]string{
		"empty": `""`, "null": `null`, "true": `true`, "number": code, "float": code + ".0", "exponent": "1" + code + "e-0",
		"array": `["` + code + `"]`, "object": `{"otp":"` + code + `"}`, "short": `"` + code[1:] + `"`, "long": `"` + code + code[:1] + `"`,
		"very long": `"` + strings.Repeat(code, 10000) + `"`, "blank before": `" ` + code + `"`, "blank after": `"` + code + `\n"`,
		"NUL": `"` + code + `\u0000"`, "full-width": `"４３２１０"`, "Devanagari": `"४३२१०"`, "sign": `"+` + code[1:] + `"`,
		"duplicate": `"` + code + `","otp":"` + code + `"`, "broken UTF-8": "\"" + code[:4] + "\xff\"", "lone surrogate": `"` + code[:4] + `\ud800"`,
		"not closed": `"` + code,
	} {
		reply := w.Do("POST", loginPath, `{"phone-number":"`+john+`","otp":`+otp+`}`)
		if reply.Status < 400 || reply.Status > 499 || reply.Status == http.StatusTooManyRequests {
			t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
		}
	}
	for range 2 {
		want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, "phone-number", john, "otp", wrong(code)))
	}
	want(t, w, http.StatusOK, "POST", loginPath, object(t, "phone-number", john, "otp", code))
}

func TestC8_MalformedSends(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	for _, body := range []string{
		`null`, `[]`, `"+919888888888"`, `{`, `{}{}`, `{"phone-number":"+919888888888"`, `{"phone-number":["+919888888888"]}`,
		`{"phone-number":{"a":1}}`, `{"phone-number":true}`, `{"phone-number":9.19888888888e11}`, `{"phone-number":"+919888888888","phone-number":"+919888888888"}`,
		`{"phone-number":"+９１9888888888"}`, `{"phone-number":"` + strings.Repeat("9", 5000) + `"}`, `{"phone-number":"+919888888888\u0000"}`,
		`{"phone-number":"+919888888888","always-send":"true"}`, `{"phone-number":"+919888888888","always-send":1}`,
		`{"phone-number":"+919888888888","mediums":"phone-number"}`, `{"phone-number":"+919888888888","mediums":[1]}`,
		`{"phone-number":"+919888888888","mediums":{}}`, `{"phone-number":"+919888888888","mediums":[null]}`,
		`{"email":"johndoe@example.com\r\nBcc: a@example.com"}`, `{"email":"a@b"}`, `{"email":"johndoe@example.com,a@example.com"}`,
		`{"phone-number":"+919888888888","email":"a@b"}`, `{"email":"johndoe@example.com","phone-number":"1"}`,
	} {
		if reply := w.Do("POST", sendPath, body); reply.Status != http.StatusBadRequest {
			t.Errorf("%.60s: %d %s", body, reply.Status, reply.Body)
		}
	}
	if w.Code(john)+w.Code(johnsMail) != "" {
		t.Error("a code was sent")
	}
}

func TestS2_TheShorterWaitOfTwo(t *testing.T) {
	t.Parallel()
	both := object(t, "phone-number", john, "email", johnsMail)
	for name, c := range map[string]struct{ first, second, left string }{
		"the phone's":        {object(t, "phone-number", john), object(t, "email", johnsMail), "SMS"},
		"the mail address's": {object(t, "email", johnsMail), object(t, "phone-number", john), "Email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httpapitest.New(t, with(t, httpapi.Settings{}))
			want(t, w, http.StatusOK, "POST", sendPath, c.first)
			w.Clock.Advance(10 * time.Second)
			want(t, w, http.StatusOK, "POST", sendPath, c.second)
			w.Clock.Advance(5 * time.Second)
			reply := want(t, w, http.StatusTooManyRequests, "POST", sendPath, both)
			if after := reply.Header.Get("Retry-After"); after != "15" {
				t.Errorf("Retry-After %s", after)
			}
			w.Clock.Advance(15 * time.Second)
			reply = want(t, w, http.StatusOK, "POST", sendPath, both)
			if !strings.Contains(reply.Body, "only through "+c.left+".") {
				t.Error(reply.Body)
			}
		})
	}
}

func TestC3_OneSessionFromManyRightAnswers(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", john))
	body := object(t, "phone-number", john, "otp", w.Code(john))
	statuses := make([]int, 50)
	var group sync.WaitGroup
	for i := range statuses {
		group.Go(func() { statuses[i] = w.Do("POST", loginPath, body).Status })
	}
	group.Wait()
	good := 0
	for _, status := range statuses {
		if status == http.StatusOK {
			good++
		} else if status != http.StatusUnauthorized {
			t.Errorf("status %d", status)
		}
	}
	if good != 1 {
		t.Errorf("%d logins by one code", good)
	}
}

func TestG1_GrowingWaitAfterWrongCodes(t *testing.T) {
	t.Parallel()
	var replies []*httpapitest.Reply
	for _, phone := range []string{john, stranger, disabled} {
		w := httpapitest.New(t, with(t, httpapi.Settings{}))
		code, guess := "00000", "00000" // who is nobody has no code
		send := func(after time.Duration) {
			w.Clock.Advance(after)
			want(t, w, http.StatusOK, "POST", sendPath, object(t, "phone-number", phone))
			if phone == john {
				code = w.Code(phone)
				guess = wrong(code)
			}
		}
		answer := func(status int, otp string) *httpapitest.Reply {
			return want(t, w, status, "POST", loginPath, object(t, "phone-number", phone, "otp", otp))
		}
		for i := range 30 {
			if i%3 == 0 {
				send(30 * time.Minute)
			}
			answer(http.StatusUnauthorized, guess)
		}
		send(30 * time.Second) // by now the first wait is over
		answer(http.StatusUnauthorized, guess)
		replies = append(replies, answer(http.StatusTooManyRequests, code)) // the right one is not compared either
		w.Clock.Advance(time.Minute - time.Millisecond)
		replies = append(replies, answer(http.StatusTooManyRequests, code))
		w.Clock.Advance(time.Millisecond)
		if phone == john {
			answer(http.StatusOK, code)
		} else {
			answer(http.StatusUnauthorized, code)
		}
	}
	if first, last := replies[0].Header.Get("Retry-After"), replies[1].Header.Get("Retry-After"); first != "60" || last != "1" {
		t.Errorf("Retry-After %s and %s", first, last)
	}
	for i, other := range replies {
		if diff := cmp.Diff(replies[i%2], other); diff != "" {
			t.Errorf("known and unknown differ: %s", diff)
		}
	}
}

func TestG1_GrowingWaitAfterWrongPasswords(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	var replies []*httpapitest.Reply
	for _, login := range []string{"test@aritaone.com", "nobody@example.com", "nobody"} {
		for i := range domain.PasswordGuesses {
			// Every way to name the account counts.
			key := []string{"username", "email"}[i%2]
			if !strings.Contains(login, "@") {
				key = "username"
			}
			want(t, w, http.StatusUnauthorized, "POST", loginPath, object(t, key, login, "password", fmt.Sprint("wrong", i)))
		}
		replies = append(replies, want(t, w, http.StatusTooManyRequests, "POST", loginPath, object(t, "username", login, "password", "PasghWgf")))
	}
	if got := replies[0].Header.Get("Retry-After"); got != "30" {
		t.Errorf("Retry-After %q", got)
	}
	for _, other := range replies[1:] {
		if diff := cmp.Diff(replies[0], other); diff != "" {
			t.Errorf("known and unknown differ: %s", diff)
		}
	}
	w.Clock.Advance(30 * time.Second)
	want(t, w, http.StatusOK, "POST", loginPath, object(t, "username", "test@aritaone.com", "password", "PasghWgf"))
}

func TestUsername(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, httpapi.Settings{}))
	_, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Change: usecase.AccountChange{
		Username: new("Jane.Doe"), FirstName: new("Jane"), LastName: new("Doe"), Password: new("correct horse battery"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, username := range []string{"jane.doe", "JANE.DOE", " Jane.Doe "} {
		reply := want(t, w, http.StatusOK, "POST", loginPath,
			object(t, "username", username, "email", "", "password", "correct horse battery"))
		if !strings.Contains(reply.Body, `"first-name":"Jane","last-name":"Doe","verification-status":null`) ||
			!strings.Contains(reply.Body, `"username":"jane.doe"`) {
			t.Error(reply.Body)
		}
	}
	// Nobody to send a code to.
	token := want(t, w, http.StatusOK, "POST", loginPath, object(t, "username", "jane.doe", "password", "correct horse battery")).Header.Get("X-Qt-Auth")
	want(t, w, http.StatusBadRequest, "POST", sendPath, "", "X-Qt-Auth: "+token)

	for name, body := range map[string]string{
		"long username":         object(t, "username", strings.Repeat("x", 255), "password", "p"),
		"username with newline": object(t, "username", "jane\ndoe", "password", "p"),
		"long password":         object(t, "username", "jane.doe", "password", strings.Repeat("x", 1025)),
	} {
		if reply := w.Do("POST", loginPath, body); reply.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
		}
	}
}
