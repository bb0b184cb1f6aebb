package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// memory measures what a server without an address for metrics keeps of the machine's memory.
func (b *bench) memory(ctx context.Context) (err error) {
	w, err := newWorld(ctx, b.dir, setting{binary: b.binary, people: b.size.people, used: b.size.people, workers: b.workers})
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	const settled = 2 * time.Second
	time.Sleep(settled)
	var rows []string
	look := func(when string) (int64, error) {
		now, anonymous, most, err := w.server.resident()
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", when, megabytes(now), megabytes(anonymous), megabytes(most)))
		return now, err
	}
	idle, err := look("idle, settled")
	if err != nil {
		return err
	}
	if err := b.everything(w); err != nil {
		return err
	}
	loaded, err1 := look("after load")
	time.Sleep(settled)
	_, err2 := look("2 s later")
	binary, err3 := os.Stat(b.binary)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	b.say("\nMemory (SQLite, %d accounts, %d workers)", b.size.people, b.workers)
	b.table("\tresident\tof that no file's\tmost so far", rows)
	b.judge("idle memory", "< 30 MB", megabytes(idle), idle < 30e6)
	b.judge("memory after load", "< 80 MB", megabytes(loaded), loaded < 80e6)
	b.judge("size of the binary", "< 35 MB", megabytes(binary.Size()), binary.Size() < 35e6)
	return nil
}

// everything loads a server with all operations, one after the other.
func (b *bench) everything(w *world) error {
	refreshing, err := w.refreshing()
	if err != nil {
		return err
	}
	operations := []*operation{w.passwords(), w.sending(goodcity), refreshing}
	for _, d := range dialects {
		operations = append(operations, w.coding(d))
		if d.me == nil {
			continue
		}
		reading, err := w.reading(d)
		if err != nil {
			return err
		}
		operations = append(operations, reading)
	}
	for _, o := range operations {
		if _, err := o.round(limit{lasting: b.size.round}); err != nil {
			return err
		}
	}
	return nil
}
