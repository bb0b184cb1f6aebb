package secret

import (
	"runtime"
	"testing"
	"testing/synctest"
)

// TestK7_UnknownHashesCostAsMuch looks at the memory taken, which tells whether argon2id ran, and not at a clock.
func TestK7_UnknownHashesCostAsMuch(t *testing.T) {
	place, err := NewPasswordHasher(1, 0).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer place.Release()
	spent := func(work func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		work()
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) >> 20
	}
	const real = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQAAAAAAAAAAA$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
	want := spent(func() { place.Verify(real, "secret") })
	if want != 19 {
		t.Errorf("a real hash took %d MiB, want 19", want)
	}
	for _, hash := range []string{"", "x", "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$AAAA", "$2b$31$abcdefghijklmnopqrstuu2c1e4vZoCxDVRU9N6VCSSmNg4cQa1Ve"} {
		if got := spent(func() { place.Verify(hash, "secret") }); got != want {
			t.Errorf("hash %q took %d MiB, a real one %d", hash, got, want)
		}
	}
}

// TestK7_LargeHashesOneAtATime holds the turn of the large ones and sees who waits for it.
func TestK7_LargeHashesOneAtATime(t *testing.T) {
	for name, c := range map[string]struct {
		hash  string
		waits bool
	}{
		"larger than ours": {"$argon2id$v=19$m=19460,t=1,p=1$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", true},
		"no larger":        {"$argon2id$v=19$m=19456,t=1,p=1$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			hasher := NewPasswordHasher(1, 0)
			place, err := hasher.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			hasher.large <- struct{}{}
			done := make(chan struct{})
			go func() {
				defer close(done)
				place.Verify(c.hash, "secret")
			}()
			synctest.Wait()
			select {
			case <-done:
				if c.waits {
					t.Errorf("%s: did not wait", name)
				}
			default:
				if !c.waits {
					t.Errorf("%s: waited", name)
				}
			}
			<-hasher.large
			<-done
			if len(hasher.large) != 0 {
				t.Errorf("%s: kept the turn", name)
			}
		})
	}
}
