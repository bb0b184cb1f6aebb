package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/adapter/secret"
	"latchkey/adapter/token/jwxtoken"
	"latchkey/domain"
	"latchkey/openapi"
	"latchkey/usecase"
)

// newWorld is a World with this room; change, when not nil, changes its options.
func newWorld(t testing.TB, change func(w *httpapitest.World, o *Options)) *httpapitest.World {
	t.Helper()
	return httpapitest.New(t, func(w *httpapitest.World) {
		options := Options{Server: w.Server, Core: w.Core, DocumentJSON: openapi.JSON(), DocumentYAML: openapi.YAML()}
		if change != nil {
			change(w, &options)
		}
		Mount(options)
	})
}

// get makes a request that has to end with this status.
func get(t testing.TB, w *httpapitest.World, status int, path string, headers ...string) *httpapitest.Reply {
	t.Helper()
	reply := w.Do("GET", path, "", headers...)
	if reply.Status != status {
		t.Fatalf("%s: %d %s", path, reply.Status, reply.Body)
	}
	return reply
}

// sick is a store whose database is away while it says so.
type sick struct {
	usecase.Store
	away *atomic.Bool
}

func (s sick) Ping(ctx context.Context) error {
	if s.away.Load() {
		return domain.UnavailableBecause(errors.New("secret detail of 10.0.0.1"))
	}
	return s.Store.Ping(ctx)
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	var databaseAway, redisAway, smtpAway atomic.Bool
	part := func(away *atomic.Bool) func(context.Context) error {
		return func(context.Context) error {
			if away.Load() {
				return errors.New("secret detail of 10.0.0.1")
			}
			return nil
		}
	}
	w := newWorld(t, func(w *httpapitest.World, o *Options) {
		core := *w.Core
		core.Store = sick{w.Store, &databaseAway}
		o.Core, o.Parts = &core, map[string]func(context.Context) error{"smtp": part(&smtpAway), "a": part(new(atomic.Bool)), "redis": part(&redisAway)}
	})
	for _, c := range []struct {
		database, redis, smtp bool // away
		status                int
		want                  string
	}{
		{false, false, false, 200, "ready up up up"},
		{true, false, false, 503, "unavailable down up up"},
		{false, true, false, 200, "ready up down up"}, // told, but the server works without
		{false, false, true, 200, "ready up up down"},
		{false, true, true, 200, "ready up down down"},
		{true, true, true, 503, "unavailable down down down"},
		{false, false, false, 200, "ready up up up"},
	} {
		databaseAway.Store(c.database)
		redisAway.Store(c.redis)
		smtpAway.Store(c.smtp)
		word := strings.Fields(c.want)
		want := fmt.Sprintf(`{"status":"%s","parts":[{"name":"database","status":"%s"},{"name":"a","status":"up"},{"name":"redis","status":"%s"},{"name":"smtp","status":"%s"}]}`,
			word[0], word[1], word[2], word[3])
		if reply := get(t, w, c.status, "/readyz"); strings.TrimSpace(reply.Body) != want {
			t.Errorf("%s instead of %s", reply.Body, want)
		}
		if reply := get(t, w, 200, "/healthz"); strings.TrimSpace(reply.Body) != `{"status":"ok"}` {
			t.Errorf("health is %s", reply.Body)
		}
	}
}

// A probe that gives up is not waited for: parts get the request's own deadline.
func TestReadinessPassesTheDeadline(t *testing.T) {
	t.Parallel()
	asked := false
	w := newWorld(t, func(_ *httpapitest.World, o *Options) {
		o.Parts = map[string]func(context.Context) error{"redis": func(ctx context.Context) error {
			_, asked = ctx.Deadline()
			return nil
		}}
	})
	if get(t, w, 200, "/readyz"); !asked {
		t.Error("there is no deadline")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for path, c := range map[string]struct {
		contentType string
		want        []byte
	}{"/openapi.json": {"application/json", openapi.JSON()}, "/openapi.yaml": {"application/yaml", openapi.YAML()}} {
		reply := get(t, w, 200, path)
		if reply.Body != string(c.want) || len(c.want) == 0 {
			t.Errorf("%s: %d bytes instead of %d", path, len(reply.Body), len(c.want))
		}
		if reply.Header.Get("Content-Type") != c.contentType || reply.Header.Get("Access-Control-Allow-Origin") != "*" ||
			reply.Header.Get("Access-Control-Allow-Credentials") != "" || reply.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, reply.Header)
		}
	}
}

func TestJSONWebKeySet(t *testing.T) {
	t.Parallel()
	if reply := get(t, newWorld(t, nil), 200, "/.well-known/jwks.json"); strings.TrimSpace(reply.Body) != `{"keys":[]}` {
		t.Errorf("with HS256: %s", reply.Body)
	}
	for algorithm, want := range map[string][]string{
		"ES256": {"alg", "crv", "kid", "kty", "use", "x", "y"},
		"EdDSA": {"alg", "crv", "kid", "kty", "use", "x"},
		"RS256": {"alg", "e", "kid", "kty", "n", "use"},
	} {
		w := newWorld(t, func(w *httpapitest.World, o *Options) {
			core := *w.Core
			core.Tokens = signer(t, w, algorithm)
			o.Core = &core
		})
		var set struct{ Keys []map[string]string }
		reply := get(t, w, 200, "/.well-known/jwks.json")
		if err := json.Unmarshal([]byte(reply.Body), &set); err != nil || len(set.Keys) != 1 {
			t.Fatalf("%s: %v, %s", algorithm, err, reply.Body)
		}
		key := set.Keys[0]
		if key["alg"] != algorithm || key["use"] != "sig" || key["kid"] == "" || len(key) != len(want) {
			t.Errorf("%s: %v", algorithm, key)
		}
		for _, member := range want {
			if key[member] == "" {
				t.Errorf("%s has no %s: %v", algorithm, member, key)
			}
		}
	}
}

func signer(t *testing.T, w *httpapitest.World, algorithm string) *jwxtoken.Signer {
	t.Helper()
	keyring, err := secret.NewKeyring([][]byte{[]byte("a secret of thirty-two bytes or more")})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := jwxtoken.New(jwxtoken.Options{
		Algorithm: algorithm, Secrets: [][]byte{[]byte("a secret of thirty-two bytes or more")}, Store: w.Store, Sealer: keyring, Clock: w.Clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tokens.EnsureKey(context.Background()); err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"POST", "/healthz", 405, `{"error":"Method not allowed"}`},
		{"DELETE", "/openapi.json", 405, `{"error":"Method not allowed"}`},
		{"GET", "/healthz/", 404, `{"error":"Not found"}`},
		{"GET", "/metrics", 404, `{"error":"Not found"}`},
		{"GET", "/debug/pprof/", 404, `{"error":"Not found"}`},
		{"GET", "/dev/inbox", 404, `{"error":"Not found"}`},
		{"GET", "/dev/inbox?to=%2B85261677528", 404, `{"error":"Not found"}`},
	} {
		if reply := w.Do(c.method, c.path, ""); reply.Status != c.status || reply.Body != c.want {
			t.Errorf("%s %s: %d %s", c.method, c.path, reply.Status, reply.Body)
		}
	}
	reply := words(nil, domain.AsFault(errors.New("secret detail")))
	if text := fmt.Sprintf("%d %+v", reply.Status, reply.Body); text != "500 {Error:Internal server error}" {
		t.Error(text)
	}
}
