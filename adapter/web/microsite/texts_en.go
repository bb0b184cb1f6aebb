package microsite

import "golang.org/x/text/language"

var english = texts{
	Tag:  language.English,
	Name: "BigCity",

	StartTitle: "Log in to see your points",
	StartIntro: "Enter your customer ID. We will send a code to the mobile number that is registered with it.",
	IDLabel:    "Customer ID",
	IDHint:     "For example CUST12345",
	SendCode:   "Send me a code",
	HaveCode:   "Enter the code that was sent for %s",

	CodeTitle: "Enter your code",
	CodeIntro: "We have sent a code to the mobile number registered for %s.",
	CodeLabel: "Code",
	CodeHint:  "%d digits",
	LogIn:     "Log in",
	CodeLives: "The code is valid for another %s.",
	CodeOver:  "The code has expired. Have a new one sent.",
	Resend:    "Send a new code",
	ResendIn:  "You can have a new code sent in %s.",
	ResendNow: "You can have a new code sent now.",
	OtherID:   "Use another customer ID",

	PointsTitle: "Your points",
	Balance:     "Points to spend",
	Earned:      "Points earned in all",
	Mobile:      "Mobile number",
	Refresh:     "Refresh",
	LogOut:      "Log out",
	PointsDown:  "Your points cannot be shown at the moment. You are still logged in; please try again shortly.",
	TryAgain:    "Try again",

	ErrorPrefix: "Error",
	BlankID:     "Enter your customer ID.",
	UnknownID:   "We do not know this customer ID. Check it and try again.",
	SendWait:    "No code can be sent right now. Try again in %s.",
	SendLater:   "That was too often. Please try again later.",
	Down:        "The service cannot be reached at the moment. What you typed is still here: please try again shortly.",
	Stale:       "This page was out of date, so nothing was done. Please check it and try again.",
	NoCode:      "That is not a complete code. Enter all the digits from the message.",
	WrongCode:   "That is not the right code.",
	TriesLeft:   " Tries left: %d.",
	LastTry:     "That was not the right code, and it was the last try. Have a new code sent.",
	TooMany:     "Too many wrong codes. Wait %s, then have a new code sent.",
	TooManyOver: "Too many wrong codes. Have a new code sent.",
	AnswerWait:  "Too many tries. Try again in %s.",
	AnswerNow:   "You can try again now.",
	CodeSent:    "A new code is on its way. Older codes do not work any more.",
	Left:        "You are logged out.",
	Ended:       "Your session has ended. Please log in again.",

	Hour: "%d hour", Hours: "%d hours", Minute: "%d minute", Minutes: "%d minutes", Second: "%d second", Seconds: "%d seconds",
}
