package domain

import (
	"fmt"
	"math"
	"time"
)

// MaxCodeLifetime is the longest that a code may live (NIST SP 800-63B-4 3.1.3.2, OWASP ASVS 5.0 6.5.5).
const MaxCodeLifetime = 10 * time.Minute

// VerifyLinkLifetime is how long a mailed link proves an address. Nobody can guess its 256 bits, so it may wait for a reader
// longer than a code may (NIST SP 800-63A-4 3.8: 24 hours for what is sent to a mail address).
const VerifyLinkLifetime = 24 * time.Hour

// CodePolicy is how one dialect issues codes.
type CodePolicy struct {
	Length       int           // digits, 4 to 8
	Lifetime     time.Duration // at most MaxCodeLifetime
	Attempts     int           // wrong answers after which the code is dead
	ResendWait   time.Duration // between two sends to one contact
	SendsPerHour int
	SendsPerDay  int
}

// DefaultCodePolicy is the documents' five minutes and three tries, and S1's 30 s between sends, five an hour, twenty a day.
func DefaultCodePolicy(length int) CodePolicy {
	return CodePolicy{
		Length: length, Lifetime: 5 * time.Minute, Attempts: 3,
		ResendWait: 30 * time.Second, SendsPerHour: 5, SendsPerDay: 20,
	}
}

// Validate tells the first rule that the policy breaks, in words for an operator.
func (p CodePolicy) Validate() error {
	switch {
	case p.Length < 4 || p.Length > 8:
		return fmt.Errorf("code length %d: 4 to 8 digits are allowed", p.Length)
	case p.Lifetime < 30*time.Second || p.Lifetime > MaxCodeLifetime:
		return fmt.Errorf("code lifetime %s: 30s to %s are allowed", p.Lifetime, MaxCodeLifetime)
	case p.Attempts < 1 || p.Attempts > 10:
		return fmt.Errorf("attempts %d: 1 to 10 are allowed", p.Attempts)
	case p.ResendWait < time.Second || p.ResendWait > time.Hour:
		return fmt.Errorf("resend wait %s: 1s to 1h are allowed", p.ResendWait)
	case p.SendsPerHour < 1 || p.SendsPerHour > maxSends:
		return fmt.Errorf("sends per hour %d: 1 to %d are allowed", p.SendsPerHour, maxSends)
	case p.SendsPerDay < p.SendsPerHour || p.SendsPerDay > maxSends:
		return fmt.Errorf("sends per day %d: from the sends per hour (%d) to %d are allowed", p.SendsPerDay, p.SendsPerHour, maxSends)
	}
	return nil
}

// DailyOdds is the chance that a stranger who uses a whole day's guesses on one account is let in once.
func (p CodePolicy) DailyOdds() float64 {
	return 1 - math.Pow(1-math.Pow10(-p.Length), float64(GuessesPerDay(p)))
}
