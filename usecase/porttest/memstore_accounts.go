package porttest

import (
	"context"
	"slices"
	"strconv"

	"latchkey/domain"
	"latchkey/usecase"
)

type memAccounts struct{ mem }

func keptAccount(a domain.Account) domain.Account {
	a.Permissions = keptList(a.Permissions)
	a.CreatedAt, a.UpdatedAt = kept(a.CreatedAt), kept(a.UpdatedAt)
	return a
}

// unique are the identifiers that no other account may have.
func unique(a domain.Account) []domain.Identifier {
	return append(a.Identifiers(), domain.Identifier{Kind: domain.ByUUID, Value: a.UUID})
}

func (m memAccounts) Find(_ context.Context, id domain.Identifier) (domain.Account, error) {
	number, known := m.now().owners[id]
	if id.Kind == domain.ByID {
		parsed, err := strconv.ParseInt(id.Value, 10, 64)
		number, known = parsed, err == nil && strconv.FormatInt(parsed, 10) == id.Value
	}
	account, found := m.now().accounts[number]
	if !known || !found {
		return domain.Account{}, usecase.ErrNotFound
	}
	return keptAccount(account), nil
}

func (m memAccounts) FindAll(ctx context.Context, ids []domain.Identifier) ([]domain.Account, error) {
	found := map[int64]domain.Account{}
	for _, id := range ids {
		if a, err := m.Find(ctx, id); err == nil {
			found[a.ID] = a
		}
	}
	return inOrder(found), nil
}

func (m memAccounts) List(_ context.Context, after int64, limit int) ([]domain.Account, error) {
	above := map[int64]domain.Account{}
	for id, a := range m.now().accounts {
		if id > after {
			above[id] = keptAccount(a)
		}
	}
	all := inOrder(above)
	return all[:min(limit, len(all))], nil
}

func inOrder(accounts map[int64]domain.Account) []domain.Account {
	all := make([]domain.Account, 0, len(accounts))
	for _, a := range accounts {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b domain.Account) int { return int(a.ID - b.ID) })
	return all
}

func (m memAccounts) Create(_ context.Context, accounts ...*domain.Account) error {
	return m.allOrNone(func() error {
		ids := make([]int64, len(accounts))
		for i, a := range accounts {
			created := keptAccount(*a)
			created.ID = m.now().lastAccount + 1
			if err := m.put(created); err != nil {
				return err
			}
			m.now().lastAccount++
			ids[i] = created.ID
		}
		for i, a := range accounts {
			a.ID = ids[i]
		}
		return nil
	})
}

func (m memAccounts) Update(_ context.Context, accounts ...*domain.Account) error {
	return m.allOrNone(func() error {
		for _, a := range accounts {
			if _, found := m.now().accounts[a.ID]; !found {
				return usecase.ErrNotFound
			}
		}
		for _, a := range accounts {
			for _, id := range unique(m.now().accounts[a.ID]) {
				delete(m.now().owners, id)
			}
			if err := m.put(keptAccount(*a)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m memAccounts) put(a domain.Account) error {
	for _, id := range unique(a) {
		if _, taken := m.now().owners[id]; taken {
			return usecase.ErrTaken
		}
	}
	for _, id := range unique(a) {
		m.now().owners[id] = a.ID
	}
	m.now().accounts[a.ID] = a
	return nil
}

// allOrNone undoes what change did when it fails.
func (m memAccounts) allOrNone(change func() error) error {
	if err := m.write(); err != nil {
		return err
	}
	before := m.tx.clone()
	err := change()
	if err != nil {
		*m.tx = *before
	}
	return err
}
