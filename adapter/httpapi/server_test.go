package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// two is a server with two rooms, which share nothing, and a handler outside of both.
func two(t *testing.T, change func(*httpapi.Options)) *httpapi.Server {
	t.Helper()
	s := newServer(t, change)
	s.Handle("GET", "/outside", func(c *gin.Context) { c.String(http.StatusOK, "outside") })
	mount(s, "POST", "/one", httpapi.BodyRules{Optional: true}, echo)
	s.Mount(httpapi.Room{Words: words("two"), Register: func(r gin.IRouter) {
		r.GET("/two", func(c *gin.Context) { c.String(http.StatusOK, "two") })
		r.GET("/two/panic", func(*gin.Context) { panic("secret detail") })
		r.GET("/two/late", func(c *gin.Context) { c.String(http.StatusOK, "half"); panic("secret detail") })
		r.GET("/two/abort", func(*gin.Context) { panic(http.ErrAbortHandler) })
	}})
	s.Handle("GET", "/outside/panic", func(*gin.Context) { panic(fmt.Errorf("secret detail")) })
	return s
}

func TestV1_UnroutedRequests(t *testing.T) {
	t.Parallel()
	const (
		noPath   = `{"error":"Not found"}`
		noMethod = `{"error":"Method not allowed"}`
	)
	s := two(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		want, allow  string
	}{
		{"POST", "/one", 200, "{}", ""},
		{"GET", "/two", 200, "two", ""},
		{"GET", "/nowhere", 404, noPath, ""},
		{"POST", "/", 404, noPath, ""},
		{"POST", "/one/", 404, noPath, ""},
		{"POST", "/One", 404, noPath, ""},
		{"POST", "//one", 404, noPath, ""},
		{"POST", "/one/../one", 404, noPath, ""},
		{"GET", "/one", 405, refused("no_such_method", ""), "POST"},
		{"DELETE", "/one", 405, refused("no_such_method", ""), "POST"},
		{"BREW", "/one", 405, refused("no_such_method", ""), "POST"},
		{"POST", "/two", 405, `{"code":"no_such_method","field":"","room":"two"}`, "GET"},
		{"POST", "/outside", 405, noMethod, "GET"},
		{"POST", "/outside/panic", 405, noMethod, "GET"},
	} {
		reply := do(s, c.method, c.path, "")
		if reply.Code != c.status || reply.Body.String() != c.want || reply.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, %s", c.method, c.path, reply.Code, reply.Header().Get("Allow"), reply.Body)
		}
	}
}

// V1: every reply forbids keeping it and guessing at its type, and with https asks for nothing but https.
func TestV1_HeadersOfAllReplies(t *testing.T) {
	t.Parallel()
	for scheme, hsts := range map[string]string{"https": "max-age=31536000", "http": ""} {
		s := two(t, func(o *httpapi.Options) { o.PublicURL = &url.URL{Scheme: scheme, Host: "login.example.com"} })
		for _, c := range []struct {
			method, path, body string
			status             int
		}{
			{"POST", "/one", "{}", 200}, {"POST", "/one", "{", 400}, {"POST", "/one", strings.Repeat(" ", 64<<10+1), 413}, {"GET", "/one", "", 405},
			{"GET", "/nowhere", "", 404}, {"GET", "/outside", "", 200}, {"GET", "/two/panic", "", 500}, {"GET", "/two/late", "", 200},
		} {
			reply := do(s, c.method, c.path, c.body)
			header := reply.Header()
			if reply.Code != c.status || strings.Join(header["Cache-Control"], ",") != "no-store" ||
				strings.Join(header["X-Content-Type-Options"], ",") != "nosniff" || strings.Join(header["Strict-Transport-Security"], ",") != hsts {
				t.Errorf("%s %s %s: %d %v", scheme, c.method, c.path, reply.Code, header)
			}
		}
	}
}

func TestV1_Panics(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		status int
		want   string
	}{
		"/two/panic":     {500, `{"code":"panic","field":"","room":"two"}`},
		"/outside/panic": {500, `{"error":"Internal server error"}`},
		"/two/late":      {200, "half"},
	} {
		var log bytes.Buffer
		s := two(t, loggingTo(&log))
		reply := do(s, "GET", path, "")
		if reply.Code != c.status || reply.Body.String() != c.want {
			t.Errorf("%s: %d %s", path, reply.Code, reply.Body)
		}
		for _, part := range []string{"level=ERROR", "panic=", "secret detail", "method=GET", "route=" + path, "stack=", "server_test.go"} {
			if !strings.Contains(log.String(), part) {
				t.Errorf("%s: no %s in the log: %s", path, part, log.String())
			}
		}
		if next := do(s, "GET", "/two", ""); next.Code != 200 {
			t.Errorf("after %s: %d", path, next.Code)
		}
	}
}

// A handler that ends its connection on purpose is no mistake.
func TestAbortHandlerPasses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := two(t, loggingTo(&log))
	caught := func() (caught any) {
		defer func() { caught = recover() }()
		do(s, "GET", "/two/abort", "")
		return nil
	}()
	if caught != http.ErrAbortHandler || log.Len() > 0 {
		t.Errorf("caught %v, logged %s", caught, log.String())
	}
}

