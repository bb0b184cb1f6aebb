package bigcity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/usecase"
)

// decode reads one part of a token.
func decode(t *testing.T, token string, part int) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %s", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.advance(90 * time.Minute)
	token := w.logIn(customer, mobile)
	found, err := w.Core.FindAccount.Execute(context.Background(), usecase.FindAccountIn{Who: customer})
	if err != nil {
		t.Fatal(err)
	}
	claims, issued := decode(t, token, 1), float64(w.Clock.Now().Unix())
	for name, want := range map[string]any{
		"iss": httpapitest.PublicURL, "sub": found.Account.UUID, "customer_id": customer, "iat": issued, "exp": issued + 86400,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v instead of %v", name, claims[name], want)
		}
	}
	if id, ok := claims["jti"].(string); !ok || len(id) < 22 || len(claims) != 6 {
		t.Errorf("claims %v", claims)
	}
	if header := decode(t, token, 0); header["alg"] != "HS256" || header["typ"] != "JWT" {
		t.Errorf("header %v", header)
	}
}

// K2: tokens of other kinds, other issuers and no session are none.
func TestK2_OtherTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.logIn(customer, mobile)
	good := decode(t, token, 1)
	delete(good, "iss")
	sign := func(kind usecase.TokenKind, change map[string]any) string {
		claims := map[string]any{}
		for name, value := range good {
			claims[name] = value
		}
		for name, value := range change {
			claims[name] = value
		}
		signed, err := w.Core.Tokens.Sign(context.Background(), kind, claims)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	ours := usecase.TokenKind{Name: "bigcity-access", Issuer: httpapitest.PublicURL}
	if reply := w.points(customer, sign(ours, nil)); reply.Status != http.StatusOK {
		t.Fatalf("the same token, signed anew: %d %s", reply.Status, reply.Body)
	}
	for name, forged := range map[string]string{
		"another kind":    sign(usecase.TokenKind{Name: "goodcity-access", Issuer: httpapitest.PublicURL}, nil),
		"a reset token":   sign(usecase.TokenKind{Name: "arita-reset", Issuer: httpapitest.PublicURL}, nil),
		"another issuer":  sign(usecase.TokenKind{Name: "bigcity-access", Issuer: "https://evil.example"}, nil),
		"no issuer":       sign(usecase.TokenKind{Name: "bigcity-access"}, nil),
		"no such session": sign(ours, map[string]any{"jti": "AAAAAAAAAAAAAAAAAAAAAA"}),
		"too old":         sign(ours, map[string]any{"exp": float64(w.Clock.Now().Unix())}),
		"cut":             token[:len(token)-1],
		"no signature":    token[:strings.LastIndexByte(token, '.')+1],
		"two":             token + "," + token,
	} {
		reply := w.points(customer, forged)
		if reply.Status != http.StatusUnauthorized || reply.Body != `{"status":false,"message":"Authentication failed"}` || reply.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
		}
	}
}

// K2: the session of another dialect is none here, even under our own key.
func TestK2_SessionOfAnotherDialect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ours, err := newDialect(Options{Issuer: httpapitest.PublicURL})
	if err != nil {
		t.Fatal(err)
	}
	foreign := *ours
	foreign.Name = "other"
	caller := usecase.Caller{Dialect: &foreign}
	out, err := w.Core.IssueChallenge.Execute(context.Background(), usecase.IssueChallengeIn{Caller: caller, Purpose: "login", CustomerID: customer})
	if err != nil {
		t.Fatal(err)
	}
	grant, err := w.Core.LoginByCode.Execute(context.Background(), usecase.LoginByCodeIn{
		Caller: caller, CustomerID: customer, Answer: usecase.Answer{Purpose: "login", Handle: out.Handle, Code: w.Code(mobile)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if reply := w.points(customer, grant.AccessToken); reply.Status != http.StatusUnauthorized {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}

// K4: each login has a session of its own; what ends one or all holds from the next request on.
func TestK4_Sessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.logIn(customer, mobile)
	w.advance(31 * time.Second)
	second := w.logIn(customer, mobile)
	stranger := w.logIn("CUST67890", "+85261234567")
	check := func(when string, want ...int) {
		t.Helper()
		got := []int{w.points(customer, first).Status, w.points(customer, second).Status, w.points("CUST67890", stranger).Status}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v instead of %v", when, got, want)
		}
	}
	check("at first", 200, 200, 200)
	id := decode(t, first, 1)["jti"].(string)
	if _, err := w.Core.RevokeSessions.Execute(context.Background(), usecase.RevokeSessionsIn{Who: customer, ID: id}); err != nil {
		t.Fatal(err)
	}
	check("one is revoked", 401, 200, 200)
	w.Act("revoke", customer)
	check("all are revoked", 401, 401, 200)
	w.Act("disable", "CUST67890")
	check("the stranger is disabled", 401, 401, 401)
}

// The points are those of now, not those of the login.
func TestPointsAreFresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.logIn(customer, mobile)
	change := usecase.AccountChange{PointsEarned: new(int64(9007199254740993)), BalancePoints: new(int64(7))}
	if _, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Who: customer, Change: change}); err != nil {
		t.Fatal(err)
	}
	want := `{"status":true,"customer_id":"CUST12345","points_earned":9007199254740993,"balance_points":7}`
	if reply := w.points(customer, token); strings.TrimSpace(reply.Body) != want {
		t.Error(reply.Body)
	}
}

func TestV4_TwoSecretsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Clients = httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "old secret"}, {Name: "bigcity", Secret: "new secret"}, {Name: "second", Secret: "other"}})
	})
	for i, c := range []struct {
		credentials string
		status      int
	}{
		{"bigcity:old secret", 200}, {"bigcity:new secret", 200}, {"second:other", 200},
		{"bigcity:other", 401}, {"second:old secret", 401}, {"bigcity:secret123", 401}, {"bigcity:", 401}, {":old secret", 401},
	} {
		w.advance(time.Duration(i) * 10 * time.Minute)
		authorization := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(c.credentials))
		if reply := w.Do("POST", generatePath, asking(customer), authorization); reply.Status != c.status {
			t.Errorf("%s: %d %s", c.credentials, reply.Status, reply.Body)
		}
	}
	none := newWorld(t, func(o *Options) { o.Clients = httpapi.NewClients(nil) })
	if reply := none.Do("POST", generatePath, asking(customer), documented); reply.Status != 401 {
		t.Errorf("without any client: %d", reply.Status)
	}
}
