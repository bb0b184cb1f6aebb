package httpapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/oapi-codegen/runtime"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

func TestStatusAndText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault  *domain.Fault
		status int
		text   string
	}{
		{domain.NewFault(domain.Internal, ""), 500, "Internal server error"},
		{domain.NewFault(domain.Invalid, ""), 400, "The request is invalid"},
		{domain.NewFault(domain.Unauthenticated, ""), 401, "Authentication failed"},
		{domain.NewFault(domain.Forbidden, ""), 403, "Forbidden"},
		{domain.NewFault(domain.NotFound, ""), 404, "Not found"},
		{domain.NewFault(domain.Conflict, ""), 409, "Already exists"},
		{domain.NewFault(domain.Limited, ""), 429, "Too many attempts. Please try again later."},
		{domain.NewFault(domain.Unavailable, ""), 503, "The service is unavailable. Please try again later."},
		{&domain.Fault{Kind: domain.Unavailable + 1}, 500, "Internal server error"},
		{domain.NewFault(domain.Invalid, httpapi.CodeBodyTooLarge), 413, "The request body is too large"},
		{domain.NewFault(domain.Invalid, httpapi.CodeMediaType), 415, "The content type is not supported"},
		{domain.NewFault(domain.NotFound, httpapi.CodeNoSuchPath), 404, "Not found"},
		{domain.NewFault(domain.NotFound, httpapi.CodeNoSuchMethod), 405, "Method not allowed"},
		{httpapi.Required("a"), 400, "The request is invalid"},
		{domain.Malformed("a"), 400, "The request is invalid"},
		{domain.AsFault(errors.New("secret")), 500, "Internal server error"},
	} {
		if status, text := httpapi.Status(c.fault), httpapi.Text(c.fault); status != c.status || text != c.text {
			t.Errorf("%v: %d %s", c.fault, status, text)
		}
	}
	if f := httpapi.Required("a"); f.Kind != domain.Invalid || f.Code != httpapi.CodeRequired || f.Field != "a" {
		t.Errorf("%+v", f)
	}
}

// refusing runs a handler that refuses with err, in a room with these words; nil words are no room.
func refusing(t *testing.T, err error, words httpapi.Words) *httptest.ResponseRecorder {
	t.Helper()
	s := newServer(t, nil)
	refuse := func(c *gin.Context) { s.Refuse(c, err) }
	if words == nil {
		s.Handle("GET", "/", refuse)
	} else {
		s.Mount(httpapi.Room{Words: words, Register: func(r gin.IRouter) { r.GET("/", refuse) }})
	}
	return do(s, "GET", "/", "")
}

// S2: whole seconds, never too few.
func TestS2_RetryAfter(t *testing.T) {
	t.Parallel()
	as := func(status int) httpapi.Words {
		return func(*gin.Context, *domain.Fault) httpapi.Reply { return httpapi.Reply{Status: status} }
	}
	for _, c := range []struct {
		kind   domain.Kind
		wait   time.Duration
		status int
		want   string
	}{
		{domain.Limited, 0, 429, ""},
		{domain.Limited, -time.Second, 429, ""},
		{domain.Limited, 1, 429, "1"},
		{domain.Limited, time.Second - 1, 429, "1"},
		{domain.Limited, time.Second, 429, "1"},
		{domain.Limited, time.Second + time.Microsecond, 429, "2"},
		{domain.Limited, 29*time.Second + 999*time.Millisecond, 429, "30"},
		{domain.Limited, 90 * time.Second, 429, "90"},
		{domain.Limited, 24 * time.Hour, 429, "86400"},
		{domain.Limited, time.Minute, 422, "60"}, // where a document demands another status, the wait is told all the same
		{domain.Unavailable, time.Second, 503, "1"},
		{domain.Unavailable, 0, 503, ""},
		{domain.Unauthenticated, time.Minute, 429, "60"}, // no guesses left, where the document says 429
		{domain.Unauthenticated, time.Minute, 401, ""},   // and where it must look like a wrong one
		{domain.Internal, time.Minute, 500, ""},
	} {
		reply := refusing(t, &domain.Fault{Kind: c.kind, Code: "code", RetryAfter: c.wait}, as(c.status))
		if got := reply.Header().Values("Retry-After"); reply.Code != c.status || strings.Join(got, ",") != c.want {
			t.Errorf("%s, %s: %d, Retry-After %q instead of %q", c.kind, c.wait, reply.Code, got, c.want)
		}
	}
}

