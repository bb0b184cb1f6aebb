package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// fewAccounts are what many are compared with, and how many are in use in either case.
const fewAccounts = 1_000

// growth measures the same operations over many accounts and over few, with as many of them in use.
func (b *bench) growth(ctx context.Context) (err error) {
	few, err := newWorld(ctx, b.dir, setting{binary: b.binary, people: fewAccounts, used: fewAccounts, workers: b.workers})
	defer func() { err = errors.Join(err, few.close()) }()
	if err != nil {
		return err
	}
	many, err := newWorld(ctx, b.dir, setting{binary: b.binary, people: b.size.many, used: fewAccounts, workers: b.workers})
	defer func() { err = errors.Join(err, many.close()) }()
	if err != nil {
		return err
	}
	b.say("\n%d accounts (imported in %s) against %d (SQLite, %d workers): time by time", b.size.many, short(many.importing), fewAccounts, b.workers)
	ratios, err := b.compare(many, few)
	for _, r := range ratios {
		b.judge(fmt.Sprintf("%s, time over %d accounts against %d", r.name, b.size.many, fewAccounts), "<= 1.10", fmt.Sprintf("%.2f", r.time), r.time <= 1.1)
	}
	return err
}

// against measures another build beside this one, to see whether a change is worth its lines.
func (b *bench) against(ctx context.Context) (err error) {
	of := setting{binary: b.binary, people: b.size.people, used: b.size.people, workers: b.workers}
	ours, err := newWorld(ctx, b.dir, of)
	defer func() { err = errors.Join(err, ours.close()) }()
	if err != nil {
		return err
	}
	of.binary = b.other
	theirs, err := newWorld(ctx, b.dir, of)
	defer func() { err = errors.Join(err, theirs.close()) }()
	if err != nil {
		return err
	}
	b.say("\n%s against %s (SQLite, %d workers): time by time", b.binary, b.other, b.workers)
	_, err = b.compare(ours, theirs)
	return err
}

// compared is how much time and processor time an operation takes in one world, in parts of what it takes in another.
type compared struct {
	name      string
	time, cpu float64
}

// compare runs the same operations in two worlds by turns. A round asks each person in use once.
func (b *bench) compare(one, other *world) ([]compared, error) {
	ours, err := b.comparable(one)
	if err != nil {
		return nil, err
	}
	theirs, err := b.comparable(other)
	if err != nil {
		return nil, err
	}
	var all []compared
	var rows []string
	for i := range ours {
		of, from, err := b.duel(ours[i], theirs[i])
		if err != nil {
			return nil, err
		}
		left, right := summarize(of), summarize(from)
		c := compared{ours[i].name, 1 / ratio(of, from), float64(left.cpu) / float64(right.cpu)}
		all = append(all, c)
		rows = append(rows, fmt.Sprintf("%s\t%.0f\t%.0f\t%.2f\t%s\t%s\t%.2f", c.name, left.perSecond, right.perSecond, c.time, short(left.cpu), short(right.cpu), c.cpu))
	}
	b.table("operation\tops/s\tagainst\ttime ratio\tCPU/op\tagainst\tCPU ratio", rows)
	return all, nil
}

// comparable are the operations of a comparison.
func (b *bench) comparable(w *world) ([]*operation, error) {
	me, err1 := w.reading(goodcity)
	counting, err2 := w.reading(bridgekeeper)
	refreshing, err3 := w.refreshing()
	all := []*operation{me, w.sending(goodcity), w.coding(goodcity), counting, refreshing}
	if b.size.brief {
		all = all[:3]
	}
	return all, errors.Join(err1, err2, err3)
}

// duel runs two operations by turns.
func (b *bench) duel(one, other *operation) (ones, others []sample, err error) {
	until := limit{lasting: b.size.round}
	if one.inbox != nil {
		until = limit{lasting: stuck, most: fewAccounts}
	}
	for i := range b.size.rounds + 1 {
		if one.inbox != nil {
			time.Sleep(resendWait) // everybody has been asked about in the last round
		}
		first, err1 := one.round(until)
		second, err2 := other.round(until)
		if err := errors.Join(err1, err2); err != nil {
			return nil, nil, err
		}
		if i > 0 {
			ones, others = append(ones, first), append(others, second)
		}
	}
	return ones, others, nil
}
