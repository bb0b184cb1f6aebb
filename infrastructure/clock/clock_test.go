package clock_test

import (
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
