package gormstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"gorm.io/gorm/clause"

	"latchkey/domain"
	"latchkey/usecase"
)

// accountsAtOnce is how many accounts or identifiers go into one statement: its values must stay below SQLite's 32,766.
const accountsAtOnce = 500

var (
	accountTable = tableOf[accountRow]()

	accountColumns = [...]string{
		domain.ByID: "id", domain.ByUUID: "uuid", domain.ByCustomerID: "customer_id", domain.ByPhone: "phone",
		domain.ByEmail: "email", domain.ByUsername: "username",
	}
	findAccount   = findAccountBy(accountColumns[:])
	createAccount = same("create account", accountTable.inserts(1, 1))
	updateAccount = same("update account", accountTable.updates(1))
	savepoint     = same("set savepoint", "SAVEPOINT accounts")
	rollbackTo    = same("roll back to savepoint", "ROLLBACK TO SAVEPOINT accounts")
	release       = same("release savepoint", "RELEASE SAVEPOINT accounts")
)

func findAccountBy(columns []string) []*statement {
	all := make([]*statement, len(columns))
	for kind, column := range columns {
		all[kind] = accountTable.selects("find account by "+column, column+" = ?")
	}
	return all
}

type accounts struct{ *session }

func (r accounts) Find(ctx context.Context, id domain.Identifier) (domain.Account, error) {
	value, ok := searched(id)
	if !ok {
		return domain.Account{}, usecase.ErrNotFound
	}
	var row accountRow
	if err := r.one(ctx, findAccount[id.Kind], accountTable.into(&row), value); err != nil {
		return domain.Account{}, err
	}
	return row.account()
}

// searched is what the column of an identifier is compared with; false for what no account can have.
func searched(id domain.Identifier) (any, bool) {
	if id.Kind < domain.ByID || id.Kind > domain.ByUsername {
		return nil, false
	}
	if id.Kind == domain.ByID {
		n, err := strconv.ParseInt(id.Value, 10, 64)
		return n, err == nil && strconv.FormatInt(n, 10) == id.Value
	}
	return id.Value, id.Value != "" && utf8.ValidString(id.Value)
}

func (r accounts) FindAll(ctx context.Context, ids []domain.Identifier) ([]domain.Account, error) {
	byColumn := map[string][]any{}
	for _, id := range ids {
		if value, ok := searched(id); ok {
			column := accountColumns[id.Kind]
			byColumn[column] = append(byColumn[column], value)
		}
	}
	found := map[int64]accountRow{}
	for column, values := range byColumn {
		for chunk := range slices.Chunk(values, accountsAtOnce) {
			var rows []accountRow
			if err := r.orm(ctx).Where(column+" IN ?", chunk).Find(&rows).Error; err != nil {
				return nil, r.failed("find accounts", err)
			}
			for _, row := range rows {
				found[row.ID] = row
			}
		}
	}
	return allAccounts(slices.SortedFunc(maps.Values(found), func(a, b accountRow) int { return cmp.Compare(a.ID, b.ID) }))
}

func (r accounts) List(ctx context.Context, after int64, limit int) ([]domain.Account, error) {
	var rows []accountRow
	if err := r.orm(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, r.failed("list accounts", err)
	}
	return allAccounts(rows)
}

func allAccounts(rows []accountRow) ([]domain.Account, error) {
	all := make([]domain.Account, 0, len(rows))
	for i := range rows {
		a, err := rows[i].account()
		if err != nil {
			return nil, fmt.Errorf("read account %d: %w", rows[i].ID, err)
		}
		all = append(all, a)
	}
	return all, nil
}

func (r accounts) Create(ctx context.Context, all ...*domain.Account) error {
	if len(all) == 1 {
		return r.createOne(ctx, all[0])
	}
	ids := make(map[string]int64, len(all))
	err := r.chunks(ctx, all, func(chunk []*domain.Account) error { return r.createChunk(ctx, chunk, ids) })
	if err != nil {
		return err
	}
	for _, a := range all {
		a.ID = ids[a.UUID]
	}
	return nil
}

func (r accounts) createOne(ctx context.Context, a *domain.Account) error {
	row, err := rowOfAccount(a)
	if err != nil {
		return err
	}
	result, err := r.exec(ctx, createAccount, accountTable.inserted(&row, 1)...)
	if err != nil {
		return err
	}
	id, err := result.LastInsertId()
	if err != nil {
		return r.failed(createAccount.doing, err)
	}
	a.ID = id
	return nil
}

// createChunk inserts accounts and notes their IDs by UUID. They are read back: MySQL tells only the first, and does not
// promise that the others follow without gaps.
func (r accounts) createChunk(ctx context.Context, chunk []*domain.Account, ids map[string]int64) error {
	values := make([]any, 0, len(chunk)*len(accountTable.columns))
	uuids := make([]string, 0, len(chunk))
	for _, a := range chunk {
		row, err := rowOfAccount(a)
		if err != nil {
			return err
		}
		values = append(values, accountTable.inserted(&row, 1)...)
		uuids = append(uuids, a.UUID)
	}
	if _, err := r.exec(ctx, same("create accounts", accountTable.inserts(1, len(chunk))), values...); err != nil {
		return err
	}
	var created []accountRow
	err := r.orm(ctx).Select("id", "uuid").Where("uuid IN ?", uuids).Find(&created).Error
	for _, row := range created {
		ids[row.UUID] = row.ID
	}
	return r.failed("read new accounts", err)
}

func (r accounts) Update(ctx context.Context, all ...*domain.Account) error {
	if len(all) == 1 {
		return r.updateOne(ctx, all[0])
	}
	return r.chunks(ctx, all, func(chunk []*domain.Account) error { return r.updateChunk(ctx, chunk) })
}

func (r accounts) updateOne(ctx context.Context, a *domain.Account) error {
	row, err := rowOfAccount(a)
	if err != nil {
		return err
	}
	return r.update(ctx, updateAccount, accountTable.updated(&row, 1)...)
}

// updateChunk looks for the accounts under lock, and then inserts those rows again, over the ones that are there: one statement
// that both engines have for different values in many rows. As the key is there, it is the key that is met first, and another
// account's identifier is an error.
func (r accounts) updateChunk(ctx context.Context, chunk []*domain.Account) error {
	rows := make([]accountRow, 0, len(chunk))
	ids := make(map[int64]bool, len(chunk))
	keys := make([]int64, 0, len(chunk))
	for _, a := range chunk {
		row, err := rowOfAccount(a)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		keys = append(keys, a.ID)
		ids[a.ID] = true
	}
	var there []accountRow
	err := r.write(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").Where("id IN ?", keys).Find(&there).Error
	if err != nil {
		return r.failed("lock accounts", err)
	}
	if len(there) != len(ids) {
		return usecase.ErrNotFound
	}
	over := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(accountTable.columns[1:])}
	return r.failed("update accounts", r.write(ctx).Clauses(over).Create(&rows).Error)
}

// chunks runs one for so many accounts at a time, all of them or none.
func (r accounts) chunks(ctx context.Context, all []*domain.Account, one func([]*domain.Account) error) error {
	if _, err := r.exec(ctx, savepoint); err != nil {
		return err
	}
	for chunk := range slices.Chunk(all, accountsAtOnce) {
		if err := one(chunk); err != nil {
			if _, undo := r.exec(ctx, rollbackTo); undo != nil {
				return undo
			}
			return err
		}
	}
	_, err := r.exec(ctx, release)
	return err
}
