package domain

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// issued is a challenge whose right answer has the MAC "right".
func issued(t *testing.T, c *Challenge, now time.Time, length int) *Challenge {
	t.Helper()
	err := c.Issue(now, Issue{Handle: "handle@" + now.String(), Dialect: "d", Channel: SMS, AccountID: 7, MAC: []byte("right"), Policy: DefaultCodePolicy(length)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(c *Challenge, mac string) Answer {
	return Answer{Handle: c.Handle, Dialect: "d", MACs: [][]byte{[]byte(mac)}, Policy: DefaultCodePolicy(4)}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(c *Challenge, a *Answer)
		after  time.Duration
		want   Code
		counts bool
	}{
		{name: "right"},
		{name: "right without a handle", change: func(_ *Challenge, a *Answer) { a.Handle = "" }},
		{name: "right at the last moment", after: 5*time.Minute - time.Microsecond},
		{name: "C4 right under the previous key", change: func(_ *Challenge, a *Answer) { a.MACs = [][]byte{[]byte("other"), []byte("right")} }},
		{name: "wrong", change: func(_ *Challenge, a *Answer) { a.MACs[0] = []byte("wrong") }, want: CodeMismatch, counts: true},
		{name: "no MAC", change: func(_ *Challenge, a *Answer) { a.MACs = nil }, want: CodeMismatch, counts: true},
		{name: "C2 expired", after: 5 * time.Minute, want: CodeExpired},
		{name: "C7 other handle", change: func(_ *Challenge, a *Answer) { a.Handle = "other" }, want: CodeUnknown},
		{name: "C7 other dialect", change: func(_ *Challenge, a *Answer) { a.Dialect = "other" }, want: CodeUnknown},
		{name: "C3 used", change: func(c *Challenge, _ *Answer) { c.Used = true }, want: CodeUnknown},
		{name: "no code yet", change: func(c *Challenge, a *Answer) { *c = Challenge{}; a.Handle = "" }, want: CodeUnknown},
		{name: "T2 exhausted", change: func(c *Challenge, _ *Answer) { c.GuessesLeft = 0 }, want: CodeExhausted},
		{name: "G1 waiting", change: func(c *Challenge, _ *Answer) { c.WaitUntil = noon.Add(time.Minute) }, want: CodeGuessesLimited},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := issued(t, &Challenge{}, noon, 4)
			a := answer(c, "right")
			if test.change != nil {
				test.change(c, &a)
			}
			left, failures := c.GuessesLeft, c.Failures
			err := c.Guess(noon.Add(test.after), a)
			if test.want == "" {
				if err != nil || !c.Used {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if !HasCode(err, test.want) {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if counted := c.Failures == failures+1 && c.GuessesLeft == left-1; counted != test.counts {
				t.Errorf("counted is %v, want %v", counted, test.counts)
			}
		})
	}
}

func TestC3_OneSuccess(t *testing.T) {
	t.Parallel()
	c := issued(t, &Challenge{}, noon, 4)
	a := answer(c, "right")
	if err := c.Guess(noon, a); err != nil {
		t.Fatal(err)
	}
	if err := c.Guess(noon, a); !HasCode(err, CodeUnknown) {
		t.Errorf("the second success: %v", err)
	}
}

func TestC6_NewCodeEndsOlder(t *testing.T) {
	t.Parallel()
	c := issued(t, &Challenge{}, noon, 4)
	old := answer(c, "right")
	issued(t, c, noon.Add(time.Minute), 4)
	if err := c.Guess(noon.Add(time.Minute), old); !HasCode(err, CodeUnknown) {
		t.Errorf("the old handle: %v", err)
	}
}

func TestT2_DiesAfterThreeWrongAnswers(t *testing.T) {
	t.Parallel()
	c := issued(t, &Challenge{}, noon, 4)
	for range 3 {
		if err := c.Guess(noon, answer(c, "wrong")); !HasCode(err, CodeMismatch) {
			t.Fatal(err)
		}
	}
	err := c.Guess(noon.Add(10*time.Second), answer(c, "right"))
	if !HasCode(err, CodeExhausted) {
		t.Fatalf("the right answer after three wrong ones: %v", err)
	}
	if wait := AsFault(err).RetryAfter; wait != 20*time.Second {
		t.Errorf("a new code can be had in 20 s, the fault says %s", wait)
	}
}

func TestT1_FailuresSurviveResend(t *testing.T) {
	t.Parallel()
	c, now := &Challenge{}, noon
	for i := range 9 {
		if i%3 == 0 {
			now = now.Add(time.Hour)
			issued(t, c, now, 4)
		}
		_ = c.Guess(now, answer(c, "wrong"))
	}
	if c.Failures != 9 || c.Wait(now) != 0 {
		t.Fatalf("%d failures, wait %s", c.Failures, c.Wait(now))
	}
	now = now.Add(time.Hour)
	issued(t, c, now, 4)
	if err := c.Guess(now, answer(c, "wrong")); !HasCode(err, CodeMismatch) {
		t.Fatal(err)
	}
	err := c.Guess(now, answer(c, "right"))
	if !HasCode(err, CodeGuessesLimited) || AsFault(err).RetryAfter != 30*time.Second {
		t.Fatalf("after the 10th failure the right answer must wait 30 s: %v", err)
	}
	if err := c.Guess(now.Add(30*time.Second), answer(c, "right")); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if c.Failures != 0 {
		t.Errorf("a success must forget the failures, there are %d", c.Failures)
	}
}

func TestG1_GrowingWait(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ digits, begins int }{{4, 10}, {5, 30}, {6, 100}, {7, 100}, {8, 100}} {
		var m GuessMemory
		for range test.begins - 1 {
			m.Fail(noon, GuessLimit(test.digits))
		}
		if m.Wait(noon) != 0 {
			t.Errorf("%d digits: a wait before the failure %d", test.digits, test.begins)
		}
		for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
			m.Fail(noon, GuessLimit(test.digits))
			if got := m.Wait(noon); got != want {
				t.Errorf("%d digits, failure %d: wait %s, want %s", test.digits, m.Failures, got, want)
			}
		}
		for range 1000 {
			m.Fail(noon, GuessLimit(test.digits))
		}
		if m.Wait(noon) != time.Hour {
			t.Errorf("after many failures: wait %s", m.Wait(noon))
		}
	}
}

func TestS1_SendWaitsAndCaps(t *testing.T) {
	t.Parallel()
	c := &Challenge{}
	send := func(at time.Duration) time.Duration {
		err := c.Issue(noon.Add(at), Issue{Handle: "h", Policy: DefaultCodePolicy(6)})
		if err == nil {
			return 0
		}
		if !HasCode(err, CodeSendsLimited) {
			t.Fatal(err)
		}
		return AsFault(err).RetryAfter
	}
	for _, test := range []struct{ at, want time.Duration }{
		{0, 0},
		{29 * time.Second, time.Second},
		{30 * time.Second, 0},
		{time.Minute, 0},
		{90 * time.Second, 0},
		{2 * time.Minute, 0}, // the fifth
		{150 * time.Second, time.Hour - 150*time.Second},
		{time.Hour - time.Second, time.Second},
		{time.Hour, 0},
		{time.Hour + 29*time.Second, time.Second},
	} {
		if got := send(test.at); got != test.want {
			t.Errorf("at %s: wait %s, want %s", test.at, got, test.want)
		}
	}
}

func TestS1_TwentyADay(t *testing.T) {
	t.Parallel()
	c, policy := &Challenge{}, DefaultCodePolicy(6)
	for i := range 20 {
		if err := c.Issue(noon.Add(time.Duration(i)*20*time.Minute), Issue{Policy: policy}); err != nil {
			t.Fatalf("send %d: %v", i+1, err)
		}
	}
	at := noon.Add(20 * 20 * time.Minute)
	if wait := c.SendWait(at, policy); wait != noon.Add(24*time.Hour).Sub(at) {
		t.Errorf("the 21st send waits %s", wait)
	}
	if wait := c.SendWait(noon.Add(24*time.Hour), policy); wait != 0 {
		t.Errorf("a day after the first, it still waits %s", wait)
	}
}

func TestS1_RefusedSendKeepsTheLiveCode(t *testing.T) {
	t.Parallel()
	c := issued(t, &Challenge{}, noon, 4)
	a := answer(c, "right")
	if err := c.Issue(noon.Add(time.Second), Issue{Handle: "new", MAC: []byte("new"), Policy: DefaultCodePolicy(4)}); err == nil {
		t.Fatal("sent again after a second")
	}
	if err := c.Guess(noon.Add(2*time.Second), a); err != nil {
		t.Errorf("the code under way: %v", err)
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	fresh := issued(t, &Challenge{}, noon, 4)
	failed := issued(t, &Challenge{}, noon, 4)
	_ = failed.Guess(noon, answer(failed, "wrong"))
	for _, test := range []struct {
		name  string
		c     *Challenge
		after time.Duration
		want  bool
	}{
		{"a live code", fresh, time.Minute, false},
		{"its sends still count", fresh, 23 * time.Hour, false},
		{"a day after its end", fresh, 24*time.Hour + 5*time.Minute, true},
		{"failures are remembered longer", failed, 29 * 24 * time.Hour, false},
		{"failures are forgotten in the end", failed, 31 * 24 * time.Hour, true},
	} {
		if got := test.c.Idle(noon.Add(test.after)); got != test.want {
			t.Errorf("%s: idle is %v", test.name, got)
		}
	}
}

func TestUnlockForgets(t *testing.T) {
	t.Parallel()
	c := issued(t, &Challenge{}, noon, 4)
	_ = c.Guess(noon, answer(c, "wrong"))
	c.WaitUntil = noon.Add(time.Hour)
	c.Forget()
	if c.Failures != 0 || c.Wait(noon) != 0 || c.SendWait(noon, DefaultCodePolicy(4)) != 0 {
		t.Errorf("remembered: %+v", c)
	}
}

func TestC2_PolicyBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(p *CodePolicy)
		ok     bool
	}{
		{"default", func(*CodePolicy) {}, true},
		{"ten minutes", func(p *CodePolicy) { p.Lifetime = 10 * time.Minute }, true},
		{"longer", func(p *CodePolicy) { p.Lifetime = 10*time.Minute + time.Second }, false},
		{"no lifetime", func(p *CodePolicy) { p.Lifetime = 0 }, false},
		{"three digits", func(p *CodePolicy) { p.Length = 3 }, false},
		{"eight digits", func(p *CodePolicy) { p.Length = 8 }, true},
		{"nine digits", func(p *CodePolicy) { p.Length = 9 }, false},
		{"no attempts", func(p *CodePolicy) { p.Attempts = 0 }, false},
		{"fewer a day than an hour", func(p *CodePolicy) { p.SendsPerDay = 4 }, false},
		{"no resend wait", func(p *CodePolicy) { p.ResendWait = 0 }, false},
	} {
		policy := DefaultCodePolicy(6)
		test.change(&policy)
		if err := policy.Validate(); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// The odds that `latchkey config` shows: at most the guesses that the sends allow, fewer where the growing wait bites first.
func TestG1_Odds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		digits, guesses int
	}{{4, 39}, {5, 59}, {6, 60}} {
		policy := DefaultCodePolicy(test.digits)
		if got := GuessesPerDay(policy); got != test.guesses {
			t.Errorf("%d digits: %d guesses a day, want %d", test.digits, got, test.guesses)
		}
		odds := policy.DailyOdds()
		if most := float64(test.guesses) / pow10(test.digits); odds > most || odds < most*0.99 {
			t.Errorf("%d digits: odds %g, want just under %g", test.digits, odds, most)
		}
	}
}

func pow10(n int) float64 {
	result := 1.0
	for range n {
		result *= 10
	}
	return result
}
