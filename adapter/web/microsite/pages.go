package microsite

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/domain"
	"latchkey/openapi/client"
	gen "latchkey/openapi/gen/microsite"
)

// Notes that the first page's address can hold, for browsers without a session.
const (
	noteLeft  = "left"
	noteEnded = "ended"
)

// FindMicrosite sends the browser to the path with its slash.
func (h *handlers) FindMicrosite(c *gin.Context) { redirect(c, http.StatusPermanentRedirect, home) }

// ShowMicrosite asks for the customer ID.
func (h *handlers) ShowMicrosite(c *gin.Context, params gen.ShowMicrositeParams) {
	page := h.view(c)
	s := h.current(c)
	if s == nil {
		page.Form = h.secret()
		if params.Note != nil {
			page.Notice = page.said(notice{kind: map[string]noticeKind{noteLeft: leftNotice, noteEnded: endedNotice}[*params.Note]}, 0)
		}
		h.start.Write(c, http.StatusOK, page)
		return
	}
	if s.take(c) != nil {
		h.busy(c)
		return
	}
	if s.member != nil {
		s.release()
		redirect(c, http.StatusSeeOther, dashboard)
		return
	}
	page.begin(s)
	s.release()
	h.start.Write(c, http.StatusOK, page)
}

// ShowMicrositeCode asks for the code.
func (h *handlers) ShowMicrositeCode(c *gin.Context) {
	s := h.current(c)
	if !h.turn(c, s) {
		return
	}
	if s.sent == nil {
		defer s.release()
		s.notice = notice{}
		h.goOn(c, s)
		return
	}
	page := h.view(c)
	page.enter(s, h.Codes)
	s.release()
	h.code.Write(c, http.StatusOK, page)
}

// ShowMicrositeDashboard shows the points as they are now.
func (h *handlers) ShowMicrositeDashboard(c *gin.Context) {
	s := h.current(c)
	if !h.turn(c, s) {
		return
	}
	if s.member == nil {
		defer s.release()
		h.goOn(c, s)
		return
	}
	page, member := h.view(c), *s.member
	page.welcome(s)
	s.release()

	points, err := h.Client.Resume(member).Points(c)
	switch {
	case err == nil:
		page.Points = &pointsView{Earned: page.number(points.PointsEarned), Balance: page.number(points.BalancePoints)}
		h.points.Write(c, http.StatusOK, page)
	case errors.Is(err, client.ErrUnauthenticated), errors.Is(err, client.ErrForbidden), errors.Is(err, client.ErrUnknownCustomer):
		h.Sessions.Drop(s.id)
		h.away(c)
	default:
		h.Logger.WarnContext(c, "the microsite gets no points from the Client API", "error", err)
		h.points.Write(c, http.StatusServiceUnavailable, page)
	}
}

// find is the session of the browser, perhaps one that a login has made another of; nil when there is none.
func (h *handlers) find(c *gin.Context) *Session {
	id := cookie.Get(c)
	if id == "" {
		return nil
	}
	return h.Sessions.Find(id)
}

// current is the session that the browser can go on with; nil when there is none.
func (h *handlers) current(c *gin.Context) *Session {
	s := h.find(c)
	if s == nil || s.take(c) != nil {
		return nil
	}
	defer s.release()
	if s.next != nil {
		return nil
	}
	return s
}

// turn waits for the turn to work with a session, or answers the browser: that it has none, or that it has waited too long.
func (h *handlers) turn(c *gin.Context, s *Session) bool {
	switch {
	case s == nil:
		h.away(c)
	case s.take(c) != nil:
		h.busy(c)
	default:
		return true
	}
	return false
}

// proceed sends the browser to where a session is, whose turn nobody has.
func (h *handlers) proceed(c *gin.Context, s *Session) {
	if s.take(c) != nil {
		h.busy(c)
		return
	}
	defer s.release()
	h.goOn(c, s)
}

// goOn sends the browser to where its session is, and gives it the cookie if it has another one.
func (h *handlers) goOn(c *gin.Context, s *Session) {
	if s.next == nil && cookie.Get(c) != s.id {
		cookie.Set(h.Kit.Server(), c, s.id, s.life)
	}
	redirect(c, http.StatusSeeOther, s.page())
}

// away sends a browser without a session to the first page, which says so if it had one.
func (h *handlers) away(c *gin.Context) {
	page := home
	if cookie.Get(c) != "" {
		page += "?note=" + noteEnded
	}
	h.forget(c)
	redirect(c, http.StatusSeeOther, page)
}

// forget takes the cookie from a browser that has it.
func (h *handlers) forget(c *gin.Context) {
	if cookie.Get(c) != "" {
		cookie.Clear(h.Kit.Server(), c)
	}
}

// busy refuses a request that waited too long for an earlier one.
func (h *handlers) busy(c *gin.Context) {
	h.Kit.Server().Refuse(c, domain.UnavailableBecause(errors.New("an earlier form of the session is still under way")))
}

// redirect answers without a body.
func redirect(c *gin.Context, status int, path string) {
	c.Header("Location", path)
	c.Status(status)
	c.Writer.WriteHeaderNow()
}
