package porttest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// SignerUnderTest is a TokenSigner with the clock that it goes by.
type SignerUnderTest struct {
	Signer usecase.TokenSigner
	Clock  *Clock
	// ReplaceKeys makes a new key sign and retires all others.
	ReplaceKeys func(t *testing.T)
}

// Kinds for tests: one with an issuer, one without, and one whose tokens have no exp.
var (
	accessKind = usecase.TokenKind{Name: "test-access", Issuer: "Latchkey Test"}
	resetKind  = usecase.TokenKind{Name: "test-reset"}
	handleKind = usecase.TokenKind{Name: "test-handle", WithoutExp: true}
)

// TokenSigner checks a usecase.TokenSigner. open makes one with a key of its own for each case.
func TokenSigner(t *testing.T, open func(t *testing.T) SignerUnderTest) {
	for name, check := range map[string]func(*testing.T, SignerUnderTest){
		"claims come back":                          tokenClaims,
		"tokens are JWTs of three parts":            tokenForm,
		"TestK1 forgeries are refused":              tokenForgeries,
		"TestK1 one changed letter is refused":      tokenLetters,
		"TestK1 every shorter token is refused":     tokenTruncated,
		"TestK2 each kind takes only its own":       tokenKinds,
		"expired tokens are refused":                tokenExpiry,
		"tokens without exp are refused":            tokenWithoutExp,
		"tokens from the future are refused":        tokenFuture,
		"odd times are refused":                     tokenOddTimes,
		"tokens of other issuers are refused":       tokenIssuers,
		"TestK1 tokens of retired keys are refused": tokenRetired,
		"public keys show nothing private":          tokenPublicKeys,
		"goroutines sign and verify":                tokenParallel,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(t, open(t)) })
	}
}

// claims are good for an hour, with others added or put in their place.
func (s SignerUnderTest) claims(others map[string]any) map[string]any {
	now := s.Clock.Now().Unix()
	claims := map[string]any{"sub": "7", "jti": "token-1", "sid": "session-1", "iat": now, "exp": now + 3600}
	maps.Copy(claims, others)
	return claims
}

func (s SignerUnderTest) sign(t testing.TB, kind usecase.TokenKind, others map[string]any) string {
	t.Helper()
	token, err := s.Signer.Sign(t.Context(), kind, s.claims(others))
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	return token
}

func (s SignerUnderTest) accepts(t testing.TB, what string, kind usecase.TokenKind, token string) usecase.TokenClaims {
	t.Helper()
	claims, err := s.Signer.Verify(t.Context(), kind, token)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return claims
}

func (s SignerUnderTest) refuses(t testing.TB, what string, kind usecase.TokenKind, token string) {
	t.Helper()
	claims, err := s.Signer.Verify(t.Context(), kind, token)
	fault := domain.AsFault(err)
	if fault == nil {
		t.Errorf("%s was accepted: %s", what, token)
		return
	}
	code := domain.CodeTokenInvalid
	if strings.Contains(what, "too old") {
		code = domain.CodeTokenExpired
	}
	if fault.Kind != domain.Unauthenticated || fault.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
	if claims.ID != "" || claims.SessionID != "" || claims.Payload != nil {
		t.Errorf("%s: claims beside an error", what)
	}
	if tail := token[max(0, len(token)-20):]; len(tail) == 20 && strings.Contains(err.Error(), tail) {
		t.Errorf("%s: the error repeats the token", what)
	}
}

func tokenClaims(t *testing.T, s SignerUnderTest) {
	expires := s.Clock.Now().Add(time.Hour).Truncate(time.Second)
	given := s.claims(map[string]any{"https://example.com/metadata": map[string]any{"type": "api"}, "name": "密碼 <&> \u2028"})
	before := maps.Clone(given)
	token, err := s.Signer.Sign(t.Context(), accessKind, given)
	if err != nil {
		t.Fatal(err)
	}
	if len(given) != len(before) {
		t.Error("Sign wrote to its caller's claims")
	}
	got := s.accepts(t, "a good token", accessKind, token)
	if got.ID != "token-1" || got.SessionID != "session-1" || !got.ExpiresAt.Equal(expires) || got.ExpiresAt.Location() != time.UTC {
		t.Errorf("claims %+v, want token-1, session-1, %v", got, expires)
	}
	var payload map[string]any
	if err := json.Unmarshal(got.Payload, &payload); err != nil {
		t.Fatalf("payload %s: %v", got.Payload, err)
	}
	if payload["iss"] != accessKind.Issuer || payload["sub"] != "7" || payload["name"] != given["name"] || len(payload) != len(given)+1 {
		t.Errorf("payload %s", got.Payload)
	}
	if metadata, ok := payload["https://example.com/metadata"].(map[string]any); !ok || metadata["type"] != "api" {
		t.Errorf("payload %s", got.Payload)
	}
	reset := s.accepts(t, "a token without sid", resetKind, s.sign(t, resetKind, map[string]any{"sid": ""}))
	if reset.SessionID != "token-1" {
		t.Errorf("session %q of a token without sid, want its jti", reset.SessionID)
	}
	if strings.Contains(string(reset.Payload), `"iss"`) {
		t.Errorf("a kind without issuer got one: %s", reset.Payload)
	}
	if _, err := s.Signer.Sign(t.Context(), resetKind, s.claims(map[string]any{"x": make(chan int)})); err == nil {
		t.Error("a claim that JSON does not know was signed")
	}
	if _, err := s.Signer.Sign(t.Context(), handleKind, nil); err != nil {
		t.Errorf("no claims at all: %v", err)
	}
}