// Deadlines and hanging up reach the stories, which get the gin context.
func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var took time.Duration
		var err error
		reply := inside(t, newServer(t, nil), httptest.NewRequest("GET", "/", nil), func(c *gin.Context) {
			var ctx context.Context = c
			<-ctx.Done()
			took, err = time.Since(begin), ctx.Err()
			c.Status(http.StatusNoContent)
		})
		if took != 20*time.Second || err != context.DeadlineExceeded || reply.Code != http.StatusNoContent {
			t.Errorf("after %s: %v, %d", took, err, reply.Code)
		}
	})
}

func TestHangingUpReachesStories(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, hangUp := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	inside(t, newServer(t, nil), httptest.NewRequestWithContext(ctx, "GET", "/", nil), func(c *gin.Context) {
		var story context.Context = c
		if story.Err() != nil || story.Value(key{}) != "value" {
			t.Errorf("before: %v, %v", story.Err(), story.Value(key{}))
		}
		hangUp()
		<-story.Done()
		if story.Err() != context.Canceled {
			t.Errorf("after: %v", story.Err())
		}
	})
}

func TestMeasured(t *testing.T) {
	t.Parallel()
	var seen []string
	now := start
	s := two(t, func(o *httpapi.Options) {
		o.Now = func() time.Time { now = now.Add(3 * time.Millisecond); return now }
		o.Measured = func(method, route string, status int, took time.Duration) {
			seen = append(seen, fmt.Sprintf("%s %q %d %s", method, route, status, took))
		}
	})
	for _, c := range [][2]string{{"POST", "/one"}, {"GET", "/one"}, {"GET", "/secret/123456"}, {"GET", "/two/panic"}, {"GET", "/outside?code=123456"}} {
		do(s, c[0], c[1], "")
	}
	want := []string{`POST "/one" 200 3ms`, `GET "" 405 3ms`, `GET "" 404 3ms`, `GET "/two/panic" 500 3ms`, `GET "/outside" 200 3ms`}
	if strings.Join(seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("measured\n%s\ninstead of\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	refuse := func(c *gin.Context) {
		if c.GetHeader("X-Refuse") != "" {
			s.Refuse(c, domain.NewFault(domain.Forbidden, domain.CodeForbidden))
		}
	}
	s.Mount(httpapi.Room{Words: words("one"), Before: []gin.HandlerFunc{refuse}, Register: func(r gin.IRouter) { r.POST("/", echo) }})
	for headers, want := range map[string]string{"X-Refuse: 1": "403 " + refused("forbidden", ""), "": "400 " + refused("malformed", "body")} {
		reply := do(s, "POST", "/", "no JSON", headers)
		if got := fmt.Sprint(reply.Code, " ", reply.Body); got != want {
			t.Errorf("%q: %s", headers, got)
		}
	}
}

func TestMountRefusesEmptyRooms(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("mounted")
		}
	}()
	s := two(t, nil)
	s.Mount(httpapi.Room{Words: words("three"), Register: func(gin.IRouter) {}})
}

func TestSameOriginAndSecure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		public, origin string
		same, secure   bool
	}{
		{"https://login.example.com", "https://login.example.com", true, true},
		{"https://login.example.com", "HTTPS://Login.Example.com", true, true},
		{"https://login.example.com", "http://login.example.com", false, true},
		{"https://login.example.com", "https://login.example.com:8443", false, true},
		{"https://login.example.com", "https://login.example.com.evil.example", false, true},
		{"https://login.example.com", "https://evil.login.example.com", false, true},
		{"https://login.example.com", "https://login.example.com/", false, true},
		{"https://login.example.com", "null", false, true},
		{"https://login.example.com", "", false, true},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", true, false},
		{"http://127.0.0.1:8080", "http://127.0.0.1", false, false},
		{"http://127.0.0.1:8080", "http://localhost:8080", false, false},
	} {
		public, err := url.Parse(c.public)
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(t, func(o *httpapi.Options) { o.PublicURL = public })
		if s.SameOrigin(c.origin) != c.same || s.Secure() != c.secure {
			t.Errorf("%s, %s: same %t, secure %t", c.public, c.origin, s.SameOrigin(c.origin), s.Secure())
		}
	}
}

func TestWordsForPeople(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	mount(s, "GET", "/here", httpapi.BodyRules{}, echo)
	s.WordsForPeople(words("people"))
	for _, c := range []struct{ method, path, accept, want string }{
		{"GET", "/away", "text/html,*/*;q=0.8", `{"code":"no_such_path","field":"","room":"people"}`},
		{"GET", "/away", "application/json", `{"error":"Not found"}`},
		{"GET", "/away", "", `{"error":"Not found"}`},
		{"POST", "/here", "text/html,*/*;q=0.8", refused("no_such_method", "")},
	} {
		reply := do(s, c.method, c.path, "", "Accept: "+c.accept)
		if reply.Body.String() != c.want {
			t.Errorf("%s %s, %s: %s", c.method, c.path, c.accept, reply.Body)
		}
	}
}
