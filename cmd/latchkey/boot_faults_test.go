package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// faults sets how the provider behind the inbox misbehaves.
func (v *visitor) faults(wanted map[string]any) {
	v.t.Helper()
	v.want(http.StatusOK, request{http.MethodPut, "/dev/faults", asJSON(wanted), nil})
}

// forward moves the server's clock.
func (v *visitor) forward(by string) {
	v.t.Helper()
	v.want(http.StatusOK, post("/dev/clock", map[string]any{"forward": by}))
}

// never checks that nothing has come to an address by now.
func (v *visitor) never(to string) {
	v.t.Helper()
	if list := v.inbox("to=" + to); len(list) != 0 {
		v.t.Errorf("%s got %+v", to, list)
	}
}

// delivery waits until so many messages of a dialect, or more, have come to this end on their way to the provider.
func (n *node) delivery(d dialect, outcome string, count int) {
	n.t.Helper()
	name := fmt.Sprintf("latchkey_stories_total{dialect=%q,outcome=%q,story=\"deliver\"} ", d.name, outcome)
	eventually(n.t, fmt.Sprint(name, count), letterLimit, func() bool {
		reply, err := http.Get(n.metrics)
		if err != nil {
			n.t.Fatal(err)
		}
		defer reply.Body.Close()
		text, err := io.ReadAll(reply.Body)
		_, value, found := strings.Cut(string(text), name)
		value, _, _ = strings.Cut(value, "\n")
		reached, _ := strconv.Atoi(value)
		return err == nil && found && reached >= count
	})
}

// loginAgain asks for another code once that is allowed, with a provider that works, and logs in with it.
func (v *visitor) loginAgain(d dialect, somebody person, after string) {
	v.t.Helper()
	v.faults(map[string]any{})
	v.forward("31s")
	sent := v.want(http.StatusOK, d.send(somebody.who))
	v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), v.awaited(somebody.to, after).Code))
}

// TestBoot_FaultLate: a code that comes late is good as long as it has not expired.
func TestBoot_FaultLate(t *testing.T) {
	t.Parallel()
	d := goodcityDialect
	n := develop(t)
	v, somebody := n.visit(t), d.person(0)
	v.faults(map[string]any{"late": "4m", "to": somebody.to})
	other := aritaDialect.person(0)
	v.want(http.StatusOK, aritaDialect.send(other.who))
	v.awaited(other.to, "") // is not late
	sent := v.want(http.StatusOK, d.send(somebody.who))
	n.delivery(d, "ok", 1)
	v.never("%2B85261230000")
	v.forward("4m")
	came := v.awaited(somebody.to, "")
	v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), came.Code))

	v.faults(map[string]any{"late": "6m"})
	v.forward("31s")
	sent = v.want(http.StatusOK, d.send(somebody.who))
	n.delivery(d, "ok", 2)
	v.forward("6m")
	eventually(t, "the late code", letterLimit, func() bool { return len(v.inbox("after="+came.ID)) == 1 })
	came = v.inbox("after=" + came.ID)[0]
	if issued := came.ExpiresAt.Add(-5 * time.Minute); came.At.Before(issued.Add(6*time.Minute)) || came.At.After(issued.Add(7*time.Minute)) {
		t.Errorf("a code that came six minutes late: %+v", came)
	}
	v.want(d.wrong, d.answer(somebody.who, d.handle(sent), came.Code))
}

// TestBoot_FaultLost: the server believes a provider that took the code, and nothing comes; the next code is fine.
func TestBoot_FaultLost(t *testing.T) {
	t.Parallel()
	d := bigcityDialect
	n := develop(t)
	v, somebody := n.visit(t), d.person(0)
	v.faults(map[string]any{"lost": true})
	v.want(http.StatusOK, d.send(somebody.who))
	n.delivery(d, "ok", 1)
	v.loginAgain(d, somebody, "")
	if list := v.inbox(""); len(list) != 1 {
		t.Errorf("the lost one is there: %+v", list)
	}
}

// TestBoot_FaultTwice: two copies of one code make one login.
func TestBoot_FaultTwice(t *testing.T) {
	t.Parallel()
	d := bridgekeeperDialect
	v, somebody := develop(t).visit(t), d.person(0)
	v.faults(map[string]any{"twice": true})
	v.want(http.StatusOK, d.send(somebody.who))
	eventually(t, "two copies", letterLimit, func() bool { return len(v.inbox("")) == 2 })
	list := v.inbox("")
	if list[0].Code != list[1].Code || list[0].ID == list[1].ID {
		t.Errorf("the copies are %+v", list)
	}
	v.want(http.StatusOK, d.answer(somebody.who, "", list[0].Code))
	v.want(d.wrong, d.answer(somebody.who, "", list[1].Code))
}

// TestBoot_FaultRefused: the server gives up at once on what the provider will never take.
func TestBoot_FaultRefused(t *testing.T) {
	t.Parallel()
	d := aritaDialect
	n := develop(t)
	v, somebody := n.visit(t), d.person(0)
	v.faults(map[string]any{"refused": true})
	v.want(http.StatusOK, d.send(somebody.who))
	n.delivery(d, "refused", 1)
	v.loginAgain(d, somebody, "")
	if list := v.inbox(""); len(list) != 1 || len(n.journal.lines("message not taken yet")) != 0 {
		t.Errorf("the refused one was tried again: %+v\n%s", list, n.journal)
	}
}

// TestBoot_FaultFailing: the server tries again, and the code comes when the provider is well; but never after its end.
func TestBoot_FaultFailing(t *testing.T) {
	t.Parallel()
	d := goodcityDialect
	n := develop(t)
	v, somebody := n.visit(t), d.person(0)
	v.faults(map[string]any{"failing": true})
	sent := v.want(http.StatusOK, d.send(somebody.who))
	n.delivery(d, "retry", 1)
	v.faults(map[string]any{})
	v.forward("30s")
	came := v.awaited(somebody.to, "")
	v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), came.Code))

	v.faults(map[string]any{"failing": true})
	v.forward("31s")
	v.want(http.StatusOK, d.send(somebody.who))
	v.forward("6m")
	n.delivery(d, "expired", 1)
	v.loginAgain(d, somebody, came.ID)
}
