package microsite

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/web"
	"latchkey/domain"
	"latchkey/openapi/client"
	gen "latchkey/openapi/gen/microsite"
)

//go:embed *.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Options are what the room needs.
type Options struct {
	Kit *web.Kit
	// Client calls the Client API; nil when there is none, and then there is no microsite: every path of it is 404.
	Client *client.BigCity
	Codes  Codes
	// Sessions keeps who is under way and logged in; NewMemory is one.
	Sessions Sessions
	// Limit takes one of an address's calls and answers how long to wait when there is none left: to a Client API all customers
	// come from one address, so that it cannot limit them one by one. nil limits nothing.
	Limit  func(ctx context.Context, call Call, address string) time.Duration
	Random Random
	Clock  Clock
	Logger *slog.Logger
}

// Codes is what is known beforehand of the codes that the Client API sends.
type Codes struct {
	Length     int           // digits
	Lifetime   time.Duration // from being sent
	Tries      int           // wrong answers until a code is dead
	ResendWait time.Duration // between two codes; 0 when only the API's refusal tells
}

// Documented are the codes as BigCity's document has them.
var Documented = Codes{Length: 6, Lifetime: 5 * time.Minute, Tries: 3}

// Call is what a visitor has the Client API do.
type Call int

// The calls that are limited.
const (
	Send Call = iota
	Answer
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Random makes secrets.
type Random interface{ Bytes(n int) []byte }

// cookie holds a session's id.
var cookie = httpapi.Cookie{Name: "latchkey-microsite", Path: home}

// Paths of the pages.
const (
	home       = "/microsite/"
	codePath   = "/microsite/code"
	resendPath = "/microsite/resend"
	dashboard  = "/microsite/dashboard"
)

// Mount puts the room on the kit's server.
func Mount(o Options) {
	page := func(name string) *web.Page { return o.Kit.Page(templates, name, "parts.html") }
	h := &handlers{
		Options: o, once: newOnce(o.Clock), start: page("start.html"), code: page("code.html"), points: page("dashboard.html"),
	}
	o.Kit.AddAssets(assets, "assets")
	exists := func(c *gin.Context) {
		if o.Client == nil {
			o.Kit.Server().Refuse(c, domain.NewFault(domain.NotFound, httpapi.CodeNoSuchPath))
		}
	}
	languages := httpapi.Languages(language.English, language.Hindi, language.TraditionalChinese)
	o.Kit.Server().Mount(o.Kit.Room(func(r gin.IRouter) {
		gen.RegisterHandlersWithOptions(r, h, gen.GinServerOptions{ErrorHandler: o.Kit.Server().ParameterError})
	}, exists, languages))
}

// handlers implements the generated interface.
type handlers struct {
	Options
	once                *once
	start, code, points *web.Page
}

var _ gen.ServerInterface = (*handlers)(nil)
