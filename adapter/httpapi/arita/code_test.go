package arita_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

// The document's otp is an integer, which has no leading zeros.
func TestOTPAsInteger(t *testing.T) {
	t.Parallel()
	for _, digits := range []int{4, 5} { // as the document's text and as its example
		w := newWorldWith(t, httpapi.Settings{CodeLength: digits})
		token := w.send(6, user)
		code := w.Code(user)
		if len(code) != digits {
			t.Fatalf("code of %d digits instead of %d", len(code), digits)
		}
		number, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		w.must(http.StatusOK, "POST", "/web/auth/login/verify", fmt.Sprintf(`{"otp":%d,"otpToken":%q}`, number, token))
	}
}

// Both natures of a code work for both sorts of loginID.
func TestNatures3And6ByMailAndPhone(t *testing.T) {
	t.Parallel()
	for _, loginID := range []string{user, "+85261677528"} {
		for nature, path := range map[int]string{3: "/web/auth/forgot-password/verify", 6: "/web/auth/login/verify"} {
			w := newWorld(t)
			token := w.send(nature, loginID)
			reply := w.must(http.StatusOK, "POST", path, answering(w.Code(loginID), token))
			if cookies := len(reply.Header.Values("Set-Cookie")); cookies != nature/6 {
				t.Errorf("nature %d sets %d cookies", nature, cookies)
			}
		}
	}
}

// The client may decode the documented claims; expiry is no exp.
func TestOTPTokenClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Clock.Advance(123456 * time.Microsecond)
	got := claims(t, w.send(6, "Test@AritaOne.com"))
	if handle, ok := got["jti"].(string); !ok || len(handle) < 22 {
		t.Errorf("jti is %v", got["jti"])
	}
	delete(got, "jti")
	want := map[string]any{
		"expiry": "2026-01-02T03:09:05Z", "loginID": "Test@AritaOne.com", "nature": float64(6),
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("claims are %v instead of %v", got, want)
	}
}

// C7: a code answers only for the nature, contact, token and account that it was made for, and trying it elsewhere does not
// spend it.
func TestC7_CodeAnswersOnlyItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, other := w.enter(), login{}
	token := w.send(6, "johndoe@example.com")
	reply := w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code("johndoe@example.com"), token))
	other.access = w.data(reply, "accessToken")

	w.Act("unlock", user)
	tokens := map[int]string{
		3: w.send(3, user), 6: w.send(6, user),
		4: w.send(4, "new@example.com", bearer(mine.access)), 5: w.send(5, "+85268098227", bearer(mine.access)),
	}
	codes := map[int]string{4: w.Code("new@example.com"), 5: w.Code("+85268098227")}
	for _, m := range w.Messages(user) {
		codes[map[string]int{"reset_password": 3, "login": 6}[string(m.Purpose)]] = m.Code
	}
	endpoints := map[int][2]string{
		3: {"POST", "/web/auth/forgot-password/verify"}, 4: {"PUT", "/web/auth/email"},
		5: {"PUT", "/web/auth/phone"}, 6: {"POST", "/web/auth/login/verify"},
	}
	for nature, token := range tokens {
		for wanted, endpoint := range endpoints {
			if nature != wanted {
				w.must(http.StatusBadRequest, endpoint[0], endpoint[1], answering(codes[nature], token), bearer(mine.access))
			}
		}
	}
	if codes[3] != codes[6] {
		w.must(http.StatusUnauthorized, "POST", "/web/auth/login/verify", answering(codes[3], tokens[6]))
	}
	stranger := w.send(6, "+85261677528")
	if w.Code("+85261677528") != codes[6] {
		w.must(http.StatusUnauthorized, "POST", "/web/auth/login/verify", answering(codes[6], stranger))
	}
	for _, nature := range []int{4, 5} {
		w.must(http.StatusUnauthorized, endpoints[nature][0], endpoints[nature][1], answering(codes[nature], tokens[nature]), bearer(other.access))
	}
	for _, nature := range []int{3, 6, 4, 5} { // the old address first
		endpoint := endpoints[nature]
		w.must(http.StatusOK, endpoint[0], endpoint[1], answering(codes[nature], tokens[nature]), bearer(mine.access))
	}
}

// C6: a new code ends the older one, whatever endpoint asks for it.
func TestC6_NewCodeEndsOlder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	oldToken, oldCode := w.send(3, user), w.Code(user)
	w.Clock.Advance(31 * time.Second)
	reply := w.must(http.StatusOK, "POST", "/web/auth/forgot-password", body(map[string]any{"email": user}))
	newToken, newCode := w.data(reply, "otpToken"), w.Code(user)
	w.must(http.StatusUnauthorized, "POST", "/web/auth/forgot-password/verify", answering(oldCode, oldToken))
	w.must(http.StatusUnauthorized, "POST", "/web/auth/forgot-password/verify", answering(newCode, oldToken))
	w.must(http.StatusOK, "POST", "/web/auth/forgot-password/verify", answering(newCode, newToken))
}

