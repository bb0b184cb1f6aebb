package usecase_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

const phone = "+85261677528"

func TestLoginByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(usecase.AccountChange{Mobile: new(phone)})
	grant := w.mustLogin(phone)
	if grant.Account.ID != account.ID || grant.RefreshToken == "" || !grant.ExpiresAt.Equal(start.Add(15*time.Minute)) {
		t.Errorf("granted %+v", grant)
	}
	if err := w.authenticate(grant.AccessToken); err != nil {
		t.Error(err)
	}
	w.clock.Advance(15 * time.Minute)
	wantCode(t, w.authenticate(grant.AccessToken), domain.CodeTokenExpired)
}

// Every way to be refused, known or not, must leave the same trail on the outside (E3).
func TestC7_AnswersElsewhereAreUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	other := w.account(usecase.AccountChange{Mobile: new("+85261000001"), CustomerID: new("C1")})
	out := w.mustIssue(phone)
	for name, change := range map[string]func(in *usecase.LoginByCodeIn){
		"other dialect":  func(in *usecase.LoginByCodeIn) { in.Dialect = newDialect("two") },
		"other purpose":  func(in *usecase.LoginByCodeIn) { in.Purpose = domain.PurposeResetPassword },
		"other contact":  func(in *usecase.LoginByCodeIn) { in.Contact = other.PhoneContact() },
		"other handle":   func(in *usecase.LoginByCodeIn) { in.Handle = "made up" },
		"other customer": func(in *usecase.LoginByCodeIn) { in.CustomerID = "C1" },
		"handle alone":   func(in *usecase.LoginByCodeIn) { in.Contact, in.Handle = domain.Contact{}, "made up" },
		"not permitted":  func(in *usecase.LoginByCodeIn) { in.Handle, in.Contact = "", domain.Contact{} },
	} {
		_, err := w.login(phone, out.Handle, "0427", change)
		if !domain.HasCode(err, domain.CodeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.login(phone, out.Handle, "0427"); err != nil {
		t.Errorf("none of these was a guess, yet: %v", err)
	}
}

func TestE1_StrangersAndDisabledAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	w.account(usecase.AccountChange{Mobile: new("+85261000001"), Disabled: new(true)})
	for _, raw := range []string{phone, "+85261000001", "+85261000002"} {
		out := w.mustIssue(raw)
		if len(out.Handle) != 22 || !out.ExpiresAt.Equal(start.Add(5*time.Minute)) {
			t.Errorf("%s: %+v", raw, out)
		}
		_, err := w.issue(raw)
		if wait := domain.AsFault(err).RetryAfter; !domain.HasCode(err, domain.CodeSendsLimited) || wait != 30*time.Second {
			t.Errorf("%s: sent again at once: %v, wait %s", raw, err, wait)
		}
		for range 3 {
			_, err = w.login(raw, out.Handle, "9999")
			wantCode(t, err, domain.CodeMismatch)
		}
		_, err = w.login(raw, out.Handle, "0427")
		wantCode(t, err, domain.CodeExhausted)
	}
	// All three cost a message in the outbox; only one is for somebody.
	if waiting := w.store.Waiting(); len(waiting) != 3 {
		t.Errorf("%d messages wait", len(waiting))
	}
	w.run(func() bool { return len(w.store.Waiting()) == 0 })
	if len(w.sent) != 1 || w.sent[0].To != phone || w.sent[0].Body != "0427" {
		t.Errorf("sent %v", w.sent)
	}
}

func TestE1_RightCodeOfADecoyDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := w.mustIssue(phone)
	_, err := w.login(phone, out.Handle, "0427")
	wantCode(t, err, domain.CodeMismatch)
}

func TestK4_DisabledBetweenSendAndAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	out := w.mustIssue(phone)
	if _, err := w.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Disabled: new(true)}}); err != nil {
		t.Fatal(err)
	}
	_, err := w.login(phone, out.Handle, "0427")
	wantCode(t, err, domain.CodeUnknown)
}

func TestContactThatMovedOnLetsNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone), Email: new("a@example.com")})
	out := w.mustIssue(phone)
	if _, err := w.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Mobile: new("+85261000001")}}); err != nil {
		t.Fatal(err)
	}
	_, err := w.login(phone, out.Handle, "0427")
	wantCode(t, err, domain.CodeUnknown)
}

func TestC3_HundredRightAnswersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	out := w.mustIssue(phone)
	var logins atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := w.login(phone, out.Handle, "0427"); err == nil {
				logins.Add(1)
			}
		})
	}
	group.Wait()
	if logins.Load() != 1 {
		t.Errorf("%d logins with one code", logins.Load())
	}
}

func TestT1_TwoHundredWrongAnswersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	out := w.mustIssue(phone)
	var compared atomic.Int32
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() {
			if _, err := w.login(phone, out.Handle, "9999"); domain.HasCode(err, domain.CodeMismatch) {
				compared.Add(1)
			}
		})
	}
	group.Wait()
	if compared.Load() != 3 {
		t.Errorf("%d answers were compared", compared.Load())
	}
}

