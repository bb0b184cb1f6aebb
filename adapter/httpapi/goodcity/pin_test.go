package goodcity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

// shape is a reply without the values that must differ.
func shape(t *testing.T, r *httpapitest.Reply) string {
	t.Helper()
	body := r.Body
	var key struct {
		Key string `json:"otp_auth_key"`
	}
	if json.Unmarshal([]byte(body), &key) == nil && key.Key != "" {
		raw, err := base64.StdEncoding.DecodeString(key.Key)
		if err != nil || len(raw) != 16 {
			t.Errorf("%q is no key of 16 bytes", key.Key)
		}
		body = strings.ReplaceAll(body, key.Key, strings.Repeat("k", len(key.Key)))
	}
	header := maps.Clone(r.Header)
	return fmt.Sprint(r.Status, header, len(r.Body), body)
}

func TestE1_SendingTellsNothing(t *testing.T) {
	t.Parallel()
	for _, era := range []string{EraDocumented, EraCurrent} {
		for _, app := range []string{"app", "stock.goodcity", "browse", "admin.goodcity", "settings_editor"} {
			w := newWorld(t, era)
			for _, path := range []string{sendPinPath, signupAndSendPinPath, signupPath} {
				var first string
				for _, try := range []string{"the first", "too fast", "too fast again"} {
					first = ""
					for _, mobile := range []string{donor, stranger, disabled, admin} {
						body := `{"mobile":"` + mobile + `"}`
						if path == signupPath {
							body = `{"user_auth":{"mobile":"` + mobile + `","address_attributes":{}}}`
						}
						got := shape(t, w.Do("POST", path, body, "X-GOODCITY-APP-NAME: "+app, "Origin: https://app.goodcity.hk"))
						if first == "" {
							first = got
						}
						if got != first {
							t.Errorf("%s %s %s %s %s:\n%s\ninstead of\n%s", era, app, path, try, mobile, got, first)
						}
					}
				}
				advance(w, time.Hour)
			}
		}
	}
}

func TestE3_VerifyTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	guess := func(mobile string, headers ...string) string {
		t.Helper()
		key := send(t, w, mobile, headers...)
		pin := w.Code(mobile)
		if pin == "" {
			pin = "0000"
		}
		return shape(t, verify(w, key, wrong(pin), headers...))
	}
	want := guess(donor)
	for _, mobile := range []string{stranger, disabled} {
		if got := guess(mobile); got != want {
			t.Errorf("%s:\n%s\ninstead of\n%s", mobile, got, want)
		}
	}
	advance(w, 31*time.Second)
	if got := guess(donor, "X-GOODCITY-APP-NAME: admin"); got != want {
		t.Errorf("not for this app:\n%s\ninstead of\n%s", got, want)
	}
}

// T2: the right pin is not compared any more after three wrong ones.
func TestT2_ThreeGuesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	key := send(t, w, donor)
	pin := w.Code(donor)
	for range 3 {
		verify(w, key, wrong(pin))
	}
	reply := verify(w, key, pin)
	if reply.Status != 422 || strings.TrimSpace(reply.Body) != invalidPin || reply.Header.Get("Retry-After") != "" {
		t.Errorf("the right pin after three wrong ones: %d %v %s", reply.Status, reply.Header, reply.Body)
	}
}

// G1: with the tenth failure a wait begins, told by Retry-After under the usual 422, for those who have an account and those who
// have none.
func TestG1_GrowingWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraCurrent)
	for _, mobile := range []string{donor, stranger} {
		failures, key := 0, ""
		for failures < 10 {
			if failures%3 == 0 {
				advance(w, 31*time.Second)
				key = send(t, w, mobile)
			}
			pin := w.Code(mobile)
			if pin == "" {
				pin = "0000"
			}
			if reply := verify(w, key, wrong(pin)); reply.Status != 422 || reply.Header.Get("Retry-After") != "" {
				t.Fatalf("%s, failure %d: %d %v", mobile, failures+1, reply.Status, reply.Header)
			}
			failures++
		}
		advance(w, 10*time.Second)
		reply := verify(w, key, "1234")
		if reply.Status != 422 || strings.TrimSpace(reply.Body) != invalidPin || reply.Header.Get("Retry-After") != "20" {
			t.Errorf("%s in the wait: %d %v %s", mobile, reply.Status, reply.Header, reply.Body)
		}
	}
	key := send(t, w, donor)
	if reply := verify(w, key, w.Code(donor)); reply.Status != 200 {
		t.Errorf("the right pin after the wait: %d %s", reply.Status, reply.Body)
	}
}

