package web

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

//go:embed layout.html refusal.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// Kit builds pages for one server. Make it with NewKit.
type Kit struct {
	server  *httpapi.Server
	foreign *http.CrossOriginProtection
	assets  map[string]*asset
	layout  *template.Template
	refusal *Page
}

// NewKit is a kit for the pages of a server. It has the style sheet that all pages share.
func NewKit(server *httpapi.Server) *Kit {
	k := &Kit{server: server, foreign: http.NewCrossOriginProtection(), assets: map[string]*asset{}}
	// The address that users see may differ from the Host that a proxy passes on (V2).
	if err := k.foreign.AddTrustedOrigin(server.Address("")); err != nil {
		panic("web: the public URL is no origin: " + err.Error())
	}
	k.layout = template.Must(template.New("layout.html").Funcs(template.FuncMap{"asset": k.address}).ParseFS(templates, "layout.html"))
	k.AddAssets(assets, "assets")
	k.refusal = k.Page(templates, "refusal.html")
	server.WordsForPeople(k.words)
	return k
}

// Server is the server that the pages stand on.
func (k *Kit) Server() *httpapi.Server { return k.server }

// AddAssets serves the files of a folder below /assets/. Their names are unique over all rooms.
func (k *Kit) AddAssets(files fs.FS, folder string) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		panic("web: assets: " + err.Error())
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(files, folder+"/"+entry.Name())
		if err != nil {
			panic("web: assets: " + err.Error())
		}
		made := newAsset(entry.Name(), content)
		if k.assets[made.name] != nil {
			panic("web: two assets are called " + made.name)
		}
		k.assets[made.name] = made
	}
}

// Room is the share of the server that pages have. What answers GET answers HEAD too. Its forms are
// application/x-www-form-urlencoded, and refused when a page of another site sends them.
func (k *Kit) Room(register func(r gin.IRouter), before ...gin.HandlerFunc) httpapi.Room {
	return httpapi.Room{
		Words: k.words, Body: httpapi.BodyRules{AsForm: true}, Before: append([]gin.HandlerFunc{k.guard}, before...),
		Register: func(r gin.IRouter) { register(withHead{r}) },
	}
}

// withHead answers HEAD wherever a page answers GET, as monitors and link checkers ask so; net/http leaves the body out.
type withHead struct{ gin.IRouter }

// GET registers a route for GET and HEAD.
func (r withHead) GET(path string, handlers ...gin.HandlerFunc) gin.IRoutes {
	r.HEAD(path, handlers...)
	return r.IRouter.GET(path, handlers...)
}

// guard refuses what changes something on behalf of a page of another site: by Sec-Fetch-Site, or by Origin where a browser does
// not send that (K5). It needs no cookie, so it also keeps the forms that come before any login.
func (k *Kit) guard(c *gin.Context) {
	if err := k.foreign.Check(c.Request); err != nil {
		k.server.Refuse(c, domain.NewFault(domain.Forbidden, domain.CodeForbidden))
	}
}
