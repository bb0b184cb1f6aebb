package jwxtoken

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"latchkey/infrastructure/keys"
	"latchkey/usecase"
)

// keyset is the keys of one moment. It is not changed once it is in use.
type keyset struct {
	owner  *Signer
	live   []*key          // not retired, oldest first
	opened map[string]*key // by kid; nil for keys that cannot be read
	public []byte          // the JWK set

	kinds sync.Map // name to *kindKeys, made when first asked for
}

// kindKeys is a keyset as one kind of token sees it.
type kindKeys struct {
	byHeader map[string]*boundKey
	signing  []*boundKey // of the algorithm in use, newest first
}

// newKeyset opens the rows that are not retired, those that are open already excepted. It logs once of each key that it cannot be
// read.
func (s *Signer) newKeyset(rows []usecase.SigningKey, now time.Time) (*keyset, error) {
	set := &keyset{owner: s, opened: make(map[string]*key, len(rows))}
	var before map[string]*key
	if known := s.known.Load(); known != nil {
		before = known.keys.opened
	}
	var pairs []jwk.Key
	for _, row := range rows {
		if retired(row, now) {
			continue
		}
		k, there := before[row.ID]
		if !there {
			var err error
			if k, err = s.open(row); err != nil {
				s.logger.Warn("signing key cannot be read, its tokens are refused", "kid", row.ID, "error", err)
				k = nil
			}
		}
		set.opened[row.ID] = k
		if k == nil {
			continue
		}
		set.live = append(set.live, k)
		if k.pair != nil {
			pairs = append(pairs, k.pair)
		}
	}
	var err error
	if set.public, err = keys.PublicSet(pairs); err != nil {
		return nil, fmt.Errorf("publish signing keys: %w", err)
	}
	return set, nil
}

func (s *keyset) same(other *keyset) bool {
	return slices.Equal(s.live, other.live) && maps.Equal(s.opened, other.opened)
}

// canSign tells whether there is a key of the algorithm in use.
func (s *keyset) canSign() bool {
	return slices.ContainsFunc(s.live, func(k *key) bool { return k.algorithm == s.owner.algorithm })
}

func retired(row usecase.SigningKey, now time.Time) bool {
	return !row.RetiredAt.IsZero() && !now.Before(row.RetiredAt)
}

// kind is the set as one kind of token sees it.
func (s *keyset) kind(name string) *kindKeys {
	if known, ok := s.kinds.Load(name); ok {
		return known.(*kindKeys)
	}
	made := &kindKeys{byHeader: make(map[string]*boundKey, len(s.live))}
	for i := len(s.live) - 1; i >= 0; i-- {
		bound := s.owner.bind(s.live[i], name)
		made.byHeader[bound.header] = bound
		if bound.algorithm == s.owner.algorithm {
			made.signing = append(made.signing, bound)
		}
	}
	known, _ := s.kinds.LoadOrStore(name, made)
	return known.(*kindKeys)
}

// signer is the newest key that all nodes have had the time to read, else the oldest there is; nil without any. A node that signed
// with a key of this second would make tokens that the others do not know yet.
func (k *kindKeys) signer(now time.Time) *boundKey {
	for _, bound := range k.signing {
		if !bound.createdAt.After(now.Add(-settleFor)) {
			return bound
		}
	}
	if len(k.signing) == 0 {
		return nil
	}
	return k.signing[len(k.signing)-1]
}
