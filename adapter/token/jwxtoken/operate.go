package jwxtoken

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"latchkey/domain"
	"latchkey/infrastructure/keys"
	"latchkey/usecase"
)

// ErrLastKey says that without this key nothing could be signed: rotate first.
var ErrLastKey = errors.New("the last key that can sign")

// KeyInfo is a signing key as operators see it.
type KeyInfo struct {
	ID        string
	Algorithm string
	CreatedAt time.Time
	RetiredAt time.Time // zero while its tokens are good
	Signs     bool      // new tokens are signed with it
	Readable  bool      // false when its secret is no longer in use: its tokens are refused; true for all retired ones
}

// EnsureKey adds a first key of the algorithm in use when there is none that is readable and not retired. Two nodes that start at once
// may each add one: both verify, and the older one signs.
func (s *Signer) EnsureKey(ctx context.Context) error {
	set, err := s.reload(ctx, s.clock.Now())
	if err != nil {
		return err
	}
	if set.canSign() {
		return nil
	}
	_, err = s.add(ctx, true)
	return err
}

// Rotate adds a new key of the algorithm in use and returns its id. It signs from twenty seconds later on, when all nodes know
// it. Older keys verify until they are retired.
func (s *Signer) Rotate(ctx context.Context) (id string, err error) {
	return s.add(ctx, false)
}

// add stores a new key; with onlyFirst, unless somebody else was faster.
func (s *Signer) add(ctx context.Context, onlyFirst bool) (id string, err error) {
	row, err := s.newRow()
	if err != nil {
		return "", fmt.Errorf("make a signing key: %w", err)
	}
	err = s.store.Atomic(ctx, func(tx usecase.Repositories) error {
		rows, err := tx.Keys.List(ctx)
		if err != nil {
			return err
		}
		if onlyFirst {
			set, err := s.newKeyset(rows, row.CreatedAt)
			if err != nil || set.canSign() {
				return err
			}
		}
		if err := tx.Keys.Add(ctx, &row); err != nil {
			return err
		}
		actor := "operator"
		if onlyFirst {
			actor = "server"
		}
		return audit(ctx, tx, actor, "key.add", row.ID, row.CreatedAt)
	})
	if err != nil {
		return "", fmt.Errorf("add a signing key: %w", err)
	}
	_, err = s.reload(ctx, s.clock.Now())
	return row.ID, err
}

func (s *Signer) newRow() (usecase.SigningKey, error) {
	row := usecase.SigningKey{ID: keys.NewID(), Algorithm: s.algorithm, CreatedAt: s.clock.Now()}
	if s.algorithm == keys.HS256 {
		return row, nil
	}
	pair, err := keys.Generate(s.algorithm, row.ID)
	if err != nil {
		return row, err
	}
	plain, err := keys.Marshal(pair)
	if err != nil {
		return row, err
	}
	row.Sealed = s.sealer.Seal(plain, sealLabel(row.ID))
	return row, nil
}

// Retire makes the tokens of a key worthless, here at once and on other nodes within ten seconds. Retiring a key twice changes
// nothing. It returns ErrNotFound (wrapped) for an unknown id and ErrLastKey when no other key could sign.
func (s *Signer) Retire(ctx context.Context, id string) error {
	now := s.clock.Now()
	err := s.store.Atomic(ctx, func(tx usecase.Repositories) error {
		rows, err := tx.Keys.List(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rows, func(row usecase.SigningKey) bool { return row.ID == id })
		if at < 0 {
			return usecase.ErrNotFound
		}
		if retired(rows[at], now) {
			return nil
		}
		others, err := s.newKeyset(slices.Concat(rows[:at], rows[at+1:]), now)
		if err != nil {
			return err
		}
		if !others.canSign() {
			return ErrLastKey
		}
		if err := tx.Keys.Retire(ctx, id, now); err != nil {
			return err
		}
		return audit(ctx, tx, "operator", "key.retire", id, now)
	})
	if err != nil {
		return fmt.Errorf("retire signing key %s: %w", id, err)
	}
	_, err = s.reload(ctx, now)
	return err
}

// audit notes what was done to a key (V3).
func audit(ctx context.Context, tx usecase.Repositories, actor, action, id string, at time.Time) error {
	return tx.Audit.Append(ctx, domain.Event{At: at, Action: action, Outcome: "ok", Actor: actor, Ref: id[:min(8, len(id))]})
}

// List returns all signing keys, retired ones too, oldest first.
func (s *Signer) List(ctx context.Context) ([]KeyInfo, error) {
	now := s.clock.Now()
	rows, err := s.store.Reader().Keys.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	set, err := s.newKeyset(rows, now)
	if err != nil {
		return nil, err
	}
	signer := set.kind("").signer(now) // the same for every kind
	infos := make([]KeyInfo, len(rows))
	for i, row := range rows {
		k, live := set.opened[row.ID]
		infos[i] = KeyInfo{
			ID: row.ID, Algorithm: row.Algorithm, CreatedAt: row.CreatedAt, RetiredAt: row.RetiredAt,
			Signs: signer != nil && signer.id == row.ID, Readable: !live || k != nil,
		}
	}
	return infos, nil
}
