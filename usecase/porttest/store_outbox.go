package porttest

import (
	"fmt"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

var outboxCases = map[string]func(*testing.T, storeCase){
	"every field comes back":              messageRoundTrip,
	"claims what is due, oldest first":    claimsWhatIsDue,
	"a claim is a lease":                  claimIsALease,
	"postpone":                            postpones,
	"remove":                              removes,
	"stats":                               outboxStats,
	"no message is claimed twice":         claimedOnce,
	"claiming does not wait for claiming": claimsSideBySide,
}

func (s storeCase) post(t *testing.T, messages ...usecase.OutboxMessage) {
	t.Helper()
	s.do(t, func(tx usecase.Repositories) error {
		for i := range messages {
			if err := tx.Outbox.Add(s.ctx, &messages[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s storeCase) claim(t *testing.T, now, until time.Time, limit int) (claimed []usecase.OutboxMessage) {
	t.Helper()
	s.do(t, func(tx usecase.Repositories) (err error) {
		claimed, err = tx.Outbox.Claim(s.ctx, now, until, limit)
		return err
	})
	return claimed
}

func due(id string, at time.Time) usecase.OutboxMessage {
	return usecase.OutboxMessage{ID: id, Sealed: []byte(id), Channel: domain.SMS, ExpiresAt: noon.Add(time.Hour), NotBefore: at}
}

func ids(messages []usecase.OutboxMessage) []string {
	all := make([]string, 0, len(messages))
	for _, m := range messages {
		all = append(all, m.ID)
	}
	return all
}

func messageRoundTrip(t *testing.T, s storeCase) {
	sealed := make([]byte, 70_000)
	for i := range sealed {
		sealed[i] = byte(i * 7)
	}
	full := usecase.OutboxMessage{
		ID: "0123456789abcdefghiABCDEFGHI", Sealed: sealed, Channel: domain.Email, ExpiresAt: noon.Add(time.Hour), Attempts: 12,
		NotBefore: noon.In(time.FixedZone("HKT", 8*60*60)), LastFailed: long(200),
	}
	bare := usecase.OutboxMessage{ID: "bare"}
	s.post(t, full, bare)
	until := noon.Add(time.Minute)
	full.NotBefore, bare.NotBefore = until, until
	mustBe(t, "claimed", s.claim(t, noon, until, 10), []usecase.OutboxMessage{bare, full})
}

func claimsWhatIsDue(t *testing.T, s storeCase) {
	s.post(t, due("future", noon.Add(time.Microsecond)), due("now", noon), due("oldest", noon.Add(-time.Hour)), due("old", noon.Add(-time.Minute)))
	until := noon.Add(time.Hour)
	mustBe(t, "none are allowed", ids(s.claim(t, noon, until, 0)), []string{})
	mustBe(t, "the first two", ids(s.claim(t, noon, until, 2)), []string{"oldest", "old"})
	mustBe(t, "the rest", ids(s.claim(t, noon, until, 10)), []string{"now"})
	mustBe(t, "nothing is left", ids(s.claim(t, noon, until, 10)), []string{})
}

func claimIsALease(t *testing.T, s storeCase) {
	s.post(t, due("m", noon))
	until := noon.Add(30 * time.Second)
	for _, step := range []struct {
		now  time.Time
		want int
	}{{noon, 1}, {noon, 0}, {until.Add(-time.Microsecond), 0}, {until, 1}} {
		if got := s.claim(t, step.now, step.now.Add(30*time.Second), 10); len(got) != step.want {
			t.Errorf("%s later %d messages were claimed, want %d", step.now.Sub(noon), len(got), step.want)
		}
	}
}

func postpones(t *testing.T, s storeCase) {
	s.post(t, due("m", noon), due("other", noon))
	late := noon.Add(time.Minute)
	s.do(t, func(tx usecase.Repositories) error {
		return tx.Outbox.Postpone(s.ctx, &usecase.OutboxMessage{ID: "m", Attempts: 3, NotBefore: late, LastFailed: "503 from the provider"})
	})
	mustBe(t, "still due", ids(s.claim(t, noon, noon.Add(time.Hour), 10)), []string{"other"})
	want := due("m", late.Add(time.Hour))
	want.Attempts, want.LastFailed = 3, "503 from the provider"
	mustBe(t, "postponed", s.claim(t, late, late.Add(time.Hour), 10), []usecase.OutboxMessage{want})
	// A reason cut in the middle of a character is no reason to fail.
	s.do(t, func(tx usecase.Repositories) error {
		return tx.Outbox.Postpone(s.ctx, &usecase.OutboxMessage{ID: "m", Attempts: 4, NotBefore: late, LastFailed: "服務"[:4]})
	})
	if again := s.claim(t, late, late, 10); len(again) != 1 || again[0].Attempts != 4 {
		t.Errorf("claimed %+v, want the fourth attempt", again)
	}
}

func removes(t *testing.T, s storeCase) {
	s.post(t, due("a", noon), due("b", noon), due("c", noon), due("d", noon))
	s.do(t, func(tx usecase.Repositories) error {
		if err := tx.Outbox.Remove(s.ctx); err != nil {
			return err
		}
		if err := tx.Outbox.Remove(s.ctx, "a", "nobody's", "c", "a"); err != nil {
			return err
		}
		return tx.Outbox.Remove(s.ctx, "a")
	})
	if left := s.claim(t, noon, noon.Add(time.Hour), 10); len(left) != 2 {
		t.Errorf("%v are left, want b and d", ids(left))
	}
}

func outboxStats(t *testing.T, s storeCase) {
	check := func(waiting int, oldest time.Time) {
		t.Helper()
		n, at, err := s.Reader().Outbox.Stats(s.ctx)
		if err != nil || n != waiting || !at.Equal(oldest) || at.IsZero() != oldest.IsZero() {
			t.Errorf("%d waiting since %v, error %v; want %d since %v", n, at, err, waiting, oldest)
		}
	}
	check(0, time.Time{})
	s.post(t, due("a", noon), due("b", noon.Add(-time.Minute)), due("c", noon.Add(time.Hour)))
	check(3, noon.Add(-time.Minute))
}

func claimedOnce(t *testing.T, s storeCase) {
	const messages, workers = 200, 16
	var all []usecase.OutboxMessage
	for i := range messages {
		all = append(all, due(fmt.Sprintf("m%03d", i), noon.Add(-time.Duration(i)*time.Second)))
	}
	s.post(t, all...)
	claims := make([][]string, workers)
	errs := race(workers, func(i int) error {
		for {
			var batch []usecase.OutboxMessage
			err := s.Atomic(s.ctx, func(tx usecase.Repositories) (err error) {
				batch, err = tx.Outbox.Claim(s.ctx, noon, noon.Add(time.Minute), 7)
				return err
			})
			if err != nil || len(batch) == 0 {
				return err
			}
			claims[i] = append(claims[i], ids(batch)...)
		}
	})
	mustTally(t, errs, map[string]int{"": workers})
	times := map[string]int{}
	for _, claimed := range claims {
		for _, id := range claimed {
			times[id]++
		}
	}
	// A worker that finds all that is due under other workers' hands goes home; what they then leave is for the next round.
	for _, m := range s.claim(t, noon, noon.Add(time.Minute), messages) {
		times[m.ID]++
	}
	for _, m := range all {
		if times[m.ID] != 1 {
			t.Errorf("%s was claimed %d times, want once", m.ID, times[m.ID])
		}
	}
}

// claimsSideBySide has dispatchers claim, postpone and remove at once while messages come in.
func claimsSideBySide(t *testing.T, s storeCase) {
	const workers, rounds = 16, 10
	errs := race(workers, func(i int) error {
		for round := range rounds {
			m := due(fmt.Sprintf("%d-%d", i, round), noon)
			err := s.Atomic(s.ctx, func(tx usecase.Repositories) error { return tx.Outbox.Add(s.ctx, &m) })
			if err != nil {
				return err
			}
			err = s.Atomic(s.ctx, func(tx usecase.Repositories) error {
				claimed, err := tx.Outbox.Claim(s.ctx, noon, noon.Add(time.Minute), 3)
				for j := range claimed {
					if j%2 == 0 {
						claimed[j].Attempts++
						claimed[j].NotBefore = noon
						err = tx.Outbox.Postpone(s.ctx, &claimed[j])
					} else {
						err = tx.Outbox.Remove(s.ctx, claimed[j].ID)
					}
					if err != nil {
						return err
					}
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	mustTally(t, errs, map[string]int{"": workers})
}