func tokenForm(t *testing.T, s SignerUnderTest) {
	parts := strings.Split(s.sign(t, accessKind, nil), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]string
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatalf("header %s: %v", raw, err)
	}
	typ := header["typ"]
	if header["alg"] == "HS256" && typ != "JWT" || header["alg"] != "HS256" && typ != accessKind.Name+"+jwt" {
		t.Errorf("header %s", raw)
	}
	if header["kid"] == "" || header["alg"] == "" || len(header) != 3 {
		t.Errorf("header %s, want typ, alg and kid", raw)
	}
}

func tokenForgeries(t *testing.T, s SignerUnderTest) {
	public, err := s.Signer.PublicKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	genuine := s.sign(t, accessKind, nil)
	other := s.sign(t, accessKind, map[string]any{"sub": "8"})
	s.accepts(t, "the genuine one", accessKind, genuine)
	a, b := strings.Split(genuine, "."), strings.Split(other, ".")
	s.refuses(t, "another token's payload", accessKind, a[0]+"."+b[1]+"."+a[2])
	s.refuses(t, "another token's signature", accessKind, a[0]+"."+a[1]+"."+b[2])
	forgeries := Forgeries(genuine, public)
	if len(forgeries) < 80 {
		t.Errorf("%d forgeries", len(forgeries))
	}
	for name, token := range forgeries {
		for _, kind := range []usecase.TokenKind{accessKind, resetKind, handleKind} {
			s.refuses(t, name, kind, token)
		}
	}
	s.accepts(t, "the genuine one afterwards", accessKind, genuine)
}

func tokenLetters(t *testing.T, s SignerUnderTest) {
	genuine := s.sign(t, accessKind, nil)
	for i := range len(genuine) {
		for _, letter := range "AQgw-_9." {
			if changed := genuine[:i] + string(letter) + genuine[i+1:]; changed != genuine {
				s.refuses(t, "one changed letter", accessKind, changed)
			}
		}
	}
}

func tokenTruncated(t *testing.T, s SignerUnderTest) {
	genuine := s.sign(t, accessKind, nil)
	for i := range len(genuine) {
		s.refuses(t, "the beginning", accessKind, genuine[:i])
		if i > 0 {
			s.refuses(t, "the end", accessKind, genuine[i:])
		}
	}
}

func tokenKinds(t *testing.T, s SignerUnderTest) {
	kinds := []usecase.TokenKind{
		{Name: "test"}, {Name: "test-access"}, {Name: "test-reset"}, {Name: "test-access-2"}, {Name: "Test-Access"},
		{Name: "test-handle", WithoutExp: true},
	}
	for _, signed := range kinds {
		token := s.sign(t, signed, nil)
		for _, verified := range kinds {
			if verified.Name == signed.Name {
				s.accepts(t, signed.Name, verified, token)
			} else {
				s.refuses(t, signed.Name+" as "+verified.Name, verified, token)
			}
		}
	}
}

func tokenExpiry(t *testing.T, s SignerUnderTest) {
	token := s.sign(t, accessKind, nil)
	s.Clock.Set(s.Clock.Now().Truncate(time.Second).Add(time.Hour - time.Microsecond))
	s.accepts(t, "the last moment", accessKind, token)
	s.Clock.Advance(time.Microsecond)
	s.refuses(t, "a token just too old", accessKind, token)
	s.Clock.Advance(365 * 24 * time.Hour)
	s.refuses(t, "a token a year too old", accessKind, token)
	s.refuses(t, "a token too old, of a kind that needs no exp", handleKind, s.sign(t, handleKind, map[string]any{"exp": s.Clock.Now().Unix()}))
}

func tokenWithoutExp(t *testing.T, s SignerUnderTest) {
	without := usecase.TokenKind{Name: accessKind.Name, WithoutExp: true}
	for name, claims := range map[string]map[string]any{
		"no exp": {"jti": "x"}, "a null exp": {"jti": "x", "exp": nil}, "no claims": {}, "another case": {"EXP": s.Clock.Now().Unix() + 60},
	} {
		token, err := s.Signer.Sign(t.Context(), without, claims)
		if err != nil {
			t.Fatal(err)
		}
		got := s.accepts(t, name, without, token)
		if !got.ExpiresAt.IsZero() {
			t.Errorf("%s: expires %v", name, got.ExpiresAt)
		}
		s.refuses(t, name, usecase.TokenKind{Name: accessKind.Name}, token)
	}
}

