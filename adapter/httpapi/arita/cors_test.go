package arita_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"latchkey/adapter/httpapi"
	"latchkey/openapi"
)

const portal = "https://portal.example.com"

// documentedPaths are those that the document gives to this API, with the methods of each.
func documentedPaths(t *testing.T) map[string][]string {
	t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(openapi.JSON(), &document); err != nil {
		t.Fatal(err)
	}
	paths := map[string][]string{}
	for path, operations := range document.Paths {
		if strings.HasPrefix(path, "/web/auth/") {
			for method := range operations {
				paths[path] = append(paths[path], strings.ToUpper(method))
			}
		}
	}
	if len(paths) != 10 {
		t.Fatalf("the document has %d paths", len(paths))
	}
	return paths
}

// A listed portal may call every operation with credentials; nobody else may, and with none listed nobody is asked.
func TestPreflights(t *testing.T) {
	t.Parallel()
	rows := []struct {
		listed []string
		origin string
		status int
		leave  bool
	}{
		{[]string{portal}, portal, http.StatusNoContent, true},
		{[]string{portal}, "https://evil.example", http.StatusNoContent, false},
		{[]string{portal}, "null", http.StatusNoContent, false},
		{nil, portal, http.StatusMethodNotAllowed, false},
	}
	for path, methods := range documentedPaths(t) {
		for _, row := range rows {
			w := newWorldWith(t, httpapi.Settings{AllowedOrigins: row.listed})
			reply := w.must(row.status, "OPTIONS", path, "", "Origin: "+row.origin,
				"Access-Control-Request-Method: "+methods[0], "Access-Control-Request-Headers: authorization,content-type")
			got := reply.Header.Get("Access-Control-Allow-Origin") == row.origin &&
				reply.Header.Get("Access-Control-Allow-Credentials") == "true" &&
				reply.Header.Get("Access-Control-Allow-Methods") == methods[0] &&
				reply.Header.Get("Access-Control-Allow-Headers") == "authorization,content-type"
			if got != row.leave || !row.leave && reply.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s from %s: %d %v", path, row.origin, reply.Status, reply.Header)
			}
		}
	}
	w := newWorldWith(t, httpapi.Settings{AllowedOrigins: []string{portal}})
	w.must(http.StatusNoContent, "OPTIONS", "/web/auth/login", "")
}

// Replies, refusals included, can be read by a listed portal only.
func TestPortalReadsReplies(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		listed []string
		origin string
		want   string
	}{
		{[]string{portal}, portal, portal}, {[]string{portal}, "https://evil.example", ""}, {[]string{portal}, "", ""}, {nil, portal, ""},
	} {
		w := newWorldWith(t, httpapi.Settings{AllowedOrigins: row.listed})
		for range 2 {
			reply := w.Do("POST", "/web/auth/otp", sending(6, user), "Origin: "+row.origin)
			if got := reply.Header.Get("Access-Control-Allow-Origin"); got != row.want || (row.want != "") != (reply.Header.Get("Access-Control-Allow-Credentials") == "true") {
				t.Errorf("listed %v, from %q, %d: %v", row.listed, row.origin, reply.Status, reply.Header)
			}
			if (row.listed != nil) != (reply.Header.Get("Vary") == "Origin") {
				t.Errorf("listed %v, from %q: Vary is %q", row.listed, row.origin, reply.Header.Get("Vary"))
			}
		}
	}
}

// K5: with portals listed, no other page can log its visitor in; with none listed, logging in is open to all.
func TestK5_LoginFromForeignPages(t *testing.T) {
	t.Parallel()
	requests := map[string]func(w *world) string{
		"/web/auth/login":        func(*world) string { return body(map[string]any{"email": user, "password": password}) },
		"/web/auth/login/verify": func(w *world) string { token := w.send(6, user); return answering(w.Code(user), token) },
	}
	for path, text := range requests {
		for _, row := range []struct {
			listed []string
			header string
			status int
		}{
			{nil, "Origin: https://evil.example", http.StatusOK},
			{nil, "Sec-Fetch-Site: cross-site", http.StatusOK},
			{[]string{portal}, "Origin: " + portal, http.StatusOK},
			{[]string{portal}, "Origin: https://login.example.com", http.StatusOK},
			{[]string{portal}, "X-None: none", http.StatusOK},
			{[]string{portal}, "Origin: https://evil.example", http.StatusForbidden},
			{[]string{portal}, "Sec-Fetch-Site: cross-site", http.StatusForbidden},
		} {
			w := newWorldWith(t, httpapi.Settings{AllowedOrigins: row.listed})
			reply := w.Do("POST", path, text(w), row.header)
			if reply.Status != row.status || (row.status == http.StatusOK) != (reply.Header.Get("Set-Cookie") != "") {
				t.Errorf("%s, %v, %s: %d %s", path, row.listed, row.header, reply.Status, reply.Body)
			}
		}
	}
}
