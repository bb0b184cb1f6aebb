package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// letterLimit is how long a message may take to arrive.
const letterLimit = 20 * time.Second

// letter is a message as the webhook provider gets it.
type letter struct {
	ID, To, Subject, Body, Channel, Purpose, Dialect, Locale string
	ExpiresAt                                                string `json:"expires_at"`
}

var digitsOfCode = regexp.MustCompile(`\b[0-9]{4,8}\b`)

// code is the one-time code in the text.
func (l letter) code() string { return digitsOfCode.FindString(l.Body) }

// postbox is a webhook provider for text messages and mail.
type postbox struct {
	t      testing.TB
	server *httptest.Server

	mutex   sync.Mutex
	status  int // what it answers; 200 and all is well
	posts   int // also the refused ones
	letters []letter
	taken   map[string]int // by address
	changed chan struct{}  // closed with every post, and made anew
}

func newPostbox(t testing.TB) *postbox {
	p := &postbox{t: t, status: http.StatusOK, taken: map[string]int{}, changed: make(chan struct{})}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

// webhookPassword goes with every post.
const webhookPassword = "a-password-for-webhooks"

// settings make a site send everything here.
func (p *postbox) settings() []string {
	address := "webhook+http://latchkey:" + webhookPassword + "@" + strings.TrimPrefix(p.server.URL, "http://") + "/messages"
	return []string{"LATCHKEY_SMS_URL=" + address, "LATCHKEY_EMAIL_URL=" + address, "LATCHKEY_WEBHOOK_SECRET=a secret for webhooks"}
}

// ServeHTTP takes a message.
func (p *postbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var got letter
	err := json.NewDecoder(r.Body).Decode(&got)
	if _, password, _ := r.BasicAuth(); password != webhookPassword {
		p.t.Errorf("a post without credentials")
	}
	if err != nil || got.ID == "" || r.Header.Get("Latchkey-Signature") == "" {
		p.t.Errorf("a post that is no message: %v", err)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.posts++
	if p.status < 300 {
		p.letters = append(p.letters, got)
	}
	close(p.changed)
	p.changed = make(chan struct{})
	w.WriteHeader(p.status)
}

// answer sets the status of all further posts.
func (p *postbox) answer(status int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.status = status
}

// wait waits for a post that changes the answer to yes. done is called with the lock held.
func (p *postbox) wait(what string, within time.Duration, done func() bool) {
	p.t.Helper()
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		p.mutex.Lock()
		yes, changed := done(), p.changed
		p.mutex.Unlock()
		if yes {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			p.t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// take is the next message to an address that was not taken yet.
func (p *postbox) take(to string) letter {
	p.t.Helper()
	return p.takeWithin(to, letterLimit)
}

func (p *postbox) takeWithin(to string, within time.Duration) letter {
	p.t.Helper()
	var next letter
	p.wait("a message to "+to, within, func() bool {
		sent := p.sentTo(to)
		if len(sent) <= p.taken[to] {
			return false
		}
		next = sent[p.taken[to]]
		p.taken[to]++
		return true
	})
	return next
}

// sentTo is called with the lock held.
func (p *postbox) sentTo(to string) []letter {
	return slices.DeleteFunc(slices.Clone(p.letters), func(l letter) bool { return l.To != to })
}

// count is how many messages have been accepted.
func (p *postbox) count() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.letters)
}
