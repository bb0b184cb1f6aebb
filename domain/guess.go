package domain

import "time"

// The growing wait after many failures in a row (security.md G1; NIST SP 800-63B-4 3.2.2).
const (
	firstGuessWait = 30 * time.Second
	longestWait    = time.Hour
	// PasswordGuesses is the failure with which the wait begins for passwords.
	PasswordGuesses = 10
)

// GuessLimit is the consecutive failure with which the wait begins, for codes of this many digits: the 10th for 4, the 30th
// for 5, the 100th for 6 and more. Fewer digits are guessed sooner, so they wait sooner.
func GuessLimit(digits int) int {
	switch {
	case digits <= 4:
		return 10
	case digits == 5:
		return 30
	default:
		return 100
	}
}

// GuessMemory remembers the failures of one (contact, purpose), or of one account's password. It outlives codes, handles,
// dialects and processes (T1).
type GuessMemory struct {
	Failures  int       // in a row, since the last success
	WaitUntil time.Time // until then no answer is compared; zero when there is no wait
}

// Wait is how long from now no answer is compared; zero when answers are welcome.
func (m GuessMemory) Wait(now time.Time) time.Duration { return max(0, m.WaitUntil.Sub(now)) }

// Fail counts one failure. From the limit-th in a row on, each starts a wait twice as long as the one before: 30 s, 1 min, …, 1 h.
func (m *GuessMemory) Fail(now time.Time, limit int) {
	m.Failures++
	if m.Failures < limit {
		return
	}
	wait := longestWait
	if doublings := m.Failures - limit; doublings < 7 {
		wait = min(longestWait, firstGuessWait<<doublings)
	}
	m.WaitUntil = now.Add(wait)
}

// Succeed forgets all failures.
func (m *GuessMemory) Succeed() { *m = GuessMemory{} }

// GuessesPerDay is the most answers that a stranger can have compared against one contact and purpose in the first 24 hours:
// the failures before the wait begins, then one for each wait, and never more than the day's codes have attempts.
func GuessesPerDay(policy CodePolicy) int {
	bySends := policy.SendsPerDay * policy.Attempts
	memory, now := GuessMemory{}, time.Time{}.AddDate(1, 0, 0)
	end := now.Add(24 * time.Hour)
	guesses := 0
	for guesses < bySends && now.Before(end) {
		memory.Fail(now, GuessLimit(policy.Length))
		now = now.Add(memory.Wait(now))
		guesses++
	}
	return guesses
}
