package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"latchkey/openapi/client"
)

// This function is in the README as well.
func showPoints(ctx context.Context, server string, ask client.CodeFunc) error {
	bigcity, err := client.NewBigCity(server, "bigcity", "secret123")
	if err != nil {
		return err
	}
	session, err := bigcity.Login(ctx, "CUST12345", ask) // sends a code, asks for it, and asks again after a wrong one
	if err != nil {
		return err // errors.Is(err, client.ErrTooMany), client.ErrExpiredCode, …
	}
	points, err := session.Points(ctx)
	if err != nil {
		return err
	}
	fmt.Println(session.Mobile(), "has", points.BalancePoints, "points left")
	return nil
}

func Example() {
	server, codeSentTo, stop := demo()
	defer stop()
	err := showPoints(context.Background(), server, func(context.Context, client.Prompt) (string, error) {
		return codeSentTo("+919800000045"), nil // ask the customer here
	})
	fmt.Println(err)
	// Output:
	// 98XXXXXX45 has 3500 points left
	// <nil>
}

func ExampleBigCity_Login() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()

	bigcity, err := client.NewBigCity(server, "bigcity", "secret123")
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := bigcity.Login(ctx, "CUST12345", func(ctx context.Context, p client.Prompt) (string, error) {
		fmt.Printf("answer %d of %d\n", p.Attempt, p.Tries)
		return codeSentTo("+919800000045"), nil // ask the customer here
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	points, err := session.Points(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.Mobile(), "has", points.BalancePoints, "points left")
	// Output:
	// answer 1 of 3
	// 98XXXXXX45 has 3500 points left
}

// A web server sends the code in one request and verifies it in another.
func ExampleBigCity_Verify() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	bigcity, err := client.NewBigCity(server, "bigcity", "secret123")
	if err != nil {
		fmt.Println(err)
		return
	}

	// The first request: the customer says who they are. Keep what SendCode answers until the second.
	sent, err := bigcity.SendCode(ctx, "CUST12345")
	if err != nil {
		fmt.Println(err)
		return
	}

	// The second: the customer has typed something.
	_, err = bigcity.Verify(ctx, sent, wrong(codeSentTo("+919800000045")))
	switch {
	case errors.Is(err, client.ErrWrongCode):
		fmt.Println("Not this one. Look again.")
	case errors.Is(err, client.ErrExpiredCode), errors.Is(err, client.ErrTooMany):
		fmt.Println("Let us send you a new code.")
	}
	session, err := bigcity.Verify(ctx, sent, codeSentTo("+919800000045"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("Welcome,", session.CustomerID())
	// Output:
	// Not this one. Look again.
	// Welcome, CUST12345
}

// A command-line tool keeps the session in a file that only its user can read.
func ExampleBigCity_Resume() {
	server, codeSentTo, stop := demo()
	defer stop()
	ctx := context.Background()
	bigcity, err := client.NewBigCity(server, "bigcity", "secret123")
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := bigcity.Login(ctx, "CUST12345", func(context.Context, client.Prompt) (string, error) {
		return codeSentTo("+919800000045"), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := json.Marshal(session.Save())
	if err != nil {
		fmt.Println(err)
		return
	}

	var saved client.Saved
	if err := json.Unmarshal(file, &saved); err != nil {
		fmt.Println(err)
		return
	}
	points, err := bigcity.Resume(saved).Points(ctx)
	if errors.Is(err, client.ErrUnauthenticated) {
		fmt.Println("log in again")
		return
	}
	fmt.Println(points.PointsEarned, err)
	// Output: 5000 <nil>
}
