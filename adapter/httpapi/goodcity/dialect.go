// Package goodcity is GoodCity's authentication API: a mobile number gets a pin and a key, and both together are exchanged for a
// token and the user's document.
//
//	send_pin, signup_and_send_pin   mobile             -> otp_auth_key
//	signup                          user_auth          -> otp_auth_key
//	verify                          otp_auth_key, pin  -> jwt_token, user
//	current_user_profile            token              -> user
//	register_device                 token, handle      -> nothing
//
// Its clients are Ember apps on other origins: they send forms with Rails brackets, a header that names the app, and preflights.
//
//	request -> crossOrigin -> language -> checkApp -> readParams (params.go) -> handlers.go -> document.go
//	                          any refusal -> faults.go, in the words of the era (policy.go)
//
// Next door: httpapi has what rooms share, openapi/gen/goodcity the generated interface that handlers.go implements.
package goodcity

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/rs/cors"
	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
	"latchkey/usecase"
)

// Name is the dialect's.
const Name = "goodcity"

// CodeLength is how many digits the document gives a code.
const CodeLength = 4

// The values of Options.Era.
const (
	EraDocumented = "documented" // as the published document has it, recorded in March 2015
	EraCurrent    = "current"    // as the original answers today
)

// Options are what the room needs.
type Options struct {
	Server *httpapi.Server
	Core   *usecase.Core
	// Settings.AllowedOrigins limits the sites that may call from a browser; none listed allows all, as the original does.
	Settings httpapi.Settings
	Era      string // EraDocumented, also when empty, or EraCurrent
}

// Mount puts the room on the server. An unknown era and wrong settings are errors.
func Mount(o Options) error {
	era, err := eraNamed(o.Era)
	if err != nil {
		return err
	}
	dialect, err := newDialect(o.Settings)
	if err != nil {
		return err
	}
	h := &handlers{core: o.Core, dialect: dialect, era: era, signUp: !o.Settings.NoSignUp}
	strict := gen.NewStrictHandlerWithOptions(h, nil, gen.StrictGinServerOptions{
		RequestErrorHandlerFunc:  o.Server.RequestError,
		HandlerErrorFunc:         o.Server.Refuse,
		ResponseErrorHandlerFunc: o.Server.ReplyError,
	})
	o.Server.Mount(httpapi.Room{
		Words: era.words,
		Body:  httpapi.BodyRules{Form: readForm, Params: readParams, Optional: true},
		Before: []gin.HandlerFunc{
			crossOrigin(o.Settings.AllowedOrigins),
			httpapi.Languages(language.English, traditionalChinese),
			checkApp(o.Server),
		},
		Register: func(r gin.IRouter) {
			gen.RegisterHandlersWithOptions(r, strict, gen.GinServerOptions{ErrorHandler: o.Server.ParameterError})
			for path := range calls {
				r.OPTIONS(path, func(c *gin.Context) {
					o.Server.Refuse(c, domain.NewFault(domain.NotFound, httpapi.CodeNoSuchMethod))
				})
			}
		},
	})
	return nil
}

// crossOrigin answers preflights and marks the other replies. Credentials are not allowed: the apps send their token in a header.
func crossOrigin(origins []string) gin.HandlerFunc {
	policy := cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedHeaders: []string{"*"},
		AllowedMethods: []string{
			http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodHead,
		},
	})
	return func(c *gin.Context) {
		policy.HandlerFunc(c.Writer, c.Request)
		if c.Request.Method == http.MethodOptions && c.GetHeader("Access-Control-Request-Method") != "" {
			c.Abort()
		}
	}
}