// C8: what cannot be a code is refused before anything is looked up, and is no guess: the right code stays good afterwards.
func TestC8_OTPThatIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.send(6, user)
	for _, otp := range []string{
		`null`, `true`, `false`, `""`, `" "`, `[]`, `[1234]`, `{}`, `{"otp":1234}`, `1234.0`, `12.5`, `1.234e3`, `1e3`, `1E3`, `-123`, `-0`,
		`12345`, `99999999999999999999`, `"12345"`, `"-123"`, `"+123"`, `"12 4"`, `" 123"`, `"123\n"`, `"１２３４"`, `"١٢٣٤"`, `"12a4"`, `"0x12"`,
		`"1234.0"`, `"\u0000123"`, `"` + strings.Repeat("1", 10_000) + `"`, strings.Repeat("1", 10_000),
	} {
		for _, endpoint := range []string{"/web/auth/login/verify", "/web/auth/forgot-password/verify"} {
			reply := w.must(http.StatusBadRequest, "POST", endpoint, `{"otp":`+otp+`,"otpToken":"`+token+`"}`)
			if !strings.HasPrefix(reply.Body, `{"success":false,"message":"otp is `) {
				t.Errorf("otp %.40s is answered %s", otp, reply.Body)
			}
		}
	}
	for _, text := range []string{
		`{"otpToken":"` + token + `"}`, `{"otp":"1234","otp":"1234","otpToken":"` + token + `"}`, `{"otp":01,"otpToken":"` + token + `"}`,
		`{"otp":"1234","otpToken":null}`, `{"otp":"1234","otpToken":7}`, `{"otp":"1234","otpToken":""}`, `[]`, `null`, `"x"`, `{} {}`, "{\"otp\":\"\xff\"}",
	} {
		w.must(http.StatusBadRequest, "POST", "/web/auth/login/verify", text)
	}
	wrong := w.wrong(user)
	for range 2 {
		w.must(http.StatusUnauthorized, "POST", "/web/auth/login/verify", answering(wrong, token))
	}
	w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(user), token))
}

// V1: no body is too long for an answer.
func TestV1_BodyTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.must(http.StatusRequestEntityTooLarge, "POST", "/web/auth/otp", sending(6, strings.Repeat("a", 64<<10)))
	if want := `{"success":false,"message":"The request body is too large","data":null}`; reply.Body != want {
		t.Errorf("answered %s", reply.Body)
	}
	w.must(http.StatusBadRequest, "POST", "/web/auth/otp", sending(6, strings.Repeat(" ", 5000)+user))
	w.must(http.StatusBadRequest, "POST", "/web/auth/forgot-password", body(map[string]any{"email": strings.Repeat(" ", 5000) + user}))
	w.must(http.StatusBadRequest, "POST", "/web/auth/login", body(map[string]any{"email": strings.Repeat(" ", 5000) + user, "password": password}))
}

// E1: asking for a code tells nothing of who has an account.
func TestE1_SendingAlike(t *testing.T) {
	t.Parallel()
	requests := map[string]func(to string) (path, body string){
		"reset": func(to string) (string, string) { return "/web/auth/otp", sending(3, to) },
		"login": func(to string) (string, string) { return "/web/auth/otp", sending(6, to) },
		"forgot": func(to string) (string, string) {
			return "/web/auth/forgot-password", body(map[string]any{"email": to})
		},
	}
	// The token repeats the loginID, so who is compared has one of the same length.
	pairs := [][2]string{
		{user, "none@aritaone.com"}, {"disabled@aritaone.com", "nobody12@aritaone.com"}, {"+85261000009", "+85261000019"}, {"+85261677528", "+85261677529"},
	}
	for name, request := range requests {
		for _, pair := range pairs {
			if name == "forgot" && pair[0][0] == '+' {
				continue
			}
			w := newWorld(t)
			var answers [2][2]*httpapitest.Reply
			for i, to := range pair {
				path, text := request(to)
				answers[i] = [2]*httpapitest.Reply{w.Do("POST", path, text), w.Do("POST", path, text)}
			}
			for try := range 2 {
				known, unknown := answers[0][try], answers[1][try]
				if known.Status != unknown.Status || len(known.Body) != len(unknown.Body) || fmt.Sprint(known.Header) != fmt.Sprint(unknown.Header) {
					t.Errorf("%s, %s, try %d: %d %v %s unlike %d %v %s", name, pair[0], try,
						known.Status, known.Header, known.Body, unknown.Status, unknown.Header, unknown.Body)
				}
			}
			if answers[0][0].Status != http.StatusOK || answers[0][1].Status != http.StatusTooManyRequests {
				t.Errorf("%s, %s: %d, then %d", name, pair[0], answers[0][0].Status, answers[0][1].Status)
			}
			if sent := len(w.Messages(pair[1])); sent != 0 {
				t.Errorf("%s: a stranger got %d messages", pair[1], sent)
			}
		}
	}
}

