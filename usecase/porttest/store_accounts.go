package porttest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var accountCases = map[string]func(*testing.T, storeCase){
	"absent":                             accountAbsent,
	"every field comes back":             accountRoundTrip,
	"found by each identifier":           accountFoundByEach,
	"identifiers are compared exactly":   identifiersExact,
	"any number may lack an identifier":  identifiersMayLack,
	"create refuses what is taken":       createTaken,
	"create inserts all or none":         createAllOrNone,
	"update saves every field":           updateSaves,
	"update refuses what is taken":       updateTaken,
	"update wants the account to exist":  updateAbsent,
	"a dropped identifier is free again": droppedIdentifier,
	"find all":                           findAll,
	"list in order of ID":                listInOrder,
	"thousands at once":                  thousandsOfAccounts,
}

var identifierKinds = map[domain.IdentifierKind]func(*domain.Account) *string{
	domain.ByUUID:       func(a *domain.Account) *string { return &a.UUID },
	domain.ByCustomerID: func(a *domain.Account) *string { return &a.CustomerID },
	domain.ByPhone:      func(a *domain.Account) *string { return &a.Phone },
	domain.ByEmail:      func(a *domain.Account) *string { return &a.Email },
	domain.ByUsername:   func(a *domain.Account) *string { return &a.Username },
}

// fullAccount has every field at the longest that domain.Account.Validate allows.
func fullAccount() domain.Account {
	return domain.Account{
		UUID: "01890a5d-ac96-774b-bcce-b302099a8057", CustomerID: long(64), Phone: "+123456789012345",
		Email: strings.Repeat("é", 60) + "@" + strings.Repeat("a", 129) + ".hk", Username: long(254),
		Name: long(200), FirstName: long(100), LastName: long(100), Locale: "zh-hant-hk-x-abc",
		Address: domain.Address{
			Street: long(200), Flat: long(100), Building: long(100), DistrictID: 1<<62 + 1, Type: long(32),
		},
		Permissions:  []string{`with "quotes"`, `back\slash`, long(900), "<tag>&amp;", "last"},
		PointsEarned: 1<<62 + 3, PointsBalance: 7, PasswordHash: "$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("a", 120),
		PhoneVerified: true, EmailVerified: true, Disabled: true, CreatedAt: noon, UpdatedAt: noon.Add(time.Microsecond),
	}
}

func (s storeCase) find(t *testing.T, kind domain.IdentifierKind, value string) (domain.Account, error) {
	t.Helper()
	inside, insideErr := domain.Account{}, error(nil)
	s.do(t, func(tx usecase.Repositories) error {
		inside, insideErr = tx.Accounts.Find(s.ctx, domain.Identifier{Kind: kind, Value: value})
		return nil
	})
	outside, err := s.Reader().Accounts.Find(s.ctx, domain.Identifier{Kind: kind, Value: value})
	mustBe(t, "the account that a transaction finds, and the reader's", inside, outside)
	mustBe(t, "the outcome in a transaction, and the reader's", outcome(insideErr), outcome(err))
	return outside, err
}

func accountAbsent(t *testing.T, s storeCase) {
	a := s.created(t, domain.Account{UUID: "u", CustomerID: "C1", CreatedAt: noon, UpdatedAt: noon})[0]
	id := strconv.FormatInt(a.ID, 10)
	if _, err := s.find(t, domain.ByID, id); err != nil {
		t.Fatalf("the account itself: %v", err)
	}
	for _, absent := range []domain.Identifier{
		{Kind: domain.ByID, Value: "999999"}, {Kind: domain.ByID, Value: "0"}, {Kind: domain.ByID, Value: "-1"},
		{Kind: domain.ByID, Value: "0" + id}, {Kind: domain.ByID, Value: "+" + id}, {Kind: domain.ByID, Value: id + " "},
		{Kind: domain.ByID, Value: id + ".0"}, {Kind: domain.ByID, Value: id + "e0"}, {Kind: domain.ByID, Value: ""},
		{Kind: domain.ByID, Value: "abc"}, {Kind: domain.ByID, Value: strings.Repeat("9", 40)},
		{Kind: domain.ByPhone}, {Kind: domain.ByEmail}, {Kind: domain.ByUsername}, {Kind: domain.ByUUID}, {Kind: domain.ByCustomerID},
		{Kind: domain.ByPhone, Value: "C1"}, {Kind: domain.ByCustomerID, Value: "u"}, {Kind: domain.ByCustomerID, Value: "C"},
		{Kind: domain.ByCustomerID, Value: "C%"}, {Kind: domain.ByCustomerID, Value: "C1\x00"}, {Kind: domain.ByCustomerID, Value: "C1\xff"},
		{Kind: domain.ByCustomerID, Value: "C1' OR '1'='1"}, {Kind: domain.ByEmail, Value: strings.Repeat("x", 1<<20)},
		{Kind: 0, Value: "C1"}, {Kind: 99, Value: "C1"},
	} {
		if _, err := s.find(t, absent.Kind, absent.Value); outcome(err) != "not found" {
			t.Errorf("kind %d, value %.40q: %v, want %v", absent.Kind, absent.Value, err, usecase.ErrNotFound)
		}
	}
}

