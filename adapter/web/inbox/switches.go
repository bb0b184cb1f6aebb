package inbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/delivery/faulty"
	"latchkey/domain"
	gen "latchkey/openapi/gen/dev"
)

// GetDevFaults answers with the faults in force.
func (h *handlers) GetDevFaults(c *gin.Context) { c.JSON(http.StatusOK, h.faults()) }

// SetDevFaults replaces the faults.
func (h *handlers) SetDevFaults(c *gin.Context) {
	h.change(c, h.setFaults, func() any { return h.faults() })
}

// PostDevFaults replaces the faults, for a form.
func (h *handlers) PostDevFaults(c *gin.Context) { h.SetDevFaults(c) }

// GetDevClock answers with the server's clock.
func (h *handlers) GetDevClock(c *gin.Context) { c.JSON(http.StatusOK, h.clock()) }

// ForwardDevClock moves the clock.
func (h *handlers) ForwardDevClock(c *gin.Context) {
	h.change(c, h.forward, func() any { return h.clock() })
}

// change does what the body says, and answers with how things are then: JSON, or back to the inbox for the form of a browser, which is
// shown its mistakes there. No form sends a PUT: that is answered with what it has put.
func (h *handlers) change(c *gin.Context, do func(c *gin.Context) error, now func() any) {
	err := do(c)
	switch back := viewed(c); {
	case err == nil && wantsPage(c) && c.Request.Method == http.MethodPost:
		c.Redirect(http.StatusSeeOther, back.String())
	case err == nil:
		c.JSON(http.StatusOK, now())
	case wantsPage(c):
		h.writePage(c, http.StatusBadRequest, back.Query().Get("to"), text(domain.AsFault(err)))
	default:
		h.server.Refuse(c, err)
	}
}

// viewed is the inbox as the browser had it, by the Referer.
func viewed(c *gin.Context) *url.URL {
	back := &url.URL{Path: "/dev/inbox"}
	if from, err := url.Parse(c.GetHeader("Referer")); err == nil && from.Query().Get("to") != "" {
		back.RawQuery = url.Values{"to": {from.Query().Get("to")}}.Encode()
	}
	return back
}

func (h *handlers) setFaults(c *gin.Context) error {
	var wanted gen.DevFaults
	if err := read(c, &wanted); err != nil {
		return domain.Malformed("faults")
	}
	late, err := duration("late", given(wanted.Late), faulty.MostLate)
	if err != nil {
		return err
	}
	return h.Faults.Set(faulty.Faults{
		Late: late, Lost: given(wanted.Lost), Twice: given(wanted.Twice), Refused: given(wanted.Refused), Failing: given(wanted.Failing),
		To: given(wanted.To),
	})
}

func (h *handlers) forward(c *gin.Context) error {
	var wanted gen.DevClockStep
	if err := read(c, &wanted); err != nil {
		return domain.Malformed("step")
	}
	by, err := time.ParseDuration(wanted.Forward)
	if err != nil || h.Clock.Forward(by) != nil {
		return domain.Malformed("forward")
	}
	return nil
}

// read reads a body, which is one JSON object by now. A name that is unknown is a mistake: a switch misspelt must not be off.
func read(c *gin.Context, into any) error {
	body := json.NewDecoder(c.Request.Body)
	body.DisallowUnknownFields()
	return body.Decode(into)
}

// faults are those in force, each of them named.
func (h *handlers) faults() gen.DevFaults {
	f := h.Faults.Faults()
	return gen.DevFaults{
		Late: new(f.Late.String()), Lost: &f.Lost, Twice: &f.Twice, Refused: &f.Refused, Failing: &f.Failing, To: &f.To,
	}
}

// clock is the server's.
func (h *handlers) clock() gen.DevClock {
	return gen.DevClock{Now: h.Clock.Now(), Offset: h.Clock.Offset().String()}
}
