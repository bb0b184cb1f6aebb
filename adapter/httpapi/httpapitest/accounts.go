package httpapitest

import (
	"context"
	"sync"

	"latchkey/usecase"
)

// hashes of the demo passwords, made once.
var (
	hashDemo     = sync.OnceValue(func() string { return hash("PasghWgf") })
	hashDisabled = sync.OnceValue(func() string { return hash("PasghWgf1") })
)

func hash(password string) string {
	place, err := passwords.Acquire(context.Background())
	if err != nil {
		panic(err)
	}
	defer place.Release()
	return place.Hash(password)
}

// addAccounts adds the accounts that --dev has, and a disabled one of each sort.
func (w *World) addAccounts() {
	for _, change := range []usecase.AccountChange{
		{CustomerID: new("CUST12345"), Mobile: new("+919800000045"), PointsEarned: new(int64(5000)), BalancePoints: new(int64(3500))},
		{Mobile: new("+85261677528"), FirstName: new("Reynold"), LastName: new("Lakin")},
		{Mobile: new("+85261000001"), FirstName: new("Brendon"), LastName: new("Kerluke"), Permissions: &[]string{"can_login_to_admin"}},
		{Email: new("test@aritaone.com"), PasswordHash: new(hashDemo())},
		{Mobile: new("+919888888888"), Email: new("johndoe@example.com"), Name: new("John Doe")},
		{CustomerID: new("CUSTDISABLED"), Mobile: new("+919800000099"), Disabled: new(true)},
		{Mobile: new("+85261000009"), Disabled: new(true)},
		{Email: new("disabled@aritaone.com"), PasswordHash: new(hashDisabled()), Disabled: new(true)},
		{Mobile: new("+919888888899"), Disabled: new(true)},
	} {
		if _, err := w.Core.EditAccount.Execute(context.Background(), usecase.EditAccountIn{Change: change}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Act does what an operator does: disable, enable, revoke or unlock the account WHO.
func (w *World) Act(act, who string) {
	w.t.Helper()
	var err error
	ctx := context.Background()
	switch act {
	case "disable", "enable":
		_, err = w.Core.EditAccount.Execute(ctx, usecase.EditAccountIn{Who: who, Change: usecase.AccountChange{Disabled: new(act == "disable")}})
	case "revoke":
		_, err = w.Core.RevokeSessions.Execute(ctx, usecase.RevokeSessionsIn{Who: who})
	case "unlock":
		_, err = w.Core.Unlock.Execute(ctx, usecase.UnlockIn{Who: who})
	default:
		w.t.Fatalf("no act %q", act)
	}
	if err != nil {
		w.t.Fatalf("%s %s: %v", act, who, err)
	}
}
