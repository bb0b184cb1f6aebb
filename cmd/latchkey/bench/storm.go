package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// storm measures reading a profile alone and while as many others as there are workers log in with passwords all the time.
func (b *bench) storm(ctx context.Context) (err error) {
	w, err := newWorld(ctx, b.dir, setting{binary: b.binary, people: 1000, used: 1000, workers: b.workers})
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	me, err := w.reading(goodcity)
	if err != nil {
		return err
	}
	var alone, during, stormy []sample
	until := limit{lasting: b.size.round}
	for range b.size.rounds {
		s, err := me.round(until)
		if err != nil {
			return err
		}
		alone = append(alone, s)
		s, passwords, err := w.underStorm(me, until)
		if err != nil {
			return err
		}
		during, stormy = append(during, s), append(stormy, passwords)
	}
	kept := ratio(during, alone)
	calm, wild := summarize(alone), summarize(during)
	b.say("\nReading a profile while %d others log in with passwords (SQLite, %d workers)", b.workers, b.workers)
	b.table("\tops/s\tp50\tp99", []string{
		fmt.Sprintf("me alone\t%.0f\t%s\t%s", calm.perSecond, short(calm.p50), short(calm.p99)),
		fmt.Sprintf("me in the storm\t%.0f\t%s\t%s", wild.perSecond, short(wild.p50), short(wild.p99)),
		fmt.Sprintf("password logins meanwhile\t%.0f\t%s\t%s", median(stormy, sample.perSecond), short(summarize(stormy).p50), short(summarize(stormy).p99)),
	})
	b.judge("me under a password storm, of its speed alone", ">= 0.50", fmt.Sprintf("%.2f", kept), kept >= 0.5)
	return nil
}

// underStorm is a round of o in the middle of a longer one of password logins.
func (w *world) underStorm(o *operation, until limit) (during, storm sample, err error) {
	const margin = 300 * time.Millisecond
	finished := make(chan error, 1)
	go func() {
		var failed error
		storm, failed = w.passwords().round(limit{lasting: until.lasting + 2*margin})
		finished <- failed
	}()
	time.Sleep(margin)
	during, err = o.round(until)
	return during, storm, errors.Join(err, <-finished)
}
