package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"latchkey/infrastructure/testdb"
)

// TestK1_SigningAlgorithms logs in under each algorithm. Anybody can verify the tokens with the published keys, and those of one
// algorithm stay good when the operator changes to another.
func TestK1_SigningAlgorithms(t *testing.T) {
	t.Parallel()
	box, database := newPostbox(t), testdb.SQLite(t)
	tokens := map[string]string{}
	newSite(t, database).people(5, dialects...)
	for i, algorithm := range []string{"HS256", "ES256", "EdDSA", "RS256"} {
		s := newSite(t, database, append(box.settings(), "LATCHKEY_SIGNING_ALG="+algorithm, "LATCHKEY_LIMITS=off", sharedOrigin)...)
		n := s.serve()
		v := n.visit(t)
		published := v.want(http.StatusOK, request{http.MethodGet, "/.well-known/jwks.json", "", nil})
		set, err := jwk.ParseString(published.body)
		if err != nil || set.Len() != i { // one more each time; HS256 has nothing to publish
			t.Fatalf("%s: %d published keys, want %d: %v: %s", algorithm, set.Len(), i, err, published.body)
		}
		if strings.Contains(published.body, `"d":`) || strings.Contains(published.body, `"k":`) {
			t.Fatalf("%s: a private key is published", algorithm)
		}
		for _, d := range dialects {
			token := v.enter(d, d.person(i), box)
			tokens[algorithm+d.name] = token
			verifyAsStranger(t, algorithm, d, token, set)
		}
		for before := range tokens {
			d := dialects[slices.IndexFunc(dialects, func(d dialect) bool { return strings.HasSuffix(before, d.name) })]
			who := d.person(slices.Index([]string{"HS256", "ES256", "EdDSA", "RS256"}, strings.TrimSuffix(before, d.name))).who
			v.want(d.welcome, d.live(who, tokens[before]))
		}
		n.stop()
	}
}

// verifyAsStranger checks a token as somebody does who knows nothing but the published keys.
func verifyAsStranger(t *testing.T, algorithm string, d dialect, token string, published jwk.Set) {
	t.Helper()
	message, err := jws.ParseString(token)
	if err != nil {
		t.Fatalf("%s: %s: %v", algorithm, d.name, err)
	}
	if got := message.Signatures()[0].ProtectedHeaders().Algorithm(); got.String() != algorithm {
		t.Errorf("%s: %s signs with %s", algorithm, d.name, got)
	}
	if algorithm == jwa.HS256.String() {
		return // the key is the server's secret
	}
	claims, err := jwt.ParseString(token, jwt.WithKeySet(published))
	if err != nil {
		t.Fatalf("%s: %s: %v", algorithm, d.name, err)
	}
	if !claims.Expiration().After(now()) {
		t.Errorf("%s: %s: the token expires at %s", algorithm, d.name, claims.Expiration())
	}
	// The same token under another key of the set, or cut short, is none.
	for _, bad := range []string{token[:len(token)-10], token + "AA", strings.Replace(token, ".", ".A", 1)} {
		if _, err := jwt.ParseString(bad, jwt.WithKeySet(published)); err == nil {
			t.Errorf("%s: %s: a broken token verifies", algorithm, d.name)
		}
	}
}

var keyRow = regexp.MustCompile(`(?m)^(\S+) +(HS256|ES256|EdDSA|RS256) .*?(signs, verifies|verifies|-)$`)

// keyRows are the rows of `latchkey key list`: id, algorithm, use.
func (s *site) keyRows() [][]string {
	s.t.Helper()
	return keyRow.FindAllStringSubmatch(s.must("", "key", "list"), -1)
}

// keyLimit is how long a running server may need to hear of a key: ten seconds, and a breath.
const keyLimit = 20 * time.Second

