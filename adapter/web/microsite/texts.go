package microsite

import "golang.org/x/text/language"

// texts are the words of the pages in one language. %s and %d stand for what the comment says.
type texts struct {
	Tag  language.Tag
	Name string // of the microsite

	StartTitle, StartIntro    string
	IDLabel, IDHint, SendCode string
	HaveCode                  string // customer ID

	CodeTitle           string
	CodeIntro           string // customer ID
	CodeLabel           string
	CodeHint            string // digits
	LogIn               string
	CodeLives, CodeOver string // the time left; what to say when it is over
	Resend              string
	ResendIn, ResendNow string // the time left; what to say when it is over
	OtherID             string

	PointsTitle, Balance, Earned, Mobile, Refresh, LogOut, PointsDown, TryAgain string

	ErrorPrefix          string // of the page's title
	BlankID, UnknownID   string
	SendWait, SendLater  string // the time left
	Down, Stale          string
	NoCode, WrongCode    string
	TriesLeft            string // a number; stands right behind WrongCode
	LastTry              string
	TooMany, TooManyOver string // the time left
	AnswerWait           string // the time left
	AnswerNow            string
	CodeSent             string
	Left, Ended          string

	Hour, Hours, Minute, Minutes, Second, Seconds string // a number
}

// languages are all there are, by the tags that httpapi.Language answers; the first is for those who want none of them.
var languages = []struct {
	tag   string
	texts *texts
}{{"en", &english}, {"hi", &hindi}, {"zh-hant", &chinese}}

func textsFor(tag string) *texts {
	for _, l := range languages {
		if l.tag == tag {
			return l.texts
		}
	}
	return &english
}
