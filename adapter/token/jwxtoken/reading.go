package jwxtoken

import (
	"context"
	"fmt"
	"time"
)

const (
	// refreshEvery is how old what is known of the keys may be: a key retired on another node is refused here that much later.
	refreshEvery = 10 * time.Second
	// settleFor is how long a new key only verifies, while there is an older one.
	settleFor = 2 * refreshEvery
	// unknownEvery is the least time between two reads because of unknown headers: forged tokens must not hammer the database.
	unknownEvery = time.Second
)

// reading is what was last read of the keys.
type reading struct {
	keys *keyset
	at   time.Time // of the last try; a failed one leaves the keys as they were
}

// stale tells whether the last try is at least age ago. A clock that went back counts as stale.
func (r *reading) stale(now time.Time, age time.Duration) bool {
	past := now.Sub(r.at)
	return past < 0 || past >= age
}

// keys is the keys as known now. Whoever finds them stale reads them again, one at a time, while the others go on with what is
// known; so a database that is away slows down nobody but that one, once every refreshEvery.
func (s *Signer) keys(ctx context.Context, now time.Time) (*keyset, error) {
	known := s.known.Load()
	if known == nil {
		return s.reload(ctx, now)
	}
	if !known.stale(now, refreshEvery) || !s.reader.TryLock() {
		return known.keys, nil
	}
	defer s.reader.Unlock()
	return s.readAgain(ctx, now, refreshEvery), nil
}

// keysBeyond is the keys after somebody came with a header that set does not have. It waits for a read that is under way.
func (s *Signer) keysBeyond(ctx context.Context, set *keyset, now time.Time) *keyset {
	s.reader.Lock()
	defer s.reader.Unlock()
	if known := s.known.Load(); known.keys != set {
		return known.keys
	}
	return s.readAgain(ctx, now, unknownEvery)
}

// readAgain reads the keys unless the last try is younger than age, and keeps the known ones when that fails. The caller holds
// s.reader.
func (s *Signer) readAgain(ctx context.Context, now time.Time, age time.Duration) *keyset {
	known := s.known.Load()
	if !known.stale(now, age) {
		return known.keys
	}
	set, err := s.read(context.WithoutCancel(ctx), now)
	if err != nil {
		s.logger.Warn("signing keys cannot be read again, the known ones are kept", "error", err)
		s.known.Store(&reading{known.keys, now})
		return known.keys
	}
	return set
}

// reload reads the keys, whatever is known of them.
func (s *Signer) reload(ctx context.Context, now time.Time) (*keyset, error) {
	s.reader.Lock()
	defer s.reader.Unlock()
	return s.read(ctx, now)
}

// read needs s.reader, so that an older reading cannot replace a newer one.
func (s *Signer) read(ctx context.Context, now time.Time) (*keyset, error) {
	rows, err := s.store.Reader().Keys.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	set, err := s.newKeyset(rows, now)
	if err != nil {
		return nil, err
	}
	if known := s.known.Load(); known != nil && set.same(known.keys) {
		set = known.keys
	}
	s.known.Store(&reading{set, now})
	return set, nil
}
