package inbox

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/inbox"
	"latchkey/domain"
	gen "latchkey/openapi/gen/dev"
)

// mostWait is the longest that a list is held.
const mostWait = time.Minute

// ListInboxMessages answers with the messages: a page for browsers, JSON for scripts.
func (h *handlers) ListInboxMessages(c *gin.Context, params gen.ListInboxMessagesParams) {
	q := inbox.Query{To: given(params.To), After: given(params.After)}
	wait, err := duration("wait", given(params.Wait), mostWait)
	if err != nil {
		h.server.Refuse(c, err)
		return
	}
	if wantsPage(c) {
		h.writePage(c, http.StatusOK, q.To, "")
		return
	}
	q.Useful = params.Wait != nil
	found := h.Inbox.List(q)
	if len(found) == 0 && wait > 0 {
		found = h.await(c, q, wait)
	}
	list := gen.InboxMessageList{}
	for _, e := range found {
		list = append(list, told(e))
	}
	c.JSON(http.StatusOK, list)
}

// await holds a reply until there is a message, for a while. Nothing has come as well when the server stops or the caller hangs up.
func (h *handlers) await(c *gin.Context, q inbox.Query, wait time.Duration) []inbox.Entry {
	h.server.Unhurried(c)
	ctx, cancel := context.WithTimeout(c.Request.Context(), wait)
	defer cancel()
	go func() {
		select {
		case <-h.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	found, _ := h.Inbox.Wait(ctx, q)
	hurry(http.NewResponseController(c.Writer))
	return found
}

// told is a message as scripts see it.
func told(e inbox.Entry) gen.InboxMessage {
	m := gen.InboxMessage{
		ID: e.ID, To: e.To, Channel: gen.InboxChannel(e.Channel), Body: e.Body, Code: e.Code, Dialect: e.Dialect, Purpose: string(e.Purpose),
		At: e.At, ExpiresAt: e.ExpiresAt, Locale: e.Locale,
	}
	if e.Channel == domain.SMS {
		s := segmentsOf(e.Body)
		m.SMS = &gen.InboxSegments{Encoding: s.Encoding, Units: int32(s.Units), Segments: int32(s.Count)}
	} else {
		m.Subject = &e.Subject
	}
	return m
}

// duration reads a duration from 0 to most; an empty text is 0. Another is a Malformed fault.
func duration(field, text string, most time.Duration) (time.Duration, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > most {
		return 0, domain.Malformed(field)
	}
	return d, nil
}

func given[T any](optional *T) (value T) {
	if optional != nil {
		value = *optional
	}
	return value
}
