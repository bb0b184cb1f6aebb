package main

import (
	"context"

	"latchkey/adapter/delivery/faulty"
	"latchkey/adapter/delivery/inbox"
	"latchkey/adapter/web"
	devroom "latchkey/adapter/web/inbox"
	"latchkey/infrastructure/clock"
)

// inboxSize is how many messages the inbox keeps.
const inboxSize = 500

// devTools are what only a server with --dev has.
type devTools struct {
	clock    *clock.Adjustable
	inbox    *inbox.Inbox
	provider *faulty.Sender  // in front of the inbox
	stopping <-chan struct{} // closed when the server is asked to stop
}

func newDevTools() *devTools {
	clock := clock.NewAdjustable()
	kept := inbox.New(inboxSize, clock)
	return &devTools{clock: clock, inbox: kept, provider: faulty.New(kept, clock)}
}

// mount puts their room on.
func (d *devTools) mount(kit *web.Kit) {
	devroom.Mount(devroom.Options{Kit: kit, Inbox: d.inbox, Faults: d.provider, Clock: d.clock, Stopping: d.stopping})
}

// followClock tells those who wait for a time that the clock was moved, until ctx ends.
func (d *devTools) followClock(ctx context.Context, wake func()) {
	for moved := d.clock.Moved(); ; {
		select {
		case <-moved:
			moved = d.clock.Moved()
			wake()
			d.provider.Release()
		case <-ctx.Done():
			return
		}
	}
}

// clockMoved is closed when the clock is moved, and never without --dev.
func (a *app) clockMoved() <-chan struct{} {
	if a.dev == nil {
		return nil
	}
	return a.dev.clock.Moved()
}
