package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
)

// requestTimeout is the longest that a request may take, waiting for the database included.
const requestTimeout = 20 * time.Second

// Options are what the HTTP side needs to know of the installation.
type Options struct {
	PublicURL      *url.URL       // where users see this server; never taken from a request (V2)
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Logger         *slog.Logger
	// Measured, when set, is told of every finished request; route is the registered pattern, empty for unknown paths.
	Measured func(method, route string, status int, took time.Duration)
	Now      func() time.Time
}

// Server is the HTTP side of all rooms.
type Server struct {
	engine  *gin.Engine
	options Options
	// refusals finds the words for requests that reach no handler: by path, those of the room that has the path.
	refusals map[string]Words
	// people are the words for browsers that go to a path which nobody has.
	people Words
}

// Room is one dialect's share of the server.
type Room struct {
	Words Words
	Body  BodyRules
	// Before runs ahead of reading the body, for what the room demands of every request.
	Before []gin.HandlerFunc
	// Register puts the generated handlers on.
	Register func(r gin.IRouter)
}

// New makes a server without rooms.
func New(o Options) *Server {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.ContextWithFallback = true // cancellation and deadlines must reach the stories
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	proxies := make([]string, 0, len(o.TrustedProxies))
	for _, prefix := range o.TrustedProxies {
		proxies = append(proxies, prefix.String())
	}
	if err := engine.SetTrustedProxies(proxies); err != nil {
		panic(err) // parsed prefixes always read back
	}
	s := &Server{engine: engine, options: o, refusals: map[string]Words{}}
	if o.Measured != nil {
		engine.Use(s.measure)
	}
	engine.Use(s.protect)
	engine.NoRoute(func(c *gin.Context) { s.refuseUnrouted(c, http.StatusNotFound) })
	engine.NoMethod(func(c *gin.Context) { s.refuseUnrouted(c, http.StatusMethodNotAllowed) })
	return s
}

// ServeHTTP makes Server an http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Mount adds a room.
func (s *Server) Mount(room Room) {
	taken := map[string]bool{} // by those who came before
	before := s.engine.Routes()
	for _, route := range before {
		taken[route.Path] = true
	}
	group := s.engine.Group("", s.wording(room.Words))
	group.Use(room.Before...)
	group.Use(s.readBody(room.Body))
	room.Register(group)
	for _, route := range s.engine.Routes() {
		if !taken[route.Path] {
			s.refusals[route.Path] = room.Words
		}
	}
	if len(s.engine.Routes()) == len(before) {
		panic("httpapi: a room without routes")
	}
}

// WordsForPeople are for paths that no room has, when a browser goes there. Programs get JSON, and each room's paths keep its words.
func (s *Server) WordsForPeople(words Words) { s.people = words }

// Handle adds a handler outside of all rooms.
func (s *Server) Handle(method, path string, handler gin.HandlerFunc) {
	s.engine.Handle(method, path, handler)
}

// protect sets what every reply carries and turns panics into refusals without detail (V1).
func (s *Server) protect(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	header := c.Writer.Header()
	header["Cache-Control"] = noStore
	header["X-Content-Type-Options"] = noSniff
	if s.options.PublicURL.Scheme == "https" {
		header["Strict-Transport-Security"] = strictTransport
	}
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		if caught == http.ErrAbortHandler {
			panic(caught)
		}
		s.options.Logger.ErrorContext(ctx, "panic", "method", c.Request.Method, "route", c.FullPath(), "panic", caught, "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			s.Refuse(c, domain.NewFault(domain.Internal, "panic"))
		}
	}()
	c.Next()
}

// Header values that never change, shared by all replies.
var (
	noStore         = []string{"no-store"}
	noSniff         = []string{"nosniff"}
	strictTransport = []string{"max-age=31536000"}
)

func (s *Server) measure(c *gin.Context) {
	begin := s.options.Now()
	c.Next()
	s.options.Measured(c.Request.Method, c.FullPath(), c.Writer.Status(), s.options.Now().Sub(begin))
}

// wordsKey is where a request's room leaves its Words.
const wordsKey = "latchkey.words"

func (s *Server) wording(words Words) gin.HandlerFunc {
	return func(c *gin.Context) { c.Set(wordsKey, words) }
}

func (s *Server) refuseUnrouted(c *gin.Context, status int) {
	code := CodeNoSuchPath
	if status == http.StatusMethodNotAllowed {
		code = CodeNoSuchMethod
	}
	words, taken := s.refusals[c.Request.URL.Path]
	if !taken && s.people != nil {
		c.Writer.Header().Set("Vary", "Accept")
		if strings.Contains(c.GetHeader("Accept"), "text/html") {
			words = s.people
		}
	}
	if words != nil {
		c.Set(wordsKey, words)
	}
	s.Refuse(c, domain.NewFault(domain.NotFound, code))
}

// SameOrigin tells whether an Origin header names this server's public address.
func (s *Server) SameOrigin(origin string) bool {
	return strings.EqualFold(origin, s.options.PublicURL.Scheme+"://"+s.options.PublicURL.Host)
}

// Address is where users see a path of this server (V2).
func (s *Server) Address(path string) string {
	return s.options.PublicURL.Scheme + "://" + s.options.PublicURL.Host + path
}

// Secure tells whether users reach this server by https, so that cookies may demand it.
func (s *Server) Secure() bool { return s.options.PublicURL.Scheme == "https" }
