package porttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// casePatience is how long one case may take before it counts as hanging.
const casePatience = 2 * time.Minute

// noon is the time at which the cases play, with all six digits of its microseconds.
var noon = time.Date(2026, time.March, 29, 12, 0, 0, 123456000, time.UTC)

// storeGroup is the cases of one part of a store.
type storeGroup struct {
	name  string
	cases map[string]func(*testing.T, storeCase)
}

// Store checks a usecase.Store. open makes an empty one for each case; cases run in parallel.
func Store(t *testing.T, open func(t *testing.T) usecase.Store) {
	runStore(t, open, []storeGroup{
		{"transactions", transactionCases},
		{"accounts", accountCases},
		{"challenges", challengeCases},
		{"sessions", sessionCases},
		{"outbox", outboxCases},
		{"records", recordCases},
		{"races", raceCases},
	})
}

// StoreRaces is the part of Store in which many do the same at once: for stores that are several nodes on one database.
func StoreRaces(t *testing.T, open func(t *testing.T) usecase.Store) {
	runStore(t, open, []storeGroup{{"races", raceCases}})
}

func runStore(t *testing.T, open func(t *testing.T) usecase.Store, groups []storeGroup) {
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for name, check := range group.cases {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					ctx, cancel := context.WithTimeout(t.Context(), casePatience)
					defer cancel()
					check(t, storeCase{open(t), ctx})
				})
			}
		})
	}
}

// storeCase is one empty store and what the cases do with it.
type storeCase struct {
	usecase.Store
	ctx context.Context
}

// do runs fn in a transaction that must succeed.
func (s storeCase) do(t *testing.T, fn func(tx usecase.Repositories) error) {
	t.Helper()
	if err := s.Atomic(s.ctx, fn); err != nil {
		t.Fatalf("transaction: %v", err)
	}
}

// created saves accounts, in one transaction, and returns them with their IDs.
func (s storeCase) created(t *testing.T, accounts ...domain.Account) []domain.Account {
	t.Helper()
	all := make([]*domain.Account, len(accounts))
	for i := range accounts {
		all[i] = &accounts[i]
	}
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Create(s.ctx, all...) })
	return accounts
}

// member is an account with a phone number of its own.
func (s storeCase) member(t *testing.T) domain.Account {
	t.Helper()
	return s.created(t, newAccount(1))[0]
}

func newAccount(n int) domain.Account {
	return domain.Account{
		UUID: fmt.Sprintf("01890a5d-ac96-774b-bcce-%012d", n), Phone: fmt.Sprintf("+8529%07d", n), CreatedAt: noon, UpdatedAt: noon,
	}
}

func newSession(id string, a domain.Account) domain.Session {
	lifetimes := domain.Lifetimes{Access: time.Hour, Idle: 24 * time.Hour, Absolute: 72 * time.Hour}
	return domain.NewSession(id, a, "arita", domain.ScopeFull, lifetimes, []byte("0123456789abcdef0123456789abcdef"), noon)
}

// hands is an issue of a code under this handle; its MAC is the code itself.
func hands(handle, code string, p domain.CodePolicy) domain.Issue {
	return domain.Issue{Handle: handle, Dialect: "arita", Channel: domain.SMS, MAC: []byte(code), Policy: p}
}

func answers(handle, code string) domain.Answer {
	return domain.Answer{Handle: handle, Dialect: "arita", MACs: [][]byte{[]byte(code)}, Policy: domain.DefaultCodePolicy(6)}
}

func key(contact string) domain.ChallengeKey {
	return domain.ChallengeKey{Contact: contact, Purpose: domain.PurposeLogin}
}

// race lets n goroutines start at once and returns what each brought back.
func race(n int, run func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// tally counts outcomes by what they are: "" for success, a fault's code, the name of a port's error, or the text.
func tally(errs []error) map[string]int {
	counts := map[string]int{}
	for _, err := range errs {
		counts[outcome(err)]++
	}
	return counts
}

func outcome(err error) string {
	var fault *domain.Fault
	switch {
	case err == nil:
		return ""
	case errors.Is(err, usecase.ErrTaken):
		return "taken"
	case errors.Is(err, usecase.ErrNotFound):
		return "not found"
	case errors.As(err, &fault) && fault.Kind != domain.Unavailable:
		return string(fault.Code)
	}
	return err.Error()
}

func mustTally(t *testing.T, errs []error, want map[string]int) {
	t.Helper()
	if got := tally(errs); !reflect.DeepEqual(got, want) {
		t.Errorf("outcomes %v, want %v", got, want)
	}
}

func mustBe(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func mustFail(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// long is a text of n characters of two, three and four bytes, and one of the astral plane last.
func long(n int) string {
	return string([]rune(strings.Repeat("ß漢😀", n))[:n-1]) + "🗝"
}
