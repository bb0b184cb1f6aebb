package arita_test

import (
	"net/http"
	"strings"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// Any Chinese is answered and written to in Traditional Chinese; whoever wants something else first gets that, or English.
func TestLanguage(t *testing.T) {
	t.Parallel()
	const english, chinese = "email is required", "email 為必填項"
	for wanted, text := range map[string]string{
		"": english, "en": english, "en-GB": english, "fr": english, "*": english, "en-US,en;q=0.9,zh-TW;q=0.8": english, "zh;q=0.5, en;q=0.9": english,
		strings.Repeat("zh,", 100): english, "\x00": english,
		"zh": chinese, "zh-TW": chinese, "zh-tw": chinese, "zh-HK": chinese, "zh-MO": chinese, "zh-Hant": chinese, "zh-Hant-HK": chinese, "zh-CN": chinese, "zh-Hans": chinese,
		"zh-HK,zh;q=0.9,en;q=0.8": chinese, "zh-CN,zh;q=0.9,en-US;q=0.8,en;q=0.7": chinese, "zh, en;q=0.5": chinese, "fr, zh;q=0.5": chinese,
	} {
		w := newWorld(t)
		reply := w.must(http.StatusBadRequest, "POST", "/web/auth/login", "{}", "Accept-Language: "+wanted)
		if want := `{"success":false,"message":"` + text + `","data":null}`; reply.Body != want {
			t.Errorf("%q: %s", wanted, reply.Body)
		}
		w.send(6, user, "Accept-Language: "+wanted)
		if message := w.Messages(user)[0]; strings.Contains(message.Body, "驗證碼") != (text == chinese) {
			t.Errorf("%q: the message is %q", wanted, message.Body)
		}
	}
}

// Settings may reword login codes, in either language.
func TestSettingsMessages(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, httpapi.Settings{Messages: map[string]domain.Template{"zh-TW": {SMS: "碼 {{code}}"}, "en": {Subject: "Arita"}}})
	w.send(6, "+85261677528", "Accept-Language: zh-HK")
	w.send(6, user)
	if got, want := w.Messages("+85261677528")[0].Body, "碼 "+w.Code("+85261677528"); got != want {
		t.Errorf("the text message is %q", got)
	}
	if got := w.Messages(user)[0]; got.Subject != "Arita" || !strings.Contains(got.Body, w.Code(user)) {
		t.Errorf("the mail is %q, %q", got.Subject, got.Body)
	}
}
