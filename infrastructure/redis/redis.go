package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Open makes a client for redis://USER:PASSWORD@HOST:PORT/NUMBER, rediss:// for TLS 1.2 or above, or unix://PATH. Whoever opens
// it closes it.
//
// It does not connect: Redis may be away, and comes back unnoticed. Calls end with their context's deadline, else after a
// second; a connection that turns out to be dead is replaced once without telling the caller. The address may tune
// the pool and the times in the library's own words (?pool_size=20&read_timeout=2s).
//
// What the library itself has to say goes to logger at level Debug, for the whole process: it is about single connections, and
// callers say what matters. The error names what is wrong and never repeats the password.
func Open(address string, logger *slog.Logger) (*redis.Client, error) {
	if _, err := url.Parse(address); err != nil {
		return nil, errors.New("redis address: not a URL; is a special character in the password not written as %2F or the like?")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("redis address: %w", err)
	}
	tune(options)
	redis.SetLogger(debugLogger{logger})
	return redis.NewClient(options), nil
}

// tune sets what the address leaves open.
func tune(o *redis.Options) {
	for _, setting := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&o.DialTimeout, 2 * time.Second}, {&o.ReadTimeout, time.Second}, {&o.WriteTimeout, time.Second}, {&o.PoolTimeout, time.Second},
		{&o.MinRetryBackoff, time.Millisecond}, {&o.MaxRetryBackoff, 10 * time.Millisecond},
	} {
		if *setting.of == 0 {
			*setting.of = setting.value
		}
	}
	if o.MaxRetries == 0 {
		o.MaxRetries = 1
	}
	if o.TLSConfig != nil {
		o.TLSConfig.MinVersion = max(o.TLSConfig.MinVersion, tls.VersionTLS12)
	}
	o.ContextTimeoutEnabled = true // without it the library looks at its own times only
	o.DialerRetries = 1
	o.ReadBufferSize, o.WriteBufferSize = 4<<10, 4<<10 // of each connection; questions and answers are short
	o.PipelinePoolSize = -1
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// debugLogger is the library's idea of a logger.
type debugLogger struct{ logger *slog.Logger }

func (d debugLogger) Printf(ctx context.Context, format string, values ...any) {
	if d.logger.Enabled(ctx, slog.LevelDebug) {
		d.logger.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, values...))
	}
}
