package microsite

import (
	"fmt"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"latchkey/adapter/httpapi"
)

// view is what the templates get.
type view struct {
	Lang   string
	T      *texts
	Notice *said // nil when there is nothing to say
	Proof  string
	Form   string // the nonce of a first form without a session
	Typed  string
	Code   *codeView
	Mobile string
	ID     string
	Points *pointsView // nil when they are not to be had

	now     time.Time
	printer *message.Printer
}

// said is a notice in words.
type said struct {
	Text  phrase
	Error bool
	Field string // the id of the field that it is about
}

// phrase is a sentence with a time in it that runs out.
type phrase struct {
	Before, Time, After string
	Left                int    // seconds; there is no time when 0
	Done                string // what to say when it has run out
}

// codeView is a code under way.
type codeView struct {
	Intro    string
	Hint     string
	Pattern  string
	Typed    string
	Live     bool // an answer can be right
	Lives    phrase
	Resend   phrase
	HaveCode string
}

type pointsView struct{ Earned, Balance string }

// view begins a page in the language of the request.
func (h *handlers) view(c *gin.Context) *view { return h.viewIn(textsFor(httpapi.Language(c))) }

func (h *handlers) viewIn(t *texts) *view {
	return &view{Lang: t.Tag.String(), T: t, now: h.Clock.Now(), printer: message.NewPrinter(t.Tag)}
}

// number writes a number as the language does, such as 12,34,567 in Hindi.
func (v *view) number(n int64) string { return v.printer.Sprint(number.Decimal(n)) }

// begin fills in the first page.
func (v *view) begin(s *Session) {
	v.Proof, v.Typed = s.proof, s.typed
	if s.notice.page == home {
		v.Notice = v.said(s.notice, 0)
	}
	if s.sent != nil && !s.sent.dead && v.now.Before(s.sent.expires) {
		v.Code = &codeView{HaveCode: fmt.Sprintf(v.T.HaveCode, s.sent.CustomerID)}
	}
}

// enter fills in the page that takes the code.
func (v *view) enter(s *Session, codes Codes) {
	v.Proof = s.proof
	if s.notice.page == codePath {
		v.Notice = v.said(s.notice, s.sent.tries)
	}
	v.Code = &codeView{
		Intro: fmt.Sprintf(v.T.CodeIntro, s.sent.CustomerID), Hint: fmt.Sprintf(v.T.CodeHint, codes.Length),
		// The v flag, which browsers compile it with, wants the hyphen escaped.
		Pattern: fmt.Sprintf(`[\s\p{Pd}]*(?:\p{Nd}[\s\p{Pd}]*){%d}`, codes.Length),
		Typed:   s.typedCode, Live: !s.sent.dead && v.now.Before(s.sent.expires),
	}
	if v.Code.Live {
		v.Code.Lives = v.phrase(v.T.CodeLives, s.sent.expires, v.T.CodeOver)
	} else if v.Notice == nil {
		v.Notice = v.said(notice{kind: expiredCode}, 0)
	}
	if s.sent.resend.After(v.now) {
		v.Code.Resend = v.phrase(v.T.ResendIn, s.sent.resend, v.T.ResendNow)
	}
}

// welcome fills in the dashboard, points excepted.
func (v *view) welcome(s *Session) {
	v.Proof, v.Mobile, v.ID = s.proof, s.member.Mobile, s.member.CustomerID
	if s.notice.page == dashboard {
		v.Notice = v.said(s.notice, 0)
	}
}

// said puts a notice into words; nil when there is none, or when what it told to wait for has come.
func (v *view) said(n notice, tries int) *said {
	if !n.until.IsZero() && !n.until.After(v.now) && n.kind != tooManyTries {
		return nil
	}
	plain := func(text string) phrase { return phrase{Before: text} }
	wait := func(timed, later, done string) phrase {
		if n.until.After(v.now) {
			return v.phrase(timed, n.until, done)
		}
		return plain(later)
	}
	t := v.T
	switch n.kind {
	case blankID:
		return &said{plain(t.BlankID), true, "customer"}
	case wrongID, unknownID:
		return &said{plain(t.UnknownID), true, "customer"}
	case sendWait:
		return &said{wait(t.SendWait, t.SendLater, t.ResendNow), true, ""}
	case apiDown:
		return &said{plain(t.Down), true, ""}
	case staleForm:
		return &said{plain(t.Stale), true, ""}
	case noCode:
		return &said{plain(t.NoCode), true, "code"}
	case wrongCode:
		if tries == unknown {
			return &said{plain(t.WrongCode), true, "code"}
		}
		return &said{plain(t.WrongCode + fmt.Sprintf(t.TriesLeft, tries)), true, "code"}
	case lastTry:
		return &said{plain(t.LastTry), true, ""}
	case expiredCode:
		return &said{plain(t.CodeOver), true, ""}
	case tooManyTries:
		return &said{wait(t.TooMany, t.TooManyOver, t.ResendNow), true, ""}
	case answerWait:
		return &said{wait(t.AnswerWait, t.SendLater, t.AnswerNow), true, ""}
	case codeSent:
		return &said{plain(t.CodeSent), false, ""}
	case leftNotice:
		return &said{plain(t.Left), false, ""}
	case endedNotice:
		return &said{plain(t.Ended), true, ""}
	default:
		return nil
	}
}

// phrase is a sentence whose %s is the time until then.
func (v *view) phrase(format string, until time.Time, done string) phrase {
	before, after, _ := strings.Cut(format, "%s")
	left := int((until.Sub(v.now) + time.Second - 1) / time.Second) // rounded up: waiting that long is enough
	return phrase{Before: before, Time: v.T.duration(left), After: after, Left: left, Done: done}
}

// duration is so many seconds in words, the two largest units of them. The script says it alike, by Intl.NumberFormat.
func (t *texts) duration(seconds int) string {
	count := func(n int, one, many string) string {
		if n == 1 {
			return fmt.Sprintf(one, n)
		}
		return fmt.Sprintf(many, n)
	}
	if seconds >= 3600 {
		seconds = (seconds + 59) / 60 * 60
	}
	var parts []string
	if hours := seconds / 3600; hours > 0 {
		parts = append(parts, count(hours, t.Hour, t.Hours))
	}
	if minutes := seconds % 3600 / 60; minutes > 0 {
		parts = append(parts, count(minutes, t.Minute, t.Minutes))
	}
	if rest := seconds % 60; rest > 0 || len(parts) == 0 {
		parts = append(parts, count(rest, t.Second, t.Seconds))
	}
	return strings.Join(parts, " ")
}