// TestCLI_Keys rotates and retires keys under a running server: tokens of a retired key are refused, those of the others are not.
func TestCLI_Keys(t *testing.T) {
	t.Parallel()
	box := newPostbox(t)
	s := newSite(t, testdb.SQLite(t), append(box.settings(), "LATCHKEY_SIGNING_ALG=ES256", "LATCHKEY_LIMITS=off")...)
	n := s.serve()
	v, d := n.visit(t), goodcityDialect
	s.people(3, d)
	first := s.keyRows()
	if len(first) != 1 || first[0][3] != "signs, verifies" {
		t.Fatalf("a new server has the keys %q", first)
	}
	if line := s.refuse(1, "key", "retire", first[0][1]); !strings.Contains(line, "rotate") && !strings.Contains(line, "last key") {
		t.Errorf("retiring the last key: %q", line)
	}
	before := v.enter(d, d.person(0), box)

	if said := s.must("", "key", "rotate"); !strings.HasPrefix(said, "made key ") {
		t.Errorf("rotate says %q", said)
	}
	rows := s.keyRows()
	if len(rows) != 2 || rows[0][1] != first[0][1] || rows[1][1] == first[0][1] {
		t.Fatalf("after rotate the keys are %q", rows)
	}
	v.want(d.welcome, d.live(d.person(0).who, before))

	s.must("", "key", "retire", first[0][1])
	eventually(t, "the server refuses the token of a retired key", keyLimit, func() bool {
		return v.do(d.live(d.person(0).who, before)).status == http.StatusUnauthorized
	})
	after := v.enter(d, d.person(1), box)
	if kid := keyOf(t, after); kid != rows[1][1] {
		t.Errorf("a token of key %s, want %s", kid, rows[1][1])
	}
	published := v.want(http.StatusOK, request{http.MethodGet, "/.well-known/jwks.json", "", nil})
	if strings.Contains(published.body, first[0][1]) || !strings.Contains(published.body, rows[1][1]) {
		t.Errorf("the retired key is published, or the new one is not: %s", published.body)
	}
	s.must("", "key", "retire", first[0][1]) // retired already: nothing to do
	v.want(d.welcome, d.live(d.person(1).who, after))
}

// keyOf is the kid of a token.
func keyOf(t *testing.T, token string) string {
	t.Helper()
	message, err := jws.ParseString(token)
	if err != nil {
		t.Fatal(err)
	}
	return message.Signatures()[0].ProtectedHeaders().KeyID()
}

// TestC4_SecretRotation: while a secret is being replaced, what was made under the old one is still good: tokens, refresh cookies,
// and codes that are on their way, in every API. Without the old one it is not.
func TestC4_SecretRotation(t *testing.T) {
	t.Parallel()
	const newSecret = "another secret that replaces the first 0123456789"
	box, database := newPostbox(t), testdb.SQLite(t)
	settings := append(box.settings(), "LATCHKEY_LIMITS=off", sharedOrigin)
	s := newSite(t, database, settings...)
	n := s.serve()
	s.people(3, dialects...)
	v := n.visit(t)
	tokens, handles, codes := map[string]string{}, map[string]string{}, map[string]string{}
	for _, d := range dialects {
		tokens[d.name] = v.enter(d, d.person(0), box)
		handles[d.name], codes[d.name] = v.ask(d, d.person(1), box)
	}
	box.answer(http.StatusServiceUnavailable)
	v.want(http.StatusOK, goodcityDialect.send(goodcityDialect.person(2).who))
	n.stop()
	box.answer(http.StatusOK)

	s = newSite(t, database, append(settings, "LATCHKEY_SECRET="+newSecret+","+bootSecret)...)
	n = s.serve()
	v = n.visit(t)
	box.takeWithin(goodcityDialect.person(2).to, leaseLimit) // what was sealed under the old secret
	for _, d := range dialects {
		if got := v.do(d.live(d.person(0).who, tokens[d.name])); got.status != d.welcome {
			t.Errorf("%s: a token of the old secret: status %d: %s", d.name, got.status, got.body)
		}
		if got := v.do(d.answer(d.person(1).who, handles[d.name], codes[d.name])); got.status != http.StatusOK {
			t.Errorf("%s: a code of the old secret: status %d: %s", d.name, got.status, got.body)
		}
	}
	n.stop()

	s = newSite(t, database, append(settings, "LATCHKEY_SECRET="+newSecret)...)
	v = s.serve().visit(t)
	for _, d := range dialects {
		v.want(http.StatusUnauthorized, d.live(d.person(0).who, tokens[d.name]))
		v.enter(d, d.person(2), box)
	}
}
