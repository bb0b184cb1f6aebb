package clock_test

import (
	"sync"
	"testing"
	"time"

	"latchkey/infrastructure/clock"
)

func TestSystemIsUTCInWholeMicroseconds(t *testing.T) {
	t.Parallel()
	before := time.Now().Add(-clock.Precision)
	for range 1000 {
		now := clock.System{}.Now()
		if now.Location() != time.UTC {
			t.Fatalf("location %v, want UTC", now.Location())
		}
		if now.Nanosecond()%int(clock.Precision) != 0 {
			t.Fatalf("%v is finer than a microsecond", now)
		}
		if now.Before(before) || now.After(time.Now()) {
			t.Fatalf("%v is not the present", now)
		}
	}
}

func TestFakeMovesOnlyByHand(t *testing.T) {
	t.Parallel()
	hongKong := time.FixedZone("HKT", 8*3600)
	fake := clock.NewFake(time.Date(2026, 3, 1, 8, 0, 0, 1999, hongKong))

	start := time.Date(2026, 3, 1, 0, 0, 0, 1000, time.UTC)
	if got := fake.Now(); !got.Equal(start) || got.Location() != time.UTC {
		t.Fatalf("start %v, want %v in UTC", got, start)
	}
	if got, want := fake.Advance(90*time.Second), start.Add(90*time.Second); !got.Equal(want) {
		t.Fatalf("after advance %v, want %v", got, want)
	}
	if got, want := fake.Advance(-time.Minute), start.Add(30*time.Second); !got.Equal(want) {
		t.Fatalf("after going back %v, want %v", got, want)
	}
	fake.Set(time.Date(2030, 1, 1, 8, 0, 0, 1, hongKong))
	if got, want := fake.Now(), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Fatalf("after set %v, want %v", got, want)
	}
}

func TestFakeIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fake := clock.NewFake(start)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 50 {
				fake.Advance(time.Second)
				_ = fake.Now()
			}
		})
	}
	wg.Wait()
	if got, want := fake.Now(), start.Add(1000*time.Second); !got.Equal(want) {
		t.Fatalf("%v, want %v: an advance was lost", got, want)
	}
}
