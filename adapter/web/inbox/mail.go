package inbox

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/letter"
	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/dev"
)

// ShowInboxMail answers with the HTML of a mail. Whatever it holds can do nothing: no script, no form, nothing loaded, an origin of
// its own; and only the inbox may frame it.
func (h *handlers) ShowInboxMail(c *gin.Context, id gen.InboxMessageID) {
	entry, ok := h.Inbox.Find(id)
	if !ok || entry.Channel != domain.Email {
		h.server.Refuse(c, domain.NewFault(domain.NotFound, httpapi.CodeNoSuchPath))
		return
	}
	html, err := letter.HTML(entry.Message)
	if err != nil {
		h.server.ReplyError(c, err)
		return
	}
	c.Header("Content-Security-Policy", "sandbox; default-src 'none'; style-src "+letter.StyleSource()+
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	c.Header("Referrer-Policy", "no-referrer")
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(html))
}
