package goodcity

import (
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// donorApp is the app of requests that name none.
const donorApp = "app"

// apps are the original's apps, and the permission that logging in to each takes; empty where everybody may.
var apps = map[string]string{
	donorApp: "", "stock": "", "browse": "", "admin": "can_login_to_admin", "settings_editor": "can_manage_settings",
}

// appOf is the app that a request comes from: by its own header, else by the appName in X-META, which looks like
// "appName:admin|k:v". A trailing ".goodcity" does not count. known is false for a name that is none of the apps'.
func appOf(c *gin.Context) (name string, known bool) {
	name = c.GetHeader("X-GOODCITY-APP-NAME")
	if name == "" {
		for pair := range strings.SplitSeq(c.GetHeader("X-META"), "|") {
			if key, value, _ := strings.Cut(pair, ":"); key == "appName" {
				name = value
			}
		}
	}
	name = strings.TrimSuffix(name, ".goodcity")
	if name == "" {
		name = donorApp
	}
	_, known = apps[name]
	return name, known
}

// mayUse tells whom a known app lets in.
func mayUse(app string) func(domain.Account) bool {
	permission := apps[app]
	return func(a domain.Account) bool { return permission == "" || a.May(permission) }
}

// checkApp refuses pins for unknown apps before the number is looked at. Signing up is open to any app; verify has its own one refusal.
func checkApp(s *httpapi.Server) gin.HandlerFunc {
	return func(c *gin.Context) {
		switch c.FullPath() {
		case sendPinPath, signupAndSendPinPath:
			if _, known := appOf(c); !known {
				s.Refuse(c, domain.NewFault(domain.Forbidden, codeUnknownApp))
			}
		}
	}
}
