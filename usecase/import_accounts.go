package usecase

import (
	"context"
	"errors"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"

	"latchkey/domain"
)

// importBatch is how many lines share a transaction.
const importBatch = 500

// ImportLine is one line of an import; Err is set when it could not be read.
type ImportLine struct {
	Number int // from 1
	Change AccountChange
	Err    error
}

// ImportAccountsIn streams lines; memory use does not grow with their number.
type ImportAccountsIn struct {
	Caller
	Lines iter.Seq[ImportLine]
	// Failed is told of every line that was refused, in order within a batch.
	Failed func(number int, err error)
	// Progress, when not nil, is told after each batch how many lines are done.
	Progress func(lines int)
}

// ImportAccountsOut counts lines.
type ImportAccountsOut struct{ Created, Updated, Failed int }

type importAccounts struct {
	store     Store
	clock     Clock
	random    Random
	passwords PasswordHasher
	trail     trail
}

// Execute creates accounts, or updates those that have one of a line's identifiers. A bad line is reported and the rest goes
// on; the error is for what stops the whole import, such as the database being away, and then the counts are of what was kept.
func (s *importAccounts) Execute(ctx context.Context, in ImportAccountsIn) (ImportAccountsOut, error) {
	var out ImportAccountsOut
	done := 0
	batch := make([]ImportLine, 0, importBatch)
	flush := func() error {
		err := s.batch(ctx, in, batch, &out)
		done += len(batch)
		batch = batch[:0]
		if err == nil && in.Progress != nil {
			in.Progress(done)
		}
		return err
	}
	for line := range in.Lines {
		if batch = append(batch, line); len(batch) == importBatch {
			if err := flush(); err != nil {
				return out, err
			}
		}
	}
	return out, flush()
}

// batch writes lines in one transaction. When a line collides with somebody who writes at the same time, each line
// gets a transaction of its own, so that only that line fails.
func (s *importAccounts) batch(ctx context.Context, in ImportAccountsIn, lines []ImportLine, out *ImportAccountsOut) error {
	if err := s.prepare(ctx, lines); err != nil {
		return err
	}
	result, err := s.write(ctx, in.Caller, lines)
	if errors.Is(err, ErrTaken) && len(lines) > 1 {
		for i := range lines {
			if err := s.batch(ctx, in, lines[i:i+1], out); err != nil {
				return err
			}
		}
		return nil
	}
	if errors.Is(err, ErrTaken) {
		lines[0].Err, result, err = domain.NewFault(domain.Conflict, domain.CodeContactTaken), ImportAccountsOut{}, nil
	}
	if err != nil {
		return err
	}
	out.Created += result.Created
	out.Updated += result.Updated
	for _, line := range lines {
		if line.Err != nil {
			out.Failed++
			in.Failed(line.Number, line.Err)
		}
	}
	return nil
}

// prepare parses identifiers and hashes passwords, outside of any transaction.
func (s *importAccounts) prepare(ctx context.Context, lines []ImportLine) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range lines {
		line := &lines[i]
		if line.Err != nil {
			continue
		}
		if line.Change, line.Err = line.Change.parse(); line.Err != nil {
			continue
		}
		if len(line.Change.identifiers()) == 0 {
			line.Err = domain.Malformed("customer_id, mobile, email or username")
			continue
		}
		if line.Change.Password == nil && line.Change.PasswordHash == nil {
			continue
		}
		group.Go(func() error {
			change, err := line.Change.hashed(ctx, s.passwords)
			if fault := domain.AsFault(err); fault != nil && fault.Kind == domain.Invalid {
				line.Err = err
				return nil
			}
			line.Change = change
			return err
		})
	}
	return group.Wait()
}

// write matches and writes the lines of a batch in one transaction.
func (s *importAccounts) write(ctx context.Context, caller Caller, lines []ImportLine) (ImportAccountsOut, error) {
	var out ImportAccountsOut
	refused := make([]error, len(lines))
	err := s.store.Atomic(ctx, func(tx Repositories) error {
		clear(refused)
		var ids []domain.Identifier
		for _, line := range lines {
			if line.Err == nil {
				ids = append(ids, line.Change.identifiers()...)
			}
		}
		existing, err := tx.Accounts.FindAll(ctx, ids)
		if err != nil {
			return err
		}
		plan := newImportPlan(existing)
		for i, line := range lines {
			if line.Err == nil {
				refused[i] = s.apply(plan, line.Change)
			}
		}
		out = ImportAccountsOut{Created: plan.linesCreated, Updated: plan.linesUpdated}
		if err := tx.Accounts.Create(ctx, plan.created...); err != nil {
			return err
		}
		if err := tx.Accounts.Update(ctx, plan.changed()...); err != nil {
			return err
		}
		return s.trail.add(ctx, tx, caller, entry{action: "account.import"})
	})
	for i, refusal := range refused {
		if refusal != nil {
			lines[i].Err = refusal
		}
	}
	return out, err
}

// importPlan is a batch being matched: who is there, by every identifier, and what becomes of them.
type importPlan struct {
	byIdentifier               map[domain.Identifier]*domain.Account
	existing                   []*domain.Account
	touched                    map[*domain.Account]bool
	created                    []*domain.Account
	linesCreated, linesUpdated int
}

func newImportPlan(existing []domain.Account) *importPlan {
	p := &importPlan{byIdentifier: map[domain.Identifier]*domain.Account{}, touched: map[*domain.Account]bool{}}
	for i := range existing {
		p.existing = append(p.existing, &existing[i])
		p.index(&existing[i])
	}
	return p
}

func (p *importPlan) index(a *domain.Account) {
	for _, id := range a.Identifiers() {
		p.byIdentifier[id] = a
	}
}

// changed are the accounts to update: those of the database, not those that this batch creates.
func (p *importPlan) changed() []*domain.Account {
	var changed []*domain.Account
	for _, a := range p.existing {
		if p.touched[a] {
			changed = append(changed, a)
		}
	}
	return changed
}

// apply works one line into the plan.
func (s *importAccounts) apply(p *importPlan, change AccountChange) error {
	var match *domain.Account
	for _, id := range change.identifiers() {
		found := p.byIdentifier[id]
		if found != nil && match != nil && found != match {
			return domain.NewFault(domain.Conflict, domain.CodeContactTaken)
		}
		if found != nil {
			match = found
		}
	}
	if match == nil {
		account := &domain.Account{}
		found(account, s.clock, s.random)
		if err := change.apply(account); err != nil {
			return err
		}
		p.created = append(p.created, account)
		p.linesCreated++
		p.index(account)
		return nil
	}
	changed := *match
	if err := change.apply(&changed); err != nil {
		return err
	}
	for _, id := range match.Identifiers() {
		delete(p.byIdentifier, id)
	}
	changed.UpdatedAt = s.clock.Now()
	*match = changed
	p.index(match)
	p.touched[match] = true
	p.linesUpdated++
	return nil
}
