// Package arita is the JCCI Web User Auth API of Arita One: people log in to a web portal with a password or a code, keep the
// session with a refresh cookie, and change password, mail address and phone number.
//
//	login               email, password                 -> access token, refresh cookie
//	otp 6, login/verify loginID, then otp and otpToken  -> access token, refresh cookie
//	refresh, logout     refresh cookie
//	otp 3 or forgot-password, forgot-password/verify    -> reset token; PUT password spends it
//	otp 4 or 5, PUT email or phone                      -> the new contact
//
// The otpToken carries the challenge's handle; otptoken.go is all that knows it. Every reply is the envelope
// {"success","message","data"}; faults.go has its texts in English and Traditional Chinese.
//
// Next door: httpapi has what rooms share, openapi/gen/arita the generated interface that handlers*.go implement.
package arita

import (
	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	gen "latchkey/openapi/gen/arita"
	"latchkey/usecase"
)

// Name is the dialect's.
const Name = "arita"

// CodeLength is how many digits the document gives a code.
const CodeLength = 4

// Options are what the room needs.
type Options struct {
	Server   *httpapi.Server
	Core     *usecase.Core
	Settings httpapi.Settings
	Issuer   string // the public address; the document's tokens have no iss, so it goes nowhere
	// WebOTPHost is the public host, for the line with which browsers fill in codes; empty leaves it out.
	WebOTPHost string
}

// Mount puts the room on the server.
func Mount(o Options) error {
	dialect, err := newDialect(o)
	if err != nil {
		return err
	}
	origins := httpapi.NewOrigins(o.Server, o.Settings.AllowedOrigins)
	h := &handlers{core: o.Core, server: o.Server, dialect: dialect, origins: origins}
	strict := gen.NewStrictHandlerWithOptions(h, nil, gen.StrictGinServerOptions{
		RequestErrorHandlerFunc:  o.Server.RequestError,
		HandlerErrorFunc:         o.Server.Refuse,
		ResponseErrorHandlerFunc: o.Server.ReplyError,
	})
	before := []gin.HandlerFunc{languages}
	if origins.Listed() {
		before = append(before, allowPortals(origins))
	}
	o.Server.Mount(httpapi.Room{
		Words:  words,
		Before: before,
		Body:   httpapi.BodyRules{Optional: true, Params: refuseNullPassword},
		Register: func(r gin.IRouter) {
			gen.RegisterHandlersWithOptions(r, strict, gen.GinServerOptions{ErrorHandler: o.Server.ParameterError})
			if origins.Listed() {
				registerPreflights(r)
			}
		},
	})
	return nil
}
