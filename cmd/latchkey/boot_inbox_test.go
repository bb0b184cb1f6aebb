package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testdb"
	client "latchkey/openapi/client/api"
)

// inbox reads the list with this query.
func (v *visitor) inbox(query string) []client.InboxMessage {
	v.t.Helper()
	got := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox?" + query, "", nil})
	var list []client.InboxMessage
	if err := json.Unmarshal([]byte(got.body), &list); err != nil {
		v.t.Fatalf("%v: %s", err, got.body)
	}
	return list
}

// awaited is the message with a code that comes to an address after another one, or is there.
func (v *visitor) awaited(to, after string) client.InboxMessage {
	v.t.Helper()
	list := v.inbox(url.Values{"to": {to}, "after": {after}, "wait": {"20s"}}.Encode())
	if len(list) == 0 {
		v.t.Fatalf("no code for %s after %q", to, after)
	}
	return list[0]
}

// develop is a server with --dev that has one person of each dialect.
func develop(t testing.TB) *node {
	t.Helper()
	s := newSite(t, testdb.SQLite(t), "LATCHKEY_LIMITS=off", "LATCHKEY_METRICS_LISTEN=127.0.0.1:0")
	s.people(1, dialects...)
	return s.serve("--dev")
}

// TestBoot_Inbox shows what --dev sent: newest first, for one address alone, as a list and as a page.
func TestBoot_Inbox(t *testing.T) {
	t.Parallel()
	v := develop(t).visit(t)
	if list := v.inbox(""); len(list) != 0 {
		t.Errorf("an empty inbox is %+v", list)
	}
	var codes []string
	for _, d := range []dialect{goodcityDialect, aritaDialect} {
		v.want(http.StatusOK, d.send(d.person(0).who))
		codes = append(codes, v.awaited(d.person(0).to, "").Code)
	}
	list := v.inbox("")
	if len(list) != 2 || list[0].Code != codes[1] || list[1].Code != codes[0] || list[0].At.Before(list[1].At) || list[1].Dialect != "goodcity" ||
		list[1].Channel != "sms" || !strings.Contains(list[1].Body, codes[0]) || list[1].SMS == nil || list[0].Subject == nil {
		t.Errorf("the inbox is %+v", list)
	}
	page := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox", "", []string{"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}})
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || !containsAll(page.body, codes...) {
		t.Errorf("the page is %v\n%s", page.header, page.body)
	}
	mail := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox/" + list[0].ID + "/mail", "", nil})
	if !strings.Contains(mail.body, `<strong class="code">`+codes[1]+`</strong>`) {
		t.Errorf("the mail is %s", mail.body)
	}
	v.want(http.StatusForbidden, request{http.MethodGet, "/dev/inbox", "", []string{"Host: evil.example"}})
}

// TestBoot_InboxWait: a script that asks before there is a code gets it when it comes, in time for a login.
func TestBoot_InboxWait(t *testing.T) {
	t.Parallel()
	n := develop(t)
	v := n.visit(t)
	eachDialect(t, func(t *testing.T, d dialect) {
		v, somebody := n.visit(t), d.person(0)
		came := make(chan reply, 1)
		go func() {
			got, err := v.try(request{http.MethodGet, "/dev/inbox?wait=30s&to=" + url.QueryEscape(somebody.to), "", nil})
			if err != nil {
				t.Errorf("wait: %v", err)
			}
			came <- got
		}()
		sent := v.want(http.StatusOK, d.send(somebody.who))
		code := (<-came).text("code")
		v.want(http.StatusOK, d.answer(somebody.who, d.handle(sent), code))
	})
	if list := v.inbox("to=%2B85261009999&wait=10ms"); len(list) != 0 {
		t.Errorf("nothing was sent, and there is %+v", list)
	}
}

// TestBoot_StopWithOpenStream: a page that listens and a script that waits do not hold a server that is to stop: both are answered
// to their end, and the server ends well, which a cut request would not let it.
func TestBoot_StopWithOpenStream(t *testing.T) {
	t.Parallel()
	n := develop(t)
	v := n.visit(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/dev/inbox/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := v.http.Do(asked)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "data:") {
	}
	waited := make(chan error, 1)
	go func() {
		_, err := v.try(request{http.MethodGet, "/dev/inbox?wait=60s", "", nil})
		waited <- err
	}()
	begin := now()
	n.stop()
	for lines.Scan() {
	}
	if lines.Err() != nil {
		t.Errorf("the stream was cut: %v", lines.Err())
	}
	<-waited // refused when it came after the stop
	if took := now().Sub(begin); took > 15*time.Second || len(n.journal.lines("stopped")) != 1 {
		t.Errorf("the stop took %s, close to what requests are given before they are cut\n%s", took, n.journal)
	}
}
