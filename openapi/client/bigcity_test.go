package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"latchkey/openapi/client"
	"latchkey/openapi/client/api"
)

const (
	customer       = "CUST12345"
	customerMobile = "+919800000045"
)

func newBigCity(t *testing.T, w *world, options ...client.Option) *client.BigCity {
	t.Helper()
	bigcity, err := client.NewBigCity(w.url, "bigcity", "secret123", append([]client.Option{w.checked}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return bigcity
}

// typing answers the same to every prompt, and keeps the prompts.
type typing struct {
	answers []func() string
	prompts []client.Prompt
}

func (y *typing) ask(_ context.Context, p client.Prompt) (string, error) {
	y.prompts = append(y.prompts, p)
	return y.answers[min(len(y.prompts), len(y.answers))-1](), nil
}

// wants fails the test unless err is an *Error of this kind and status.
func wants(t *testing.T, err, kind error, status int) *client.Error {
	t.Helper()
	failure, ok := errors.AsType[*client.Error](err)
	if !ok || !errors.Is(err, kind) || failure.Status != status {
		t.Fatalf("error is %v, want %v with status %d", err, kind, status)
	}
	return failure
}

func TestBigCity_LoginAsksAgainAfterAWrongCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	right := func() string { return w.Code(customerMobile) }
	bad := func() string { return wrong(right()) }
	spaced := func() string { return " " + right()[:3] + " " + right()[3:] + "\n" }
	y := &typing{answers: []func() string{bad, func() string { return "abc" }, spaced}}
	session, err := newBigCity(t, w).Login(t.Context(), customer, y.ask)
	if err != nil {
		t.Fatal(err)
	}
	if session.CustomerID() != customer || session.Mobile() != "98XXXXXX45" || session.Token() == "" {
		t.Errorf("session of %s, %s", session.CustomerID(), session.Mobile())
	}
	if len(y.prompts) != 3 || y.prompts[0].LastErr != nil || y.prompts[2].Attempt != 3 {
		t.Fatalf("prompts: %+v", y.prompts)
	}
	wants(t, y.prompts[1].LastErr, client.ErrWrongCode, 422)
	wants(t, y.prompts[2].LastErr, client.ErrWrongCode, 0)
}

func TestBigCity_LoginEndsWithTheTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y := &typing{answers: []func() string{func() string { return wrong(w.Code(customerMobile)) }}}
	_, err := newBigCity(t, w).Login(t.Context(), customer, y.ask)
	wants(t, err, client.ErrWrongCode, 422)
	if len(y.prompts) != 3 {
		t.Errorf("%d prompts", len(y.prompts))
	}
	w.Clock.Advance(31 * time.Second)
	_, err = newBigCity(t, w, client.WithTries(4)).Login(t.Context(), customer, y.ask)
	if failure := wants(t, err, client.ErrTooMany, 429); failure.RetryAfter != 30*time.Second {
		t.Errorf("a dead code says to wait %s, want until a new one may be sent", failure.RetryAfter)
	}
}

func TestBigCity_LoginEndsWhenThePersonGivesUp(t *testing.T) {
	t.Parallel()
	gaveUp := errors.New("gave up")
	_, err := newBigCity(t, newWorld(t)).Login(t.Context(), customer, func(context.Context, client.Prompt) (string, error) { return "", gaveUp })
	if err != gaveUp {
		t.Errorf("error is %v", err)
	}
}

func TestBigCity_Refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bigcity := newBigCity(t, w)
	_, err := bigcity.SendCode(t.Context(), "NOBODY")
	wants(t, err, client.ErrUnknownCustomer, 404)
	_, err = bigcity.SendCode(t.Context(), " ")
	wants(t, err, client.ErrInvalid, 400)
	stranger, err := client.NewBigCity(w.url, "bigcity", "guessed", w.checked)
	if err != nil {
		t.Fatal(err)
	}
	_, err = stranger.SendCode(t.Context(), customer)
	wants(t, err, client.ErrUnauthenticated, 401)

	sent, err := bigcity.SendCode(t.Context(), customer)
	if err != nil {
		t.Fatal(err)
	}
	_, err = bigcity.SendCode(t.Context(), customer)
	if failure := wants(t, err, client.ErrTooMany, 429); failure.RetryAfter != 30*time.Second {
		t.Errorf("wait %s", failure.RetryAfter)
	}
	code := w.Code(customerMobile)
	w.Clock.Advance(5*time.Minute + time.Second)
	_, err = bigcity.Verify(t.Context(), sent, code)
	wants(t, err, client.ErrExpiredCode, 422)
	if strings.Contains(err.Error(), code) {
		t.Errorf("%v tells the code", err)
	}
}

func TestBigCity_SessionIsSavedAndEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bigcity := newBigCity(t, w)
	session, err := bigcity.Login(t.Context(), customer, (&typing{answers: []func() string{func() string { return w.Code(customerMobile) }}}).ask)
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.Marshal(session.Save())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("saved", "session", session.Save())
	for _, text := range []string{log.String(), fmt.Sprint(session.Save()), fmt.Sprintf("%+v", session.Save()), fmt.Sprintf("%#v", session.Save())} {
		if strings.Contains(text, session.Token()) {
			t.Errorf("printing a saved session tells its token: %s", text)
		}
	}
	var saved client.Saved
	if err := json.Unmarshal(file, &saved); err != nil {
		t.Fatal(err)
	}
	resumed := bigcity.Resume(saved)
	points, err := resumed.Points(t.Context())
	if err != nil || points.PointsEarned != 5000 || points.BalancePoints != 3500 || resumed.Mobile() != session.Mobile() {
		t.Errorf("points %+v, %v", points, err)
	}
	raw, err := resumed.API().GetCustomerPointsWithResponse(t.Context(), &api.GetCustomerPointsParams{CustomerID: "CUSTDISABLED"})
	if err != nil || raw.JSON403 == nil {
		t.Errorf("another customer's points: %+v, %v", raw, err)
	}
	w.Act("revoke", customer)
	_, err = resumed.Points(t.Context())
	wants(t, err, client.ErrUnauthenticated, 401)
	saved.Token = "x.y.z"
	_, err = bigcity.Resume(saved).Points(t.Context())
	wants(t, err, client.ErrUnauthenticated, 401)
}