// What nobody classified is answered without a word of it.
func TestV1_UnknownErrorIsMute(t *testing.T) {
	t.Parallel()
	secret := errors.New("secret detail: 123456")
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"an error":            {secret, 500, "internal"},
		"wrapped":             {fmt.Errorf("open session: %w", secret), 500, "internal"},
		"a cause":             {domain.UnavailableBecause(secret), 503, "unavailable"},
		"a fault inside":      {fmt.Errorf("%w: %w", secret, domain.NewFault(domain.Forbidden, domain.CodeForbidden)), 403, "forbidden"},
		"joined with a fault": {errors.Join(secret, domain.NewFault(domain.NotFound, domain.CodeAccountUnknown)), 404, "account_unknown"},
	} {
		inRoom, outside := refusing(t, c.err, words("one")), refusing(t, c.err, nil)
		if inRoom.Code != c.status || inRoom.Body.String() != refused(c.code, "") {
			t.Errorf("%s: %d %s", name, inRoom.Code, inRoom.Body)
		}
		want := `{"error":"` + httpapi.Text(domain.AsFault(c.err)) + `"}`
		if outside.Code != c.status || outside.Body.String() != want {
			t.Errorf("%s, outside of rooms: %d %s", name, outside.Code, outside.Body)
		}
		if all := fmt.Sprint(inRoom.Header(), outside.Header()); strings.Contains(all, "secret") {
			t.Errorf("%s: %s", name, all)
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	fault := domain.NewFault(domain.Forbidden, domain.CodeForbidden)
	s := newServer(t, nil)
	var spoke *domain.Fault
	s.Mount(httpapi.Room{
		Words: func(_ *gin.Context, f *domain.Fault) httpapi.Reply {
			spoke = f
			header := http.Header{"Cache-Control": {"private"}, "Www-Authenticate": {"Basic", "Bearer"}}
			return httpapi.Reply{Status: 418, Header: header, Body: map[string]string{"text": "<b>"}}
		},
		Register: func(r gin.IRouter) {
			r.GET("/", func(c *gin.Context) { s.Refuse(c, fault) }, func(*gin.Context) { t.Error("the next handler ran") })
		},
	})
	reply := do(s, "GET", "/", "")
	if reply.Code != 418 || reply.Body.String() != `{"text":"\u003cb\u003e"}` || spoke != fault {
		t.Errorf("%d %s, said of %v", reply.Code, reply.Body, spoke)
	}
	if got := fmt.Sprint(reply.Header()); got != "map[Cache-Control:[private] Content-Type:[application/json; charset=utf-8]"+
		" Strict-Transport-Security:[max-age=31536000] Www-Authenticate:[Basic Bearer] X-Content-Type-Options:[nosniff]]" {
		t.Error(got)
	}
	// A header of one reply is not that of the next.
	if reply := refusing(t, fault, words("one")); strings.Join(reply.Header()["Cache-Control"], ",") != "no-store" {
		t.Errorf("%v", reply.Header())
	}

	empty := refusing(t, fault, func(*gin.Context, *domain.Fault) httpapi.Reply { return httpapi.Reply{Status: 404} })
	if empty.Code != 404 || empty.Body.Len() > 0 || empty.Header().Get("Content-Type") != "" {
		t.Errorf("without a body: %d %v %s", empty.Code, empty.Header(), empty.Body)
	}
	mute := newServer(t, nil)
	mute.Mount(httpapi.Room{
		Words:    func(*gin.Context, *domain.Fault) httpapi.Reply { return httpapi.Reply{Status: 405} },
		Register: func(r gin.IRouter) { r.GET("/", echo) },
	})
	if reply := do(mute, "POST", "/", ""); reply.Code != 405 || reply.Body.Len() > 0 {
		t.Errorf("a wrong method, without a body: %d %s", reply.Code, reply.Body)
	}
}

// bound is a body as the generated bindings have them.
type bound struct {
	Name  string `json:"name"`
	Outer struct {
		Inner []int `json:"inner"`
	} `json:"outer"`
}

func TestRequestError(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	mount(s, "POST", "/", httpapi.BodyRules{}, func(c *gin.Context) {
		if err := c.ShouldBindJSON(&bound{}); err != nil {
			s.RequestError(c, err)
		}
	})
	for body, field := range map[string]string{
		`{"name":1}`: "name", `{"name":["x"]}`: "name", `{"outer":"x"}`: "outer", `{"outer":{"inner":["x"]}}`: "outer.inner",
	} {
		if reply := do(s, "POST", "/", body); reply.Code != 400 || reply.Body.String() != refused("malformed", field) {
			t.Errorf("%s: %d %s", body, reply.Code, reply.Body)
		}
	}
	for _, err := range []error{errors.New("secret"), &json.SyntaxError{}, &json.UnmarshalTypeError{}} {
		reply := inside(t, newServer(t, nil), httptest.NewRequest("GET", "/", nil), func(c *gin.Context) { s.RequestError(c, err) })
		if reply.Code != 400 || reply.Body.String() != refused("malformed", "body") {
			t.Errorf("%T: %d %s", err, reply.Code, reply.Body)
		}
	}
}

func TestParameterError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("invalid format: %w", &runtime.RequiredParameterError{ParamName: "customer_id"}), refused("required", "customer_id")},
		{errors.New("multiple values for single value parameter 'customer_id'"), refused("malformed", "query")},
	} {
		s := newServer(t, nil)
		reply := inside(t, s, httptest.NewRequest("GET", "/", nil), func(c2 *gin.Context) { s.ParameterError(c2, c.err, 400) })
		if reply.Code != 400 || reply.Body.String() != c.want {
			t.Errorf("%v: %d %s", c.err, reply.Code, reply.Body)
		}
	}
}

