package porttest_test

import (
	"bytes"
	"testing"
	"time"

	"latchkey/usecase/porttest"
)

func TestClockStandsUntilItIsMoved(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.March, 29, 20, 0, 0, 123456789, time.FixedZone("HKT", 8*60*60))
	clock := porttest.NewClock(start)
	want := time.Date(2026, time.March, 29, 12, 0, 0, 123456000, time.UTC)
	if now := clock.Now(); now != want {
		t.Errorf("it stands at %v, want %v", now, want)
	}
	if now := clock.Advance(time.Hour); now != want.Add(time.Hour) || clock.Now() != now {
		t.Errorf("an hour later it stands at %v, want %v", now, want.Add(time.Hour))
	}
	clock.Set(start)
	if now := clock.Now(); now != want {
		t.Errorf("set back it stands at %v, want %v", now, want)
	}
}

func TestRandomRepeatsItselfInEveryRunOnly(t *testing.T) {
	t.Parallel()
	one, other := porttest.NewRandom("0042", "1234"), porttest.NewRandom()
	if first, second := one.Code(4), one.Code(4); first != "0042" || second != "1234" {
		t.Errorf("the script says %q, %q; want 0042, 1234", first, second)
	}
	a, b := one.Bytes(40), one.Bytes(40)
	if bytes.Equal(a, b) || len(a) != 40 {
		t.Errorf("drawn twice: %x and %x", a, b)
	}
	if !bytes.Equal(other.Bytes(40), a) {
		t.Error("another run draws something else")
	}
	code := one.Code(8)
	for _, digit := range code {
		if digit < '0' || digit > '9' {
			t.Errorf("code %q has something else than digits", code)
		}
	}
	one.Script("12")
	defer func() {
		if recover() == nil {
			t.Error("a scripted code of the wrong length was given out")
		}
	}()
	one.Code(6)
}
