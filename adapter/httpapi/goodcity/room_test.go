package goodcity

import (
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
)

const (
	donor    = "+85261677528" // of httpapitest's accounts
	admin    = "+85261000001"
	disabled = "+85261000009"
	stranger = "+85251641822"

	verifyPath         = "/api/v1/auth/verify"
	signupPath         = "/api/v1/auth/signup"
	profilePath        = "/api/v1/auth/current_user_profile"
	registerDevicePath = "/api/v1/auth/register_device"
	form               = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"
	invalidPin         = `{"errors":{"pin":"Invalid SMS code."}}`
)

// mounting puts the room on a World; change, when not nil, changes its options.
func mounting(t testing.TB, era string, change func(*Options)) func(w *httpapitest.World) {
	return func(w *httpapitest.World) {
		options := Options{Server: w.Server, Core: w.Core, Era: era}
		if change != nil {
			change(&options)
		}
		if err := Mount(options); err != nil {
			t.Fatal(err)
		}
	}
}

func newWorld(t testing.TB, era string) *httpapitest.World {
	return httpapitest.New(t, mounting(t, era, nil))
}

// send asks for a pin and returns the key.
func send(t testing.TB, w *httpapitest.World, mobile string, headers ...string) string {
	t.Helper()
	reply := w.Do("POST", sendPinPath, `{"mobile":"`+mobile+`"}`, headers...)
	key, ok := strings.CutPrefix(strings.TrimSpace(reply.Body), `{"otp_auth_key":"`)
	if reply.Status != 200 || !ok {
		t.Fatalf("send_pin for %s: %d %s", mobile, reply.Status, reply.Body)
	}
	return strings.TrimSuffix(key, `"}`)
}

func verify(w *httpapitest.World, key, pin string, headers ...string) *httpapitest.Reply {
	return w.Do("POST", verifyPath, `{"otp_auth_key":"`+key+`","pin":"`+pin+`"}`, headers...)
}

// logIn returns a token.
func logIn(t testing.TB, w *httpapitest.World, mobile string) string {
	t.Helper()
	key := send(t, w, mobile)
	reply := verify(w, key, w.Code(mobile))
	token, _, ok := strings.Cut(strings.TrimPrefix(reply.Body, `{"jwt_token":"`), `"`)
	if reply.Status != 200 || !ok {
		t.Fatalf("verify for %s: %d %s", mobile, reply.Status, reply.Body)
	}
	return token
}

// advance moves the clock when everything has been sent: a lease that runs out sends a message again.
func advance(w *httpapitest.World, by time.Duration) {
	w.Settle()
	w.Clock.Advance(by)
}

// wrong is a pin of the same length that is not this one.
func wrong(pin string) string {
	return string('0'+(pin[0]-'0'+1)%10) + pin[1:]
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, era := range []string{EraDocumented, EraCurrent} {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			httpapitest.Play(t, "testdata/"+era+"_*.http", mounting(t, era, nil))
			httpapitest.Play(t, "testdata/both_*.http", mounting(t, era, nil))
		})
	}
}

func TestMountRefusesWrongSettings(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, mounting(t, "", nil))
	if err := Mount(Options{Server: w.Server, Core: w.Core, Era: "victorian"}); err == nil || !strings.Contains(err.Error(), "victorian") {
		t.Errorf("an unknown era: %v", err)
	}
	if err := Mount(Options{Server: w.Server, Core: w.Core, Settings: httpapi.Settings{CodeLength: 3}}); err == nil {
		t.Error("three digits were taken")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, mounting(t, EraDocumented, func(o *Options) { o.Settings = httpapi.Settings{CodeLength: 6, NoSignUp: true} }))
	key := send(t, w, donor)
	if pin := w.Code(donor); len(pin) != 6 {
		t.Errorf("a pin of %d digits was sent", len(pin))
	}
	if reply := verify(w, key, w.Code(donor)); reply.Status != 200 {
		t.Errorf("six digits: %d %s", reply.Status, reply.Body)
	}
	for _, call := range []struct{ path, body string }{
		{signupAndSendPinPath, `{"mobile":"` + stranger + `"}`},
		{signupPath, `{"user_auth":{"mobile":"+85251224538","address_attributes":{}}}`},
	} {
		reply := w.Do("POST", call.path, call.body)
		if reply.Status != 200 || len(reply.Body) != len(`{"otp_auth_key":""}`)+keyLength+1 {
			t.Errorf("%s without signing up: %d %s", call.path, reply.Status, reply.Body)
		}
	}
	if len(w.Messages(stranger)) > 0 || len(w.Messages("+85251224538")) > 0 {
		t.Error("a stranger got a pin although nobody may sign up")
	}
}
