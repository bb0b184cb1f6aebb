// Package bigcity is BigCity's Client API: a server with Basic credentials asks for a code for a customer ID, and trades the
// code for a token and the customer's points.
//
//	generate-otp  customer_id                     -> reference_id
//	verify-otp    customer_id, otp, reference_id  -> token, masked mobile, points
//	points        token                           -> points
//
// Next door: httpapi has what rooms share, openapi/gen/bigcity the generated interface that handlers.go implements.
package bigcity

import (
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	gen "latchkey/openapi/gen/bigcity"
	"latchkey/usecase"
)

// Name is the dialect's.
const Name = "bigcity"

// CodeLength is how many digits the document gives a code.
const CodeLength = 6

// Options are what the room needs.
type Options struct {
	Server   *httpapi.Server
	Core     *usecase.Core
	Settings httpapi.Settings
	Clients  *httpapi.Clients // who may ask for codes and answer them
	Issuer   string           // the iss claim: the public address
	// WebOTPHost is the public host, for the line with which browsers fill in codes; empty leaves it out.
	WebOTPHost string
}

// Mount puts the room on the server.
func Mount(o Options) error {
	dialect, err := newDialect(o)
	if err != nil {
		return err
	}
	h := &handlers{core: o.Core, dialect: dialect}
	strict := gen.NewStrictHandlerWithOptions(h, nil, gen.StrictGinServerOptions{
		RequestErrorHandlerFunc:  o.Server.RequestError,
		HandlerErrorFunc:         o.Server.Refuse,
		ResponseErrorHandlerFunc: o.Server.ReplyError,
	})
	authenticate := o.Clients.Authenticate(o.Server)
	o.Server.Mount(httpapi.Room{
		Words: words,
		Before: []gin.HandlerFunc{func(c *gin.Context) {
			if strings.HasPrefix(c.FullPath(), "/api/v1/auth/") {
				authenticate(c)
			}
		}},
		Register: func(r gin.IRouter) {
			gen.RegisterHandlersWithOptions(r, strict, gen.GinServerOptions{ErrorHandler: o.Server.ParameterError})
		},
	})
	return nil
}
