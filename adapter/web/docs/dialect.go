// Package docs is the room of what this server says about itself to people: the front door, the reference, the page to try
// operations on, and what all pages load.
//
// document.go reads the OpenAPI document, reference.go makes the reference of it, curl.go its commands. The folder viewer holds
// Swagger UI, packed, as `make viewer` fetches it.
//
// Next door: package web has what pages share, openapi/gen/pages the generated interface that handlers.go implements, and
// adapter/httpapi/system says the same to programs.
package docs

import (
	"embed"
	"sync"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/web"
	gen "latchkey/openapi/gen/pages"
)

//go:embed *.html
var templates embed.FS

//go:embed assets viewer/*.gz
var assets embed.FS

//go:embed viewer/VERSION
var viewerVersion string

// Options are what the room needs.
type Options struct {
	Kit *web.Kit
	// Document is the OpenAPI document as JSON.
	Document []byte
	// Dialects are the APIs that are switched on, in the order in which they are shown.
	Dialects []Dialect
	// Dev tells of a server for development, which has an inbox.
	Dev bool
	// DemoClient are the Basic credentials that curl lines carry, as USER:PASSWORD, and the page to try operations has filled in. Only a
	// server for development has some.
	DemoClient string
	// Microsite tells whether there is one.
	Microsite bool
	// Version is the server's.
	Version string
}

// Dialect is one API as the front door names it.
type Dialect struct {
	Name  string // such as "BigCity"
	About string // one sentence
	Tag   string // its tag in the OpenAPI document
	// Demo are accounts that a server for development has, to be found by this API.
	Demo []string
}

// Mount puts the room on the kit's server.
func Mount(o Options) {
	o.Kit.AddAssets(assets, "assets")
	o.Kit.AddAssets(assets, "viewer")
	h := &handlers{kit: o.Kit, pages: sync.OnceValue(func() pages { return makePages(o) })}
	o.Kit.Server().Mount(o.Kit.Room(func(r gin.IRouter) {
		gen.RegisterHandlersWithOptions(r, h, gen.GinServerOptions{ErrorHandler: o.Kit.Server().ParameterError})
	}))
}
