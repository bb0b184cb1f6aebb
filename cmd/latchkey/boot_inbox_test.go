package main

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"

	"latchkey/infrastructure/testdb"
	"latchkey/openapi"
	client "latchkey/openapi/client/api"
)

// TestBoot_Inbox shows what --dev sent: newest first, for one address alone, as a list and as a page without script.
func TestBoot_Inbox(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t)).serve("--dev").visit(t)
	if line := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox", "", nil}); strings.TrimSpace(line.body) != "[]" {
		t.Errorf("an empty inbox is %s", line.body)
	}
	v.want(http.StatusOK, goodcityDialect.send("+85261677528"))
	goodcity := inboxCode(t, v.api(), "+85261677528")
	v.want(http.StatusOK, bridgekeeperDialect.send("+919888888888"))
	bridgekeeper := inboxCode(t, v.api(), "+919888888888")

	var list []client.InboxMessage
	got := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox", "", []string{"Accept: application/json"}})
	if err := json.Unmarshal([]byte(got.body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Code != bridgekeeper || list[1].Code != goodcity || list[0].At.Before(list[1].At) || list[1].Dialect != "goodcity" ||
		list[1].Channel != "sms" || !strings.Contains(list[1].Body, goodcity) {
		t.Errorf("the inbox is %s", got.body)
	}
	page := v.want(http.StatusOK, request{http.MethodGet, "/dev/inbox", "", []string{"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}})
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || !containsAll(html.UnescapeString(page.body), goodcity, bridgekeeper, "+85261677528") ||
		strings.Contains(page.body, "<script") || page.header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page is %v\n%s", page.header, page.body)
	}
}

// TestBoot_Document: the server serves the document that it was built with, to anybody.
func TestBoot_Document(t *testing.T) {
	t.Parallel()
	v := newSite(t, testdb.SQLite(t)).serve().visit(t)
	for path, want := range map[string][]byte{"/openapi.json": openapi.JSON(), "/openapi.yaml": openapi.YAML()} {
		if got := v.want(http.StatusOK, request{http.MethodGet, path, "", nil}); got.body != string(want) {
			t.Errorf("%s has %d bytes, want %d", path, len(got.body), len(want))
		}
	}
}

// TestCLI_AddressTaken: a second server on the same address says so and ends.
func TestCLI_AddressTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t, testdb.SQLite(t))
	n := s.serve()
	address := strings.TrimPrefix(n.url, "http://")
	ended := s.run("", "serve", "--listen", address)
	if last := ended.stderr[strings.LastIndex(strings.TrimSpace(ended.stderr), "\n")+1:]; ended.status != 1 ||
		!strings.HasPrefix(last, "latchkey: ") || !strings.Contains(last, address) || !strings.Contains(last, "in use") {
		t.Errorf("status %d:\n%s", ended.status, ended.stderr)
	}
	n.healthy()
}
