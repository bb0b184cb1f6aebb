package bigcity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	d, err := newDialect(Options{Issuer: "https://login.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	want := domain.CodePolicy{
		Length: 6, Lifetime: 5 * time.Minute, Attempts: 3, ResendWait: 30 * time.Second, SendsPerHour: 5, SendsPerDay: 20,
	}
	if d.Name != "bigcity" || d.Codes != want || d.Refreshes {
		t.Errorf("%+v", d)
	}
	const day = 24 * time.Hour
	if d.Lifetimes != (domain.Lifetimes{Access: day, Idle: day, Absolute: day}) {
		t.Errorf("%+v", d.Lifetimes)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings(httpapi.Settings{
		CodeLength: 8, CodeLifetime: time.Minute, Attempts: 1, ResendWait: 10 * time.Second, SendsPerHour: 3, AccessLifetime: 2 * time.Hour,
		Messages: map[string]domain.Template{"en": {SMS: "Use {{code}} within {{minutes}} minute"}, "ta": {SMS: "{{code}} தமிழ்"}},
	}))
	reference := w.generate(customer)
	code := w.Code(mobile)
	if body := w.Messages(mobile)[0].Body; len(code) != 8 || body != "Use "+code+" within 1 minute\n\n@login.example.com #"+code {
		t.Errorf("code %q, message %q", code, body)
	}
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, code[:6], reference)) // six digits are no answer now, and no guess
	w.refused(422, "Invalid OTP", verifyPath, answering(customer, wrong(code), reference))
	w.refused(429, "Too many attempts. Please try again later.", verifyPath, answering(customer, code, reference))
	w.advance(10 * time.Second)
	reference = w.generate(customer)
	w.advance(time.Minute)
	w.refused(422, "OTP has expired. Please request a new one.", verifyPath, answering(customer, w.Code(mobile), reference))
	token := w.logIn(customer, mobile)
	w.advance(10 * time.Second)
	if reply := w.refused(429, "Too many attempts. Please try again later.", generatePath, asking(customer)); reply.Header.Get("Retry-After") != "3520" {
		t.Errorf("the fourth in an hour: Retry-After %q", reply.Header.Get("Retry-After"))
	}
	w.advance(2*time.Hour - 11*time.Second)
	if reply := w.points(customer, token); reply.Status != http.StatusOK {
		t.Errorf("in the last second: %d", reply.Status)
	}
	w.advance(time.Second)
	if reply := w.points(customer, token); reply.Status != http.StatusUnauthorized {
		t.Errorf("after two hours: %d", reply.Status)
	}
}

func TestMountRefusesWrongSettings(t *testing.T) {
	t.Parallel()
	w := httpapitest.New(t, with(t, nil))
	for name, bad := range map[string]httpapi.Settings{
		"code length":      {CodeLength: 3},
		"lifetime (C2)":    {CodeLifetime: 11 * time.Minute},
		"message, no code": {Messages: map[string]domain.Template{"en": {SMS: "hello"}}},
	} {
		if err := Mount(Options{Server: w.Server, Core: w.Core, Settings: bad, Clients: httpapi.NewClients(nil)}); err == nil || !strings.HasPrefix(err.Error(), "bigcity: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The line with which browsers fill in codes stands last and by itself (W), in text messages only.
func TestMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ host, id, to, want string }{
		"English": {"login.example.com", customer, mobile,
			"CODE is your BigCity login code. It is good for 5 minutes. Do not share it with anyone.\n\n@login.example.com #CODE"},
		"Hindi": {"login.example.com", "CUSTHINDI", "+919800000046",
			"CODE आपका BigCity लॉगिन कोड है। यह 5 मिनट तक मान्य है। इसे किसी को न बताएँ।\n\n@login.example.com #CODE"},
		"no host": {"", customer, mobile, "CODE is your BigCity login code. It is good for 5 minutes. Do not share it with anyone."},
		"mail": {"login.example.com", "CUSTMAIL", "customer@example.com",
			"Your login code is CODE. It is good for 5 minutes and for one login.\n\nIf you did not ask for it, ignore this mail: without the code nobody gets in.\n"},
	} {
		w := newWorld(t, func(o *Options) { o.WebOTPHost = c.host })
		w.generate(c.id)
		sent := w.Messages(c.to)
		if len(sent) != 1 || len(sent[0].Code) != 6 || sent[0].Body != strings.ReplaceAll(c.want, "CODE", sent[0].Code) {
			t.Errorf("%s: %+v", name, sent)
		}
	}
}

// The message goes to the registered number and tells nothing that the request said (V5, I1).
func TestV5_NothingOfTheRequestInMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.must(http.StatusOK, "POST", generatePath, `{"customer_id":"CUST12345","mobile":"+919800000046","message":"http://evil.example"}`,
		"Host: evil.example", "X-Forwarded-Host: evil.example", "Origin: https://evil.example")
	if len(w.Messages("+919800000046")) > 0 || strings.Contains(w.Messages(mobile)[0].Body, "evil") {
		t.Errorf("%+v", w.Messages(mobile))
	}
}
