package main

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"
)

// dialect is one API as its clients use it.
type dialect struct {
	name    string
	contact func(p person) string // where its codes go
	// send asks for a code and returns what goes back with the answer.
	send func(c *conn, p person) (handle string, err error)
	// answer trades the code for a login.
	answer func(c *conn, p person, handle, code string) (login, error)
	// me is the request that reads who is logged in; nil where there is none.
	me func(l login) []byte
}

// login is what a client keeps.
type login struct {
	person
	token  string
	cookie string // NAME=VALUE
}

var basic = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("bench:secret")) + "\r\n"

func phoneOf(p person) string { return p.phone }
func emailOf(p person) string { return p.email }

var bigcity = &dialect{
	name: "bigcity", contact: phoneOf,
	send: func(c *conn, p person) (string, error) {
		return textFrom(c, request("POST", "/api/v1/auth/generate-otp", basic, `{"customer_id":"`+p.customer+`"}`), "reference_id")
	},
	answer: func(c *conn, p person, handle, code string) (login, error) {
		body := `{"customer_id":"` + p.customer + `","otp":"` + code + `","reference_id":"` + handle + `"}`
		token, err := textFrom(c, request("POST", "/api/v1/auth/verify-otp", basic, body), "token")
		return login{person: p, token: token}, err
	},
	me: func(l login) []byte {
		return request("GET", "/api/v1/customer/points?customer_id="+l.customer, bearer(l.token), "")
	},
}

var goodcity = &dialect{
	name: "goodcity", contact: phoneOf,
	send: func(c *conn, p person) (string, error) {
		return textFrom(c, request("POST", "/api/v1/auth/send_pin", "", `{"mobile":"`+p.phone+`"}`), "otp_auth_key")
	},
	answer: func(c *conn, p person, handle, code string) (login, error) {
		body := `{"otp_auth_key":"` + handle + `","pin":"` + code + `"}`
		token, err := textFrom(c, request("POST", "/api/v1/auth/verify", "", body), "jwt_token")
		return login{person: p, token: token}, err
	},
	me: func(l login) []byte { return request("GET", "/api/v1/auth/current_user_profile", bearer(l.token), "") },
}

var arita = &dialect{
	name: "arita", contact: emailOf,
	send: func(c *conn, p person) (string, error) {
		return textFrom(c, request("POST", "/web/auth/otp", "", `{"nature":6,"loginID":"`+p.email+`"}`), "otpToken")
	},
	answer: func(c *conn, p person, handle, code string) (login, error) {
		token, err := textFrom(c, request("POST", "/web/auth/login/verify", "", `{"otp":"`+code+`","otpToken":"`+handle+`"}`), "accessToken")
		return login{p, token, c.got.cookie}, err
	},
}

var bridgekeeper = &dialect{
	name: "bridgekeeper", contact: emailOf,
	send: func(c *conn, p person) (string, error) {
		_, err := c.ask(request("POST", "/api/auth/v1/users/send-otp", "", `{"email":"`+p.email+`"}`), http.StatusOK)
		return "", err
	},
	answer: func(c *conn, p person, _, code string) (login, error) {
		got, err := c.ask(request("POST", "/api/auth/v1/login", "", `{"email":"`+p.email+`","otp":"`+code+`"}`), http.StatusOK)
		if err != nil {
			return login{}, err
		}
		_, token, _ := strings.Cut(got.cookie, "=")
		return login{p, token, got.cookie}, nil
	},
	me: func(l login) []byte { return request("GET", "/api/auth/v1/users/me", "Cookie: "+l.cookie+"\r\n", "") },
}

var dialects = []*dialect{bigcity, goodcity, arita, bridgekeeper}

func bearer(token string) string { return "Authorization: Bearer " + token + "\r\n" }

// textFrom asks, and picks a member from the reply.
func textFrom(c *conn, request []byte, name string) (string, error) {
	got, err := c.ask(request, http.StatusOK)
	if err != nil {
		return "", err
	}
	return member(got.body, name)
}

// logIn is a whole login by code, the code's way through the webhook included.
func (w *world) logIn(c *conn, d *dialect, p person) (login, error) {
	code := w.inbox.await(d.contact(p))
	w.inbox.expected.Add(1)
	handle, err := d.send(c, p)
	if err != nil {
		return login{}, err
	}
	text, err := code()
	if err != nil {
		return login{}, err
	}
	return d.answer(c, p, handle, text)
}

// logIns logs n people in.
func (w *world) logIns(d *dialect, n int) ([]login, error) {
	c, err := dial(w.server.address, time.Now().Add(stuck))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	logins := make([]login, n)
	for i := range logins {
		if logins[i], err = w.logIn(c, d, w.people.take()); err != nil {
			return nil, err
		}
	}
	return logins, nil
}

// operation makes one that all workers do alike.
func (w *world) operation(name string, k kind, do step) *operation {
	steps := make([]step, w.workers)
	for i := range steps {
		steps[i] = do
	}
	return &operation{name: name, kind: k, on: w.server, steps: steps}
}

// sending asks for codes that nobody answers, for somebody else each time.
func (w *world) sending(d *dialect) *operation {
	o := w.operation("send "+d.name, sends, func(c *conn) error {
		w.inbox.expected.Add(1)
		_, err := d.send(c, w.people.take())
		return err
	})
	o.inbox = w.inbox
	return o
}

// coding logs somebody else in by code each time.
func (w *world) coding(d *dialect) *operation {
	o := w.operation("code login "+d.name, codeLogins, func(c *conn) error {
		_, err := w.logIn(c, d, w.people.take())
		return err
	})
	o.inbox = w.inbox
	return o
}

// reading has each worker ask who it is.
func (w *world) reading(d *dialect) (*operation, error) {
	logins, err := w.logIns(d, w.workers)
	o := &operation{name: "me " + d.name, kind: reads, on: w.server}
	for _, l := range logins {
		me := d.me(l)
		o.steps = append(o.steps, func(c *conn) error {
			_, err := c.ask(me, http.StatusOK)
			return err
		})
	}
	return o, err
}

// passwords logs in with a password, somebody else each time.
func (w *world) passwords() *operation {
	return w.operation("password login", passwordLogins, func(c *conn) error {
		p := w.people.all[int(w.withPassword.Add(1))%min(withPassword, len(w.people.all))]
		got, err := c.ask(request("POST", "/web/auth/login", "", `{"email":"`+p.email+`","password":"`+password+`"}`), http.StatusOK)
		if err == nil && got.cookie == "" {
			return errors.New("password login: no refresh cookie")
		}
		return err
	})
}

// refreshing has each worker trade its refresh token for the next one.
func (w *world) refreshing() (*operation, error) {
	logins, err := w.logIns(arita, w.workers)
	o := &operation{name: "refresh", kind: refreshes, on: w.server}
	for _, l := range logins {
		o.steps = append(o.steps, func(c *conn) error {
			before := l.cookie
			got, err := c.ask(request("GET", "/web/auth/refresh", "Cookie: "+l.cookie+"\r\n", ""), http.StatusOK)
			if err != nil {
				return err
			}
			if l.cookie = got.cookie; l.cookie == before {
				return errors.New("refresh: the token is still the same")
			}
			return nil
		})
	}
	return o, err
}
