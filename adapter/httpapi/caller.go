package httpapi

import (
	"context"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"latchkey/usecase"
)

// Gin is the request behind the context that the generated strict handlers get.
func Gin(ctx context.Context) *gin.Context { return ctx.(*gin.Context) }

// CallerOf tells the core who calls.
func CallerOf(ctx context.Context, d *usecase.Dialect) usecase.Caller {
	c := Gin(ctx)
	ip, _ := netip.ParseAddr(c.ClientIP()) // invalid is what the core knows as unknown
	return usecase.Caller{
		Dialect: d, IP: ip, Client: c.GetString(clientKey), UserAgent: c.Request.UserAgent(),
		Locale: Language(c),
	}
}

// Bearer is the token of an Authorization header, empty when there is none. The scheme is compared without regard to case
// (RFC 9110 11.1).
func Bearer(c *gin.Context) string {
	scheme, token, ok := strings.Cut(c.GetHeader("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// languageKey is where Languages leaves its result.
const languageKey = "latchkey.language"

// Languages settles the language of a request among those that a room speaks, the first being its default; see Language.
func Languages(supported ...language.Tag) gin.HandlerFunc {
	matcher := language.NewMatcher(supported)
	return func(c *gin.Context) {
		wanted := c.GetHeader("Accept-Language")
		if wanted == "" || len(wanted) > 200 {
			return
		}
		tags, _, err := language.ParseAcceptLanguage(wanted)
		if err != nil {
			return
		}
		// One at a time: handed over together, the matcher prefers a close match of a later tag to a distant one of the first.
		for _, tag := range tags {
			if _, index, confidence := matcher.Match(tag); confidence > language.No {
				c.Set(languageKey, strings.ToLower(supported[index].String()))
				return
			}
		}
	}
}

// Language is the lower-case tag that Languages settled on, empty when the request names none that the room speaks.
func Language(c *gin.Context) string { return c.GetString(languageKey) }
