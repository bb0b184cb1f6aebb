package jwxtoken_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
)

func TestKeysAreReadEveryTenSeconds(t *testing.T) {
	t.Parallel()
	n := newCluster().open(t, "HS256")
	token := n.sign(t)
	n.store.count()
	for range 95 {
		n.clock.Advance(time.Second)
		for range 20 {
			n.accepts(t, "a token", token)
		}
	}
	if reads := n.store.count(); reads != 9 {
		t.Errorf("%d reads in 95 seconds, want 9", reads)
	}
	n.clock.Advance(-24 * time.Hour)
	n.accepts(t, "after the clock went back", token)
	if reads := n.store.count(); reads != 1 {
		t.Errorf("%d reads after the clock went back, want 1", reads)
	}
}

func TestForgedTokensDoNotHammerTheStore(t *testing.T) {
	t.Parallel()
	n := newCluster().open(t, "HS256")
	token := n.sign(t)
	n.store.count()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				n.refuses(t, "a forged kid", "e30."+token)
				n.refuses(t, "a forged header", "x"+token)
				n.accepts(t, "a good token meanwhile", token)
			}
		})
	}
	wg.Wait()
	if reads := n.store.count(); reads != 0 {
		t.Errorf("%d reads within a second of the last", reads)
	}
	for range 5 {
		n.clock.Advance(time.Second)
		for range 100 {
			n.refuses(t, "a forged header", "x"+token)
		}
	}
	if reads := n.store.count(); reads != 5 {
		t.Errorf("%d reads in five seconds of forged tokens, want 5", reads)
	}
}

func TestUnknownKeysAreLookedUp(t *testing.T) {
	t.Parallel()
	c := newCluster()
	one, two := c.open(t, "HS256"), c.open(t, "HS256")
	old := one.infos(t)[0].ID
	one.rotate(t)
	if err := one.Retire(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	token := one.sign(t)
	c.clock.Advance(time.Second)
	two.accepts(t, "a token of a key that is news here", token)
}

func TestStoreAway(t *testing.T) {
	t.Parallel()
	c := newCluster()
	n := c.open(t, "EdDSA")
	token := n.sign(t)
	n.store.setAway(true)
	n.store.count()
	for range 12 {
		c.clock.Advance(5 * time.Second)
		n.accepts(t, "under the known keys", token)
		n.accepts(t, "under the known keys", n.sign(t))
	}
	if reads := n.store.count(); reads != 6 {
		t.Errorf("%d tries in a minute, want 6", reads)
	}
	c.clock.Advance(time.Second)
	n.refuses(t, "a forged token", "x"+token)
	if !strings.Contains(n.log.String(), "connection refused") {
		t.Error("the log says nothing of it")
	}
	if err := n.Retire(t.Context(), "x"); err == nil {
		t.Error("retired without a store")
	}

	n.store.setAway(false)
	other := c.open(t, "EdDSA")
	id := other.rotate(t)
	c.clock.Advance(30 * time.Second)
	if got := kid(t, n.sign(t)); got != id {
		t.Errorf("back again it signs with %s, want %s", got, id)
	}
}

func TestStoreAwayFromTheStart(t *testing.T) {
	t.Parallel()
	c := newCluster()
	token := c.open(t, "HS256").sign(t)
	store := &countingStore{Store: c.store, away: true}
	signer, err := jwxtoken.New(jwxtoken.Options{Algorithm: "HS256", Secrets: [][]byte{newSecret}, Store: store, Sealer: sealer{newSecret}, Clock: c.clock})
	if err != nil {
		t.Fatal(err)
	}
	n := node{Signer: signer, store: store, clock: c.clock}
	for name, err := range map[string]error{
		"EnsureKey":  n.EnsureKey(t.Context()),
		"Verify":     second(n.Verify(t.Context(), access, token)),
		"Sign":       second(n.Sign(t.Context(), access, map[string]any{})),
		"PublicKeys": second(n.PublicKeys(t.Context())),
		"List":       second(n.List(t.Context())),
	} {
		if fault := domain.AsFault(err); fault == nil || fault.Kind != domain.Unavailable {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
	}
	store.setAway(false)
	n.accepts(t, "when it is back", token)
}

func second[T any](_ T, err error) error { return err }

// TestHangingUpDoesNotSpoilAReading cancels the call that happens to read the keys.
func TestHangingUpDoesNotSpoilAReading(t *testing.T) {
	t.Parallel()
	c := newCluster()
	one, two := c.open(t, "HS256"), c.open(t, "HS256")
	old := one.infos(t)[0].ID
	token := one.sign(t)
	one.rotate(t)
	if err := one.Retire(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(10 * time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := two.Verify(ctx, access, token); !domain.HasCode(err, domain.CodeTokenInvalid) {
		t.Errorf("a caller who hung up got %v, want %s", err, domain.CodeTokenInvalid)
	}
}
