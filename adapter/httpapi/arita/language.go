package arita

import (
	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"latchkey/adapter/httpapi"
)

// chinese is the tag of the room's Chinese texts, which are in traditional characters.
const chinese = "zh-tw"

// languages settles a request's language. Plain Chinese stands there on its own, because the matcher takes a distant English
// for a better answer to "zh-HK, zh;q=0.9, en;q=0.8" than a near Traditional Chinese.
var languages = httpapi.Languages(language.English, language.MustParse("zh-TW"), language.Chinese)

// locale is the language that languages settled on, as the room's texts are filed: every Chinese is Traditional Chinese.
func locale(c *gin.Context) string {
	tag := httpapi.Language(c)
	if tag == language.Chinese.String() {
		return chinese
	}
	return tag
}
