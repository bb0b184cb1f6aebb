package inbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/faulty"
	"latchkey/adapter/delivery/inbox"
	"latchkey/domain"
)

// mostShown is how many messages the page shows; the rest is in the list for scripts.
const mostShown = 50

// shown is the page.
type shown struct {
	Lang     string
	To       string // the filter
	Mistake  string // what was wrong with a form
	Now      time.Time
	Offset   time.Duration
	Newest   string // ID of the newest message, whether or not it is shown
	Messages []message
	More     int // how many are not shown
	Faults   faults
}

// message is one of them.
type message struct {
	inbox.Entry
	Left string // until it expires
	Mail bool
	segments
}

// faults are the switches as the form has them.
type faults struct {
	faulty.Faults
	Late string
	Sum  string // in words, empty when there are none
}

// writePage answers with the page.
func (h *handlers) writePage(c *gin.Context, status int, to, mistake string) {
	now := h.Clock.Now()
	page := shown{Lang: "en", To: to, Mistake: mistake, Now: now, Offset: h.Clock.Offset(), Faults: inWords(h.Faults.Faults())}
	for i, e := range h.Inbox.List(inbox.Query{To: to}) {
		if i == 0 {
			page.Newest = e.ID
		}
		if i >= mostShown {
			page.More++
			continue
		}
		m := message{Entry: e, Left: left(e.ExpiresAt.Sub(now)), Mail: e.Channel == domain.Email}
		if !m.Mail {
			m.segments = segmentsOf(e.Body)
		}
		page.Messages = append(page.Messages, m)
	}
	h.page.Write(c, status, page)
}

// left says how long something is good, in the words of inbox.js.
func left(d time.Duration) string {
	switch seconds := int(d / time.Second); {
	case d <= 0:
		return "expired"
	case seconds < 3600:
		return fmt.Sprintf("%d:%02d left", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%d h %d min left", seconds/3600, seconds/60%60)
	}
}

// inWords prepares faults for the page.
func inWords(f faulty.Faults) faults {
	made := faults{Faults: f}
	var all []string
	say := func(on bool, words string) {
		if on {
			all = append(all, words)
		}
	}
	say(f.Lost, "are lost")
	say(f.Refused, "are refused")
	say(f.Failing, "are not taken for now")
	say(f.Twice, "come twice")
	if f.Late > 0 {
		made.Late = f.Late.String()
		say(true, "come "+made.Late+" late")
	}
	if len(all) == 0 {
		return made
	}
	whose := "Messages "
	if f.To != "" {
		whose = "Messages to " + f.To + " "
	}
	made.Sum = whose + strings.Join(all, " and ") + "."
	return made
}
