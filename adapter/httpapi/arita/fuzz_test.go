package arita_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"latchkey/adapter/httpapi/httpapitest"
)

// check holds a reply to what holds for every reply: never our mistake, always the envelope. The World checks it against the
// document besides.
func check(t *testing.T, reply *httpapitest.Reply) {
	t.Helper()
	if reply.Status >= http.StatusInternalServerError {
		t.Errorf("status %d: %s", reply.Status, reply.Body)
	}
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal([]byte(reply.Body), &envelope); err != nil || len(envelope) != 3 || envelope["data"] == nil || envelope["message"] == nil {
		t.Errorf("no envelope: %q", reply.Body)
	}
	if want := reply.Status == http.StatusOK; string(envelope["success"]) != map[bool]string{true: "true", false: "false"}[want] {
		t.Errorf("status %d with %s", reply.Status, reply.Body)
	}
}

// fuzz plays every body against the operations. TOKEN and CODE in a body stand for a live otpToken and its code.
func fuzz(f *testing.F, prepare func(w *world) (token, code string, headers []string), operations [][2]string, seeds ...string) {
	for _, seed := range append(seeds, "", "{}", "[]", "null", "{", `"x"`, "{\"otp\":\"\xff\"}", `{"a":{"b":[1,2,{}]}}`, strings.Repeat("[", 10_001)) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, operation := range operations {
			w := newWorld(t)
			token, code, headers := prepare(w)
			text := strings.NewReplacer("TOKEN", token, "CODE", code).Replace(text)
			check(t, w.Do(operation[0], operation[1], text, headers...))
		}
	})
}

func nothing(*world) (string, string, []string) { return "", "", nil }

func FuzzLogin(f *testing.F) {
	fuzz(f, nothing, [][2]string{{"POST", "/web/auth/login"}},
		`{"email":"test@aritaone.com","password":"PasghWgf"}`, `{"email":"x","password":null}`, `{"Email":"a@b.c","PASSWORD":"\u0000"}`, `{"email":{},"password":[]}`)
}

func FuzzSendOTP(f *testing.F) {
	loggedIn := func(w *world) (string, string, []string) {
		token := w.send(6, user)
		reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(user), token))
		return "", "", []string{bearer(w.data(reply, "accessToken"))}
	}
	fuzz(f, loggedIn, [][2]string{{"POST", "/web/auth/otp"}},
		`{"nature":6,"loginID":"test@aritaone.com"}`, `{"nature":3,"loginID":"61677528"}`, `{"nature":4,"loginID":"é@例え.jp"}`, `{"nature":5,"loginID":"+852 6809 8227 ext. 5"}`,
		`{"nature":6e0,"loginID":1}`, `{"nature":4294967302,"loginID":"x"}`)
}

func FuzzForgotPassword(f *testing.F) {
	fuzz(f, nothing, [][2]string{{"POST", "/web/auth/forgot-password"}}, `{"email":"test@aritaone.com"}`, `{"email":"a@[127.0.0.1]"}`, `{"email":"\ud800@x.y"}`)
}

func FuzzVerify(f *testing.F) {
	sent := func(w *world) (string, string, []string) {
		token := w.send(6, user)
		return token, w.Code(user), nil
	}
	fuzz(f, sent, [][2]string{{"POST", "/web/auth/login/verify"}, {"POST", "/web/auth/forgot-password/verify"}},
		`{"otp":"CODE","otpToken":"TOKEN"}`, `{"otp":1e3,"otpToken":"TOKEN"}`, `{"otp":"CODE","otpToken":"TOKENx"}`, `{"otp":-0,"otpToken":"eyJ.."}`)
}

func FuzzUpdateContact(f *testing.F) {
	sent := func(w *world) (string, string, []string) {
		token := w.send(6, user)
		reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(user), token))
		header := bearer(w.data(reply, "accessToken"))
		token = w.send(4, "new@example.com", header)
		return token, w.Code("new@example.com"), []string{header}
	}
	fuzz(f, sent, [][2]string{{"PUT", "/web/auth/email"}, {"PUT", "/web/auth/phone"}},
		`{"otp":"CODE","otpToken":"TOKEN"}`, `{"otp":"CODE","otpToken":"TOKEN","otp ":1}`, `{"otp":[],"otpToken":{}}`)
}

func FuzzSetPassword(f *testing.F) {
	reset := func(w *world) (string, string, []string) { return "", "", []string{bearer(w.resetToken(user))} }
	fuzz(f, reset, [][2]string{{"PUT", "/web/auth/password"}},
		`{"password":"gdfhdjo33"}`, `{"Password":null}`, `{"password":"1234567a","oldPassword":7}`, `{"password":"\u202e1234567a"}`)
}

// Names and languages of any bytes never break a reply.
func FuzzHeaders(f *testing.F) {
	f.Add("zh-HK, zh;q=0.9", "Bearer x.y.z", "refreshToken=x")
	f.Add("zh;q=2, \xff", "bearer", `refreshToken="x"`)
	f.Fuzz(func(t *testing.T, language, authorization, cookie string) {
		if strings.ContainsAny(language+authorization+cookie, "\r\n\x00") || !utf8.ValidString(authorization) {
			return // the server's HTTP layer refuses such headers
		}
		w := newWorld(t)
		headers := []string{"Accept-Language: " + language, "Authorization: " + authorization, "Cookie: " + cookie}
		check(t, w.Do("GET", "/web/auth/refresh", "", headers...))
		check(t, w.Do("PUT", "/web/auth/email", "{}", headers...))
		check(t, w.Do("DELETE", "/web/auth/logout", "", headers...))
	})
}