func TestReplyError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	failed := errors.New("broken pipe")
	s := newServer(t, loggingTo(&log))
	reply := inside(t, s, httptest.NewRequest("GET", "/early", nil), func(c *gin.Context) { s.ReplyError(c, failed) })
	if reply.Code != 500 || reply.Body.String() != refused("internal", "") {
		t.Errorf("before the first byte: %d %s", reply.Code, reply.Body)
	}
	reply = inside(t, s, httptest.NewRequest("GET", "/late", nil), func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		s.ReplyError(c, failed)
	})
	if reply.Code != 200 || reply.Body.String() != "half" {
		t.Errorf("in the middle: %d %s", reply.Code, reply.Body)
	}
	for _, route := range []string{"route=/early", "route=/late", `error="broken pipe"`} {
		if !strings.Contains(log.String(), route) {
			t.Errorf("no %s in the log: %s", route, log.String())
		}
	}
}

func TestC8_IsCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		digits int
		want   bool
	}{
		{"123456", 6, true}, {"000000", 6, true}, {"0199", 4, true}, {"12345678", 8, true},
		{"", 6, false}, {"12345", 6, false}, {"1234567", 6, false}, {"12345a", 6, false}, {"12345/", 6, false}, {"12345:", 6, false},
		{" 12345", 6, false}, {"12345\n", 6, false}, {"+12345", 6, false}, {"-12345", 6, false}, {"1234.5", 6, false}, {"1e5000", 6, false},
		{"１２", 6, false}, {"١٢٣", 6, false}, {"１２３４５６", 6, false}, {"12345\x00", 6, false}, {"", 0, true},
	} {
		if got := httpapi.IsCode(c.text, c.digits); got != c.want {
			t.Errorf("%q of %d: %t", c.text, c.digits, got)
		}
	}
}

// A refusal is of its own type and is not kept, whatever was said of the reply that it stands for.
func TestRefusalOfABegunReply(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.Handle("GET", "/begun", func(c *gin.Context) {
		for name, value := range map[string]string{
			"Content-Type": "text/event-stream", "Content-Encoding": "gzip", "Etag": `"1"`, "Cache-Control": "public, max-age=31536000", "Vary": "Accept",
		} {
			c.Header(name, value)
		}
		panic("secret detail")
	})
	reply := do(s, "GET", "/begun", "")
	header := reply.Header()
	if reply.Code != 500 || header.Get("Content-Type") != "application/json; charset=utf-8" || header.Get("Cache-Control") != "no-store" || header.Get("Vary") != "Accept" ||
		len(header["Content-Encoding"])+len(header["Etag"]) > 0 {
		t.Errorf("%d %v", reply.Code, header)
	}
}
