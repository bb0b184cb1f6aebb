package inbox

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/dev"
)

// codeForeignHost is the cause of a request to a name that is not the server's.
const codeForeignHost domain.Code = "foreign_host"

// hints say what a field may be. Developers get more to read than users: nobody else is here.
var hints = map[string]string{
	"wait":    "wait is a duration from 0s to 60s, such as 10s",
	"late":    "late is a duration from 0s to 24h, such as 5s",
	"lost":    "only one of lost, refused and failing can be true",
	"to":      "to is a phone number that begins with + and its country, or an email address",
	"forward": "forward is a duration such as 6m or 24h, longer than 0s; the clock is at most 9600h ahead in all",
	"faults":  "send late and to (texts), lost, twice, refused and failing (true or false) as application/json",
	"step":    `send {"forward":"6m"}, or another duration, as application/json`,
}

// text is a fault in a line.
func text(f *domain.Fault) string {
	if hint := hints[f.Field]; hint != "" && f.Kind == domain.Invalid {
		return hint
	}
	if f.Code == codeForeignHost {
		return "Call this server by a loopback address, localhost or its public host"
	}
	return httpapi.Text(f)
}

// spoken are the words of the room: pages for browsers, JSON for everybody else.
func spoken(asPage httpapi.Words) httpapi.Words {
	return func(c *gin.Context, f *domain.Fault) httpapi.Reply {
		if wantsPage(c) && f.Code != codeForeignHost { // whose page would be read as the other host's
			return asPage(c, f)
		}
		return httpapi.Reply{Status: httpapi.Status(f), Body: gen.SystemFailure{Error: text(f)}}
	}
}

// wantsPage tells whether the caller asks for pages, as browsers do.
func wantsPage(c *gin.Context) bool { return strings.Contains(c.GetHeader("Accept"), "text/html") }

// isLocal tells whether a Host header names this machine, whatever the port.
func isLocal(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	address, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || (err == nil && address.IsLoopback())
}
