package smtp

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"latchkey/adapter/delivery/letter"
	"latchkey/domain"
	"latchkey/usecase"
)

// compose writes the mail. What no mail server could ever carry is ErrRefused.
//
// Nothing of the message can become a header or a command (V5): the recipient is parsed anew, the subject loses its control
// characters and is encoded (RFC 2047), the parts are quoted-printable (RFC 2045 6.7), and the HTML takes all words as text.
func (s *Sender) compose(m domain.Message) (*mail.Msg, error) {
	if m.Channel != domain.Email {
		return nil, fmt.Errorf("channel %q is not mail: %w", m.Channel, usecase.ErrRefused)
	}
	to, err := domain.ParseEmail(m.To)
	if err != nil {
		return nil, fmt.Errorf("the recipient has no mail address: %w", usecase.ErrRefused)
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&s.from)
	msg.ToMailAddress(&netmail.Address{Address: to.Address()})
	msg.Subject(oneLine(m.Subject))
	msg.SetDateWithValue(m.CreatedAt)
	// The same message keeps its ID over all attempts, so that mailboxes can drop a second copy.
	host := s.from.Address[strings.LastIndexByte(s.from.Address, '@'):]
	msg.SetMessageIDWithValue(oneLine(m.ID) + host)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 5
	html, err := letter.HTML(m)
	if err != nil {
		return nil, err
	}
	// multipart/alternative (RFC 2046 5.1.4): readers show the last part that they can.
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	msg.AddAlternativeString(mail.TypeTextHTML, html)
	return msg, nil
}

// oneLine makes one line of text of whatever it gets.
func oneLine(s string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(visible), " ")
}
