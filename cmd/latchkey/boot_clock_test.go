package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

// TestBoot_Clock moves the server's clock: codes expire, waits end and sessions end, in each dialect.
func TestBoot_Clock(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			v, somebody := develop(t).visit(t), d.person(0)
			v.want(http.StatusOK, d.send(somebody.who))
			first := v.awaited(somebody.to, "")
			wantRetryAfter(t, v.want(http.StatusTooManyRequests, d.send(somebody.who)), 1, 31)
			v.forward("31s")
			sent := v.want(http.StatusOK, d.send(somebody.who)) // allowed again
			second := v.awaited(somebody.to, first.ID)
			v.forward("11m")
			if got := v.do(d.answer(somebody.who, d.handle(sent), second.Code)); got.status != d.wrong && got.status != http.StatusBadRequest {
				t.Errorf("an expired code: status %d: %s", got.status, got.body)
			}
			sent = v.want(http.StatusOK, d.send(somebody.who))
			third := v.awaited(somebody.to, second.ID)
			token := d.token(v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), third.Code)))
			v.want(d.welcome, d.live(somebody.who, token))
			v.forward("9000h")
			v.want(http.StatusUnauthorized, d.live(somebody.who, token))
			v.want(http.StatusBadRequest, post("/dev/clock", map[string]any{"forward": "9000h"}))
		})
	}
}

// TestBoot_ClockAndLimits: the limits by address count by the moved clock too.
func TestBoot_ClockAndLimits(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t)).serve("--dev").visit(t)
	send := func(i int) int { return v.do(goodcityDialect.send(fmt.Sprintf("+8526999%04d", i))).status }
	limited := false
	for i := 0; i < 500 && !limited; i++ {
		limited = send(i) == http.StatusTooManyRequests
	}
	if !limited {
		t.Fatal("500 sends from one address were not limited")
	}
	v.forward("24h")
	if status := send(1000); status != http.StatusOK {
		t.Errorf("a day later: status %d", status)
	}
}

// TestBoot_ClockAfterRestart: a restart sets the clock right and forgets inbox and faults. What was made in the future stays there:
// its tokens are refused, nothing breaks, and `latchkey unlock` ends the waits.
func TestBoot_ClockAfterRestart(t *testing.T) {
	t.Parallel()
	d := goodcityDialect
	n := develop(t)
	v, somebody := n.visit(t), d.person(0)
	v.forward("48h")
	v.faults(map[string]any{"to": somebody.to, "twice": true})
	sent := v.want(http.StatusOK, d.send(somebody.who))
	token := d.token(v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), v.awaited(somebody.to, "").Code)))
	n.stop()

	n = n.site.serve("--dev")
	v = n.visit(t)
	at := v.want(http.StatusOK, request{http.MethodGet, "/dev/clock", "", nil})
	told, err := time.Parse(time.RFC3339, at.text("now"))
	if err != nil || at.text("offset") != "0s" || told.After(now().Add(time.Minute)) {
		t.Errorf("after a restart the clock is %s", at.body)
	}
	if got := v.want(http.StatusOK, request{http.MethodGet, "/dev/faults", "", nil}); got.text("to") != "" || len(v.inbox("")) != 0 {
		t.Errorf("after a restart there are faults %s and messages %+v", got.body, v.inbox(""))
	}
	v.want(http.StatusUnauthorized, d.live(somebody.who, token))
	v.want(http.StatusTooManyRequests, d.send(somebody.who))
	n.site.must("", "unlock", somebody.who)
	sent = v.want(http.StatusOK, d.send(somebody.who))
	v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), v.awaited(somebody.to, "").Code))
	n.healthy()
}
