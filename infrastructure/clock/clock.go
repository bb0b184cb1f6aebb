package clock

import "time"

// Precision is the finest step of any time this package gives out, the
// precision of DATETIME(6) in MySQL.
const Precision = time.Microsecond

// System is the computer's clock.
type System struct{}

// Now returns the present time in UTC, cut (never rounded up) to Precision.
func (System) Now() time.Time {
	return time.Now().UTC().Truncate(Precision)
}