// C8: what can be no pin is refused like a wrong one, looks nothing up and uses up no guess.
func TestC8_NoPin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	key := send(t, w, donor)
	pin := w.Code(donor)
	story := w.Core.LoginByCode
	w.Core.LoginByCode = refusing[usecase.LoginByCodeIn, usecase.Grant]{errors.New("it was looked up")}
	for _, bad := range []string{
		"", " ", "123", "12345", pin + " ", " " + pin, "+123", "-123", "1e33", "12.4", "١٢٣٤", "１２３４", "12\\u0000", strings.Repeat("1", 5000), "abcd", "0x12",
	} {
		if reply := verify(w, key, bad); reply.Status != 422 || strings.TrimSpace(reply.Body) != invalidPin {
			t.Errorf("pin %.20q: %d %s", bad, reply.Status, reply.Body)
		}
	}
	for _, bad := range []string{"", "AAAA", key + "=", key[:23], "!" + key[1:], strings.Repeat("A", 5000), key[:21] + "B=="} {
		if reply := verify(w, bad, pin); reply.Status != 422 || strings.TrimSpace(reply.Body) != invalidPin {
			t.Errorf("key %.30q: %d %s", bad, reply.Status, reply.Body)
		}
	}
	for value, shown := range map[string]string{
		`1234`: `1234`, `12.5`: `12.5`, `1e3`: `1e3`, `true`: `true`, `false`: `false`, `null`: `nil`, `["1234"]`: `[...]`, `{"a":"b"}`: `{...}`,
		strings.Repeat("9", 400): strings.Repeat("9", 20) + "...",
	} {
		reply := w.Do("POST", verifyPath, `{"otp_auth_key":"`+key+`","pin":`+value+`}`)
		want := `{"error":"Invalid parameter 'pin' value ` + shown + `: Must be a String"}`
		if reply.Status != 422 || strings.TrimSpace(reply.Body) != want {
			t.Errorf("pin %.20s: %d %s", value, reply.Status, reply.Body)
		}
	}
	w.Core.LoginByCode = story
	if reply := verify(w, key, pin); reply.Status != 200 {
		t.Errorf("the right pin after all that: %d %s", reply.Status, reply.Body)
	}
}

func TestC7_OtherAppsPinAnswersNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	first := send(t, w, donor)
	second := send(t, w, admin)
	if reply := verify(w, first, w.Code(admin)); w.Code(admin) != w.Code(donor) && reply.Status != 422 {
		t.Errorf("another user's pin: %d", reply.Status)
	}
	if reply := verify(w, second, w.Code(admin)); reply.Status != 200 {
		t.Errorf("the user's own: %d %s", reply.Status, reply.Body)
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		headers []string
		sent    map[string]bool
	}{
		{nil, map[string]bool{donor: true, admin: true}},
		{[]string{"X-GOODCITY-APP-NAME: "}, map[string]bool{donor: true}},
		{[]string{"X-GOODCITY-APP-NAME: app.goodcity"}, map[string]bool{donor: true}},
		{[]string{"X-GOODCITY-APP-NAME: stock"}, map[string]bool{donor: true, admin: true}},
		{[]string{"X-GOODCITY-APP-NAME: browse.goodcity"}, map[string]bool{donor: true}},
		{[]string{"X-GOODCITY-APP-NAME: admin.goodcity"}, map[string]bool{donor: false, admin: true, stranger: false}},
		{[]string{"X-GOODCITY-APP-NAME: settings_editor"}, map[string]bool{donor: false, admin: false}},
		{[]string{"X-META: appVersion:0.1|appName:admin.goodcity"}, map[string]bool{donor: false, admin: true}},
		{[]string{"X-GOODCITY-APP-NAME: app", "X-META: appName:admin"}, map[string]bool{donor: true}},
	} {
		w := newWorld(t, EraCurrent)
		for mobile, want := range test.sent {
			send(t, w, mobile, test.headers...)
			if got := w.Code(mobile) != ""; got != want {
				t.Errorf("%v: a pin for %s is %v instead of %v", test.headers, mobile, got, want)
			}
		}
	}
}