func accountRoundTrip(t *testing.T, s storeCase) {
	hongKong := time.FixedZone("HKT", 8*60*60)
	full := fullAccount()
	far := domain.Account{
		UUID: "far", Username: "far", CreatedAt: noon.In(hongKong).Add(999), UpdatedAt: time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
	}
	old := domain.Account{UUID: "old", Username: "old", CreatedAt: time.Date(1902, 1, 1, 0, 0, 0, 1000, time.UTC)}
	all := s.created(t, full, far, old)
	full.ID, far.ID, old.ID = all[0].ID, all[1].ID, all[2].ID
	far.CreatedAt, far.UpdatedAt = noon, time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	for _, want := range []domain.Account{full, far, old} {
		got, err := s.find(t, domain.ByUUID, want.UUID)
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, want.UUID, got, want)
		if got.CreatedAt.Location() != time.UTC {
			t.Errorf("the time of %s is in %s, want UTC", want.UUID, got.CreatedAt.Location())
		}
	}
}

func accountFoundByEach(t *testing.T, s storeCase) {
	a := fullAccount()
	b := newAccount(2)
	b.CustomerID, b.Email, b.Username = "C2", "b@example.com", "b"
	for _, want := range s.created(t, a, b) {
		for kind, value := range identifierKinds {
			got, err := s.find(t, kind, *value(&want))
			if err != nil {
				t.Fatalf("kind %d: %v", kind, err)
			}
			mustBe(t, fmt.Sprintf("found by kind %d", kind), got, want)
		}
		if got, err := s.find(t, domain.ByID, strconv.FormatInt(want.ID, 10)); err != nil || got.ID != want.ID {
			t.Errorf("found by ID: %d, %v; want %d", got.ID, err, want.ID)
		}
	}
}

// identifiersExact has spellings that one collation or another takes for the same.
func identifiersExact(t *testing.T, s storeCase) {
	spellings := []string{
		"abc", "ABC", "Abc", "abc ", " abc", "abc\t", "abc\x00", "\u00e1bc", "a\u0301bc", "\uff41bc", "strasse", "stra\u00dfe",
		"i", "\u0131", "\u0130", "\u0390", "\u1fd3", "\U0001f600", "\U0001f601", "1", "01", "1.0",
	}
	for kind, field := range identifierKinds {
		var accounts []domain.Account
		for i, spelling := range spellings {
			a := domain.Account{UUID: fmt.Sprintf("%d-%d", kind, i), CreatedAt: noon, UpdatedAt: noon}
			*field(&a) = spelling
			accounts = append(accounts, a)
		}
		for _, want := range s.created(t, accounts...) {
			got, err := s.find(t, kind, *field(&want))
			if err != nil || got.ID != want.ID {
				t.Errorf("kind %d, %q: account %d, error %v; want account %d", kind, *field(&want), got.ID, err, want.ID)
			}
		}
		if _, err := s.find(t, kind, "aBC"); outcome(err) != "not found" {
			t.Errorf("kind %d: a spelling that nobody has: %v", kind, err)
		}
	}
}

func identifiersMayLack(t *testing.T, s storeCase) {
	s.created(t, newAccount(1), newAccount(2), newAccount(3))
	s.created(t, domain.Account{UUID: "x", Email: "x@example.com"}, domain.Account{UUID: "y", Username: "y"})
	if all, err := s.Reader().Accounts.List(s.ctx, 0, 10); err != nil || len(all) != 5 {
		t.Errorf("%d accounts, error %v; want 5", len(all), err)
	}
}

