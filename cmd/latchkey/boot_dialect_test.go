package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// person is somebody who logs in through one of the APIs.
type person struct {
	who  string // what the API is told
	to   string // where codes arrive
	line string // for the account import
}

// dialect is how one of the four APIs is spoken.
type dialect struct {
	name   string
	digits int
	person func(n int) person // the n-th of up to 10,000
	send   func(who string) request
	handle func(sent reply) string
	answer func(who, handle, code string) request
	token  func(entered reply) string
	// live shows the token; a live one is answered with the status welcome, a dead one with 401.
	live    func(who, token string) request
	welcome int
	logout  func(token string) request // nil where there is none
	wrong   int                        // status of a wrong code
}

// basic are the credentials that BigCity's document prints.
const basic = "Authorization: Basic YmlnY2l0eTpzZWNyZXQxMjM="

func bearer(token string) string { return "Authorization: Bearer " + token }

// asJSON spells a body.
func asJSON(body map[string]any) string {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // maps of texts and numbers always have a spelling
	}
	return string(text)
}

func post(path string, body map[string]any, headers ...string) request {
	return request{http.MethodPost, path, asJSON(body), headers}
}

// dialects are all four.
var dialects = []dialect{bigcityDialect, goodcityDialect, aritaDialect, bridgekeeperDialect}

var bigcityDialect = dialect{
	name: "bigcity", digits: 6, welcome: http.StatusOK, wrong: http.StatusUnprocessableEntity,
	person: func(n int) person {
		id, mobile := fmt.Sprintf("CUST%05d", n), fmt.Sprintf("+91980000%04d", n)
		return person{id, mobile, asJSON(map[string]any{"customer_id": id, "mobile": mobile, "points_earned": 10, "balance_points": 5})}
	},
	send: func(who string) request {
		return post("/api/v1/auth/generate-otp", map[string]any{"customer_id": who}, basic)
	},
	handle: func(sent reply) string { return sent.text("reference_id") },
	answer: func(who, handle, code string) request {
		return post("/api/v1/auth/verify-otp", map[string]any{"customer_id": who, "reference_id": handle, "otp": code}, basic)
	},
	token: func(entered reply) string { return entered.text("token") },
	live: func(who, token string) request {
		return request{http.MethodGet, "/api/v1/customer/points?customer_id=" + url.QueryEscape(who), "", []string{bearer(token)}}
	},
}

var goodcityDialect = dialect{
	name: "goodcity", digits: 4, welcome: http.StatusOK, wrong: http.StatusUnprocessableEntity,
	person: func(n int) person {
		mobile := fmt.Sprintf("+8526123%04d", n)
		return person{mobile, mobile, asJSON(map[string]any{"mobile": mobile, "first_name": "Mei"})}
	},
	send:   func(who string) request { return post("/api/v1/auth/send_pin", map[string]any{"mobile": who}) },
	handle: func(sent reply) string { return sent.text("otp_auth_key") },
	answer: func(_, handle, code string) request {
		return post("/api/v1/auth/verify", map[string]any{"otp_auth_key": handle, "pin": code})
	},
	token: func(entered reply) string { return entered.text("jwt_token") },
	live: func(_, token string) request {
		return request{http.MethodGet, "/api/v1/auth/current_user_profile", "", []string{bearer(token)}}
	},
}

var aritaDialect = dialect{
	name: "arita", digits: 4, welcome: http.StatusBadRequest, wrong: http.StatusUnauthorized,
	person: func(n int) person {
		mail := fmt.Sprintf("portal%04d@example.com", n)
		return person{mail, mail, asJSON(map[string]any{"email": mail})}
	},
	send:   func(who string) request { return post("/web/auth/otp", map[string]any{"nature": 6, "loginID": who}) },
	handle: func(sent reply) string { return sent.text("data", "otpToken") },
	answer: func(_, handle, code string) request {
		return post("/web/auth/login/verify", map[string]any{"otpToken": handle, "otp": code})
	},
	token: func(entered reply) string { return entered.text("data", "accessToken") },
	// Nothing in this API reads the account. Who is logged in is told that the old password is missing.
	live: func(_, token string) request {
		return request{http.MethodPut, "/web/auth/password", `{"password":"abcdefg1"}`, []string{bearer(token)}}
	},
	logout: func(token string) request {
		return request{http.MethodDelete, "/web/auth/logout", "", []string{bearer(token)}}
	},
}

var bridgekeeperDialect = dialect{
	name: "bridgekeeper", digits: 5, welcome: http.StatusOK, wrong: http.StatusUnauthorized,
	person: func(n int) person {
		mobile := fmt.Sprintf("+91988888%04d", n)
		return person{mobile, mobile, asJSON(map[string]any{"mobile": mobile, "name": "Jo"})}
	},
	send: func(who string) request {
		return post("/api/auth/v1/users/send-otp", map[string]any{"phone-number": who})
	},
	handle: func(reply) string { return "" },
	answer: func(who, _, code string) request {
		return post("/api/auth/v1/login", map[string]any{"phone-number": who, "otp": code})
	},
	token: func(entered reply) string { return entered.header.Get("x-qt-auth") },
	live: func(_, token string) request {
		return request{http.MethodGet, "/api/auth/v1/users/me", "", []string{"x-qt-auth: " + token}}
	},
	logout: func(token string) request {
		return request{http.MethodGet, "/api/auth/v1/logout", "", []string{"x-qt-auth: " + token}}
	},
}

// people imports the first n persons of each dialect.
func (s *site) people(n int, speak ...dialect) {
	s.t.Helper()
	var lines strings.Builder
	for _, d := range speak {
		for i := range n {
			lines.WriteString(d.person(i).line + "\n")
		}
	}
	s.must(lines.String(), "account", "import")
}

// ask sends a code to somebody, and tells the handle and the code.
func (v *visitor) ask(d dialect, p person, box *postbox) (handle, code string) {
	v.t.Helper()
	sent := v.want(http.StatusOK, d.send(p.who))
	code = box.take(p.to).code()
	if len(code) != d.digits {
		v.t.Fatalf("%s: the code %q has not %d digits", d.name, code, d.digits)
	}
	return d.handle(sent), code
}

// enter logs somebody in, and tells the token.
func (v *visitor) enter(d dialect, p person, box *postbox) string {
	v.t.Helper()
	handle, code := v.ask(d, p, box)
	token := d.token(v.want(http.StatusOK, d.answer(p.who, handle, code)))
	if token == "" {
		v.t.Fatalf("%s: no token", d.name)
	}
	v.want(d.welcome, d.live(p.who, token))
	return token
}

// wrongCode is the code this many further on, of the same length.
func wrongCode(t testing.TB, code string, further int) string {
	t.Helper()
	n, err := strconv.Atoi(code)
	if err != nil {
		t.Fatal(err)
	}
	next := fmt.Sprintf("%0*d", len(code), n+further)
	return next[len(next)-len(code):]
}

// eachDialect runs a test for each API, side by side, and waits for them.
func eachDialect(t *testing.T, test func(t *testing.T, d dialect)) {
	t.Helper()
	t.Run("in", func(t *testing.T) {
		for _, d := range dialects {
			t.Run(d.name, func(t *testing.T) {
				t.Parallel()
				test(t, d)
			})
		}
	})
}
