package usecase_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// link asks for a link and returns its token, empty when nobody gets it.
func (w *world) link(raw string, purpose domain.Purpose, lifetime time.Duration) string {
	w.t.Helper()
	before := len(w.sent)
	_, err := w.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{
		Caller: w.caller(), Purpose: purpose, Contact: w.contact(raw),
		Link: &usecase.Link{Lifetime: lifetime, Address: func(token string) string { return "https://site/?token=" + token }},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	for _, m := range w.sent[before:] {
		if _, token, ok := strings.Cut(m.Body, "token="); ok {
			if m.Code != "" {
				w.t.Errorf("the message has a code, %q", m.Code)
			}
			return token
		}
	}
	return ""
}

func (w *world) reset(answer usecase.Answer, password string) error {
	_, err := w.ResetPassword.Execute(context.Background(), usecase.ResetPasswordIn{
		Caller: w.caller(), Answer: answer, Rule: eight, Password: password,
	})
	return err
}

// linked is a world whose templates have links.
func linked(t *testing.T) *world {
	w := newWorld(t)
	template := map[string]domain.Template{"en": {Subject: "link", Text: "{{link}}"}}
	w.dialect.Templates[domain.PurposeResetPassword], w.dialect.Templates[domain.PurposeVerifyEmail] = template, template
	return w
}

func TestK6_ResetByLinkOnce(t *testing.T) {
	t.Parallel()
	w := linked(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("old password")})
	session := w.mustLogin(mail)
	token := w.link(mail, domain.PurposeResetPassword, domain.ResetLifetime)
	if handle, secret, _ := strings.Cut(token, "."); len(handle) < 22 || len(secret) < 43 {
		t.Fatalf("token %q", token)
	}
	answer := usecase.AnswerLink(domain.PurposeResetPassword, token)
	wantCode(t, w.reset(answer, "1234567"), domain.CodePasswordRule)
	wantCode(t, w.reset(usecase.AnswerLink(domain.PurposeVerifyEmail, token), "new password"), domain.CodeUnknown) // C7
	wantCode(t, w.reset(usecase.AnswerLink(domain.PurposeResetPassword, token+"x"), "new password"), domain.CodeMismatch)
	for _, bad := range []string{"", ".", "x", "x.y", "." + token} {
		wantCode(t, w.reset(usecase.AnswerLink(domain.PurposeResetPassword, bad), "new password"), domain.CodeUnknown)
	}
	if err := w.reset(answer, "new password"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.reset(answer, "third password"), domain.CodeUnknown)
	wantCode(t, w.authenticate(session.AccessToken), domain.CodeTokenInvalid)
	_, err := w.AuthenticatePassword.Execute(context.Background(), usecase.AuthenticatePasswordIn{
		Caller: w.caller(), Login: domain.ContactIdentifier(w.contact(mail)), Password: "new password",
	})
	if err != nil {
		t.Error(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	if told := w.told(domain.NoticePasswordChanged); len(told) != 1 || told[0].To != mail {
		t.Errorf("the owner was told %v", told)
	}
}

func TestK6_LinkExpires(t *testing.T) {
	t.Parallel()
	w := linked(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	token := w.link(mail, domain.PurposeResetPassword, domain.ResetLifetime)
	w.clock.Advance(domain.ResetLifetime)
	wantCode(t, w.reset(usecase.AnswerLink(domain.PurposeResetPassword, token), "new password"), domain.CodeExpired)
}

func TestE1_LinkForNobody(t *testing.T) {
	t.Parallel()
	w := linked(t)
	w.account(usecase.AccountChange{Email: new(mail), Disabled: new(true)})
	for _, address := range []string{mail, "nobody@example.com"} {
		if token := w.link(address, domain.PurposeResetPassword, domain.ResetLifetime); token != "" {
			t.Errorf("%s got a link", address)
		}
	}
}

func TestT4_ResetByCodeIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	w.mustIssue(mail)
	answer := usecase.Answer{Purpose: domain.PurposeLogin, Contact: w.contact(mail), Code: "0428"}
	for range 3 {
		wantCode(t, w.reset(answer, "new password"), domain.CodeMismatch)
	}
	answer.Code = "0427"
	wantCode(t, w.reset(answer, "new password"), domain.CodeExhausted)
	w.clock.Advance(time.Minute)
	w.mustIssue(mail)
	if err := w.reset(answer, "new password"); err != nil {
		t.Error(err)
	}
	w.mustIssue("nobody@example.com", strangers)
	answer.Contact = w.contact("nobody@example.com")
	wantCode(t, w.reset(answer, "new password"), domain.CodeUnknown)
}

func TestVerifyContactByLink(t *testing.T) {
	t.Parallel()
	w := linked(t)
	grant, err := w.byPassword(mail, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	token := w.link(mail, domain.PurposeVerifyEmail, domain.VerifyLinkLifetime)
	w.clock.Advance(domain.VerifyLinkLifetime - time.Second)
	in := usecase.VerifyContactIn{Caller: w.caller(), Answer: usecase.AnswerLink(domain.PurposeVerifyEmail, token)}
	account, err := w.VerifyContact.Execute(context.Background(), in)
	if err != nil || account.ID != grant.Account.ID || !account.EmailVerified || account.PasswordHash == "" {
		t.Fatalf("%+v, %v", account, err)
	}
	_, err = w.VerifyContact.Execute(context.Background(), in)
	wantCode(t, err, domain.CodeUnknown)
}

func TestEditProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone), Name: new("Mei"), LastName: new("Chan")})
	identity := w.identity(w.mustLogin(phone).AccessToken, domain.ScopeFull)
	edit := func(in usecase.EditProfileIn) (domain.Account, error) {
		in.Caller, in.Identity = w.caller(), identity
		return w.EditProfile.Execute(context.Background(), in)
	}
	account, err := edit(usecase.EditProfileIn{FirstName: new("Mei"), LastName: new("")})
	if err != nil || account.Name != "Mei" || account.FirstName != "Mei" || account.LastName != "" {
		t.Errorf("%+v, %v", account, err)
	}
	_, err = edit(usecase.EditProfileIn{Name: new("Mei\r\nBcc: x")}) // V5
	wantCode(t, err, domain.CodeMalformed)
	report, err := w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: phone})
	if err != nil || report.Account.Name != "Mei" {
		t.Errorf("%+v, %v", report.Account, err)
	}
}

