package usecase_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"latchkey/domain"
	"latchkey/usecase"
)

const mail = "mei@example.com"

func (w *world) refresh(token string) (usecase.Grant, error) {
	return w.RefreshSession.Execute(context.Background(), usecase.RefreshSessionIn{Caller: w.caller(), Token: token})
}

func TestK3_RefreshRotates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	first := w.mustLogin(phone)
	w.clock.Advance(time.Minute)
	second, err := w.refresh(first.RefreshToken)
	if err != nil || second.RefreshToken == first.RefreshToken {
		t.Fatal(err)
	}
	twin, err := w.refresh(first.RefreshToken)
	if err != nil || twin.RefreshToken != second.RefreshToken {
		t.Fatalf("the second tab got %v, another successor: %v", err, twin.RefreshToken != second.RefreshToken)
	}
	w.clock.Advance(10 * time.Second)
	_, err = w.refresh(first.RefreshToken)
	wantCode(t, err, domain.CodeTokenReused)
	_, err = w.refresh(second.RefreshToken)
	wantCode(t, err, domain.CodeTokenInvalid)
	wantCode(t, w.authenticate(second.AccessToken), domain.CodeTokenInvalid)
	events := w.store.Events()
	if last := events[len(events)-1]; last.Action != "refresh" {
		t.Errorf("K3: the reuse is not in the trail, but %+v", last)
	}
}

func TestK3_SixteenTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	grant := w.mustLogin(phone)
	var mutex sync.Mutex
	successors := map[string]int{}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			next, err := w.refresh(grant.RefreshToken)
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				t.Error(err)
			}
			successors[next.RefreshToken]++
		})
	}
	group.Wait()
	if len(successors) != 1 {
		t.Errorf("%d successors", len(successors))
	}
}

func TestK1_ForgedRefreshTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	grant := w.mustLogin(phone)
	good := grant.RefreshToken
	for name, token := range map[string]string{
		"nothing":          "",
		"garbage":          "garbage",
		"cut":              good[:len(good)-1],
		"longer":           good + "A",
		"other session":    "AAAAAAAAAAAAAAAAAAAAAA" + good[22:],
		"other MAC":        good[:len(good)-4] + "AAAA",
		"other generation": good[:23] + "BBBBBB" + good[29:],
		"access token":     grant.AccessToken,
	} {
		if _, err := w.refresh(token); err == nil || domain.AsFault(err).Kind != domain.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.RefreshSession.Execute(context.Background(), usecase.RefreshSessionIn{Caller: usecase.Caller{Dialect: newDialect("two")}, Token: good})
	wantCode(t, err, domain.CodeTokenInvalid)
	if _, err := w.refresh(good); err != nil {
		t.Errorf("forgeries ended the session: %v", err)
	}
}

func TestK4_EndsHoldAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, end := range map[string]func(w *world, g usecase.Grant) error{
		"logout": func(w *world, g usecase.Grant) error {
			_, err := w.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{Caller: w.caller(), SessionID: g.Session.ID})
			return err
		},
		"logout by refresh token": func(w *world, g usecase.Grant) error {
			_, err := w.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{Caller: w.caller(), RefreshToken: g.RefreshToken})
			return err
		},
		"revoke one": func(w *world, g usecase.Grant) error {
			_, err := w.RevokeSessions.Execute(ctx, usecase.RevokeSessionsIn{Who: phone, ID: g.Session.ID})
			return err
		},
		"revoke all": func(w *world, _ usecase.Grant) error {
			_, err := w.RevokeSessions.Execute(ctx, usecase.RevokeSessionsIn{Who: phone})
			return err
		},
		"disabled": func(w *world, _ usecase.Grant) error {
			_, err := w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Disabled: new(true)}})
			return err
		},
		"new password": func(w *world, _ usecase.Grant) error {
			_, err := w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Password: new("a new one")}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account(usecase.AccountChange{Mobile: new(phone)})
			grant := w.mustLogin(phone)
			if err := end(w, grant); err != nil {
				t.Fatal(err)
			}
			if w.authenticate(grant.AccessToken) == nil {
				t.Error("the access token is still good")
			}
			if _, err := w.refresh(grant.RefreshToken); err == nil {
				t.Error("the refresh token is still good")
			}
			// What was locked out stays out when the account is enabled again.
			if _, err := w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Disabled: new(false)}}); err != nil {
				t.Fatal(err)
			}
			if w.authenticate(grant.AccessToken) == nil {
				t.Error("the session rose from the dead")
			}
		})
	}
}

func (w *world) password(login, password string) (usecase.Grant, error) {
	return w.AuthenticatePassword.Execute(context.Background(), usecase.AuthenticatePasswordIn{
		Caller: w.caller(), Login: domain.Identifier{Kind: domain.ByEmail, Value: login}, Password: password,
	})
}

func TestAuthenticatePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("right one")})
	w.account(usecase.AccountChange{Email: new("off@example.com"), Password: new("right one"), Disabled: new(true)})
	w.account(usecase.AccountChange{Email: new("none@example.com")})
	if grant, err := w.password(mail, "right one"); err != nil || w.authenticate(grant.AccessToken) != nil {
		t.Errorf("refused: %v", err)
	}
	for _, login := range []string{mail, "off@example.com", "none@example.com", "nobody@example.com"} {
		_, err := w.password(login, "wrong one")
		wantCode(t, err, domain.CodeBadCredentials)
	}
	for _, login := range []string{"off@example.com", "none@example.com"} {
		_, err := w.password(login, "right one")
		wantCode(t, err, domain.CodeBadCredentials)
		_, err = w.password(login, "")
		wantCode(t, err, domain.CodeBadCredentials)
	}
}

func TestG1_PasswordsWaitKnownOrNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("right one"), Username: new("mei")})
	for _, login := range []string{mail, "nobody@example.com"} {
		for range 10 {
			_, err := w.password(login, "wrong one")
			wantCode(t, err, domain.CodeBadCredentials)
		}
		_, err := w.password(login, "right one")
		if !domain.HasCode(err, domain.CodeGuessesLimited) || domain.AsFault(err).RetryAfter != 30*time.Second {
			t.Errorf("%s: %v", login, err)
		}
	}
	// T1, T4: another name of the same account is under the same wait.
	_, err := w.AuthenticatePassword.Execute(context.Background(), usecase.AuthenticatePasswordIn{
		Caller: w.caller(), Login: domain.Identifier{Kind: domain.ByUsername, Value: "mei"}, Password: "right one",
	})
	wantCode(t, err, domain.CodeGuessesLimited)
	w.clock.Advance(30 * time.Second)
	if _, err := w.password(mail, "right one"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	for range 9 {
		_, err := w.password(mail, "wrong one")
		wantCode(t, err, domain.CodeBadCredentials)
	}
	if _, err := w.password(mail, "right one"); err != nil {
		t.Errorf("a success must forget the failures: %v", err)
	}
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Mobile: new(phone), Password: new("right one")})
	for range 10 {
		_, _ = w.password(mail, "wrong one")
	}
	w.mustIssue(phone)
	if _, err := w.Unlock.Execute(context.Background(), usecase.UnlockIn{Who: phone}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.password(mail, "right one"); err != nil {
		t.Error(err)
	}
	w.mustIssue(phone)
	w.mustIssue("+85261000002")
	if _, err := w.Unlock.Execute(context.Background(), usecase.UnlockIn{Who: "+85261000002"}); err != nil {
		t.Errorf("a contact without an account: %v", err)
	}
	w.mustIssue("+85261000002")
}

func TestK7_ImportedHashesUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := bcrypt.GenerateFromPassword([]byte("right one"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	hash := func() string {
		report, err := w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: mail})
		if err != nil {
			t.Fatal(err)
		}
		return report.Account.PasswordHash
	}
	w.account(usecase.AccountChange{Email: new(mail), PasswordHash: new(string(made))})
	_, err = w.password(mail, "wrong one")
	wantCode(t, err, domain.CodeBadCredentials)
	if hash() != string(made) {
		t.Error("a wrong password changed the hash")
	}
	for range 2 {
		if _, err := w.password(mail, "right one"); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash(), "$argon2id$") {
			t.Error("the hash is still the imported one")
		}
	}
}

// rule is Arita's.
var rule = domain.PasswordRule{Min: 8, Max: 40, Specials: "@$!%?:&-_+=", LetterDigit: true}

func (w *world) identity(token string, scope domain.Scope) usecase.Identity {
	w.t.Helper()
	identity, err := w.Authenticate.Execute(context.Background(), usecase.AuthenticateIn{Caller: w.caller(), Token: token, Scope: scope})
	if err != nil {
		w.t.Fatal(err)
	}
	return identity
}

func (w *world) set(identity usecase.Identity, old, password string) error {
	_, err := w.SetPassword.Execute(context.Background(), usecase.SetPasswordIn{Caller: w.caller(), Identity: identity, Rule: rule, Old: old, Password: password})
	return err
}

func TestK6_ResetOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("old one 1")})
	elsewhere, err := w.password(mail, "old one 1")
	if err != nil {
		t.Fatal(err)
	}
	reset := func(in *usecase.IssueChallengeIn) { in.Purpose = domain.PurposeResetPassword }
	out := w.mustIssue(mail, reset)
	grant, err := w.login(mail, out.Handle, "0427", func(in *usecase.LoginByCodeIn) {
		in.Purpose, in.Scope = domain.PurposeResetPassword, domain.ScopeReset
	})
	if err != nil || grant.RefreshToken != "" {
		t.Fatalf("granted %+v, %v", grant, err)
	}
	wantCode(t, w.authenticate(grant.AccessToken), domain.CodeTokenInvalid)

	identity := w.identity(grant.AccessToken, domain.ScopeReset)
	wantCode(t, w.set(identity, "", "short"), domain.CodePasswordRule)
	if err := w.set(identity, "", "newone123"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.set(identity, "", "newone124"), domain.CodeTokenInvalid)
	wantCode(t, w.authenticate(elsewhere.AccessToken), domain.CodeTokenInvalid)
	if _, err := w.password(mail, "newone123"); err != nil {
		t.Error(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	if told := w.told(domain.NoticePasswordChanged); len(told) != 1 || told[0].To != mail || told[0].Code != "" {
		t.Errorf("the owner was told %+v", told)
	}
}

func TestK6_ResetTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	out := w.mustIssue(mail, func(in *usecase.IssueChallengeIn) { in.Purpose = domain.PurposeResetPassword })
	grant, err := w.login(mail, out.Handle, "0427", func(in *usecase.LoginByCodeIn) {
		in.Purpose, in.Scope = domain.PurposeResetPassword, domain.ScopeReset
	})
	if err != nil {
		t.Fatal(err)
	}
	identity := w.identity(grant.AccessToken, domain.ScopeReset)
	w.clock.Advance(10 * time.Minute)
	wantCode(t, w.set(identity, "", "newone123"), domain.CodeTokenInvalid)
}

