package logsink

import (
	"context"
	"log/slog"

	"latchkey/domain"
	"latchkey/usecase"
)

var _ usecase.Sender = (*Sink)(nil)

// Options are the ways of a Sink.
type Options struct {
	// ShowCode logs the code too. It breaks C5 and is for --dev alone.
	ShowCode bool
}

// Sink logs messages. It is safe for concurrent use.
type Sink struct {
	logger   *slog.Logger
	showCode bool
}

// New makes a Sink that writes to logger at level Info.
func New(logger *slog.Logger, o Options) *Sink {
	return &Sink{logger, o.ShowCode}
}

// Send logs one line with the masked contact, never subject or body. It never fails.
func (s *Sink) Send(ctx context.Context, m domain.Message) error {
	attributes := []slog.Attr{
		slog.String("message", m.ID), slog.String("channel", string(m.Channel)),
		slog.String("to", domain.RestoreContact(m.Channel, m.To).Masked()), slog.String("purpose", string(m.Purpose)),
		slog.String("dialect", m.Dialect), slog.String("locale", m.Locale),
	}
	if s.showCode && m.Code != "" {
		attributes = append(attributes, slog.String("code", m.Code))
	}
	s.logger.LogAttrs(ctx, slog.LevelInfo, "message sent to the log", attributes...)
	return nil
}
