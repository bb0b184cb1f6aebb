package inbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/inbox"
	gen "latchkey/openapi/gen/dev"
)

const (
	// heartbeat is how often a stream says that it lives, so that nothing on the way takes it for dead.
	heartbeat = 15 * time.Second
	// reconnect is how soon a browser tries again when a stream broke off, in milliseconds.
	reconnect = 1000
)

// StreamInboxEvents tells of the clock and of messages as they come, until the caller hangs up or the server stops.
func (h *handlers) StreamInboxEvents(c *gin.Context, params gen.StreamInboxEventsParams) {
	q := inbox.Query{To: given(params.To), After: given(params.After)}
	if last := given(params.LastEventID); last != "" {
		q.After = last
	}
	h.server.Unhurried(c)
	c.Header("Content-Type", "text/event-stream")
	c.Status(http.StatusOK)
	s := stream{c}
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	moved := h.Clock.Moved()
	err := s.say(fmt.Sprintf("retry: %d\n%s", reconnect, event("clock", "", h.clock())))
	for err == nil {
		entries, news := h.Inbox.Look(q)
		if len(entries) > 0 {
			q.After = entries[0].ID
			err = s.say(announced(entries))
			continue
		}
		select {
		case <-news:
		case <-moved:
			moved = h.Clock.Moved()
			err = s.say(event("clock", "", h.clock()))
		case <-alive.C:
			err = s.say(": alive\n\n")
		case <-h.Stopping:
			return
		case <-c.Request.Context().Done():
			return
		}
	}
}

// announced are the events of messages, the oldest first.
func announced(newestFirst []inbox.Entry) string {
	var events bytes.Buffer
	for _, e := range slices.Backward(newestFirst) {
		events.WriteString(event("message", e.ID, told(e)))
	}
	return events.String()
}

// event is one event. JSON has no line breaks, and IDs are ours.
func event(name, id string, data any) string {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err) // texts, times and numbers always have a spelling
	}
	if id != "" {
		name += "\nid: " + id
	}
	return fmt.Sprintf("event: %s\ndata: %s\n\n", name, text)
}

// stream is a reply that has no end.
type stream struct{ *gin.Context }

// patience is how long a caller may take to read what is sent; connections know no clock but the computer's.
const patience = 10 * time.Second

// hurry gives up a caller who does not read what is sent next, or it would hold the server when that stops.
func hurry(connection *http.ResponseController) {
	_ = connection.SetWriteDeadline(time.Now().Add(patience)) // what has no deadlines cannot get stuck either
}

// say sends at once.
func (s stream) say(text string) error {
	connection := http.NewResponseController(s.Writer)
	hurry(connection)
	if _, err := s.Writer.WriteString(text); err != nil {
		return err
	}
	return connection.Flush()
}
