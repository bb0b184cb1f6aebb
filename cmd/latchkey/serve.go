package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"latchkey/adapter/httpapi"
	"latchkey/adapter/store/gormstore"
	"latchkey/domain"
	"latchkey/infrastructure/config"
	"latchkey/infrastructure/httpserver"
	"latchkey/infrastructure/telemetry"
	"latchkey/usecase"
)

// sweepEvery is how often rows that say nothing any more are deleted.
const sweepEvery = time.Hour

func serveCommand() *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "start the server", UsageText: "latchkey serve --dev",
		Description: "Brings the database to this version's schema first. Stops gracefully on SIGTERM: requests in flight end, and messages\n" +
			"that no provider has taken yet stay in the database for the next start.",
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			c, err := config.FromCommand(cmd, config.NeedListener, config.NeedSecret)
			if err != nil {
				return err
			}
			return serve(ctx, c, cmd)
		},
	}
}

func serve(ctx context.Context, c *config.Config, cmd *cli.Command) error {
	logger := telemetry.NewLogger(cmd.Root().ErrWriter, c.LogFormat, c.LogLevel)
	if c.Dev && len(c.BigCityClients) == 0 {
		c.BigCityClients = append(c.BigCityClients, demoClient)
	}
	for _, name := range c.Dialects {
		if _, err := policyOf(name, c); err != nil {
			return err // before anything is opened or migrated
		}
	}
	for _, warning := range c.Warnings() {
		logger.Warn(warning)
	}
	a, err := wire(ctx, c, logger)
	if err != nil {
		return err
	}
	defer a.shut()
	if err := a.prepare(ctx); err != nil {
		return err
	}
	return a.run(ctx)
}

// prepare brings the database to where requests can be answered.
func (a *app) prepare(ctx context.Context) error {
	applied, err := gormstore.Migrate(ctx, a.db)
	if err != nil {
		return err
	}
	for _, m := range applied {
		a.logger.Info("migrated", "version", m.Version, "name", m.Name, "took", m.Took)
	}
	if err := a.tokens.EnsureKey(ctx); err != nil {
		return err
	}
	if a.config.Dev {
		return addDemoAccounts(ctx, a.core)
	}
	return nil
}

// run serves until ctx ends, then lets everything under way finish.
func (a *app) run(ctx context.Context) error {
	c := a.config
	server, err := a.server(c.PublicURL)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// What runs in the background outlives the last request, whose message it still has to hand over.
	behind, finish := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	defer background.Wait()
	defer finish()
	background.Go(func() { a.core.Dispatcher.Run(behind) })
	background.Go(func() { a.sweep(behind) })

	var misfit error
	handler := &lateHandler{ready: make(chan struct{})}
	options := httpserver.Options{
		Listen: c.Listen, Handler: handler, TLSCert: c.TLSCert, TLSKey: c.TLSKey, Logger: a.logger,
		OnListen: func(public, metrics net.Addr) {
			// Only now is it known where users see a server on a port that the system chose.
			at := c.PublicURLAt(public.String())
			if *at != *c.PublicURL {
				if server, misfit = a.server(at); misfit != nil {
					stop()
					return
				}
			}
			handler.Handler = server
			close(handler.ready)
			a.announce(at, public, metrics)
		},
	}
	if a.meters != nil {
		options.MetricsListen, options.MetricsHandler = c.MetricsListen, telemetry.Handler(a.meters.registry)
	}
	err = errors.Join(httpserver.Run(ctx, options), misfit)
	a.logger.Info("stopped")
	return err
}

// lateHandler lets the first requests wait until the handler is there.
type lateHandler struct {
	http.Handler
	ready chan struct{}
}

// ServeHTTP hands on.
func (h *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	<-h.ready
	h.Handler.ServeHTTP(w, r)
}

// announce says where the server is.
func (a *app) announce(public *url.URL, bound, metrics net.Addr) {
	a.logger.Info("serving", "url", public.String(), "address", bound.String(), "dialects", a.config.Dialects, "version", version)
	if metrics != nil {
		a.logger.Info("metrics", "url", "http://"+metrics.String()+"/metrics", "address", metrics.String())
	}
	if a.config.Dev {
		a.logger.Info("development mode: demo accounts are there, codes arrive in the inbox", "inbox", public.JoinPath("/dev/inbox").String())
	}
}

// sweep deletes by and by what says nothing any more.
func (a *app) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if _, err := a.core.Sweep.Execute(ctx, usecase.SweepIn{}); err != nil {
				a.logger.Warn("old rows stay for now", "error", err)
			}
		}
	}
}

func migrateCommand() *cli.Command {
	return &cli.Command{
		Name: "migrate", Usage: "bring the database to this version's schema, and print what was done (serve does it too)",
		UsageText: "latchkey --database-url sqlite://latchkey.db migrate",
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			c, err := config.FromCommand(cmd)
			if err != nil {
				return err
			}
			db, err := openDatabase(ctx, c, telemetry.NewLogger(cmd.Root().ErrWriter, c.LogFormat, c.LogLevel))
			if err != nil {
				return err
			}
			defer db.Close()
			applied, err := gormstore.Migrate(ctx, db)
			for _, m := range applied {
				fmt.Fprintf(cmd.Root().Writer, "migrated %s\n", m.Name)
			}
			if err == nil && len(applied) == 0 {
				fmt.Fprintln(cmd.Root().Writer, "nothing to do")
			}
			return err
		},
	}
}

// policyOf is how a dialect issues codes under the settings.
func policyOf(name string, c *config.Config) (domain.CodePolicy, error) {
	dialect := &usecase.Dialect{Name: name, Codes: domain.DefaultCodePolicy(c.CodeLength(name)), Templates: domain.Templates{}}
	err := httpapi.Settings{
		CodeLifetime: c.Dialect[name].CodeLifetime, Attempts: c.Dialect[name].Attempts,
		ResendWait: c.Dialect[name].ResendWait, SendsPerHour: c.Dialect[name].SendsPerHour, SendsPerDay: c.Dialect[name].SendsPerDay,
	}.Apply(dialect)
	return dialect.Codes, err
}
