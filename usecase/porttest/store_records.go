package porttest

import (
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var recordCases = map[string]func(*testing.T, storeCase){
	"a device is stored once":           deviceOnce,
	"a device moves to its new owner":   deviceMoves,
	"device handles may be long":        deviceLong,
	"keys come oldest first":            keysInOrder,
	"a retired key stays":               keyRetires,
	"events come newest first":          eventsInOrder,
	"every field of an event is kept":   eventRoundTrip,
	"an event of no account is allowed": eventOfNobody,
}

func (s storeCase) put(t *testing.T, devices ...domain.Device) {
	t.Helper()
	s.do(t, func(tx usecase.Repositories) error {
		for _, d := range devices {
			if err := tx.Devices.Put(s.ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s storeCase) mustHaveDevices(t *testing.T, a domain.Account, want ...domain.Device) {
	t.Helper()
	got, err := s.Reader().Devices.List(s.ctx, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(got)+len(want) == 0 {
		return
	}
	mustBe(t, "devices", got, want)
}

func deviceOnce(t *testing.T, s storeCase) {
	a := s.member(t)
	s.mustHaveDevices(t, a)
	aps, fcm := domain.Device{AccountID: a.ID, Platform: "aps", Handle: "h"}, domain.Device{AccountID: a.ID, Platform: "fcm", Handle: "h"}
	upper := domain.Device{AccountID: a.ID, Platform: "aps", Handle: "H"}
	s.put(t, aps, fcm, aps)
	s.put(t, upper, aps)
	s.mustHaveDevices(t, a, upper, aps, fcm)
}

func deviceMoves(t *testing.T, s storeCase) {
	all := s.created(t, newAccount(1), newAccount(2))
	phone := domain.Device{AccountID: all[0].ID, Platform: "fcm", Handle: "phone"}
	tablet := domain.Device{AccountID: all[0].ID, Platform: "fcm", Handle: "tablet"}
	s.put(t, phone, tablet)
	moved := phone
	moved.AccountID = all[1].ID
	s.put(t, moved)
	s.mustHaveDevices(t, all[0], tablet)
	s.mustHaveDevices(t, all[1], moved)
}

func deviceLong(t *testing.T, s storeCase) {
	a := s.member(t)
	d := domain.Device{AccountID: a.ID, Platform: "fcm", Handle: long(512)}
	s.put(t, d, d)
	s.mustHaveDevices(t, a, d)
}

func keysInOrder(t *testing.T, s storeCase) {
	none, err := s.Reader().Keys.List(s.ctx)
	if err != nil || len(none) != 0 {
		t.Fatalf("keys %v, error %v; want none", none, err)
	}
	keys := []usecase.SigningKey{
		{ID: "b", Algorithm: "ES256", Sealed: []byte("\x00\xff no text"), CreatedAt: noon, RetiredAt: noon.Add(time.Hour)},
		{ID: "a", Algorithm: "HS256", CreatedAt: noon.Add(time.Microsecond)},
		{ID: "c", Algorithm: "RS256", Sealed: make([]byte, 4096), CreatedAt: noon.Add(time.Hour)},
	}
	s.do(t, func(tx usecase.Repositories) error {
		for _, i := range []int{2, 0, 1} {
			if err := tx.Keys.Add(s.ctx, &keys[i]); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := s.Reader().Keys.List(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "keys", got, keys)
	err = s.Atomic(s.ctx, func(tx usecase.Repositories) error { return tx.Keys.Add(s.ctx, &keys[0]) })
	if err == nil {
		t.Error("a key ID was given twice")
	}
}

func keyRetires(t *testing.T, s storeCase) {
	s.do(t, func(tx usecase.Repositories) error {
		return tx.Keys.Add(s.ctx, &usecase.SigningKey{ID: "k", Algorithm: "EdDSA", CreatedAt: noon})
	})
	// The second time nothing is new, which is no absence.
	for range 2 {
		s.do(t, func(tx usecase.Repositories) error { return tx.Keys.Retire(s.ctx, "k", noon.Add(time.Hour)) })
	}
	err := s.Atomic(s.ctx, func(tx usecase.Repositories) error { return tx.Keys.Retire(s.ctx, "K", noon) })
	mustFail(t, "a key that is not there", err, usecase.ErrNotFound)
	got, err := s.Reader().Keys.List(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "keys", got, []usecase.SigningKey{{ID: "k", Algorithm: "EdDSA", CreatedAt: noon, RetiredAt: noon.Add(time.Hour)}})
}

func eventsInOrder(t *testing.T, s storeCase) {
	all := s.created(t, newAccount(1), newAccount(2))
	event := func(action string, a domain.Account) domain.Event {
		return domain.Event{At: noon, Action: action, AccountID: a.ID}
	}
	s.do(t, func(tx usecase.Repositories) error {
		if err := tx.Audit.Append(s.ctx); err != nil {
			return err
		}
		return tx.Audit.Append(s.ctx, event("1", all[0]), event("other", all[1]), event("2", all[0]))
	})
	s.do(t, func(tx usecase.Repositories) error { return tx.Audit.Append(s.ctx, event("3", all[0])) })
	got, err := s.Reader().Audit.ListByAccount(s.ctx, all[0].ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "all", got, []domain.Event{event("3", all[0]), event("2", all[0]), event("1", all[0])})
	if got, err = s.Reader().Audit.ListByAccount(s.ctx, all[0].ID, 2); err != nil {
		t.Fatal(err)
	}
	mustBe(t, "the newest two", got, []domain.Event{event("3", all[0]), event("2", all[0])})
}

func eventRoundTrip(t *testing.T, s storeCase) {
	full := domain.Event{
		At: noon, Action: "account.update", Outcome: "code_sends_limited", Dialect: "bridgekeeper", Purpose: domain.PurposeResetPassword,
		AccountID: 7, Contact: long(254), Actor: "client:" + long(64), ClientIP: "2001:db8:1234:5678:9abc:def0:1234:5678", Ref: "Ab-_1234",
	}
	s.do(t, func(tx usecase.Repositories) error { return tx.Audit.Append(s.ctx, full) })
	got, err := s.Reader().Audit.ListByAccount(s.ctx, full.AccountID, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "the event", got, []domain.Event{full})
}

func eventOfNobody(t *testing.T, s storeCase) {
	e := domain.Event{At: noon, Action: "send", Outcome: "account_unknown", Contact: "***67"}
	s.do(t, func(tx usecase.Repositories) error { return tx.Audit.Append(s.ctx, e) })
	got, err := s.Reader().Audit.ListByAccount(s.ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "the event", got, []domain.Event{e})
}
