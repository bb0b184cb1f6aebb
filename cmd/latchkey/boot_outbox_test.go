package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
)

// TestV6_KillLosesNoMessage kills a server, as a power failure would, while its provider is down. The code that it had
// acknowledged arrives once both are back, and is good.
func TestV6_KillLosesNoMessage(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, database string) {
		t.Parallel()
		box := newPostbox(t)
		box.answer(http.StatusServiceUnavailable)
		s := newSite(t, database, append(box.settings(), sharedOrigin)...)
		n := s.serve()
		s.people(2, bigcityDialect)
		somebody, v := bigcityDialect.person(0), n.visit(t)

		sent := v.want(http.StatusOK, bigcityDialect.send(somebody.who))
		eventually(t, "the message is postponed", letterLimit, func() bool { return len(n.journal.lines("message not taken yet")) > 0 })
		// The line comes before its commit, and that before the commit of whatever is asked for now.
		v.want(http.StatusOK, bigcityDialect.send(bigcityDialect.person(1).who))
		n.kill()
		if got := box.count(); got != 0 {
			t.Fatalf("%d messages were accepted by a provider that is down", got)
		}

		box.answer(http.StatusOK)
		n = s.serve()
		code := box.takeWithin(somebody.to, leaseLimit).code()
		n.visit(t).want(http.StatusOK, bigcityDialect.answer(somebody.who, bigcityDialect.handle(sent), code))
	})
}

// leaseLimit is how long a message may lie that a killed server had kept to itself: half a minute, and the time until another
// one looks.
const leaseLimit = 60 * time.Second

// TestV6_KillRightAfterTheReply kills a server in the moment of the reply, when nothing but the commit has happened for certain.
// The message lies until the dead server's lease ends.
func TestV6_KillRightAfterTheReply(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the end of a lease, half a minute")
	}
	t.Parallel()
	box := newPostbox(t)
	box.answer(http.StatusServiceUnavailable)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), sharedOrigin)...)
	n := s.serve()
	const many = 20
	s.people(many, goodcityDialect)
	v := n.visit(t)
	for i := range many {
		v.want(http.StatusOK, goodcityDialect.send(goodcityDialect.person(i).who))
	}
	n.kill()
	box.answer(http.StatusOK)
	s.serve()
	for i := range many {
		if code := box.takeWithin(goodcityDialect.person(i).to, leaseLimit).code(); len(code) != goodcityDialect.digits {
			t.Errorf("message %d has no code", i)
		}
	}
}

// TestV6_StopEndsRequestsInFlight stops a server while a request is half sent: it is answered, its message is handed over, and
// the server takes no new connections meanwhile.
func TestV6_StopEndsRequestsInFlight(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), box.settings()...)
	n := s.serve()
	s.people(1, goodcityDialect)
	somebody := goodcityDialect.person(0)
	v, r := n.visit(t), goodcityDialect.send(somebody.who)

	half := v.dial()
	half.send(v.head(r.with("Expect: 100-continue"), len(r.body)))
	if line, err := half.reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server does not wait for the body: %q, %v", line, err)
	}
	if _, err := half.reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	half.send(r.body[:5])
	if err := n.child.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "new connections are refused", stopLimit, func() bool {
		connection, err := net.Dial("tcp", strings.TrimPrefix(n.url, "http://"))
		if err == nil {
			_ = connection.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	half.send(r.body[5:])
	if got := half.receive(r.method, r.path); got.status != http.StatusOK {
		t.Errorf("a request in flight: status %d: %s", got.status, got.body)
	}
	if rest, err := io.ReadAll(half.reader); err != nil || len(rest) != 0 {
		t.Errorf("after the reply: %q, %v", rest, err)
	}
	if code := box.take(somebody.to).code(); len(code) != goodcityDialect.digits {
		t.Errorf("the message of the last request has no code")
	}
	n.stop()
	if len(n.journal.lines("stopped")) != 1 {
		t.Errorf("the server does not say that it stopped:\n%s", n.journal)
	}
}

// TestV6_StopLeavesWhatNobodyTook stops a server whose provider is down: what it could not hand over waits for the next start.
func TestV6_StopLeavesWhatNobodyTook(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	box.answer(http.StatusServiceUnavailable)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), sharedOrigin)...)
	n := s.serve()
	s.people(4, dialects...)
	v := n.visit(t)
	handles := map[string]string{}
	for i, d := range dialects {
		handles[d.name] = d.handle(v.want(http.StatusOK, d.send(d.person(i).who)))
	}
	box.wait(fmt.Sprintf("%d attempts", len(dialects)), letterLimit, func() bool { return box.posts >= len(dialects) })
	n.stop()
	box.answer(http.StatusOK)
	v = s.serve().visit(t)
	for i, d := range dialects {
		code := box.takeWithin(d.person(i).to, leaseLimit).code()
		v.want(http.StatusOK, d.answer(d.person(i).who, handles[d.name], code))
	}
}

// TestBoot_RetriesAreOnTime: each of several messages that a provider did not take is tried again after about a second, not
// with whatever comes next.
func TestBoot_RetriesAreOnTime(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	box.answer(http.StatusTooManyRequests)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	s.people(2, dialects...)
	v := n.visit(t)
	many := 0
	for _, d := range dialects {
		for i := range 2 {
			v.want(http.StatusOK, d.send(d.person(i).who))
			many++
		}
	}
	box.wait(fmt.Sprintf("%d attempts", many), letterLimit, func() bool { return box.posts >= many })
	box.answer(http.StatusOK)
	const onTime = 4 * time.Second // a look at the whole outbox, every five, would be too late
	box.wait("all messages", onTime, func() bool { return len(box.letters) == many })
}

// TestV6_RefusedMessagesAreGivenUp: what a provider refuses for good is not tried again.
func TestV6_RefusedMessagesAreGivenUp(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	box.answer(http.StatusForbidden)
	s := newSite(t, testdb.SQLite(t), box.settings()...)
	n := s.serve()
	s.people(2, goodcityDialect)
	v := n.visit(t)
	v.want(http.StatusOK, goodcityDialect.send(goodcityDialect.person(0).who))
	eventually(t, "the message is given up", letterLimit, func() bool { return len(n.journal.lines("message not delivered")) == 1 })
	box.answer(http.StatusOK)
	v.want(http.StatusOK, goodcityDialect.send(goodcityDialect.person(1).who))
	box.take(goodcityDialect.person(1).to)
	if got := box.count(); got != 1 {
		t.Errorf("%d messages arrived, want the second one only", got)
	}
}