// E3, G1: whatever is wrong with an answer, it is refused alike, to the byte, for owners, strangers and the disabled; and the
// growing wait begins for all with the tenth failure.
func TestE3_RefusalsAlike(t *testing.T) {
	t.Parallel()
	var first []string
	for _, who := range []string{user, "none@aritaone.com", "disabled@aritaone.com"} {
		w := newWorld(t)
		var got []string
		note := func(reply *httpapitest.Reply) {
			got = append(got, fmt.Sprint(reply.Status, reply.Header, reply.Body))
		}
		for range 4 {
			token := w.send(6, who)
			for range 3 {
				note(w.Do("POST", "/web/auth/login/verify", answering(w.wrong(who), token)))
			}
			note(w.Do("POST", "/web/auth/login/verify", answering(w.Code(who)+"0000"[len(w.Code(who)):], token))) // no guesses left
			w.Clock.Advance(31 * time.Second)
		}
		if first == nil {
			first = got
		}
		for i := range got {
			if got[i] != first[i] {
				t.Errorf("%s, answer %d: %s unlike %s", who, i, got[i], first[i])
			}
		}
	}
	// Three codes of three guesses, each with one that is not compared, then the tenth failure starts the wait.
	for i, want := range []string{"401", "401", "401", "401", "401", "401", "401", "401", "401", "401", "401", "401", "401", "429", "429", "429"} {
		if !strings.HasPrefix(first[i], want) {
			t.Errorf("answer %d is %s instead of %s", i, first[i], want)
		}
		if want == "401" && first[i] != first[0] {
			t.Errorf("answer %d is %s instead of %s", i, first[i], first[0])
		}
		if want == "429" && !strings.Contains(first[i], "Retry-After:[30]") {
			t.Errorf("answer %d has no wait: %s", i, first[i])
		}
	}
}

// E3: wrong, used, expired, replaced, forged and foreign are one answer.
func TestE3_OneAnswerForAllCauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answers := map[string]*httpapitest.Reply{}
	answer := func(cause, otp, token string) {
		answers[cause] = w.must(http.StatusUnauthorized, "POST", "/web/auth/login/verify", answering(otp, token))
	}
	token := w.send(6, user)
	answer("wrong", w.wrong(user), token)
	w.must(http.StatusOK, "POST", "/web/auth/login/verify", answering(w.Code(user), token))
	answer("used", w.Code(user), token)
	w.Clock.Advance(31 * time.Second)
	replaced := token
	token = w.send(6, user)
	answer("replaced", w.Code(user), replaced)
	answer("forged", w.Code(user), token[:len(token)-4]+"AAAA")
	answer("cut", w.Code(user), token[:len(token)-1])
	answer("none", "1234", strings.Repeat("x", 5000))
	answer("unsigned", w.Code(user), "eyJhbGciOiJub25lIn0."+strings.Split(token, ".")[1]+".")
	mine := w.login(user, password)
	answer("access token", w.Code(user), mine.access)
	answer("refresh token", w.Code(user), mine.cookie)
	for range 3 {
		answer("wrong", w.wrong(user), token)
	}
	answer("exhausted", w.Code(user), token)
	w.Clock.Advance(31 * time.Second)
	token = w.send(6, user)
	w.Clock.Advance(5 * time.Minute)
	answer("expired", w.Code(user), token)
	for cause, reply := range answers {
		if want := answers["wrong"]; reply.Body != want.Body || fmt.Sprint(reply.Header) != fmt.Sprint(want.Header) {
			t.Errorf("%s: %v %s unlike %v %s", cause, reply.Header, reply.Body, want.Header, want.Body)
		}
	}
}

// E3, T1: wrong passwords are refused alike for all, and wait alike from the tenth on.
func TestE3_PasswordRefusalsAlike(t *testing.T) {
	t.Parallel()
	var first []string
	for _, who := range []string{user, "none@aritaone.com", "disabled@aritaone.com"} {
		w := newWorld(t)
		var got []string
		for range 11 {
			reply := w.Do("POST", "/web/auth/login", body(map[string]any{"email": who, "password": "PasghWgf2"}))
			got = append(got, fmt.Sprint(reply.Status, reply.Header, reply.Body))
		}
		if first == nil {
			first = got
		}
		if fmt.Sprint(got) != fmt.Sprint(first) {
			t.Errorf("%s: %v unlike %v", who, got, first)
		}
		last := got[len(got)-1]
		if !strings.HasPrefix(last, "429") || !strings.Contains(last, "Retry-After:[30]") {
			t.Errorf("%s: the eleventh is %s", who, last)
		}
	}
}

// claims decodes a token's payload.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %s", token)
	}
	var out map[string]any
	if err := json.Unmarshal(decode(t, parts[1]), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
