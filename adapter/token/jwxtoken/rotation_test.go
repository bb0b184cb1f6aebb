package jwxtoken_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
	"latchkey/usecase"
)

func TestNewKeysVerifyAtOnceAndSignLater(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		c := newCluster()
		one, two := c.open(t, algorithm), c.open(t, algorithm)
		old := one.infos(t)[0].ID
		before := one.sign(t)
		c.clock.Advance(time.Hour)
		id := one.rotate(t)
		for step, want := range map[time.Duration]string{0: old, 19 * time.Second: old, 20 * time.Second: id} {
			c.clock.Set(start.Add(time.Hour + step))
			for name, n := range map[string]node{"the node that rotated": one, "the other": two} {
				c.clock.Set(start.Add(time.Hour + step))
				token := n.sign(t)
				if got := kid(t, token); got != want {
					t.Errorf("%s: %s after %s signs with %s, want %s", algorithm, name, step, got, want)
				}
				one.accepts(t, algorithm+": a token", token)
				two.accepts(t, algorithm+": a token", token)
			}
		}
		two.accepts(t, algorithm+": a token from before", before)
		keys := one.infos(t)
		c.clock.Advance(time.Minute)
		if len(keys) != 2 || keys[0].ID != old || keys[1].ID != id {
			t.Errorf("%s: keys %+v", algorithm, keys)
		}
		keys = one.infos(t)
		if keys[0].Signs || !keys[1].Signs || !keys[0].Readable || !keys[1].Readable || keys[1].Algorithm != algorithm {
			t.Errorf("%s: keys %+v", algorithm, keys)
		}
	}
}

// TestK4_RetiredKeysOnOtherNodes measures how long another node goes on.
func TestK4_RetiredKeysOnOtherNodes(t *testing.T) {
	t.Parallel()
	c := newCluster()
	one, two := c.open(t, "HS256"), c.open(t, "HS256")
	old := one.infos(t)[0].ID
	token := two.sign(t)
	c.clock.Advance(time.Minute)
	at := c.clock.Now()
	one.rotate(t)
	if err := one.Retire(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	one.refuses(t, "at once on the node that retired", token)
	c.clock.Advance(10 * time.Second)
	two.refuses(t, "ten seconds later on the other", token)
	retired := one.infos(t)[0]
	if !retired.RetiredAt.Equal(at) || retired.Signs {
		t.Errorf("retired key %+v", retired)
	}
	fresh := one.sign(t)
	two.accepts(t, "the new key", fresh)
}

func TestRetireRefuses(t *testing.T) {
	t.Parallel()
	c := newCluster()
	hmac := c.open(t, "HS256")
	first := hmac.infos(t)[0].ID
	if err := hmac.Retire(t.Context(), "unknown"); !errors.Is(err, usecase.ErrNotFound) {
		t.Errorf("an unknown key: %v, want ErrNotFound", err)
	}
	if err := hmac.Retire(t.Context(), first); !errors.Is(err, jwxtoken.ErrLastKey) {
		t.Errorf("the last key: %v, want ErrLastKey", err)
	}
	hmac.accepts(t, "after a refusal", hmac.sign(t))

	c.clock.Advance(time.Minute)
	ecdsa := c.open(t, "ES256")
	second := ecdsa.infos(t)[1].ID
	if err := hmac.Retire(t.Context(), first); !errors.Is(err, jwxtoken.ErrLastKey) {
		t.Errorf("the last key of its algorithm: %v, want ErrLastKey", err)
	}
	if err := ecdsa.Retire(t.Context(), first); err != nil {
		t.Errorf("a key of the algorithm before: %v", err)
	}
	if err := ecdsa.Retire(t.Context(), first); err != nil {
		t.Errorf("a key that is retired: %v", err)
	}
	if err := ecdsa.Retire(t.Context(), second); !errors.Is(err, jwxtoken.ErrLastKey) {
		t.Errorf("the last key: %v, want ErrLastKey", err)
	}
}

func TestChangeOfAlgorithm(t *testing.T) {
	t.Parallel()
	c := newCluster()
	var tokens []string
	for _, algorithm := range algorithms {
		c.clock.Advance(time.Minute)
		n := c.open(t, algorithm)
		token := n.sign(t)
		tokens = append(tokens, token)
		if got := n.infos(t); !got[len(got)-1].Signs || got[len(got)-1].Algorithm != algorithm {
			t.Errorf("%s: keys %+v", algorithm, got)
		}
		for i, earlier := range tokens {
			n.accepts(t, "under "+algorithm+" a token of "+algorithms[i], earlier)
		}
	}
	back := c.open(t, "HS256")
	if len(back.infos(t)) != len(algorithms) {
		t.Error("going back added a key, though there is one")
	}
	back.accepts(t, "a token of RS256", tokens[3])
	set, err := back.PublicKeys(t.Context())
	if err != nil || strings.Count(string(set), `"kid"`) != 3 {
		t.Errorf("public keys %s, %v; want the three pairs", set, err)
	}
}

func TestRotationOfSecrets(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		c := newCluster()
		before := c.open(t, algorithm, oldSecret)
		old := before.sign(t)
		both := c.open(t, algorithm, newSecret, oldSecret)
		if n := len(both.infos(t)); n != 1 {
			t.Errorf("%s: adding a secret made %d keys", algorithm, n)
		}
		both.accepts(t, algorithm+": a token under the old secret", old)
		fresh := both.sign(t)
		both.accepts(t, algorithm+": a token under the new secret", fresh)

		c.clock.Advance(time.Minute)
		id := both.rotate(t)
		c.clock.Advance(time.Minute)
		rotated := both.sign(t)
		after := c.open(t, algorithm, newSecret)
		after.refuses(t, algorithm+": the old secret was dropped", old)
		after.accepts(t, algorithm+": a key made under the new secret", rotated)
		if kid(t, rotated) != id || kid(t, after.sign(t)) != id {
			t.Errorf("%s: the new key does not sign", algorithm)
		}
		if algorithm == "HS256" {
			after.accepts(t, "HS256 keys derive from the new secret too", fresh)
			before.refuses(t, "HS256 under a secret that is not known", fresh)
		}
	}
}

