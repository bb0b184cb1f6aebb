package clock_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"latchkey/infrastructure/clock"
)

func TestAdjustableMovesForward(t *testing.T) {
	t.Parallel()
	a := clock.NewAdjustable()
	moved := a.Moved()
	before := clock.System{}.Now()
	if now := a.Now(); now.Before(before) || now.After(clock.System{}.Now()) {
		t.Errorf("an unmoved clock tells %v", now)
	}
	if err := a.Forward(6*time.Minute + time.Nanosecond); err != nil {
		t.Fatal(err)
	}
	select {
	case <-moved:
	default:
		t.Error("nobody was told of the move")
	}
	select {
	case <-a.Moved():
		t.Error("the next move is told of before it is made")
	default:
	}
	earliest := before.Add(6 * time.Minute)
	if now := a.Now(); now.Before(earliest) || now.After(clock.System{}.Now().Add(6*time.Minute)) || now.Location() != time.UTC || now.Nanosecond()%1000 != 0 {
		t.Errorf("moved by six minutes it tells %v", now)
	}
	if a.Offset() != 6*time.Minute {
		t.Errorf("offset %v", a.Offset())
	}
}

func TestAdjustableRefusesOtherSteps(t *testing.T) {
	t.Parallel()
	a := clock.NewAdjustable()
	for _, step := range []time.Duration{0, -time.Second, time.Nanosecond, clock.MostForward + time.Microsecond, math.MaxInt64, math.MinInt64} {
		if err := a.Forward(step); !errors.Is(err, clock.ErrStep) || a.Offset() != 0 {
			t.Errorf("a step of %v: %v, offset %v", step, err, a.Offset())
		}
	}
	if err := a.Forward(clock.MostForward); err != nil {
		t.Fatal(err)
	}
	if err := a.Forward(time.Microsecond); !errors.Is(err, clock.ErrStep) || a.Offset() != clock.MostForward {
		t.Errorf("beyond the most: %v, offset %v", err, a.Offset())
	}
}

func TestAdjustableByMany(t *testing.T) {
	t.Parallel()
	a := clock.NewAdjustable()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			before := a.Now()
			if err := a.Forward(time.Second); err != nil {
				t.Error(err)
			}
			if a.Now().Before(before.Add(time.Second)) {
				t.Error("the step was lost")
			}
		})
	}
	all.Wait()
	if a.Offset() != 50*time.Second {
		t.Errorf("offset %v after 50 steps of a second", a.Offset())
	}
}
