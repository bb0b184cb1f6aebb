package httpapi_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	"latchkey/usecase"
)

var (
	english = domain.Template{SMS: "en {{code}}", Subject: "en subject", Text: "en text {{code}}"}
	hindi   = domain.Template{SMS: "hi {{code}}", Subject: "hi subject", Text: "hi text {{code}}"}
)

// room is a dialect as a room makes it.
func room(refreshes bool) *usecase.Dialect {
	return &usecase.Dialect{
		Name: "test", Codes: domain.DefaultCodePolicy(6), Refreshes: refreshes,
		Lifetimes: domain.Lifetimes{Access: time.Hour, Idle: 24 * time.Hour, Absolute: 48 * time.Hour},
		Templates: domain.Templates{
			domain.PurposeLogin:         {"en": english, "hi": hindi},
			domain.PurposeResetPassword: {"en": english},
		},
	}
}

func TestSettings_Codes(t *testing.T) {
	t.Parallel()
	defaults := domain.DefaultCodePolicy(6)
	for name, c := range map[string]struct {
		settings httpapi.Settings
		change   func(p *domain.CodePolicy)
	}{
		"none":          {httpapi.Settings{}, func(*domain.CodePolicy) {}},
		"length":        {httpapi.Settings{CodeLength: 8}, func(p *domain.CodePolicy) { p.Length = 8 }},
		"lifetime":      {httpapi.Settings{CodeLifetime: 10 * time.Minute}, func(p *domain.CodePolicy) { p.Lifetime = 10 * time.Minute }},
		"attempts":      {httpapi.Settings{Attempts: 5}, func(p *domain.CodePolicy) { p.Attempts = 5 }},
		"resend":        {httpapi.Settings{ResendWait: time.Minute}, func(p *domain.CodePolicy) { p.ResendWait = time.Minute }},
		"sends an hour": {httpapi.Settings{SendsPerHour: 6}, func(p *domain.CodePolicy) { p.SendsPerHour = 6 }},
		"sends a day":   {httpapi.Settings{SendsPerDay: 6}, func(p *domain.CodePolicy) { p.SendsPerDay = 6 }},
	} {
		want, d := defaults, room(true)
		c.change(&want)
		if err := c.settings.Apply(d); err != nil || d.Codes != want {
			t.Errorf("%s: %v, %+v", name, err, d.Codes)
		}
	}
}

func TestSettings_Lifetimes(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	for name, c := range map[string]struct {
		settings  httpapi.Settings
		refreshes bool
		want      domain.Lifetimes
	}{
		"none":                       {httpapi.Settings{}, true, domain.Lifetimes{Access: time.Hour, Idle: 24 * time.Hour, Absolute: 48 * time.Hour}},
		"all":                        {httpapi.Settings{AccessLifetime: minute, IdleLifetime: 2 * minute, Lifetime: 3 * minute}, true, domain.Lifetimes{Access: minute, Idle: 2 * minute, Absolute: 3 * minute}},
		"session only":               {httpapi.Settings{Lifetime: 3 * minute}, true, domain.Lifetimes{Access: time.Hour, Idle: 24 * time.Hour, Absolute: 3 * minute}},
		"without refresh, none":      {httpapi.Settings{}, false, domain.Lifetimes{Access: time.Hour, Idle: time.Hour, Absolute: time.Hour}},
		"without refresh, token":     {httpapi.Settings{AccessLifetime: minute}, false, domain.Lifetimes{Access: minute, Idle: minute, Absolute: minute}},
		"without refresh, session":   {httpapi.Settings{Lifetime: 3 * minute}, false, domain.Lifetimes{Access: 3 * minute, Idle: 3 * minute, Absolute: 3 * minute}},
		"without refresh, both":      {httpapi.Settings{AccessLifetime: minute, Lifetime: 3 * minute}, false, domain.Lifetimes{Access: minute, Idle: minute, Absolute: minute}},
		"without refresh, idle only": {httpapi.Settings{IdleLifetime: minute}, false, domain.Lifetimes{Access: time.Hour, Idle: time.Hour, Absolute: time.Hour}},
	} {
		d := room(c.refreshes)
		if err := c.settings.Apply(d); err != nil || d.Lifetimes != c.want {
			t.Errorf("%s: %v, %+v", name, err, d.Lifetimes)
		}
	}
}

