package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

// raceSettings let one address send and answer as much as it likes, and tell what came of the answers. Servers that share a
// database are one to their users, who see them at one address.
var raceSettings = []string{"LATCHKEY_LIMITS=off", "LATCHKEY_METRICS_LISTEN=127.0.0.1:0", sharedOrigin}

const sharedOrigin = "LATCHKEY_PUBLIC_URL=http://127.0.0.1:8080"

// TestT2_C3_Races lets 200 wrong answers arrive at once, and then 100 right ones, on each database and on two servers that
// share one.
func TestT2_C3_Races(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		box := newPostbox(t)
		s := newSite(t, database, append(raceSettings, box.settings()...)...)
		race(t, box, s.serve())
	})
	t.Run("two servers", func(t *testing.T) {
		t.Parallel()
		box := newPostbox(t)
		s := newSite(t, testdb.MySQL(t), append(raceSettings, box.settings()...)...)
		// Both find an empty schema.
		nodes := []*node{s.launch(), s.launch()}
		for _, n := range nodes {
			n.await()
		}
		race(t, box, nodes...)
	})
}

// race plays all four dialects; requests go to the nodes in turn.
func race(t *testing.T, box *postbox, nodes ...*node) {
	t.Helper()
	nodes[0].site.people(2, dialects...)
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			t.Run("wrong", func(t *testing.T) { raceWrong(t, d, box, nodes) })
			t.Run("right", func(t *testing.T) { raceRight(t, d, box, nodes) })
		})
	}
}

// raceWrong: of 200 wrong answers at once at most three are compared (T2), and the right one is too late.
func raceWrong(t *testing.T, d dialect, box *postbox, nodes []*node) {
	visitors, somebody := visitAll(t, nodes), d.person(0)
	handle, code := visitors[0].ask(d, somebody, box)
	replies := together(t, visitors, 200, func(i int) request {
		return d.answer(somebody.who, handle, wrongCode(t, code, 1+i))
	})
	for _, got := range replies {
		if got.status != d.wrong && got.status != http.StatusTooManyRequests {
			t.Errorf("a wrong answer: status %d: %s", got.status, got.body)
		}
	}
	compared, refused := 0, 0
	for _, n := range nodes {
		compared += n.counted(t, d, "code_mismatch")
		refused += n.counted(t, d, "code_exhausted")
	}
	if compared != 3 || refused != 197 {
		t.Errorf("%d answers were compared and %d were not, want 3 and 197", compared, refused)
	}
	late := visitors[len(visitors)-1].do(d.answer(somebody.who, handle, code))
	if late.status != d.wrong && late.status != http.StatusTooManyRequests {
		t.Errorf("the right code after three wrong ones: status %d: %s", late.status, late.body)
	}
}

// raceRight: of 100 right answers at once one opens a session (C3).
func raceRight(t *testing.T, d dialect, box *postbox, nodes []*node) {
	visitors, somebody := visitAll(t, nodes), d.person(1)
	handle, code := visitors[0].ask(d, somebody, box)
	entered := 0
	for _, got := range together(t, visitors, 100, func(int) request { return d.answer(somebody.who, handle, code) }) {
		switch got.status {
		case http.StatusOK:
			entered++
		case d.wrong:
		default:
			t.Errorf("a right answer: status %d: %s", got.status, got.body)
		}
	}
	sessions := strings.Count(nodes[0].site.must("", "session", "list", somebody.who), "\n") - 1
	if entered != 1 || sessions != 1 {
		t.Errorf("%d answers were let in and %d sessions are open, want 1 and 1", entered, sessions)
	}
}

// TestBoot_SmallPool lets 64 callers at once log in on a server with four connections: none may wait for a connection that only
// another waiting one could give back.
func TestBoot_SmallPool(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		box := newPostbox(t)
		s := newSite(t, database, append(raceSettings, box.settings()...)...)
		s.configure("database-pool: 4\n")
		n := s.serve()
		const each = 16
		s.people(each, dialects...)
		var callers sync.WaitGroup
		begin := now()
		for _, d := range dialects {
			for i := range each {
				v := n.visit(t)
				callers.Go(func() {
					somebody := d.person(i)
					sent, err := v.try(d.send(somebody.who))
					if err != nil || sent.status != http.StatusOK {
						t.Errorf("%s: send: %v %d %s", d.name, err, sent.status, sent.body)
						return
					}
					code := box.take(somebody.to).code()
					entered, err := v.try(d.answer(somebody.who, d.handle(sent), code))
					if err != nil || entered.status != http.StatusOK {
						t.Errorf("%s: answer: %v %d %s", d.name, err, entered.status, entered.body)
						return
					}
					for range 5 {
						seen, err := v.try(d.live(somebody.who, d.token(entered)))
						if err != nil || seen.status != d.welcome {
							t.Errorf("%s: live: %v %d %s", d.name, err, seen.status, seen.body)
						}
					}
				})
			}
		}
		callers.Wait()
		if took := now().Sub(begin); took > 20*time.Second {
			t.Errorf("64 callers took %s", took)
		}
	})
}

// visitAll is a visitor to each node.
func visitAll(t *testing.T, nodes []*node) []*visitor {
	t.Helper()
	visitors := make([]*visitor, len(nodes))
	for i, n := range nodes {
		visitors[i] = n.visit(t)
	}
	return visitors
}

// together makes many requests at once, by the visitors in turn.
func together(t *testing.T, visitors []*visitor, many int, ask func(i int) request) []reply {
	t.Helper()
	replies, begin := make([]reply, many), make(chan struct{})
	var callers sync.WaitGroup
	for i := range many {
		r := ask(i)
		callers.Go(func() {
			<-begin
			got, err := visitors[i%len(visitors)].try(r)
			if err != nil {
				t.Errorf("%s %s: %v", r.method, r.path, err)
			}
			replies[i] = got
		})
	}
	close(begin)
	callers.Wait()
	return replies
}

// counted is how many logins by code of a dialect ended so on this node.
func (n *node) counted(t *testing.T, d dialect, outcome string) int {
	t.Helper()
	response, err := http.Get(n.metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	sum := 0
	for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
		name, value, _ := strings.Cut(scanner.Text(), " ")
		if !strings.HasPrefix(name, "latchkey_stories_total{") || !strings.Contains(name, fmt.Sprintf("dialect=%q", d.name)) ||
			!strings.Contains(name, fmt.Sprintf("outcome=%q", outcome)) {
			continue
		}
		count, err := strconv.Atoi(value)
		if err != nil {
			t.Fatalf("%s: %v", scanner.Text(), err)
		}
		sum += count
	}
	return sum
}
