// Package inbox is the room of what a server with --dev offers to developers: the messages that it would have sent, as a page that
// updates itself and as JSON for scripts, a provider that misbehaves on demand, and a clock that can be moved forward.
//
//	request -> Host is ours? -> not sent by a foreign page? -> list.go: JSON, held until a message comes
//	                                                        -> page.go: the page, its forms come back as JSON does
//	                                                        -> events.go: server-sent events, for the page and for scripts
//	                                                        -> mail.go: the HTML of a mail, in a frame without rights
//	                                                        -> switches.go: faults and clock
//
// Next door: adapter/delivery/inbox keeps the messages, faulty stands in front of it, letter writes the HTML of mails,
// openapi/gen/dev has the generated interface, package web what all pages share.
package inbox

import (
	"embed"
	"encoding/json"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/faulty"
	"latchkey/adapter/delivery/inbox"
	"latchkey/adapter/httpapi"
	"latchkey/adapter/web"
	"latchkey/domain"
	gen "latchkey/openapi/gen/dev"
)

//go:embed inbox.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Clock is a clock that can be moved.
type Clock interface {
	Now() time.Time
	// Offset is how far ahead of the computer's clock it is.
	Offset() time.Duration
	// Forward moves it on; an error says that it does not take such a step, and has not.
	Forward(by time.Duration) error
	// Moved is closed by the next move.
	Moved() <-chan struct{}
}

// Options are what the room needs.
type Options struct {
	Kit    *web.Kit
	Inbox  *inbox.Inbox
	Faults *faulty.Sender
	Clock  Clock
	// Stopping is closed when the server is asked to stop: replies that wait end then.
	Stopping <-chan struct{}
}

// Mount puts the room on the kit's server.
func Mount(o Options) {
	o.Kit.AddAssets(assets, "assets")
	h := &handlers{Options: o, server: o.Kit.Server(), page: o.Kit.Page(templates, "inbox.html").Allow("frame-src", "'self'")}
	room := o.Kit.Room(nil, h.ownHost)
	room.Words = spoken(room.Words)
	room.Body = httpapi.BodyRules{Form: formAsJSON}
	// Without the kit's HEAD: who asks so does not want to wait for a message, nor to follow a stream that has no end.
	room.Register = func(r gin.IRouter) {
		gen.RegisterHandlersWithOptions(r, h, gen.GinServerOptions{ErrorHandler: h.server.ParameterError})
	}
	h.server.Mount(room)
}

// handlers implements the generated interface.
type handlers struct {
	Options
	server *httpapi.Server
	page   *web.Page
}

var _ gen.ServerInterface = (*handlers)(nil)

// ownHost refuses requests that call the server by a name that is not its own: a page elsewhere, whose name was made to lead to this
// machine, would be of the same origin as far as the browser knows, and could read the codes (DNS rebinding).
func (h *handlers) ownHost(c *gin.Context) {
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	if !isLocal(c.Request.Host) && !h.server.IsHost(c.Request.Host) {
		h.server.Refuse(c, domain.NewFault(domain.Forbidden, codeForeignHost))
	}
}

// formAsJSON turns the page's forms into what scripts send: a checked box is true.
func formAsJSON(body []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, domain.Malformed("body")
	}
	object := map[string]any{}
	for name, values := range form {
		if value := values[len(values)-1]; value == "true" {
			object[name] = true
		} else {
			object[name] = value
		}
	}
	return json.Marshal(object)
}
