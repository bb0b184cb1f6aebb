package usecase_test

import (
	"context"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var eight = domain.PasswordRule{Min: 8, Max: 128}

// byCode signs up with a code that was sent to a contact without an account.
func (w *world) byCode(raw, code string, change ...func(in *usecase.SignUpIn)) (usecase.Grant, error) {
	w.t.Helper()
	in := usecase.SignUpIn{
		Caller: w.caller(), Rule: eight, Account: domain.Account{Name: "Mei"},
		Answer: &usecase.Answer{Purpose: domain.PurposeLogin, Contact: w.contact(raw), Code: code},
	}
	for _, c := range change {
		c(&in)
	}
	return w.SignUp.Execute(context.Background(), in)
}

func (w *world) byPassword(email, password string, change ...func(in *usecase.SignUpIn)) (usecase.Grant, error) {
	w.t.Helper()
	in := usecase.SignUpIn{Caller: w.caller(), Rule: eight, Account: domain.Account{Email: email}, Password: password}
	for _, c := range change {
		c(&in)
	}
	return w.SignUp.Execute(context.Background(), in)
}

func strangers(in *usecase.IssueChallengeIn) { in.Strangers = true }

func TestSignUpByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustIssue(phone, strangers)
	_, err := w.byCode(phone, "0428")
	wantCode(t, err, domain.CodeMismatch)
	grant, err := w.byCode(phone, "0427", func(in *usecase.SignUpIn) { in.Password = "correct horse" })
	if err != nil || grant.Account.Phone != phone || !grant.Account.PhoneVerified || grant.Account.Name != "Mei" {
		t.Fatalf("%+v, %v", grant.Account, err)
	}
	if err := w.authenticate(grant.AccessToken); err != nil {
		t.Error(err)
	}
	_, err = w.AuthenticatePassword.Execute(context.Background(), usecase.AuthenticatePasswordIn{
		Caller: w.caller(), Login: domain.ContactIdentifier(w.contact(phone)), Password: "correct horse",
	})
	if err != nil {
		t.Error(err)
	}
	_, err = w.byCode(phone, "0427")
	wantCode(t, err, domain.CodeUnknown) // C3: used
}

func TestSignUpOfWhoIsHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	w.mustIssue(mail)
	_, err := w.byCode(mail, "0428")
	wantCode(t, err, domain.CodeMismatch) // E4: without the code it looks like any other
	_, err = w.byCode(mail, "0427")
	wantCode(t, err, domain.CodeContactTaken)

	w.mustIssue(phone, strangers)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	_, err = w.byCode(phone, "0427")
	wantCode(t, err, domain.CodeContactTaken) // came between code and answer

	_, err = w.byPassword(mail, "correct horse")
	wantCode(t, err, domain.CodeContactTaken)
	_, err = w.byPassword("free@example.com", "correct horse", func(in *usecase.SignUpIn) { in.Account.Username = "mei" })
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.byPassword("freer@example.com", "correct horse", func(in *usecase.SignUpIn) { in.Account.Username = "mei" })
	wantCode(t, err, domain.CodeContactTaken)
}

// A login form beside a session that still lives: the code goes to the contact, and serves who reads it there.
func TestC7_CodeThatALoggedInUserAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	identity := w.identity(w.mustLogin(mail).AccessToken, domain.ScopeFull)
	ask := func(in *usecase.IssueChallengeIn) { in.Owner = &identity }
	w.mustIssue(phone, ask)
	_, err := w.login(phone, "", "0427")
	wantCode(t, err, domain.CodeUnknown) // nobody to log in
	w.clock.Advance(time.Minute)
	w.mustIssue(phone, ask)
	grant, err := w.login(phone, "", "0427", func(in *usecase.LoginByCodeIn) { in.Enroll = &domain.Account{} })
	if err != nil || grant.Account.ID == identity.Account.ID || grant.Account.Phone != phone {
		t.Errorf("%+v, %v", grant.Account, err)
	}
	w.mustIssue("+85261000001", ask)
	grant, err = w.byCode("+85261000001", "0427")
	if err != nil || grant.Account.ID == identity.Account.ID {
		t.Errorf("%+v, %v", grant.Account, err)
	}
	w.mustIssue("+85261000002", ask)
	w.account(usecase.AccountChange{Mobile: new("+85261000002")})
	_, err = w.login("+85261000002", "", "0427", func(in *usecase.LoginByCodeIn) { in.Enroll = &domain.Account{} })
	wantCode(t, err, domain.CodeUnknown) // somebody else's meanwhile
}

func TestSignUpByPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.byPassword(mail, "1234567")
	wantCode(t, err, domain.CodePasswordRule)
	_, err = w.byPassword(mail, "")
	wantCode(t, err, domain.CodePasswordRule)
	_, err = w.byPassword(mail, "12345678", func(in *usecase.SignUpIn) { in.Account.Name = "a\nb" })
	wantCode(t, err, domain.CodeMalformed)
	grant, err := w.byPassword(mail, "12345678", func(in *usecase.SignUpIn) { in.WithoutSession, in.Account.EmailVerified = true, true })
	if err != nil || grant.AccessToken != "" || grant.Account.EmailVerified || grant.Account.ID == 0 {
		t.Fatalf("%+v, %v", grant, err)
	}
	sessions, err := w.ListSessions.Execute(context.Background(), usecase.ListSessionsIn{Caller: w.caller(), AccountID: grant.Account.ID})
	if err != nil || len(sessions) != 0 {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
}

// Who signs up with somebody else's address and a password of their own must be out once the owner of the address comes.
func TestPasswordOfAStrangerIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger, err := w.byPassword(mail, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	owner := w.mustLogin(mail)
	if owner.Account.ID != stranger.Account.ID || owner.Account.PasswordHash != "" {
		t.Errorf("%+v", owner.Account)
	}
	wantCode(t, w.authenticate(stranger.AccessToken), domain.CodeTokenInvalid)
	if err := w.authenticate(owner.AccessToken); err != nil {
		t.Error(err)
	}
}

// Who signed up and proves the address from the same session keeps password and session.
func TestOwnPasswordIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant, err := w.byPassword(mail, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	w.mustIssue(mail)
	account, err := w.ChangeContact.Execute(context.Background(), usecase.ChangeContactIn{
		Caller: w.caller(), Identity: w.identity(grant.AccessToken, domain.ScopeFull),
		Answer: usecase.Answer{Purpose: domain.PurposeLogin, Contact: w.contact(mail), Code: "0427"},
	})
	if err != nil || !account.EmailVerified || account.PasswordHash == "" {
		t.Errorf("%+v, %v", account, err)
	}
	w.clock.Advance(time.Minute)
	if again := w.mustLogin(mail); again.Account.PasswordHash == "" {
		t.Error("a later login dropped the password")
	}
}
