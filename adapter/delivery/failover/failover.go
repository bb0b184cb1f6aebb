package failover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// turn is how long each sender but the last has: a provider that hangs must leave the next one time to deliver.
const turn = 5 * time.Second

// Sender tries several senders in order.
type Sender struct {
	senders []usecase.Sender
}

var _ usecase.Sender = (*Sender)(nil)

// New makes a Sender of one or more. It keeps the order.
func New(senders ...usecase.Sender) *Sender {
	return &Sender{senders}
}

// Send returns nil as soon as one sender has taken the message. The error says what each of them said; it is ErrRefused only
// when all of them refused. Once ctx has ended nobody else is asked.
func (s *Sender) Send(ctx context.Context, m domain.Message) error {
	var failed attempts
	for i, sender := range s.senders {
		if err := ctx.Err(); err != nil {
			return append(failed, err)
		}
		err := s.try(ctx, sender, i == len(s.senders)-1, m)
		if err == nil {
			return nil
		}
		failed = append(failed, fmt.Errorf("provider %d of %d: %w", i+1, len(s.senders), err))
	}
	return failed
}

func (s *Sender) try(ctx context.Context, sender usecase.Sender, last bool, m domain.Message) error {
	if !last {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, turn)
		defer cancel()
	}
	return sender.Send(ctx, m)
}

// attempts is what each sender said, in order.
type attempts []error

// Error puts all on one line.
func (a attempts) Error() string {
	words := make([]string, len(a))
	for i, err := range a {
		words[i] = err.Error()
	}
	return strings.Join(words, "; ")
}

// Unwrap leaves refusals out as long as one attempt only failed: then the whole is no refusal.
func (a attempts) Unwrap() []error {
	var passing []error
	for _, err := range a {
		if !errors.Is(err, usecase.ErrRefused) {
			passing = append(passing, err)
		}
	}
	if len(passing) > 0 {
		return passing
	}
	return a
}
