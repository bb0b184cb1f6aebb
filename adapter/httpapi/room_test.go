package httpapi_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// newServer is a server without rooms that users see at https://login.example.com; change, when not nil, changes that.
func newServer(t testing.TB, change func(*httpapi.Options)) *httpapi.Server {
	t.Helper()
	options := httpapi.Options{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"},
		Logger:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now:       func() time.Time { return start },
	}
	if change != nil {
		change(&options)
	}
	return httpapi.New(options)
}

// loggingTo makes a server write its log there.
func loggingTo(log *bytes.Buffer) func(*httpapi.Options) {
	return func(o *httpapi.Options) { o.Logger = slog.New(slog.NewTextHandler(log, nil)) }
}

// words tell which room speaks and all of a fault but its cause.
func words(room string) httpapi.Words {
	return func(_ *gin.Context, f *domain.Fault) httpapi.Reply {
		return httpapi.Reply{Status: httpapi.Status(f), Body: map[string]string{"room": room, "code": string(f.Code), "field": f.Field}}
	}
}

// mount puts a room with one route on the server.
func mount(s *httpapi.Server, method, path string, rules httpapi.BodyRules, handler gin.HandlerFunc) {
	s.Mount(httpapi.Room{
		Words: words("one"), Body: rules, Register: func(r gin.IRouter) { r.Handle(method, path, handler) },
	})
}

// echo answers with the body that a handler reads.
func echo(c *gin.Context) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil || int64(len(body)) != c.Request.ContentLength || c.ContentType() != "application/json" {
		c.String(http.StatusTeapot, "%v, %d of %d bytes of %q", err, len(body), c.Request.ContentLength, c.ContentType())
		return
	}
	c.String(http.StatusOK, "%s", body)
}

func do(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	return recorder
}

// refused is what words say of a fault.
func refused(code, field string) string {
	return `{"code":"` + code + `","field":"` + field + `","room":"one"}`
}

// inside runs a handler as a room's, and answers what came of the request.
func inside(t testing.TB, s *httpapi.Server, request *http.Request, handler gin.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	mount(s, request.Method, request.URL.Path, httpapi.BodyRules{Optional: true}, handler)
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	return recorder
}