func TestT4_OldPasswordIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("old one 1")})
	grant, err := w.password(mail, "old one 1")
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.password(mail, "old one 1")
	if err != nil {
		t.Fatal(err)
	}
	identity := w.identity(grant.AccessToken, domain.ScopeFull)
	for range 10 {
		wantCode(t, w.set(identity, "wrong", "newone123"), domain.CodeBadCredentials)
	}
	wantCode(t, w.set(identity, "old one 1", "newone123"), domain.CodeGuessesLimited)
	_, err = w.password(mail, "old one 1")
	wantCode(t, err, domain.CodeGuessesLimited)
	w.clock.Advance(30 * time.Second)
	if err := w.set(identity, "old one 1", "newone123"); err != nil {
		t.Fatal(err)
	}
	if err := w.authenticate(grant.AccessToken); err != nil {
		t.Errorf("the session that changed the password ended: %v", err)
	}
	wantCode(t, w.authenticate(other.AccessToken), domain.CodeTokenInvalid)
}

func TestGeneratedPasswordIsMailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail), Password: new("old one 1")})
	grant, err := w.password(mail, "old one 1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.set(w.identity(grant.AccessToken, domain.ScopeFull), "old one 1", ""); err != nil {
		t.Fatal(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	last := w.sent[len(w.sent)-1]
	if last.Purpose != domain.NoticePasswordGenerated || len(last.Body) != 20 {
		t.Fatalf("mailed %+v", last)
	}
	if _, err := w.password(mail, last.Body); err != nil {
		t.Error(err)
	}
}

func TestI2_ChangeContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(usecase.AccountChange{Email: new(mail)})
	w.account(usecase.AccountChange{Email: new("taken@example.com")})
	session := w.mustLogin(mail)
	identity := w.identity(session.AccessToken, domain.ScopeFull)
	w.clock.Advance(time.Minute)
	change := func(raw string) error {
		out := w.mustIssue(raw, func(in *usecase.IssueChallengeIn) { in.Purpose, in.Owner = domain.PurposeChangeEmail, &identity })
		_, err := w.ChangeContact.Execute(context.Background(), usecase.ChangeContactIn{
			Caller: w.caller(), Identity: identity,
			Answer: usecase.Answer{Purpose: domain.PurposeChangeEmail, Handle: out.Handle, Contact: w.contact(raw), Code: "0427"},
		})
		return err
	}
	wantCode(t, change("taken@example.com"), domain.CodeUnknown)
	if err := change("new@example.com"); err != nil {
		t.Fatal(err)
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	told := false
	for _, m := range w.sent {
		told = told || (m.To == mail && m.Purpose == domain.NoticeContactChanged)
		if m.To == "taken@example.com" {
			t.Error("somebody else's address got a code")
		}
	}
	if !told {
		t.Error("the old address was not told")
	}
	report, err := w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: "new@example.com"})
	if err != nil || report.Account.ID != account.ID || !report.Account.EmailVerified {
		t.Errorf("changed to %+v, %v", report.Account, err)
	}
}

func TestI2_CodeOfAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	mei := w.identity(w.mustLogin(mail).AccessToken, domain.ScopeFull)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	identity := w.identity(w.mustLogin(phone).AccessToken, domain.ScopeFull)
	out := w.mustIssue("new@example.com", func(in *usecase.IssueChallengeIn) { in.Purpose, in.Owner = domain.PurposeChangeEmail, &mei })
	_, err := w.ChangeContact.Execute(context.Background(), usecase.ChangeContactIn{
		Caller: w.caller(), Identity: identity,
		Answer: usecase.Answer{Purpose: domain.PurposeChangeEmail, Handle: out.Handle, Contact: w.contact("new@example.com"), Code: "0427"},
	})
	wantCode(t, err, domain.CodeUnknown)
}

func TestI2_StaleSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Email: new(mail)})
	identity := w.identity(w.mustLogin(mail).AccessToken, domain.ScopeFull)
	w.clock.Advance(15 * time.Minute)
	_, err := w.issue("new@example.com", func(in *usecase.IssueChallengeIn) { in.Purpose, in.Owner = domain.PurposeChangeEmail, &identity })
	wantCode(t, err, domain.CodeSessionStale)
}
