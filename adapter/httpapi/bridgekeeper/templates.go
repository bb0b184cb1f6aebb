package bridgekeeper

import "latchkey/domain"

// templates are the wordings of all messages. They are new for each room, because settings change them.
func templates() domain.Templates {
	return domain.Templates{
		domain.PurposeLogin: {
			"en": {
				SMS:     "{{code}} is your login code. Enter it within {{minutes}} minutes and tell it to nobody.",
				Subject: "Your login code",
				Text:    "Hello,\n\nyour login code is {{code}}. It works once, within {{minutes}} minutes.\n\nIf you did not try to log in, you need not do anything: nobody gets in without this code.\n",
			},
			"hi": {
				SMS:     "आपका लॉगिन कोड {{code}} है। इसे {{minutes}} मिनट के भीतर दर्ज करें और किसी को न बताएँ।",
				Subject: "आपका लॉगिन कोड",
				Text:    "नमस्ते,\n\nआपका लॉगिन कोड {{code}} है। यह {{minutes}} मिनट के भीतर एक बार काम करेगा।\n\nयदि आप लॉगिन नहीं कर रहे थे, तो कुछ करने की आवश्यकता नहीं है: इस कोड के बिना कोई लॉगिन नहीं कर सकता।\n",
			},
		},
		domain.PurposeResetPassword: {
			"en": {
				Subject: "Set a new password",
				Text:    "Hello,\n\nthis link lets you set a new password, once, within {{minutes}} minutes:\n\n{{link}}\n\nIf you did not ask for it, you need not do anything: your password stays as it is.\n",
			},
			"hi": {
				Subject: "नया पासवर्ड सेट करें",
				Text:    "नमस्ते,\n\nइस लिंक से आप {{minutes}} मिनट के भीतर एक बार नया पासवर्ड सेट कर सकते हैं:\n\n{{link}}\n\nयदि आपने इसका अनुरोध नहीं किया था, तो कुछ करने की आवश्यकता नहीं है: आपका पासवर्ड नहीं बदलेगा।\n",
			},
		},
		domain.PurposeVerifyEmail: {
			"en": {
				Subject: "Confirm your email address",
				Text:    "Hello,\n\nopen this link within a day to confirm that this email address is yours:\n\n{{link}}\n\nIf you did not sign up, do not open it: the account would be somebody else's.\n",
			},
			"hi": {
				Subject: "अपने ईमेल पते की पुष्टि करें",
				Text:    "नमस्ते,\n\nयह ईमेल पता आपका है, इसकी पुष्टि के लिए एक दिन के भीतर यह लिंक खोलें:\n\n{{link}}\n\nयदि आपने साइन अप नहीं किया था, तो इसे न खोलें: वह खाता किसी और का है।\n",
			},
		},
		domain.NoticeContactChanged: {
			"en": {
				SMS:     "The phone number of your account was changed, and this one is no longer used. If that was not you, contact us at once.",
				Subject: "Your email address was changed",
				Text:    "Hello,\n\nthe email address of your account was changed, and this one is no longer used.\n\nIf that was not you, contact us at once.\n",
			},
			"hi": {
				SMS:     "आपके खाते का फ़ोन नंबर बदल दिया गया है। यदि यह आपने नहीं किया, तो तुरंत हमसे संपर्क करें।",
				Subject: "आपका ईमेल पता बदल दिया गया है",
				Text:    "नमस्ते,\n\nआपके खाते का ईमेल पता बदल दिया गया है और अब यह पता उपयोग में नहीं है।\n\nयदि यह आपने नहीं किया, तो तुरंत हमसे संपर्क करें।\n",
			},
		},
		domain.NoticePasswordChanged: {
			"en": {
				SMS:     "The password of your account was changed, and you were logged out everywhere. If that was not you, contact us at once.",
				Subject: "Your password was changed",
				Text:    "Hello,\n\nthe password of your account was changed, and you were logged out everywhere.\n\nIf that was not you, contact us at once.\n",
			},
			"hi": {
				SMS:     "आपके खाते का पासवर्ड बदल दिया गया है और आपको हर जगह से लॉग आउट कर दिया गया है। यदि यह आपने नहीं किया, तो तुरंत हमसे संपर्क करें।",
				Subject: "आपका पासवर्ड बदल दिया गया है",
				Text:    "नमस्ते,\n\nआपके खाते का पासवर्ड बदल दिया गया है और आपको हर जगह से लॉग आउट कर दिया गया है।\n\nयदि यह आपने नहीं किया, तो तुरंत हमसे संपर्क करें।\n",
			},
		},
	}
}
