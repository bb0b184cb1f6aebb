package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

func (w *world) importLines(lines ...usecase.ImportLine) (usecase.ImportAccountsOut, map[int]error) {
	w.t.Helper()
	failed := map[int]error{}
	for i := range lines {
		lines[i].Number = i + 1
	}
	out, err := w.ImportAccounts.Execute(context.Background(), usecase.ImportAccountsIn{
		Lines: slices.Values(lines), Failed: func(number int, err error) { failed[number] = err },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out, failed
}

func line(change usecase.AccountChange) usecase.ImportLine {
	return usecase.ImportLine{Change: change}
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{CustomerID: new("C1"), Mobile: new(phone)})
	w.account(usecase.AccountChange{Email: new(mail)})
	out, failed := w.importLines(
		line(usecase.AccountChange{CustomerID: new("C1"), PointsEarned: new(int64(7))}),        // updates
		line(usecase.AccountChange{CustomerID: new("C2"), Mobile: new("+852 6100 0001")}),      // creates
		line(usecase.AccountChange{Mobile: new("+85261000001"), Email: new("c2@example.com")}), // updates line 2's
		line(usecase.AccountChange{Mobile: new(phone), Email: new(mail)}),                      // two accounts
		usecase.ImportLine{Err: errors.New("not JSON")},
		line(usecase.AccountChange{FirstName: new("Nobody")}),
		line(usecase.AccountChange{Mobile: new("+85212345678")}),
		line(usecase.AccountChange{CustomerID: new("C3"), PasswordHash: new("plain text")}),
		line(usecase.AccountChange{CustomerID: new("C4"), PointsEarned: new(int64(-1))}),
		line(usecase.AccountChange{CustomerID: new("C5"), Password: new("right one")}),
	)
	if out != (usecase.ImportAccountsOut{Created: 2, Updated: 2, Failed: 6}) {
		t.Errorf("counted %+v, failed %v", out, failed)
	}
	for number, code := range map[int]domain.Code{4: domain.CodeContactTaken, 6: domain.CodeMalformed, 7: domain.CodeMalformed, 8: domain.CodeMalformed, 9: domain.CodeMalformed} {
		if !domain.HasCode(failed[number], code) {
			t.Errorf("line %d: %v", number, failed[number])
		}
	}
	report, err := w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: "C2"})
	if err != nil || report.Account.Email != "c2@example.com" || report.Account.Phone != "+85261000001" {
		t.Errorf("line 3 did not update line 2's: %+v, %v", report.Account, err)
	}
	report, err = w.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: "C1"})
	if err != nil || report.Account.PointsEarned != 7 || report.Account.Phone != phone {
		t.Errorf("line 1 did not update: %+v, %v", report.Account, err)
	}
}

func TestImportBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lines := make([]usecase.ImportLine, 1201)
	for i := range lines {
		lines[i] = line(usecase.AccountChange{CustomerID: new(fmt.Sprintf("C%d", i))})
	}
	var progress []int
	for i := range lines {
		lines[i].Number = i + 1
	}
	out, err := w.ImportAccounts.Execute(context.Background(), usecase.ImportAccountsIn{
		Lines: slices.Values(lines), Failed: func(int, error) {}, Progress: func(n int) { progress = append(progress, n) },
	})
	if err != nil || out.Created != 1201 || !slices.Equal(progress, []int{500, 1000, 1201}) {
		t.Errorf("%+v, progress %v, %v", out, progress, err)
	}
}

