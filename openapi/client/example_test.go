package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/openapi/client"
	"latchkey/openapi/client/api"
)

func ExampleGoodCity_Login() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()

	goodcity, err := client.NewGoodCity(server, client.WithLanguage("en"))
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := goodcity.Login(ctx, "+85261677528", func(ctx context.Context, p client.Prompt) (string, error) {
		fmt.Println("a pin went to", p.To)
		return codeSentTo(p.To), nil // ask the person here
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := session.Profile(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("hello,", *profile.UserProfile.FirstName)
	// Output:
	// a pin went to +85261677528
	// hello, Reynold
}

func ExampleGoodCity_SignUp() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	goodcity, err := client.NewGoodCity(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	user := api.UserAuth{Mobile: new("+85251224538"), FirstName: new("Jake"), LastName: new("Deamon")}
	session, err := goodcity.SignUp(ctx, user, func(ctx context.Context, p client.Prompt) (string, error) {
		return codeSentTo(p.To), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := session.Profile(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*profile.UserProfile.FirstName, *profile.UserProfile.Mobile)
	// Output: Jake 51224538
}

// The access token lives a quarter of an hour. Calls refresh it when they need to; a program that ends keeps the newest one.
func ExampleArita_LoginWithPassword() {
	server, _, stop := demo()
	defer stop()
	ctx := context.Background()
	arita, err := client.NewArita(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = arita.LoginWithPassword(ctx, "test@aritaone.com", "not this one")
	fmt.Println(errors.Is(err, client.ErrWrongPassword))

	session, err := arita.LoginWithPassword(ctx, "test@aritaone.com", "PasghWgf")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := session.ChangePassword(ctx, "PasghWgf", "abcdefg1"); err != nil {
		fmt.Println(err)
		return
	}
	saved := session.Save() // after the last call: the refresh token changes with each refresh
	fmt.Println(saved, "is as secret as a password")
	// Output:
	// true
	// a saved session is as secret as a password
}

func ExampleArita_ResetPassword() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	arita, err := client.NewArita(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	err = arita.ResetPassword(ctx, "test@aritaone.com", "abcdefg1", func(ctx context.Context, p client.Prompt) (string, error) {
		return codeSentTo(p.To), nil
	})
	fmt.Println(err)
	_, err = arita.LoginWithPassword(ctx, "test@aritaone.com", "abcdefg1")
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
}

func ExampleBridgekeeper_Login() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	bridgekeeper, err := client.NewBridgekeeper(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	session, err := bridgekeeper.Login(ctx, "+919888888888", func(ctx context.Context, p client.Prompt) (string, error) {
		return codeSentTo(p.To), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	me, err := session.Me(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*me.Name)
	fmt.Println(session.Logout(ctx))
	_, err = session.Me(ctx)
	fmt.Println(errors.Is(err, client.ErrUnauthenticated))
	// Output:
	// John Doe
	// <nil>
	// true
}

// An operation without a method of its own is called by the generated client, which has the session already.
func ExampleBridgekeeperSession_API() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	bridgekeeper, err := client.NewBridgekeeper(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := bridgekeeper.Login(ctx, "+919888888888", func(ctx context.Context, p client.Prompt) (string, error) {
		return codeSentTo(p.To), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	sessions, err := session.API().ListUserSessionsWithResponse(ctx)
	if err != nil || sessions.JSON200 == nil {
		fmt.Println("no list", err)
		return
	}
	fmt.Println(sessions.JSON200.ActiveSessionsCount, "session, this one:", sessions.JSON200.Sessions[0].Current)
	// Output: 1 session, this one: true
}

// A refusal says what it is about and how long to wait.
func ExampleError() {
	server, _, stop := demo()
	defer stop()
	ctx := context.Background()
	goodcity, err := client.NewGoodCity(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		_, err = goodcity.SendCode(ctx, "+85261677528")
	}
	if refusal, ok := errors.AsType[*client.Error](err); ok && errors.Is(err, client.ErrTooMany) {
		fmt.Println(refusal)
		fmt.Println(refusal.Status, refusal.RetryAfter == 30*time.Second)
	}
	// Output:
	// send code: Too many requests. Please try again later. (status 429, try again in 30s)
	// 429 true
}
