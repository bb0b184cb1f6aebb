package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"latchkey/infrastructure/testtool"
)

// npmClient is the browser's side of Bridgekeeper, as its users install it.
const npmClient = "@quintype/bridgekeeper-js@2.8.2"

// TestNPMClient drives the unchanged npm client against the real server.
func TestNPMClient(t *testing.T) {
	t.Parallel()
	dir := testtool.NPM(t, npmClient)
	driver, err := filepath.Abs("testdata/npm/driver.cjs")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, "", "LATCHKEY_SECRET=", "LATCHKEY_BIGCITY_CLIENTS=")
	s.configure("dialects: {bridgekeeper: {reset-page: 'https://news.example.com/account/new-password'}}\n")
	watched := s.serveWatched("--dev")
	printed := testtool.Run(t, dir, time.Minute, "node", driver, watched.url)
	if steps, calls := strings.Count(printed, "ok "), watched.seen.Load(); steps < 15 || calls < 40 {
		t.Errorf("only %d steps and %d calls:\n%s", steps, calls, printed)
	}
}
