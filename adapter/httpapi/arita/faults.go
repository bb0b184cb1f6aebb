package arita

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
	gen "latchkey/openapi/gen/arita"
)

// text is a message in the room's two languages.
type text struct{ english, chinese string }

// in is the text in a language of the room; English when the request names none.
func (t text) in(locale string) string {
	if locale == chinese {
		return t.chinese
	}
	return t.english
}

var (
	// wrongCode is the one text for every code that opens nothing (E3).
	wrongCode   = text{"The verification code is incorrect or has expired", "驗證碼不正確或已過期"}
	pleaseLogIn = text{"Please log in", "請先登入"}
	tooMany     = text{"Too many requests. Please try again later", "請求過於頻繁，請稍後再試"}
	away        = text{"The service is temporarily unavailable", "服務暫時無法使用"}
	failed      = text{"Internal server error", "伺服器內部錯誤"}
	invalid     = text{"The request is invalid", "請求無效"}
)

var texts = map[domain.Code]text{
	domain.CodeMismatch:       wrongCode,
	domain.CodeExpired:        wrongCode,
	domain.CodeExhausted:      wrongCode,
	domain.CodeUnknown:        wrongCode,
	domain.CodeAccountUnknown: wrongCode,

	domain.CodeTokenMissing:    pleaseLogIn,
	domain.CodeTokenInvalid:    pleaseLogIn,
	domain.CodeTokenExpired:    pleaseLogIn,
	domain.CodeTokenReused:     pleaseLogIn,
	domain.CodeAccountDisabled: pleaseLogIn,

	domain.CodeWrongPurpose: {"This verification code was sent for something else", "此驗證碼不適用於此操作"},
	domain.CodePasswordRule: {
		"The password must be 8 to 40 letters, numbers or special characters with at least one letter and one number",
		"密碼長度須為 8 至 40 個字元，只可使用英文字母、數字及特殊符號，並至少包含一個英文字母及一個數字",
	},
	domain.CodeTokenScope:   {"This token can only be used to set a password", "此權杖只可用於設定密碼"},
	domain.CodeSessionStale: {"For your security, please log in again before changing your email or phone", "為保障帳戶安全，更改電郵或電話前請重新登入"},
	domain.CodeForbidden:    {"Requests from other sites are not allowed", "不允許來自其他網站的請求"},

	httpapi.CodeBodyTooLarge: {"The request body is too large", "請求內容過大"},
	httpapi.CodeMediaType:    {"The content type must be application/json", "內容類型必須為 application/json"},
	httpapi.CodeNoSuchPath:   {"Not found", "找不到資源"},
	httpapi.CodeNoSuchMethod: {"Method not allowed", "不支援此請求方法"},
}

// words put a fault into the document's envelope.
func words(c *gin.Context, f *domain.Fault) httpapi.Reply {
	languages(c) // a request that reached no route has not been asked yet
	reply := httpapi.Reply{Status: httpapi.Status(f), Header: http.Header{}}
	if f.Code == domain.CodeAccountUnknown || f.Code == domain.CodeAccountDisabled {
		reply.Status = http.StatusUnauthorized
	}
	if reply.Status == http.StatusUnauthorized {
		reply.Header.Set("WWW-Authenticate", "Bearer")
	}
	reply.Body = gen.Failure{Message: textOf(f).in(locale(c))}
	return reply
}

func textOf(f *domain.Fault) text {
	if t, ok := texts[f.Code]; ok {
		return t
	}
	switch f.Code {
	case httpapi.CodeRequired:
		return text{f.Field + " is required", f.Field + " 為必填項"}
	case domain.CodeMalformed:
		return malformed(f.Field)
	case domain.CodeContactInvalid:
		return contactText(f.Field)
	case domain.CodeBadCredentials:
		if f.Field == fieldOldPassword {
			return text{"The old password is incorrect", "舊密碼不正確"}
		}
		return text{"The email or the password is incorrect", "電郵或密碼不正確"}
	}
	switch f.Kind {
	case domain.Limited:
		return tooMany
	case domain.Unavailable:
		return away
	case domain.Invalid:
		return invalid
	default:
		return failed
	}
}

func malformed(field string) text {
	switch field {
	case "body":
		return text{"The request body is not valid JSON", "請求內容不是有效的 JSON"}
	case "nature":
		return text{"The nature must be 3, 4, 5 or 6", "nature 必須為 3、4、5 或 6"}
	default:
		return text{field + " is invalid", field + " 無效"}
	}
}

func contactText(field string) text {
	switch field {
	case fieldEmail:
		return text{"The email address is invalid", "電郵地址無效"}
	case fieldPhone:
		return text{"The phone number is invalid", "電話號碼無效"}
	default:
		return text{"loginID must be an email address or a phone number", "loginID 必須為電郵地址或電話號碼"}
	}
}