func tokenFuture(t *testing.T, s SignerUnderTest) {
	now := s.Clock.Now().Unix()
	for _, claim := range []string{"iat", "nbf"} {
		s.accepts(t, claim+" a minute ahead", resetKind, s.sign(t, resetKind, map[string]any{claim: now + 60}))
		token := s.sign(t, resetKind, map[string]any{claim: now + 120})
		s.refuses(t, claim+" two minutes ahead", resetKind, token)
		s.accepts(t, claim+" long ago", resetKind, s.sign(t, resetKind, map[string]any{claim: 1}))
		s.Clock.Advance(2 * time.Minute)
		s.accepts(t, claim+" when its time has come", resetKind, token)
		s.Clock.Advance(-2 * time.Minute)
	}
}

func tokenOddTimes(t *testing.T, s SignerUnderTest) {
	now := s.Clock.Now().Unix()
	for _, claim := range []string{"exp", "iat", "nbf"} {
		for name, value := range map[string]any{
			"text": "1999999999", "a date": "2099-01-01T00:00:00Z", "true": true, "a list": []int64{now + 60}, "an object": map[string]int64{"at": now + 60},
			"a fraction": float64(now) + 60.5, "too big": json.Number("99999999999999999999"), "an exponent": json.Number("2e9"), "below zero, so too old": -1,
		} {
			if name == "below zero, so too old" && claim != "exp" {
				continue
			}
			s.refuses(t, claim+" is "+name, resetKind, s.sign(t, resetKind, map[string]any{claim: value}))
		}
	}
	far := s.accepts(t, "a far exp", resetKind, s.sign(t, resetKind, map[string]any{"exp": int64(1) << 62}))
	if !far.ExpiresAt.After(s.Clock.Now()) {
		t.Errorf("a far exp became %v", far.ExpiresAt)
	}
	for _, claim := range []string{"jti", "sid"} {
		s.refuses(t, claim+" is a number", resetKind, s.sign(t, resetKind, map[string]any{claim: 7}))
	}
}

func tokenIssuers(t *testing.T, s SignerUnderTest) {
	kind := func(issuer string) usecase.TokenKind { return usecase.TokenKind{Name: "test-issuer", Issuer: issuer} }
	token := s.sign(t, kind("Mine"), map[string]any{"iss": "Yours"})
	s.accepts(t, "the kind's issuer wins over the caller's", kind("Mine"), token)
	s.accepts(t, "a kind that asks for none", kind(""), token)
	for _, other := range []string{"mine", "Mine ", "Yours", "Min"} {
		s.refuses(t, "issuer Mine as "+other, kind(other), token)
	}
	s.refuses(t, "no issuer", kind("Mine"), s.sign(t, kind(""), nil))
	s.refuses(t, "a list of issuers", kind("Mine"), s.sign(t, kind(""), map[string]any{"iss": []string{"Mine"}}))
}

func tokenRetired(t *testing.T, s SignerUnderTest) {
	old := s.sign(t, accessKind, nil)
	s.accepts(t, "before", accessKind, old)
	s.ReplaceKeys(t)
	s.refuses(t, "a token of a retired key", accessKind, old)
	s.accepts(t, "a token of the new key", accessKind, s.sign(t, accessKind, nil))
	s.Clock.Advance(time.Minute)
	s.refuses(t, "a token of a retired key, later", accessKind, old)
}

func tokenPublicKeys(t *testing.T, s SignerUnderTest) {
	header := strings.Split(s.sign(t, accessKind, nil), ".")[0]
	raw, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	var used struct{ Alg, Kid string }
	if err := json.Unmarshal(raw, &used); err != nil {
		t.Fatal(err)
	}
	set, err := s.Signer.PublicKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Keys []map[string]any }
	if err := json.Unmarshal(set, &doc); err != nil || doc.Keys == nil {
		t.Fatalf("set %s: %v", set, err)
	}
	if used.Alg == "HS256" {
		if string(set) != `{"keys":[]}` {
			t.Errorf("set %s, want an empty one", set)
		}
		return
	}
	if len(doc.Keys) != 1 || doc.Keys[0]["kid"] != used.Kid || doc.Keys[0]["alg"] != used.Alg || doc.Keys[0]["use"] != "sig" {
		t.Errorf("set %s, want key %s for %s", set, used.Kid, used.Alg)
	}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
		if _, shown := doc.Keys[0][private]; shown {
			t.Errorf("the set shows %q", private)
		}
	}
}

func tokenParallel(t *testing.T, s SignerUnderTest) {
	var wg sync.WaitGroup
	for _, kind := range []usecase.TokenKind{accessKind, resetKind, handleKind, {Name: "test-fourth"}} {
		for range 2 {
			wg.Go(func() {
				for range 20 {
					token, err := s.Signer.Sign(context.Background(), kind, s.claims(nil))
					if err != nil {
						t.Errorf("sign: %v", err)
						return
					}
					s.accepts(t, kind.Name, kind, token)
					s.refuses(t, kind.Name, usecase.TokenKind{Name: "test-fifth"}, token)
				}
			})
		}
	}
	wg.Wait()
}