func TestC6_NewestCodeOfAnyDialect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	first := w.mustIssue(phone)
	w.clock.Advance(30 * time.Second)
	w.mustIssue(phone, func(in *usecase.IssueChallengeIn) { in.Dialect = newDialect("two") })
	_, err := w.login(phone, first.Handle, "0427")
	wantCode(t, err, domain.CodeUnknown)
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strangers := func(in *usecase.IssueChallengeIn) { in.Strangers = true }
	out := w.mustIssue(phone, strangers)
	_, err := w.login(phone, out.Handle, "0427")
	wantCode(t, err, domain.CodeAccountUnknown)

	w.clock.Advance(30 * time.Second)
	out = w.mustIssue(phone, strangers)
	grant, err := w.login(phone, out.Handle, "0427", func(in *usecase.LoginByCodeIn) { in.Enroll = &domain.Account{Name: "Mei"} })
	if err != nil || grant.Account.Phone != phone || !grant.Account.PhoneVerified || grant.Account.Name != "Mei" || grant.Account.UUID == "" {
		t.Fatalf("signed up %+v, %v", grant.Account, err)
	}
	w.clock.Advance(30 * time.Second)
	if again := w.mustLogin(phone); again.Account.ID != grant.Account.ID {
		t.Error("signing up made two accounts")
	}
}

func TestE4_EnrollTakenAndFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken := w.account(usecase.AccountChange{Mobile: new(phone), Email: new("mei@example.com"), FirstName: new("Mei")})
	signUp := func(raw string) error {
		_, err := w.issue(raw, func(in *usecase.IssueChallengeIn) {
			in.Enroll = &domain.Account{FirstName: "Eve", Email: "mei@example.com", CustomerID: "C9"}
		})
		return err
	}
	if err := signUp(phone); err != nil {
		t.Error(err)
	}
	if err := signUp("+85261000001"); err != nil {
		t.Error(err)
	}
	report, err := w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: phone})
	if err != nil || report.Account.FirstName != "Mei" || report.Account.ID != taken.ID {
		t.Errorf("a stranger changed the account: %+v, %v", report.Account, err)
	}
	report, err = w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: "+85261000001"})
	if err != nil || report.Account.Email != "" || report.Account.PhoneVerified {
		t.Errorf("the new account took what was another's: %+v, %v", report.Account, err)
	}
}

func TestE4_RefusedSendEnrollsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustIssue(phone)
	_, err := w.issue(phone, func(in *usecase.IssueChallengeIn) { in.Enroll = &domain.Account{FirstName: "Eve"} })
	wantCode(t, err, domain.CodeSendsLimited)
	_, err = w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: phone})
	wantCode(t, err, domain.CodeAccountUnknown)
}

func TestCustomerIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{CustomerID: new("C1"), Mobile: new(phone)})
	w.account(usecase.AccountChange{CustomerID: new("C2"), Email: new("c2@example.com")})
	w.account(usecase.AccountChange{CustomerID: new("C3")})
	w.account(usecase.AccountChange{CustomerID: new("C4"), Mobile: new("+85261000004"), Disabled: new(true)})
	for id, code := range map[string]domain.Code{"C1": "", "C2": "", "C3": domain.CodeAccountUnknown, "C4": domain.CodeAccountUnknown, "C5": domain.CodeAccountUnknown} {
		_, err := w.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{Caller: w.caller(), Purpose: domain.PurposeLogin, CustomerID: id})
		if (code == "" && err != nil) || (code != "" && !domain.HasCode(err, code)) {
			t.Errorf("%s: %v", id, err)
		}
		if code == "" {
			continue
		}
		_, err = w.LoginByCode.Execute(context.Background(), usecase.LoginByCodeIn{
			Caller: w.caller(), CustomerID: id, Answer: usecase.Answer{Purpose: domain.PurposeLogin, Handle: "h", Code: "0427"},
		})
		if id != "C3" {
			wantCode(t, err, domain.CodeAccountUnknown)
		}
	}
	refused := 0
	for _, e := range w.store.Events() {
		if e.Outcome == string(domain.CodeAccountUnknown) {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("V3: %d refusals in the trail", refused)
	}
}

func TestS4_Countries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *usecase.Ports) { p.Countries = []string{"HK"} })
	w.account(usecase.AccountChange{CustomerID: new("C1"), Mobile: new("+919888888888")})
	w.mustIssue(phone)
	_, err := w.issue("+919888888888")
	wantCode(t, err, domain.CodeContactInvalid)
	_, err = w.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{Caller: w.caller(), Purpose: domain.PurposeLogin, CustomerID: "C1"})
	wantCode(t, err, domain.CodeAccountUnknown)
	w.mustIssue("a@example.com")
}

func TestC4_OutboxIsSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	w.mustIssue(phone)
	for _, m := range w.store.Waiting() {
		if text := string(m.Sealed); strings.Contains(text, "0427") || strings.Contains(text, phone) {
			t.Error("the outbox shows a code or a number")
		}
	}
}

func TestV3_Audit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	out := w.mustIssue(phone)
	_, _ = w.issue(phone)
	_, _ = w.login(phone, out.Handle, "9999")
	grant, err := w.login(phone, out.Handle, "0427")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	_, _ = w.RefreshSession.Execute(ctx, usecase.RefreshSessionIn{Caller: w.caller(), Token: grant.RefreshToken})
	_, _ = w.RevokeSession.Execute(ctx, usecase.RevokeSessionIn{Caller: w.caller(), SessionID: grant.Session.ID})
	var got []string
	for _, e := range w.store.Events() {
		got = append(got, e.Actor+" "+e.Action+" "+e.Outcome)
		if strings.Contains(e.Contact, "616775") || len(e.Ref) > 8 || e.At.IsZero() {
			t.Errorf("V3, C5: %+v", e)
		}
	}
	want := []string{
		"server key.add ok", "operator account.edit ok", "user send ok", "user send sends_limited", "user verify code_mismatch", "user verify ok",
		"user refresh ok", "user logout ok",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the trail is\n%s\ninstead of\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
