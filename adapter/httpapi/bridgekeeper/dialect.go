// Package bridgekeeper is Quintype Bridgekeeper's login: a code goes to a phone number or mail address, and the code, or a
// password, opens a session that lives in the cookie qt-auth or in the header x-qt-auth.
//
//	users/send-otp  phone-number, email; or nothing when logged in  -> by which ways it went
//	login           phone-number or email, otp                      -> user, cookie and header
//	                username or email, password                     -> the same
//	signup          as login, and names                             -> user, cookie and header unless dont-login
//	users/me        cookie or header                                -> user
//	logout          cookie or header                                -> cookie cleared
//
// handlers_contact.go has what a logged-in user changes, handlers_password.go the ways to a new password, page.go the one that a
// verification link opens.
//
// Next door: httpapi has what rooms share, openapi/gen/bridgekeeper the generated interface that handlers.go implements.
package bridgekeeper

import (
	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	gen "latchkey/openapi/gen/bridgekeeper"
	"latchkey/usecase"
)

// Name is the dialect's.
const Name = "bridgekeeper"

// CodeLength is how many digits the document gives a code.
const CodeLength = 5

// Options are what the room needs.
type Options struct {
	Server *httpapi.Server
	Core   *usecase.Core
	// Settings beside the usual: AllowedHosts and AllowedOrigins limit who is answered at all, empty ones allow all; NoSignUp refuses
	// signup and makes auto-signup mean nothing; ResetPage is the publisher's page that sets a new password.
	Settings httpapi.Settings
	Issuer   string // the iss claim: the public address
}

// Mount puts the room on the server. It returns an error for settings that cannot be.
func Mount(o Options) error {
	dialect, err := newDialect(o)
	if err != nil {
		return err
	}
	reset := o.Settings.ResetPage
	if reset == "" {
		reset = o.Server.Address(defaultResetPage)
	}
	languages, err := languagesOf(dialect)
	if err != nil {
		return err
	}
	origins := httpapi.NewOrigins(o.Server, o.Settings.AllowedOrigins)
	h := &handlers{server: o.Server, core: o.Core, dialect: dialect, origins: origins, signUp: !o.Settings.NoSignUp, reset: reset}
	strict := gen.NewStrictHandlerWithOptions(h, nil, gen.StrictGinServerOptions{
		RequestErrorHandlerFunc:  o.Server.RequestError,
		HandlerErrorFunc:         o.Server.Refuse,
		ResponseErrorHandlerFunc: o.Server.ReplyError,
	})
	before := []gin.HandlerFunc{admitHosts(o.Server, o.Settings.AllowedHosts), httpapi.Languages(languages...)}
	if origins.Listed() {
		before = append(before, admitOrigins(o.Server, origins), share(origins))
	}
	o.Server.Mount(httpapi.Room{
		Words: words,
		// Some of the published curls send JSON without a Content-Type, which curl then calls a form.
		Body:   httpapi.BodyRules{AnyType: true, Optional: true},
		Before: before,
		Register: func(r gin.IRouter) {
			if origins.Listed() {
				r = preflights{r, map[string]bool{}}
			}
			gen.RegisterHandlersWithOptions(r, strict, gen.GinServerOptions{ErrorHandler: o.Server.ParameterError})
		},
	})
	return nil
}
