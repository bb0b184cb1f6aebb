// Package parcelbox is the login of the Parcelbox lockers: a phone number gets a code and a ticket, both together a token.
//
//	code     phone         -> ticket
//	session  ticket, code  -> token
package parcelbox

import (
	"encoding/base64"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/parcelbox"
	"latchkey/usecase"
)

// Name is the dialect's.
const Name = "parcelbox"

// tokenLifetime is how long a parcel waits in its locker.
const tokenLifetime = 48 * time.Hour

// Options are what the room needs.
type Options struct {
	Server   *httpapi.Server
	Core     *usecase.Core
	Settings httpapi.Settings
}

// Mount puts the room on the server.
func Mount(o Options) error {
	dialect, err := newDialect(o.Settings)
	if err != nil {
		return err
	}
	strict := gen.NewStrictHandlerWithOptions(&handlers{core: o.Core, dialect: dialect}, nil, gen.StrictGinServerOptions{
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
	return nil
}

func newDialect(settings httpapi.Settings) (*usecase.Dialect, error) {
	d := &usecase.Dialect{
		Name:      Name,
		Codes:     domain.DefaultCodePolicy(6),
		Lifetimes: domain.Lifetimes{Access: tokenLifetime, Idle: tokenLifetime, Absolute: tokenLifetime},
		Access:    usecase.TokenKind{Name: "parcelbox-access"},
		Handle:    base64.RawURLEncoding.EncodeToString,
		Claims:    claims,
		Templates: domain.Templates{domain.PurposeLogin: {"en": {
			SMS: "{{code}} opens your parcel locker. It is good for {{minutes}} minutes.", Subject: "Your locker code", Text: "{{code}} opens your parcel locker.",
		}}},
	}
	return d, settings.Apply(d)
}

func claims(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
	return map[string]any{"sub": a.UUID, "iat": issued.Unix(), "exp": expires.Unix(), "jti": s.ID}
}

// words are plain ones in one envelope.
func words(_ *gin.Context, f *domain.Fault) httpapi.Reply {
	return httpapi.Reply{Status: httpapi.Status(f), Body: gen.ParcelboxFailure{Problem: httpapi.Text(f)}}
}