func TestC3_ParallelResets(t *testing.T) {
	t.Parallel()
	w := linked(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	answer := usecase.AnswerLink(domain.PurposeResetPassword, w.link(mail, domain.PurposeResetPassword, domain.ResetLifetime))
	won := make(chan bool, 20)
	for range cap(won) {
		go func() { won <- w.reset(answer, "new password") == nil }()
	}
	wins := 0
	for range cap(won) {
		if <-won {
			wins++
		}
	}
	if wins != 1 {
		t.Errorf("%d resets by one link", wins)
	}
}

// T4: no call that takes a code, or makes an account, is without a limit by address.
func TestT4_NewCallsAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	once := func(name string) usecase.LimitRule {
		return usecase.LimitRule{Name: name, Burst: 1, Period: time.Minute}
	}
	for name, call := range map[string]func(w *world, caller usecase.Caller) error{
		"sign up": func(w *world, caller usecase.Caller) error {
			_, err := w.SignUp.Execute(context.Background(), usecase.SignUpIn{Caller: caller, Rule: eight})
			return err
		},
		"reset": func(w *world, caller usecase.Caller) error {
			_, err := w.ResetPassword.Execute(context.Background(), usecase.ResetPasswordIn{Caller: caller, Rule: eight})
			return err
		},
		"verify": func(w *world, caller usecase.Caller) error {
			_, err := w.VerifyContact.Execute(context.Background(), usecase.VerifyContactIn{Caller: caller})
			return err
		},
	} {
		w := newWorld(t, func(p *usecase.Ports) {
			p.Limiter, p.Limits = counter{}, usecase.Limits{Sends: once("sends"), Answers: once("answers")}
		})
		caller := w.caller()
		caller.IP = netip.MustParseAddr("192.0.2.1")
		if err := call(w, caller); domain.HasCode(err, domain.CodeCallsLimited) {
			t.Errorf("%s: the first call is refused", name)
		}
		wantCode(t, call(w, caller), domain.CodeCallsLimited)
	}
}
