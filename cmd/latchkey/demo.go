package main

import (
	"context"
	"errors"

	"latchkey/domain"
	"latchkey/infrastructure/config"
	"latchkey/usecase"
)

// demoClient are the Basic credentials that BigCity's document prints.
var demoClient = config.Client{User: "bigcity", Password: "secret123"}

// demoAccount is an account that --dev makes, and one name to find it by.
type demoAccount struct {
	who    string
	change usecase.AccountChange
}

// demoAccounts are those with which every request printed in the four documents gets the documented shape back.
func demoAccounts() []demoAccount {
	return []demoAccount{
		{"CUST12345", usecase.AccountChange{
			CustomerID: new("CUST12345"), Mobile: new("+919800000045"), PointsEarned: new(int64(5000)), BalancePoints: new(int64(3500)),
		}},
		{"+85261677528", usecase.AccountChange{Mobile: new("+85261677528"), FirstName: new("Mei"), LastName: new("Chan")}},
		{"+85261000001", usecase.AccountChange{
			Mobile: new("+85261000001"), FirstName: new("Ada"), LastName: new("Wong"), Permissions: &[]string{"can_login_to_admin"},
		}},
		{"test@aritaone.com", usecase.AccountChange{Email: new("test@aritaone.com"), Password: new("PasghWgf")}},
		{"+919888888888", usecase.AccountChange{
			Mobile: new("+919888888888"), Email: new("johndoe@example.com"), Username: new("johndoe"), Name: new("John Doe"),
		}},
	}
}

// addDemoAccounts makes those that are missing, and leaves the others as they are: a developer may have changed them.
func addDemoAccounts(ctx context.Context, core *usecase.Core) error {
	for _, demo := range demoAccounts() {
		_, err := core.FindAccount.Execute(ctx, usecase.FindAccountIn{Who: demo.who})
		if err == nil {
			continue
		}
		if !domain.HasCode(err, domain.CodeAccountUnknown) {
			return err
		}
		if _, err := core.EditAccount.Execute(ctx, usecase.EditAccountIn{Change: demo.change}); err != nil && !domain.HasCode(err, domain.CodeContactTaken) {
			return errors.Join(errors.New("make the demo accounts"), err)
		}
	}
	return nil
}