func TestSettings_Messages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given map[string]domain.Template
		want  map[string]domain.Template
	}{
		"none": {nil, map[string]domain.Template{"en": english, "hi": hindi}},
		"one text of one": {
			map[string]domain.Template{"hi": {SMS: "{{code}}!"}},
			map[string]domain.Template{"en": english, "hi": {SMS: "{{code}}!", Subject: hindi.Subject, Text: hindi.Text}},
		},
		"in capitals": {
			map[string]domain.Template{"HI": {Subject: "new"}},
			map[string]domain.Template{"en": english, "hi": {SMS: hindi.SMS, Subject: "new", Text: hindi.Text}},
		},
		"a new language, the rest in our English": {
			map[string]domain.Template{"ta": {SMS: "ta {{code}}"}},
			map[string]domain.Template{"en": english, "hi": hindi, "ta": {SMS: "ta {{code}}", Subject: english.Subject, Text: english.Text}},
		},
		"a new language, the rest in the operator's English": {
			map[string]domain.Template{"ta": {SMS: "ta {{code}}"}, "zh-TW": {}, "EN": {Subject: "brand", SMS: "brand {{code}}"}},
			map[string]domain.Template{
				"en": {SMS: "brand {{code}}", Subject: "brand", Text: english.Text}, "hi": hindi,
				"ta":    {SMS: "ta {{code}}", Subject: "brand", Text: english.Text},
				"zh-tw": {SMS: "brand {{code}}", Subject: "brand", Text: english.Text},
			},
		},
	} {
		for range 10 { // whatever the order of the map
			d := room(true)
			others := d.Templates[domain.PurposeResetPassword]
			err := httpapi.Settings{Messages: c.given}.Apply(d)
			if err != nil || !reflect.DeepEqual(d.Templates[domain.PurposeLogin], c.want) {
				t.Fatalf("%s: %v, %+v", name, err, d.Templates[domain.PurposeLogin])
			}
			if !reflect.DeepEqual(d.Templates[domain.PurposeResetPassword], others) {
				t.Fatalf("%s: other messages changed", name)
			}
		}
	}
}

func TestSettings_Refused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings httpapi.Settings
		says     string
	}{
		"3 digits":                   {httpapi.Settings{CodeLength: 3}, "code length 3"},
		"9 digits":                   {httpapi.Settings{CodeLength: 9}, "code length 9"},
		"C2, 11 minutes":             {httpapi.Settings{CodeLifetime: 11 * time.Minute}, "code lifetime 11m0s"},
		"C2, negative":               {httpapi.Settings{CodeLifetime: -time.Minute}, "code lifetime -1m0s"},
		"11 attempts":                {httpapi.Settings{Attempts: 11}, "attempts 11"},
		"-1 attempts":                {httpapi.Settings{Attempts: -1}, "attempts -1"},
		"no wait":                    {httpapi.Settings{ResendWait: time.Millisecond}, "resend wait 1ms"},
		"more an hour than a day":    {httpapi.Settings{SendsPerHour: 21}, "sends per day 20"},
		"101 a day":                  {httpapi.Settings{SendsPerDay: 101}, "sends per day 101"},
		"a text message, no code":    {httpapi.Settings{Messages: map[string]domain.Template{"en": {SMS: "hello"}}}, `message "en" has no {{code}}`},
		"a mail, no code":            {httpapi.Settings{Messages: map[string]domain.Template{"ta": {SMS: "{{code}}", Text: "hello"}}}, `message "ta" has no {{code}}`},
		"a misspelled code":          {httpapi.Settings{Messages: map[string]domain.Template{"en": {SMS: "{{ code }}"}}}, `message "en" has no {{code}}`},
		"the code in a subject only": {httpapi.Settings{Messages: map[string]domain.Template{"en": {SMS: "x", Subject: "{{code}}"}}}, `message "en" has no {{code}}`},
	} {
		err := c.settings.Apply(room(true))
		if err == nil || !strings.HasPrefix(err.Error(), "test: ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
