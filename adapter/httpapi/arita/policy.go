package arita

import (
	"strconv"
	"time"

	"latchkey/domain"
	"latchkey/usecase"
)

// specials are the characters that the document allows in a password beside letters and digits.
const specials = "@$!%?:&-_+="

// The document's two rules: it lets people log in with what it no longer lets them choose.
var (
	loginRule       = domain.PasswordRule{Min: 6, Max: 40, Specials: specials}
	newPasswordRule = domain.PasswordRule{Min: 8, Max: 40, Specials: specials, LetterDigit: true}
)

// lifetimes are Latchkey's choice; the document is silent.
var lifetimes = domain.Lifetimes{Access: 15 * time.Minute, Idle: 30 * 24 * time.Hour, Absolute: 90 * 24 * time.Hour}

// newDialect is what the document says: four digits; the rest is Latchkey's choice.
func newDialect(o Options) (*usecase.Dialect, error) {
	d := &usecase.Dialect{
		Name:       Name,
		Codes:      domain.DefaultCodePolicy(CodeLength),
		Templates:  templates(),
		Lifetimes:  lifetimes,
		Access:     usecase.TokenKind{Name: "arita-access"},
		Reset:      usecase.TokenKind{Name: "arita-reset"},
		Refreshes:  true,
		Claims:     claims,
		WebOTPHost: o.WebOTPHost,
	}
	return d, o.Settings.Apply(d)
}

// claims are the documented sub and exp, and ours.
func claims(a domain.Account, s domain.Session, issued, expires time.Time) map[string]any {
	return map[string]any{
		"sub": a.UUID, "iat": issued.Unix(), "exp": expires.Unix(), "sid": s.ID,
		"jti": s.ID + "." + strconv.FormatInt(issued.UnixMicro(), 36),
	}
}

// templates are the wordings of all messages. They are new for each room, because settings change them.
func templates() domain.Templates {
	return domain.Templates{
		domain.PurposeLogin: {
			"en": {
				SMS:     "{{code}} is your Arita login code, good for {{minutes}} minutes. Do not share it with anyone.",
				Subject: "Your Arita login code",
				Text:    "Your login code is {{code}}. It is good for {{minutes}} minutes and for one login.\n\nIf you did not ask for it, ignore this mail: without the code nobody gets in.\n",
			},
			chinese: {
				SMS:     "您的 Arita 登入驗證碼為 {{code}}，{{minutes}} 分鐘內有效。請勿告訴他人。",
				Subject: "您的 Arita 登入驗證碼",
				Text:    "您的登入驗證碼為 {{code}}，{{minutes}} 分鐘內有效，只可使用一次。\n\n如您並未提出要求，請忽略此電郵：沒有驗證碼，任何人都無法登入。\n",
			},
		},
		domain.PurposeResetPassword: {
			"en": {
				SMS:     "{{code}} is your code to set a new Arita password, good for {{minutes}} minutes. Do not share it with anyone.",
				Subject: "Your code to set a new password",
				Text:    "Your code to set a new Arita password is {{code}}. It is good for {{minutes}} minutes.\n\nIf you did not ask for it, ignore this mail: your password stays as it is.\n",
			},
			chinese: {
				SMS:     "您的 Arita 重設密碼驗證碼為 {{code}}，{{minutes}} 分鐘內有效。請勿告訴他人。",
				Subject: "您的重設密碼驗證碼",
				Text:    "您的 Arita 重設密碼驗證碼為 {{code}}，{{minutes}} 分鐘內有效。\n\n如您並未提出要求，請忽略此電郵：您的密碼不會更改。\n",
			},
		},
		domain.PurposeChangeEmail: {
			"en": {
				SMS:     "{{code}} is your code to change the email of your Arita account, good for {{minutes}} minutes.",
				Subject: "Confirm your new email address",
				Text:    "Your code to use this address for your Arita account is {{code}}. It is good for {{minutes}} minutes.\n\nIf you have no such account, ignore this mail.\n",
			},
			chinese: {
				SMS:     "您更改 Arita 帳戶電郵的驗證碼為 {{code}}，{{minutes}} 分鐘內有效。",
				Subject: "請確認您的新電郵地址",
				Text:    "將此電郵地址用於您的 Arita 帳戶的驗證碼為 {{code}}，{{minutes}} 分鐘內有效。\n\n如您沒有此帳戶，請忽略此電郵。\n",
			},
		},
		domain.PurposeChangePhone: {
			"en": {
				SMS:     "{{code}} is your code to use this number for your Arita account, good for {{minutes}} minutes. Do not share it with anyone.",
				Subject: "Confirm your new phone number",
				Text:    "Your code to change the phone number of your Arita account is {{code}}. It is good for {{minutes}} minutes.\n",
			},
			chinese: {
				SMS:     "將此號碼用於您的 Arita 帳戶的驗證碼為 {{code}}，{{minutes}} 分鐘內有效。請勿告訴他人。",
				Subject: "請確認您的新電話號碼",
				Text:    "您更改 Arita 帳戶電話號碼的驗證碼為 {{code}}，{{minutes}} 分鐘內有效。\n",
			},
		},
		domain.NoticeContactChanged: {
			"en": {
				SMS:     "Your Arita account now uses another phone number. If this was not you, contact support at once.",
				Subject: "Your email address was changed",
				Text:    "Your Arita account now uses another email address. This one gets no more mail about it.\n\nIf this was not you, contact support at once.\n",
			},
			chinese: {
				SMS:     "您的 Arita 帳戶已改用另一個電話號碼。如非您本人操作，請立即聯絡客戶服務。",
				Subject: "您的電郵地址已更改",
				Text:    "您的 Arita 帳戶已改用另一個電郵地址，此地址不會再收到有關該帳戶的電郵。\n\n如非您本人操作，請立即聯絡客戶服務。\n",
			},
		},
		domain.NoticePasswordChanged: {
			"en": {
				SMS:     "The password of your Arita account was changed. If this was not you, contact support at once.",
				Subject: "Your password was changed",
				Text:    "The password of your Arita account was changed, and all other devices were logged out.\n\nIf this was not you, contact support at once.\n",
			},
			chinese: {
				SMS:     "您的 Arita 帳戶密碼已更改。如非您本人操作，請立即聯絡客戶服務。",
				Subject: "您的密碼已更改",
				Text:    "您的 Arita 帳戶密碼已更改，所有其他裝置均已登出。\n\n如非您本人操作，請立即聯絡客戶服務。\n",
			},
		},
		domain.NoticePasswordGenerated: {
			"en": {
				SMS:     "Your new Arita password is {{code}}. Change it after you log in.",
				Subject: "Your new password",
				Text:    "Your new Arita password is\n\n    {{code}}\n\nAll other devices were logged out. Change the password after you log in. If you did not ask for it, contact support at once.\n",
			},
			chinese: {
				SMS:     "您的 Arita 新密碼為 {{code}}。請於登入後更改。",
				Subject: "您的新密碼",
				Text:    "您的 Arita 新密碼為\n\n    {{code}}\n\n所有其他裝置均已登出。請於登入後更改密碼。如您並未提出要求，請立即聯絡客戶服務。\n",
			},
		},
	}
}