func createTaken(t *testing.T, s storeCase) {
	owner := s.created(t, fullAccount())[0]
	for kind, field := range identifierKinds {
		thief := newAccount(100 + int(kind))
		*field(&thief) = *field(&owner)
		honest := newAccount(200 + int(kind))
		s.do(t, func(tx usecase.Repositories) error {
			mustFail(t, fmt.Sprintf("kind %d", kind), tx.Accounts.Create(s.ctx, &thief), usecase.ErrTaken)
			return tx.Accounts.Create(s.ctx, &honest)
		})
		if thief.ID != 0 {
			t.Errorf("kind %d: the refused account has the ID %d", kind, thief.ID)
		}
		if _, err := s.find(t, domain.ByPhone, honest.Phone); err != nil {
			t.Errorf("kind %d: what the transaction did after that: %v", kind, err)
		}
	}
	if all, err := s.Reader().Accounts.List(s.ctx, 0, 100); err != nil || len(all) != 1+len(identifierKinds) {
		t.Errorf("%d accounts, error %v; want %d", len(all), err, 1+len(identifierKinds))
	}
}

func createAllOrNone(t *testing.T, s storeCase) {
	owner := s.member(t)
	before, after := newAccount(2), newAccount(3)
	twin := newAccount(4)
	many := accounts(5000, 1200)
	many[1100].Phone = owner.Phone
	for name, batch := range map[string][]*domain.Account{
		"one in the middle":   {&before, {UUID: "thief", Phone: owner.Phone}, &after},
		"twice in one batch":  {&before, &twin, {UUID: "twin", Phone: twin.Phone}},
		"late in a long list": many,
	} {
		s.do(t, func(tx usecase.Repositories) error {
			mustFail(t, name, tx.Accounts.Create(s.ctx, batch...), usecase.ErrTaken)
			return nil
		})
		for _, a := range batch {
			if a.ID != 0 {
				t.Errorf("%s: an account that was not inserted has the ID %d", name, a.ID)
				break
			}
		}
		if all, err := s.Reader().Accounts.List(s.ctx, 0, 10); err != nil || len(all) != 1 {
			t.Fatalf("%s: %d accounts are there, error %v; want the first only", name, len(all), err)
		}
	}
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Create(s.ctx) })
}

// accounts are n new ones, numbered from first on.
func accounts(first, n int) []*domain.Account {
	all := make([]*domain.Account, n)
	for i := range all {
		a := newAccount(first + i)
		a.Email = fmt.Sprintf("%d@example.com", first+i)
		all[i] = &a
	}
	return all
}

func updateSaves(t *testing.T, s storeCase) {
	a, other := newAccount(1), newAccount(2)
	saved := s.created(t, a, other)
	full := fullAccount()
	full.ID = saved[0].ID
	// Nothing new the second time, which is no absence either.
	for range 2 {
		s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx, &full) })
	}
	got, err := s.find(t, domain.ByUUID, full.UUID)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "with every field", got, full)

	bare := domain.Account{ID: full.ID, UUID: full.UUID, Phone: full.Phone}
	changed := saved[1]
	changed.Name = "Chan"
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx, &bare, &changed) })
	all, err := s.Reader().Accounts.List(s.ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "bare again, and its neighbour", all, []domain.Account{bare, changed})
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx) })
}

func updateTaken(t *testing.T, s storeCase) {
	owner := fullAccount()
	saved := s.created(t, owner, newAccount(2), newAccount(3))
	owner = saved[0]
	for kind, field := range identifierKinds {
		thief, bystander := saved[1], saved[2]
		thief.Name, bystander.Name = "Thief", "Bystander"
		*field(&thief) = *field(&owner)
		for name, batch := range map[string][]*domain.Account{"alone": {&thief}, "with another": {&bystander, &thief}} {
			s.do(t, func(tx usecase.Repositories) error {
				mustFail(t, fmt.Sprintf("kind %d, %s", kind, name), tx.Accounts.Update(s.ctx, batch...), usecase.ErrTaken)
				return tx.Audit.Append(s.ctx, domain.Event{At: noon, Action: "refused", AccountID: owner.ID})
			})
		}
	}
	all, err := s.Reader().Accounts.List(s.ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "after all attempts", all, saved)
	events, err := s.Reader().Audit.ListByAccount(s.ctx, owner.ID, 100)
	if want := 2 * len(identifierKinds); err != nil || len(events) != want {
		t.Errorf("%d events of the transactions that went on, error %v; want %d", len(events), err, want)
	}
}

