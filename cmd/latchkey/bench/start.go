package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// start measures the time from exec to the first healthy reply: on an empty directory, and again on what that left.
func (b *bench) start(ctx context.Context) error {
	var rows []string
	for _, dev := range []bool{false, true} {
		var empty, existing []time.Duration
		for range b.size.starts {
			first, second, err := b.startTwice(ctx, dev)
			if err != nil {
				return err
			}
			empty, existing = append(empty, first), append(existing, second)
		}
		name, mode := "serve", ""
		if dev {
			name, mode = "serve --dev", " with --dev"
		}
		same := func(d time.Duration) time.Duration { return d }
		first, second := median(empty, same), median(existing, same)
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", name, short(first), short(second)))
		b.judge("start on an empty directory"+mode, "< 100 ms", short(first), first < 100*time.Millisecond)
		b.judge("start on an existing database"+mode, "< 50 ms", short(second), second < 50*time.Millisecond)
	}
	b.say("\nFrom exec to the first healthy reply (SQLite, medians of %d)", b.size.starts)
	b.table("\tempty directory\texisting database", rows)
	return nil
}

func (b *bench) startTwice(ctx context.Context, dev bool) (first, second time.Duration, err error) {
	dir, err := os.MkdirTemp(b.dir, "start-")
	if err != nil {
		return 0, 0, err
	}
	var arguments []string
	environment := []string{"LATCHKEY_SECRET=a secret for nothing but measuring speed"}
	if dev {
		arguments, environment = []string{"--dev"}, []string{}
	}
	for _, took := range []*time.Duration{&first, &second} {
		begin := time.Now()
		p, err := startServer(ctx, dir, b.binary, environment, false, arguments...)
		*took = time.Since(begin)
		if p != nil {
			err = errors.Join(err, p.stop())
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return first, second, nil
}
