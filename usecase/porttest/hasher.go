package porttest

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"latchkey/domain"
	"latchkey/usecase"
)

// openHasher makes a hasher with this many places and this much room to wait for one.
type openHasher = func(t *testing.T, parallel, queue int) usecase.PasswordHasher

// PasswordHasher checks a usecase.PasswordHasher.
func PasswordHasher(t *testing.T, open func(t *testing.T, parallel, queue int) usecase.PasswordHasher) {
	for name, check := range map[string]func(*testing.T, openHasher){
		"a hash fits its password only":           hashFits,
		"hashes are salted and say nothing":       hashSalted,
		"unknown hashes never match":              hashUnknown,
		"every byte counts":                       hashEveryByte,
		"TestK7 no more than the places":          placesBound,
		"TestK7 a full queue is busy":             placesBusy,
		"places are given in the order of asking": placesInOrder,
		"who gives up leaves the queue":           placesGivenUp,
		"releasing twice frees one place":         placesReleased,
	} {
		t.Run(name, func(t *testing.T) { check(t, open) })
	}
}

func acquire(t *testing.T, h usecase.PasswordHasher) usecase.HashingPlace {
	t.Helper()
	place, err := h.Acquire(t.Context())
	if err != nil {
		t.Fatalf("acquire: %v", err)
	}
	return place
}

func hashFits(t *testing.T, open openHasher) {
	hasher := open(t, 1, 0)
	place := acquire(t, hasher)
	defer place.Release()
	for _, password := range []string{"correct horse", "密碼🔑", "", " ", strings.Repeat("x", 200)} {
		hash := place.Hash(password)
		if !hasher.Recognizes(hash) {
			t.Errorf("its own hash %q is not recognized", hash)
		}
		if match, outdated := place.Verify(hash, password); !match || outdated {
			t.Errorf("%q: match %v, outdated %v", password, match, outdated)
		}
		if match, outdated := place.Verify(hash, password+"x"); match || outdated {
			t.Errorf("%q with a letter more: match %v, outdated %v", password, match, outdated)
		}
	}
}

func hashSalted(t *testing.T, open openHasher) {
	place := acquire(t, open(t, 1, 0))
	defer place.Release()
	one, two := place.Hash("correct horse"), place.Hash("correct horse")
	if one == two {
		t.Error("the same password was hashed twice alike")
	}
	if strings.Contains(one, "horse") {
		t.Error("the hash shows the password")
	}
}

func hashUnknown(t *testing.T, open openHasher) {
	hasher := open(t, 1, 0)
	place := acquire(t, hasher)
	defer place.Release()
	real := place.Hash("secret")
	if match, _ := place.Verify("", ""); match {
		t.Error("no password matches an account without one")
	}
	for _, hash := range []string{
		"", " ", "secret", "$", "$$$$$", "plain$secret", "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69",
		real[:len(real)/2], real + "$", real + "\n", " " + real, strings.ToUpper(real),
	} {
		if match, outdated := place.Verify(hash, "secret"); match || outdated {
			t.Errorf("hash %q: match %v, outdated %v", hash, match, outdated)
		}
		if hasher.Recognizes(hash) {
			t.Errorf("hash %q is recognized", hash)
		}
	}
}

func hashEveryByte(t *testing.T, open openHasher) {
	place := acquire(t, open(t, 1, 0))
	defer place.Release()
	long := strings.Repeat("a", 100)
	hash := place.Hash(long)
	for _, other := range []string{long[:72], long[:99] + "b", long[:99], long + "\x00", strings.ToUpper(long)} {
		if match, _ := place.Verify(hash, other); match {
			t.Errorf("a password of 100 letters is matched by %q", other)
		}
	}
}

func placesBound(t *testing.T, open openHasher) {
	hasher := open(t, 3, 100)
	var at, most atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			place, err := hasher.Acquire(t.Context())
			if err != nil {
				t.Errorf("acquire: %v", err)
				return
			}
			defer place.Release()
			now := at.Add(1)
			for {
				seen := most.Load()
				if now <= seen || most.CompareAndSwap(seen, now) {
					break
				}
			}
			at.Add(-1)
		})
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Errorf("%d at once, want 3 at most", most.Load())
	}
}

func placesBusy(t *testing.T, open openHasher) {
	synctest.Test(t, func(t *testing.T) {
		hasher := open(t, 1, 2)
		first := acquire(t, hasher)
		done := make(chan usecase.HashingPlace, 2)
		for range 2 {
			go func() { done <- acquire(t, hasher) }()
		}
		synctest.Wait()
		if _, err := hasher.Acquire(t.Context()); !domain.HasCode(err, domain.CodeBusy) || domain.AsFault(err).Kind != domain.Unavailable {
			t.Errorf("the fourth got %v, want %s", err, domain.CodeBusy)
		}
		first.Release()
		(<-done).Release()
		(<-done).Release()
		acquire(t, hasher).Release()
	})
}

func placesInOrder(t *testing.T, open openHasher) {
	synctest.Test(t, func(t *testing.T) {
		hasher := open(t, 1, 5)
		first := acquire(t, hasher)
		order := make(chan int, 5)
		for i := range 5 {
			go func() {
				place := acquire(t, hasher)
				order <- i
				place.Release()
			}()
			synctest.Wait()
		}
		first.Release()
		for want := range 5 {
			if got := <-order; got != want {
				t.Errorf("place %d went to the one who came as number %d", want, got)
			}
		}
	})
}

func placesGivenUp(t *testing.T, open openHasher) {
	synctest.Test(t, func(t *testing.T) {
		hasher := open(t, 1, 1)
		first := acquire(t, hasher)
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			result := make(chan error)
			go func() {
				_, err := hasher.Acquire(ctx)
				result <- err
			}()
			synctest.Wait()
			cancel()
			if err := <-result; !domain.HasCode(err, domain.CodeBusy) {
				t.Errorf("who gave up got %v, want %s", err, domain.CodeBusy)
			}
		}
		first.Release()
		acquire(t, hasher).Release()
	})
}

func placesReleased(t *testing.T, open openHasher) {
	hasher := open(t, 1, 0)
	first := acquire(t, hasher)
	first.Release()
	first.Release()
	second := acquire(t, hasher)
	first.Release()
	if _, err := hasher.Acquire(t.Context()); !domain.HasCode(err, domain.CodeBusy) {
		t.Errorf("a second release freed another's place: %v", err)
	}
	second.Release()
}
