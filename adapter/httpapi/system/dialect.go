// Package system is the room of what belongs to no dialect: health, the OpenAPI document, the public keys.
//
// Next door: httpapi has what rooms share, openapi/gen/system the generated interface that handlers.go implements.
package system

import (
	"context"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/system"
	"latchkey/usecase"
)

// Options are what the room needs.
type Options struct {
	Server *httpapi.Server
	Core   *usecase.Core
	// Document is the OpenAPI document in both spellings.
	DocumentJSON, DocumentYAML []byte
	// Parts are what readiness reports besides the database: each answers nil while it works. The server goes on without them, with
	// less (S3), so they do not decide: else a Redis that is away would take every node out of service.
	Parts map[string]func(context.Context) error
}

// Mount puts the room on the server.
func Mount(o Options) {
	h := &handlers{Options: o}
	strict := gen.NewStrictHandlerWithOptions(h, nil, gen.StrictGinServerOptions{
		RequestErrorHandlerFunc:  o.Server.RequestError,
		HandlerErrorFunc:         o.Server.Refuse,
		ResponseErrorHandlerFunc: o.Server.ReplyError,
	})
	o.Server.Mount(httpapi.Room{
		Words: words,
		Register: func(r gin.IRouter) {
			gen.RegisterHandlersWithOptions(r, strict, gen.GinServerOptions{ErrorHandler: o.Server.ParameterError})
		},
	})
}

func words(_ *gin.Context, f *domain.Fault) httpapi.Reply {
	return httpapi.Reply{Status: httpapi.Status(f), Body: gen.SystemFailure{Error: httpapi.Text(f)}}
}