// An app that takes a permission takes no newcomers: there is no account, and no message.
func TestNewcomersNeedAnOpenApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	if reply := w.Do("POST", signupAndSendPinPath, `{"mobile":"`+stranger+`"}`, "X-GOODCITY-APP-NAME: admin"); reply.Status != 200 {
		t.Fatalf("%d %s", reply.Status, reply.Body)
	}
	if len(w.Messages(stranger)) > 0 {
		t.Error("a stranger got a pin for the admin app")
	}
	if _, err := w.Store.Reader().Accounts.Find(t.Context(), domain.Identifier{Kind: domain.ByPhone, Value: stranger}); err == nil {
		t.Error("a stranger got an account by the admin app")
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	send(t, w, donor)
	advance(w, 31*time.Second)
	send(t, w, donor, "Accept-Language: zh-TW,zh;q=0.9,en;q=0.8")
	w.Do("POST", signupPath, `{"user_auth":{"email":"jake@example.com","address_attributes":{}}}`)
	sent := w.Messages(donor)
	if len(sent) != 2 {
		t.Fatalf("%d messages", len(sent))
	}
	for i, want := range []struct {
		locale, text string
		most         int // characters of one text message: GSM 7-bit, UCS-2
	}{{"en", "GoodCity.HK pin", 160}, {"zh-tw", "好人好市", 70}} {
		m := sent[i]
		if m.Locale != want.locale || !strings.Contains(m.Body, want.text) || !strings.Contains(m.Body, m.Code) || !strings.Contains(m.Body, "5") {
			t.Errorf("message in %s: %q", m.Locale, m.Body)
		}
		if length := utf8.RuneCountInString(m.Body); length > want.most {
			t.Errorf("%d characters in %s take more than one text message", length, m.Locale)
		}
	}
	mails := w.Messages("jake@example.com")
	if len(mails) != 1 || mails[0].Channel != domain.Email || mails[0].Subject == "" || !strings.Contains(mails[0].Body, mails[0].Code) {
		t.Errorf("mails: %v", mails)
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	for path := range calls {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"} {
			reply := w.Do("OPTIONS", path, "", "Origin: https://app.goodcity.hk", "Access-Control-Request-Method: "+method,
				"Access-Control-Request-Headers: authorization,x-goodcity-app-name,x-goodcity-app-sha")
			for name, want := range map[string]string{
				"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": method, "Access-Control-Allow-Credentials": "",
				"Access-Control-Allow-Headers": "authorization,x-goodcity-app-name,x-goodcity-app-sha", "Access-Control-Expose-Headers": "",
			} {
				if got := reply.Header.Get(name); got != want {
					t.Errorf("preflight for %s %s: %s is %q instead of %q", method, path, name, got, want)
				}
			}
			if reply.Status != http.StatusNoContent || reply.Body != "" {
				t.Errorf("preflight for %s %s: %d %s", method, path, reply.Status, reply.Body)
			}
		}
	}
	for _, reply := range []*httpapitest.Reply{
		w.Do("POST", sendPinPath, `{"mobile":""}`, "Origin: https://app.goodcity.hk"),
		w.Do("POST", sendPinPath, `{`, "Origin: null"),
		w.Do("POST", sendPinPath, `{}`, "Origin: https://a.example", "X-GOODCITY-APP-NAME: elsewhere"),
		w.Do("GET", profilePath, "", "Origin: https://a.example"),
	} {
		if reply.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("a site cannot read %d %s", reply.Status, reply.Body)
		}
	}
}

func TestCrossOriginListed(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, mounting(t, EraDocumented, func(o *Options) { o.Settings.AllowedOrigins = []string{"https://app.goodcity.hk"} }))
	for origin, want := range map[string]string{"https://app.goodcity.hk": "https://app.goodcity.hk", "https://evil.example": ""} {
		reply := w.Do("OPTIONS", sendPinPath, "", "Origin: "+origin, "Access-Control-Request-Method: POST")
		if got := reply.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: %q instead of %q", origin, got, want)
		}
	}
}
