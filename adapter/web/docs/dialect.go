// Package docs is the room of what this server says about itself to people: the front door, and what all pages load.
//
// Next door: package web has what pages share, openapi/gen/pages the generated interface that handlers.go implements, and
// adapter/httpapi/system says the same to programs.
package docs

import (
	"embed"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/web"
	gen "latchkey/openapi/gen/pages"
)

//go:embed front.html
var templates embed.FS

// Options are what the room needs.
type Options struct {
	Kit *web.Kit
	// Dialects are the APIs that are switched on, in the order in which they are shown.
	Dialects []Dialect
	// Dev tells of a server for development, which has an inbox.
	Dev bool
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
}

// Mount puts the room on the kit's server.
func Mount(o Options) {
	h := &handlers{Options: o, front: o.Kit.Page(templates, "front.html")}
	o.Kit.Server().Mount(o.Kit.Room(func(r gin.IRouter) {
		gen.RegisterHandlersWithOptions(r, h, gen.GinServerOptions{ErrorHandler: o.Kit.Server().ParameterError})
	}))
}
