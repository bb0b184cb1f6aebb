package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/openapi/client"
	"latchkey/openapi/client/api"
)

const donor = "+85261677528"

func newGoodCity(t *testing.T, w *world, options ...client.Option) *client.GoodCity {
	t.Helper()
	goodcity, err := client.NewGoodCity(w.url, append([]client.Option{w.checked}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return goodcity
}

// typed answers the newest code sent to an address, after this many wrong ones.
func (w *world) typed(to string, wrongBefore int) *typing {
	answers := make([]func() string, wrongBefore+1)
	for i := range answers {
		answers[i] = func() string { return wrong(w.Code(to)) }
	}
	answers[wrongBefore] = func() string { return w.Code(to) }
	return &typing{answers: answers}
}

func TestGoodCity_Login(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	goodcity := newGoodCity(t, w)
	y := w.typed(donor, 2)
	session, err := goodcity.Login(t.Context(), donor, y.ask)
	if err != nil {
		t.Fatal(err)
	}
	if len(y.prompts) != 3 || y.prompts[0].To != donor {
		t.Errorf("prompts: %+v", y.prompts)
	}
	profile, err := goodcity.Resume(session.Save()).Profile(t.Context())
	if err != nil || *profile.UserProfile.FirstName != "Reynold" {
		t.Errorf("profile %+v, %v", profile, err)
	}
	if err := session.RegisterDevice(t.Context(), "a-handle", api.DevicePlatformFcm); err != nil {
		t.Error(err)
	}
	wants(t, session.RegisterDevice(t.Context(), " ", api.DevicePlatformFcm), client.ErrInvalid, 422)
	w.Act("disable", donor)
	_, err = session.Profile(t.Context())
	wants(t, err, client.ErrForbidden, 403)
}

func TestGoodCity_SignUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var verified string
	goodcity := newGoodCity(t, w, client.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/v1/auth/verify" {
			verified = bodyOf(t, r)
		}
		return w.transport.RoundTrip(r)
	})))
	for _, user := range []api.UserAuth{
		{Mobile: new("+85251224538"), FirstName: new("Jake")},
		{Mobile: new(""), Email: new("jake@example.com"), FirstName: new("Jake")},
	} {
		to := *user.Mobile
		if to == "" {
			to = *user.Email
		}
		y := w.typed(to, 1)
		session, err := goodcity.SignUp(t.Context(), user, y.ask)
		if err != nil {
			t.Fatal(err)
		}
		if byMail := strings.Contains(verified, `"pin_for":"email"`); byMail != strings.Contains(to, "@") {
			t.Errorf("%s: the pin is for the mail address: %v", to, byMail)
		}
		profile, err := session.Profile(t.Context())
		if err != nil || *profile.UserProfile.FirstName != "Jake" {
			t.Fatalf("%s: profile %+v, %v", to, profile, err)
		}
		if by := profile.UserProfile.IsEmailVerified; by == nil || *by != (to == "jake@example.com") {
			t.Errorf("%s: the address is verified: %v", to, by)
		}
	}
}

// bodyOf reads a copy of a request's body.
func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGoodCity_Refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	goodcity := newGoodCity(t, w)
	_, err := goodcity.SendCode(t.Context(), "+447700900123")
	if failure := wants(t, err, client.ErrInvalid, 422); failure.Message != "Mobile must begin with +852" {
		t.Errorf("message %q", failure.Message)
	}
	_, err = newGoodCity(t, w, client.WithAppName("someone else's")).SendCode(t.Context(), donor)
	wants(t, err, client.ErrForbidden, 403)
	_, err = newGoodCity(t, newCurrentWorld(t), client.WithAppName("someone else's")).SendCode(t.Context(), donor)
	wants(t, err, client.ErrForbidden, 401)
	sent, err := newGoodCity(t, w, client.WithAppName("stock.goodcity")).SendCode(t.Context(), donor)
	if err != nil {
		t.Fatal(err)
	}
	_, err = goodcity.SendCode(t.Context(), donor)
	wants(t, err, client.ErrTooMany, 429)
	_, err = newGoodCity(t, w, client.WithLanguage("zh-tw")).Verify(t.Context(), sent, wrong(w.Code(donor)))
	if failure := wants(t, err, client.ErrWrongCode, 422); failure.Message != "驗證碼不正確。" {
		t.Errorf("message %q", failure.Message)
	}
	_, err = goodcity.Resume(client.Saved{Token: "x.y.z"}).Profile(t.Context())
	wants(t, err, client.ErrUnauthenticated, 401)
}

// After many wrong pins even the right one has to wait, which the API says by Retry-After alone.
func TestGoodCity_GuessWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	goodcity := newGoodCity(t, w)
	for range 4 {
		sent, err := goodcity.SendCode(t.Context(), donor)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, err = goodcity.Verify(t.Context(), sent, wrong(w.Code(donor)))
			if failure, ok := err.(*client.Error); ok && failure.RetryAfter > 0 {
				wants(t, err, client.ErrTooMany, 422)
				return
			}
			wants(t, err, client.ErrWrongCode, 422)
		}
		w.Clock.Advance(20 * time.Minute)
	}
	t.Error("no wait came")
}
