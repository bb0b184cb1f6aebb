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
	who     string
	dialect string // by which it logs in
	about   string // what the front door says of it
	change  usecase.AccountChange
}

// demoAccounts are those with which every request printed in the four documents gets the documented shape back.
func demoAccounts() []demoAccount {
	return []demoAccount{
		{"CUST12345", config.BigCity, "Customer CUST12345, whose mobile is +919800000045. The calling server is bigcity with the password secret123.", usecase.AccountChange{
			CustomerID: new("CUST12345"), Mobile: new("+919800000045"), PointsEarned: new(int64(5000)), BalancePoints: new(int64(3500)),
		}},
		{"+85261677528", config.GoodCity, "Mei Chan, mobile +85261677528.", usecase.AccountChange{Mobile: new("+85261677528"), FirstName: new("Mei"), LastName: new("Chan")}},
		{"+85261000001", config.GoodCity, "Ada Wong, mobile +85261000001, may log in to admin.goodcity.", usecase.AccountChange{
			Mobile: new("+85261000001"), FirstName: new("Ada"), LastName: new("Wong"), Permissions: &[]string{"can_login_to_admin"},
		}},
		{"test@aritaone.com", config.Arita, "test@aritaone.com with the password PasghWgf.", usecase.AccountChange{Email: new("test@aritaone.com"), Password: new("PasghWgf")}},
		{"+919888888888", config.Bridgekeeper, "John Doe, phone +919888888888, johndoe@example.com.", usecase.AccountChange{
			Mobile: new("+919888888888"), Email: new("johndoe@example.com"), Username: new("johndoe"), Name: new("John Doe"),
		}},
	}
}

// demoAbout are the accounts of one dialect in words.
func demoAbout(dialect string) (list []string) {
	for _, account := range demoAccounts() {
		if account.dialect == dialect {
			list = append(list, account.about)
		}
	}
	return list
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