func updateAbsent(t *testing.T, s storeCase) {
	a := s.member(t)
	changed, absent := a, newAccount(2)
	changed.Name, absent.ID = "Changed", a.ID+1000
	for name, batch := range map[string][]*domain.Account{
		"alone": {&absent}, "with another": {&changed, &absent}, "without an ID": {{UUID: "none", Phone: "+1"}},
	} {
		err := s.Atomic(s.ctx, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx, batch...) })
		mustFail(t, name, err, usecase.ErrNotFound)
	}
	all, err := s.Reader().Accounts.List(s.ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "what is there", all, []domain.Account{a})
}

func droppedIdentifier(t *testing.T, s storeCase) {
	all := s.created(t, newAccount(1), newAccount(2))
	a, b := all[0], all[1]
	s.do(t, func(tx usecase.Repositories) error {
		phone := a.Phone
		a.Phone, a.Username = "", "a"
		if err := tx.Accounts.Update(s.ctx, &a); err != nil {
			return err
		}
		b.Phone = phone
		return tx.Accounts.Update(s.ctx, &b)
	})
	if got, err := s.find(t, domain.ByPhone, b.Phone); err != nil || got.ID != b.ID {
		t.Errorf("the number's new owner: account %d, error %v; want %d", got.ID, err, b.ID)
	}
	if _, err := s.find(t, domain.ByPhone, newAccount(2).Phone); outcome(err) != "not found" {
		t.Errorf("a number that nobody has any more: %v", err)
	}
}

func findAll(t *testing.T, s storeCase) {
	full := fullAccount()
	saved := s.created(t, newAccount(1), newAccount(2), newAccount(3), full)
	full = saved[3]
	ids := []domain.Identifier{
		{Kind: domain.ByUsername, Value: full.Username}, {Kind: domain.ByPhone, Value: saved[2].Phone},
		{Kind: domain.ByEmail, Value: full.Email}, {Kind: domain.ByPhone, Value: saved[0].Phone},
		{Kind: domain.ByPhone, Value: saved[0].Phone}, {Kind: domain.ByPhone, Value: "+1"}, {Kind: domain.ByEmail},
		{Kind: domain.ByID, Value: strconv.FormatInt(saved[0].ID, 10)}, {Kind: domain.ByID, Value: "x"}, {Kind: 99, Value: "x"},
		{Kind: domain.ByCustomerID, Value: "\xff"}, {Kind: domain.ByUUID, Value: full.UUID},
	}
	check := func(r usecase.Repositories) error {
		got, err := r.Accounts.FindAll(s.ctx, ids)
		mustBe(t, "each once, in order of ID", got, []domain.Account{saved[0], saved[2], full})
		none, noneErr := r.Accounts.FindAll(s.ctx, nil)
		if len(none) != 0 || noneErr != nil {
			t.Errorf("of no identifiers: %v, %v", none, noneErr)
		}
		return err
	}
	s.do(t, check)
	if err := check(s.Reader()); err != nil {
		t.Error(err)
	}
}

func listInOrder(t *testing.T, s storeCase) {
	saved := s.created(t, newAccount(1), newAccount(2), newAccount(3), newAccount(4), newAccount(5))
	slices.SortFunc(saved, func(a, b domain.Account) int { return int(a.ID - b.ID) })
	var pages []domain.Account
	after := int64(0)
	for range 4 {
		page, err := s.Reader().Accounts.List(s.ctx, after, 2)
		if err != nil || len(page) > 2 {
			t.Fatalf("a page of %d, error %v; want at most 2", len(page), err)
		}
		if len(page) > 0 {
			after = page[len(page)-1].ID
		}
		pages = append(pages, page...)
	}
	mustBe(t, "all pages", pages, saved)
}

func thousandsOfAccounts(t *testing.T, s storeCase) {
	const n = 1201
	all := accounts(1, n)
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Create(s.ctx, all...) })
	ids := make([]domain.Identifier, 0, 2*n)
	for _, a := range all {
		a.Name = "Renamed " + a.UUID
		ids = append(ids, a.Identifiers()...)
	}
	s.do(t, func(tx usecase.Repositories) error { return tx.Accounts.Update(s.ctx, all...) })
	found, err := s.Reader().Accounts.FindAll(context.WithoutCancel(s.ctx), ids)
	if err != nil || len(found) != n {
		t.Fatalf("%d accounts, error %v; want %d", len(found), err, n)
	}
	byID := make(map[int64]domain.Account, n)
	for _, a := range found {
		byID[a.ID] = a
	}
	for _, want := range all {
		if got := byID[want.ID]; got.UUID != want.UUID || got.Name != want.Name || got.Email != want.Email {
			t.Fatalf("account %d is %+v, want %+v", want.ID, got, *want)
		}
	}
}
