package microsite

import "golang.org/x/text/language"

var chinese = texts{
	Tag:  language.TraditionalChinese,
	Name: "BigCity",

	StartTitle: "登入查看您的點數",
	StartIntro: "請輸入您的客戶編號，我們會將驗證碼傳送到所登記的手機號碼。",
	IDLabel:    "客戶編號",
	IDHint:     "例如 CUST12345",
	SendCode:   "傳送驗證碼",
	HaveCode:   "輸入傳送給 %s 的驗證碼",

	CodeTitle: "輸入驗證碼",
	CodeIntro: "我們已將驗證碼傳送到 %s 所登記的手機號碼。",
	CodeLabel: "驗證碼",
	CodeHint:  "%d 位數字",
	LogIn:     "登入",
	CodeLives: "驗證碼將於 %s後失效。",
	CodeOver:  "驗證碼已失效，請重新傳送。",
	Resend:    "重新傳送驗證碼",
	ResendIn:  "%s後可以重新傳送驗證碼。",
	ResendNow: "現在可以重新傳送驗證碼。",
	OtherID:   "使用其他客戶編號",

	PointsTitle: "您的點數",
	Balance:     "可用點數",
	Earned:      "累計獲得點數",
	Mobile:      "手機號碼",
	Refresh:     "重新整理",
	LogOut:      "登出",
	PointsDown:  "目前無法顯示您的點數。您仍處於登入狀態，請稍後再試。",
	TryAgain:    "再試一次",

	ErrorPrefix: "錯誤",
	BlankID:     "請輸入您的客戶編號。",
	UnknownID:   "查無此客戶編號，請檢查後再試。",
	SendWait:    "目前無法傳送驗證碼，請於 %s後再試。",
	SendLater:   "嘗試次數過多，請稍後再試。",
	Down:        "目前無法連線到服務。您輸入的內容已保留，請稍後再試。",
	Stale:       "此頁面已過期，剛才的操作並未執行。請檢查後再試一次。",
	NoCode:      "驗證碼不完整，請輸入訊息中的所有數字。",
	WrongCode:   "驗證碼不正確。",
	TriesLeft:   "還可以嘗試 %d 次。",
	LastTry:     "驗證碼不正確，且已是最後一次嘗試。請重新傳送驗證碼。",
	TooMany:     "驗證碼錯誤次數過多。請等候 %s，再重新傳送驗證碼。",
	TooManyOver: "驗證碼錯誤次數過多，請重新傳送驗證碼。",
	AnswerWait:  "嘗試次數過多，請於 %s後再試。",
	AnswerNow:   "現在可以再試一次。",
	CodeSent:    "新的驗證碼已送出，舊的驗證碼不再有效。",
	Left:        "您已登出。",
	Ended:       "您的登入已失效，請重新登入。",

	Hour: "%d 小時", Hours: "%d 小時", Minute: "%d 分鐘", Minutes: "%d 分鐘", Second: "%d 秒", Seconds: "%d 秒",
}
