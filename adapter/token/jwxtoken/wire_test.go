package jwxtoken_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"latchkey/infrastructure/keys"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// kid reads the key's id from a token's header.
func kid(t testing.TB, token string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Kid string }
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

// TestOthersCanVerify reads our tokens as a resource server would: with a stock library and the published key set.
func TestOthersCanVerify(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		n := newCluster().open(t, algorithm)
		token, err := n.Sign(t.Context(), usecase.TokenKind{Name: "test-access", Issuer: "Latchkey"}, map[string]any{"sub": "7", "exp": start.Add(time.Hour).Unix()})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := n.PublicKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		set, err := jwk.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if algorithm == keys.HS256 {
			key := fromRaw(t, keys.Derive(newSecret, "token test-access "+kid(t, token), 32), kid(t, token), jwa.HS256)
			if err := set.AddKey(key); err != nil {
				t.Fatal(err)
			}
		}
		parsed, err := jwt.Parse([]byte(token), jwt.WithKeySet(set), jwt.WithIssuer("Latchkey"), jwt.WithClock(n.clock))
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		if parsed.Subject() != "7" || !parsed.Expiration().Equal(start.Add(time.Hour)) {
			t.Errorf("%s: read as %v", algorithm, parsed)
		}
	}
}

func fromRaw(t testing.TB, material any, id string, algorithm jwa.SignatureAlgorithm) jwk.Key {
	t.Helper()
	key, err := jwk.FromRaw(material)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{jwk.KeyIDKey: id, jwk.AlgorithmKey: algorithm} {
		if err := key.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	return key
}

// TestK1_OnlyOurHeaderCounts signs with our own key what we would never sign: not even a right signature makes another header good.
func TestK1_OnlyOurHeaderCounts(t *testing.T) {
	t.Parallel()
	n := newCluster().open(t, "HS256")
	genuine := n.sign(t)
	id := kid(t, genuine)
	key := keys.Derive(newSecret, "token test-access "+id, 32)
	signer, err := jws.NewSigner(jwa.HS256)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(header, payload string) string {
		b64 := base64.RawURLEncoding.EncodeToString
		input := b64([]byte(header)) + "." + b64([]byte(payload))
		signature, err := signer.Sign([]byte(input), key)
		if err != nil {
			t.Fatal(err)
		}
		return input + "." + b64(signature)
	}
	ours := `{"typ":"JWT","alg":"HS256","kid":"` + id + `"}`
	const payload = `{"jti":"j","sid":"s","exp":1893456000}`
	n.accepts(t, "our own header", sign(ours, payload))
	for name, header := range map[string]string{
		"another order":   `{"alg":"HS256","typ":"JWT","kid":"` + id + `"}`,
		"a space":         strings.Replace(ours, ",", ", ", 1),
		"without typ":     `{"alg":"HS256","kid":"` + id + `"}`,
		"another typ":     strings.Replace(ours, `"JWT"`, `"test-access+jwt"`, 1),
		"without kid":     `{"typ":"JWT","alg":"HS256"}`,
		"kid twice":       strings.Replace(ours, `"kid"`, `"kid":"x","kid"`, 1),
		"crit":            strings.Replace(ours, `}`, `,"crit":["exp"]}`, 1),
		"jku":             strings.Replace(ours, `}`, `,"jku":"https://attacker.example"}`, 1),
		"jwk":             strings.Replace(ours, `}`, `,"jwk":{"kty":"oct","k":"AAAA"}}`, 1),
		"alg none":        strings.Replace(ours, `HS256`, `none`, 1),
		"alg HS512":       strings.Replace(ours, `HS256`, `HS512`, 1),
		"escaped letters": strings.Replace(ours, `HS256`, `\u0048S256`, 1),
	} {
		n.refuses(t, name, sign(header, payload))
	}
	for name, payload := range map[string]string{
		"no object":           `[]`,
		"null":                `null`,
		"text":                `"x"`,
		"nothing":             ``,
		"not JSON":            `{"exp":1893456000`,
		"two objects":         `{"exp":1893456000}{"exp":1893456000}`,
		"exp twice":           `{"exp":1,"exp":1893456000}`,
		"exp with fraction":   `{"exp":1893456000.0}`,
		"exp with exponent":   `{"exp":1893456e3}`,
		"exp in another case": `{"Exp":1893456000}`,
		"a space in front":    ` {"exp":1893456000}`,
		"not UTF-8":           "{\"exp\":1893456000,\"jti\":\"\xff\"}",
	} {
		n.refuses(t, "payload: "+name, sign(ours, payload))
	}
}

// TestTokensLookLikeTheDocuments compares the header with the documents' samples, which have no kid.
func TestTokensLookLikeTheDocuments(t *testing.T) {
	t.Parallel()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(newCluster().open(t, "HS256").sign(t), ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(raw), `{"typ":"JWT","alg":"HS256",`) {
		t.Errorf("header %s", raw)
	}
}

// FuzzVerify looks for a token that was not signed here and is taken all the same.
func FuzzVerify(f *testing.F) {
	n := newCluster().open(f, "HS256")
	genuine := n.sign(f)
	f.Add(genuine)
	for _, forged := range porttest.Forgeries(genuine, []byte(`{"keys":[]}`)) {
		if len(forged) < 5000 {
			f.Add(forged)
		}
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := n.Verify(t.Context(), access, token)
		if token == genuine {
			if err != nil || claims.SessionID != "s" {
				t.Fatalf("the genuine token: %+v, %v", claims, err)
			}
			return
		}
		n.refuses(t, "a token that was not signed here", token)
	})
}

func BenchmarkSigner(b *testing.B) {
	for _, algorithm := range algorithms {
		n := newCluster().open(b, algorithm)
		kind := usecase.TokenKind{Name: "test-access", Issuer: "Latchkey"}
		claims := map[string]any{
			"sub": "6f1d7c3e-8f0b-4b57-9d6e-1d2f3a4b5c6d", "customer_id": "CUST12345", "jti": "AAAAAAAAAAAAAAAAAAAAAA", "sid": "AAAAAAAAAAAAAAAAAAAAAA",
			"iat": start.Unix(), "exp": start.Add(24 * time.Hour).Unix(),
		}
		token, err := n.Sign(b.Context(), kind, claims)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("Sign/"+algorithm, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Sign(b.Context(), kind, claims); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("Verify/"+algorithm, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Verify(b.Context(), kind, token); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("Forged/"+algorithm, func(b *testing.B) {
			b.ReportAllocs()
			forged := strings.Replace(token, ".", ".e", 1)
			for b.Loop() {
				if _, err := n.Verify(b.Context(), kind, forged); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

// BenchmarkStock is what the library offers from the shelf, for comparison.
func BenchmarkStock(b *testing.B) {
	n := newCluster().open(b, "HS256")
	token := []byte(n.sign(b))
	key := fromRaw(b, keys.Derive(newSecret, "token test-access "+kid(b, string(token)), 32), kid(b, string(token)), jwa.HS256)
	set := jwk.NewSet()
	if err := set.AddKey(key); err != nil {
		b.Fatal(err)
	}
	for name, work := range map[string]func() error{
		"jwt.Parse": func() error { return second(jwt.Parse(token, jwt.WithKeySet(set), jwt.WithClock(n.clock))) },
		"jws.Verify+unmarshalling": func() error {
			payload, err := jws.Verify(token, jws.WithKey(jwa.HS256, key))
			if err != nil {
				return err
			}
			var claims struct{ Jti, Sid string }
			return json.Unmarshal(payload, &claims)
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := work(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
