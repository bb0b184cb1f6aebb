package main

import (
	"net/http"
	"testing"

	"latchkey/infrastructure/testdb"
)

// pair is two servers on one database, and somebody who logs in through one API.
type pair struct {
	site        *site
	box         *postbox
	here, there *visitor
	dialect     dialect
	person      person
}

// TestK4_TwoServers runs two servers on one database: what one has done holds on the other from the next request on.
func TestK4_TwoServers(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.MySQL(t), append(box.settings(), "LATCHKEY_LIMITS=off", sharedOrigin)...)
	one, other := s.launch(), s.launch()
	one.await()
	other.await()
	plays := []struct {
		name string
		play func(p pair)
	}{
		{"a code of one answers on the other", answerElsewhere},
		{"a code used on one is used on the other", useElsewhere},
		{"the wait between sends holds on both", sendElsewhere},
		{"logout", logoutElsewhere},
		{"revoke", revokeElsewhere},
		{"disable", disableElsewhere},
	}
	s.people(len(plays), dialects...)
	eachDialect(t, func(t *testing.T, d dialect) {
		for i, p := range plays {
			t.Run(p.name, func(t *testing.T) {
				p.play(pair{s, box, one.visit(t), other.visit(t), d, d.person(i)})
			})
		}
	})
}

func answerElsewhere(p pair) {
	handle, code := p.here.ask(p.dialect, p.person, p.box)
	token := p.dialect.token(p.there.want(http.StatusOK, p.dialect.answer(p.person.who, handle, code)))
	p.here.want(p.dialect.welcome, p.dialect.live(p.person.who, token))
}

func useElsewhere(p pair) {
	handle, code := p.here.ask(p.dialect, p.person, p.box)
	p.here.want(http.StatusOK, p.dialect.answer(p.person.who, handle, code))
	p.there.want(p.dialect.wrong, p.dialect.answer(p.person.who, handle, code))
}

func sendElsewhere(p pair) {
	p.here.ask(p.dialect, p.person, p.box)
	refused := p.there.want(http.StatusTooManyRequests, p.dialect.send(p.person.who))
	wantRetryAfter(p.there.t, refused, 1, 30)
}

func logoutElsewhere(p pair) {
	if p.dialect.logout == nil {
		return // this API has none
	}
	token := p.here.enter(p.dialect, p.person, p.box)
	p.there.want(p.dialect.welcome, p.dialect.live(p.person.who, token))
	if left := p.here.do(p.dialect.logout(token)); left.status >= 300 {
		p.here.t.Fatalf("logout: status %d: %s", left.status, left.body)
	}
	p.there.want(http.StatusUnauthorized, p.dialect.live(p.person.who, token))
}

func revokeElsewhere(p pair) {
	token := p.here.enter(p.dialect, p.person, p.box)
	p.site.must("", "session", "revoke", "--all", p.person.who)
	p.here.want(http.StatusUnauthorized, p.dialect.live(p.person.who, token))
	p.there.want(http.StatusUnauthorized, p.dialect.live(p.person.who, token))
}

func disableElsewhere(p pair) {
	token := p.here.enter(p.dialect, p.person, p.box)
	p.site.must("", "account", "disable", p.person.who)
	for _, v := range []*visitor{p.here, p.there} {
		got := v.do(p.dialect.live(p.person.who, token))
		if got.status != http.StatusUnauthorized && got.status != http.StatusForbidden {
			v.t.Errorf("a disabled account: status %d: %s", got.status, got.body)
		}
	}
	p.site.must("", "account", "enable", p.person.who)
	p.there.want(http.StatusUnauthorized, p.dialect.live(p.person.who, token))
}
