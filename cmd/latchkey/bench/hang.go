package main

import (
	"context"
	"errors"
	"fmt"
)

// hang has 64 workers log in at once over four connections to the database. A server that asks the pool for a second connection while
// it holds one stands still then, and the round fails.
func (b *bench) hang(ctx context.Context, engine, database string) (err error) {
	l := load{workers: 64, pool: 4}
	w, err := newWorld(ctx, b.dir, setting{
		binary: b.binary, database: database, pool: l.pool, people: b.size.people, used: b.size.people, workers: l.workers,
	})
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	me, err := w.reading(bridgekeeper)
	if err != nil {
		return err
	}
	var rows []string
	for _, o := range []*operation{w.coding(goodcity), w.coding(bridgekeeper), me} {
		s, err := o.round(limit{lasting: 2 * b.size.round})
		if err != nil {
			return err
		}
		rows = append(rows, fmt.Sprintf("%s\t%d\t%.0f\t%s\t%s", o.name, s.done, s.perSecond(), short(s.p99), short(s.slowest)))
	}
	b.say("\nNo hang: %s, %s", engine, l)
	b.table("\tdone\tops/s\tp99\tslowest", rows)
	return nil
}