func TestUnreadableKeys(t *testing.T) {
	t.Parallel()
	c := newCluster()
	old := c.open(t, "ES256", oldSecret).sign(t)
	c.clock.Advance(time.Minute)
	n := c.open(t, "ES256", newSecret)
	keys := n.infos(t)
	if len(keys) != 2 || keys[0].Readable || keys[0].Signs || !keys[1].Readable || !keys[1].Signs {
		t.Errorf("keys %+v, want an unreadable and a new one", keys)
	}
	n.refuses(t, "a token of a key that cannot be read", old)
	n.accepts(t, "a token of the new key", n.sign(t))
	for range 5 {
		c.clock.Advance(time.Minute)
		n.sign(t)
	}
	if lines := strings.Count(n.log.String(), keys[0].ID); lines == 0 || lines > 3 {
		t.Errorf("the log names the key %d times:\n%s", lines, n.log)
	}
	if strings.Contains(n.log.String(), string(oldSecret[:8])) {
		t.Error("the log shows what is sealed")
	}
	if err := n.Retire(t.Context(), keys[1].ID); !errors.Is(err, jwxtoken.ErrLastKey) {
		t.Errorf("the last readable key: %v, want ErrLastKey", err)
	}
	if err := n.Retire(t.Context(), keys[0].ID); err != nil {
		t.Errorf("an unreadable key: %v", err)
	}
}

// TestSwappedKeys puts one key's row in the place of another's, as somebody who can write to the database could.
func TestSwappedKeys(t *testing.T) {
	t.Parallel()
	c := newCluster()
	one := c.open(t, "EdDSA")
	rows, err := c.store.Reader().Keys.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]usecase.SigningKey{
		"under another id":        {ID: "copied", Algorithm: "EdDSA", Sealed: rows[0].Sealed, CreatedAt: start.Add(-time.Hour)},
		"for another algorithm":   {ID: "switched", Algorithm: "ES256", Sealed: sealer{newSecret}.Seal([]byte(`{"kty":"oct","k":"AAAA"}`), "signing key switched")},
		"of an unknown algorithm": {ID: "none", Algorithm: "none"},
		"of no key":               {ID: "empty", Algorithm: "RS256"},
		"of HMAC with SHA-512":    {ID: "hs512", Algorithm: "HS512"},
	} {
		if err := c.store.Atomic(t.Context(), func(tx usecase.Repositories) error { return tx.Keys.Add(t.Context(), &row) }); err != nil {
			t.Fatal(err)
		}
		c.clock.Advance(time.Minute)
		if got := kid(t, one.sign(t)); got != rows[0].ID {
			t.Errorf("%s: signed with %s", name, got)
		}
		infos := one.infos(t)
		at := slices.IndexFunc(infos, func(k jwxtoken.KeyInfo) bool { return k.ID == row.ID })
		if at < 0 || infos[at].Readable {
			t.Errorf("%s: readable", name)
		}
	}
}

func TestTwoNodesStartAtOnce(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		c := newCluster()
		nodes := make([]node, 6)
		var wg sync.WaitGroup
		for i := range nodes {
			wg.Go(func() { nodes[i] = c.open(t, algorithm) })
		}
		wg.Wait()
		c.clock.Advance(time.Minute)
		signers := make(map[string]bool)
		for _, n := range nodes {
			token := n.sign(t)
			signers[kid(t, token)] = true
			for _, other := range nodes {
				other.accepts(t, algorithm+": another node's token", token)
			}
		}
		if len(signers) != 1 {
			t.Errorf("%s: the nodes sign with %d keys", algorithm, len(signers))
		}
	}
}

func TestSignWithoutAnyKey(t *testing.T) {
	t.Parallel()
	c := newCluster()
	n := c.open(t, "HS256")
	if err := c.store.Atomic(t.Context(), func(tx usecase.Repositories) error {
		return tx.Keys.Retire(t.Context(), n.infos(t)[0].ID, start)
	}); err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(time.Minute)
	_, err := n.Sign(t.Context(), access, map[string]any{})
	if !domain.HasCode(err, domain.CodeUnavailable) {
		t.Errorf("%v, want %s", err, domain.CodeUnavailable)
	}
	if err := n.EnsureKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.accepts(t, "after a new key was made", n.sign(t))
}