func TestEditAccount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	account := w.account(usecase.AccountChange{Mobile: new(phone), Username: new("Mei")})
	w.account(usecase.AccountChange{Email: new(mail)})
	for _, who := range []string{phone, "+852 6167 7528", fmt.Sprint(account.ID), account.UUID, "mei", "MEI"} {
		report, err := w.FindAccount.Execute(ctx, usecase.FindAccountIn{Who: who})
		if err != nil || report.Account.ID != account.ID {
			t.Errorf("%s: %v", who, err)
		}
	}
	_, err := w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Email: new(mail)}})
	wantCode(t, err, domain.CodeContactTaken)
	_, err = w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: phone, Change: usecase.AccountChange{Mobile: new(""), Username: new("")}})
	wantCode(t, err, domain.CodeMalformed)
	_, err = w.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: "nobody", Change: usecase.AccountChange{}})
	wantCode(t, err, domain.CodeAccountUnknown)
	_, err = w.EditAccount.Execute(ctx, usecase.EditAccountIn{Change: usecase.AccountChange{CustomerID: new(mail)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.FindAccount.Execute(ctx, usecase.FindAccountIn{Who: mail}); err == nil {
		t.Error("two accounts answer to this name, and one was taken")
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(usecase.AccountChange{Mobile: new(phone)})
	grant := w.mustLogin(phone)
	w.clock.Advance(time.Hour)
	out, err := w.Sweep.Execute(context.Background(), usecase.SweepIn{})
	if err != nil || out != (usecase.SweepOut{}) {
		t.Errorf("swept %+v, %v", out, err)
	}
	w.clock.Advance(30 * 24 * time.Hour)
	out, err = w.Sweep.Execute(context.Background(), usecase.SweepIn{})
	if err != nil || out.Challenges != 1 || out.Sessions != 1 {
		t.Errorf("swept %+v, %v", out, err)
	}
	wantCode(t, w.authenticate(grant.AccessToken), domain.CodeTokenExpired)
}

// counter is a limiter that allows each key its burst and nothing more.
type counter map[string]int

func (c counter) Take(_ context.Context, rule usecase.LimitRule, key string) time.Duration {
	c[rule.Name+" "+key]++
	if c[rule.Name+" "+key] > rule.Burst {
		return 90 * time.Second
	}
	return 0
}

func TestS2_LimitsByAddressAndClient(t *testing.T) {
	t.Parallel()
	limits := usecase.Limits{
		Sends: usecase.LimitRule{Name: "sends", Burst: 1, Period: time.Minute}, Answers: usecase.LimitRule{Name: "answers", Burst: 1, Period: time.Minute},
		Client: usecase.LimitRule{Name: "client", Burst: 3, Period: time.Minute},
	}
	counted := counter{}
	w := newWorld(t, func(p *usecase.Ports) { p.Limiter, p.Limits = counted, limits })
	from := func(address, client string) func(in *usecase.IssueChallengeIn) {
		return func(in *usecase.IssueChallengeIn) { in.IP, in.Client = netip.MustParseAddr(address), client }
	}
	for i, test := range []struct {
		address, client string
		refused         bool
	}{
		{"192.0.2.1", "", false}, {"192.0.2.1", "", true}, {"::ffff:192.0.2.1", "", true}, {"192.0.2.2", "", false},
		{"2001:db8::1", "", false}, {"2001:db8::2:3", "", true}, {"2001:db8:0:1::1", "", false},
		{"192.0.2.1", "shop", false}, {"192.0.2.1", "shop", false}, {"192.0.2.9", "shop", false}, {"192.0.2.9", "shop", true},
	} {
		_, err := w.issue(fmt.Sprintf("+8526100%04d", i), from(test.address, test.client))
		if limited := domain.HasCode(err, domain.CodeCallsLimited); limited != test.refused {
			t.Errorf("call %d from %s %s: %v", i, test.address, test.client, err)
		} else if limited && domain.AsFault(err).RetryAfter != 90*time.Second {
			t.Errorf("call %d: wait %s", i, domain.AsFault(err).RetryAfter)
		}
	}
	refusals := 0
	for _, e := range w.store.Events() {
		if e.Outcome == string(domain.CodeCallsLimited) {
			refusals++
		}
	}
	if refusals != 4 {
		t.Errorf("V3: %d refusals in the trail", refusals)
	}
}
