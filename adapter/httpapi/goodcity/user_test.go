package goodcity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi/httpapitest"
	"latchkey/domain"
	"latchkey/usecase"
)

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	parts := strings.Split(logIn(t, w, donor), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	now := float64(httpapitest.Start.Unix())
	for name, want := range map[string]any{
		"user_id": 2.0, "iss": "GoodCityHK", "iat": now, "exp": now + 1209600,
		"https://goodcity.hk/jwt/metadata": map[string]any{"type": "api"},
	} {
		if !reflect.DeepEqual(claims[name], want) {
			t.Errorf("%s is %v instead of %v", name, claims[name], want)
		}
	}
	names := slices.Sorted(maps.Keys(claims))
	if want := []string{"exp", "https://goodcity.hk/jwt/metadata", "iat", "iss", "jti", "sid", "user_id"}; !slices.Equal(names, want) {
		t.Errorf("claims %v instead of %v", names, want)
	}
}

func TestTokenOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "", "Bearer": "", "Bearer ": "", "Bearer null": "", "bearer undefined": "", "null": "", "undefined": "",
		"Bearer a.b.c": "a.b.c", "BEARER  a.b.c ": "a.b.c", "a.b.c": "a.b.c", "Basic a": "Basic a",
	} {
		c := &gin.Context{Request: httptest.NewRequest("GET", profilePath, nil)}
		c.Request.Header.Set("Authorization", header)
		if got := tokenOf(c); got != want {
			t.Errorf("%q gives %q instead of %q", header, got, want)
		}
	}
}

// setAccount changes an account behind the back of its sessions.
func setAccount(t *testing.T, w *httpapitest.World, phone string, change func(*domain.Account)) {
	t.Helper()
	err := w.Store.Atomic(t.Context(), func(tx usecase.Repositories) error {
		account, err := tx.Accounts.Find(context.Background(), domain.Identifier{Kind: domain.ByPhone, Value: phone})
		if err != nil {
			return err
		}
		change(&account)
		return tx.Accounts.Update(context.Background(), &account)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDisabledUser(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ era, language, want string }{
		{EraDocumented, "en", `{"error":"You are not authorized to take this action."}`},
		{EraDocumented, "zh-tw", `{"error":"你沒有權限執行這項行動。"}`},
		{EraCurrent, "en", `{"error":"Access Denied","type":"AccessDeniedError","status":403}`},
	} {
		w := newWorld(t, test.era)
		token := logIn(t, w, donor)
		setAccount(t, w, donor, func(a *domain.Account) { a.Disabled = true })
		for _, reply := range []*httpapitest.Reply{
			w.Do("GET", profilePath, "", "Authorization: Bearer "+token, "Accept-Language: "+test.language),
			w.Do("POST", registerDevicePath, `{"handle":"a","platform":"fcm"}`, "Authorization: Bearer "+token, "Accept-Language: "+test.language),
		} {
			if reply.Status != 403 || strings.TrimSpace(reply.Body) != test.want {
				t.Errorf("%s %s: %d %s", test.era, test.language, reply.Status, reply.Body)
			}
		}
	}
}

func TestDevicesAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	token := logIn(t, w, donor)
	for _, body := range []string{`{"handle":"a:b","platform":"fcm"}`, `{"handle":"a:b","platform":"fcm"}`, `{"handle":"c","platform":"aps"}`} {
		if reply := w.Do("POST", registerDevicePath, body, "Authorization: Bearer "+token); reply.Status != 204 || reply.Body != "" {
			t.Errorf("%s: %d %s", body, reply.Status, reply.Body)
		}
	}
	reply := w.Do("POST", registerDevicePath, "handle=d%3Ae&platform=gcm", "Authorization: Bearer "+token, form)
	if reply.Status != 204 {
		t.Errorf("a form: %d %s", reply.Status, reply.Body)
	}
	for _, bad := range []string{strings.Repeat("h", longestHandle+1), `a\nb`} {
		reply := w.Do("POST", registerDevicePath, `{"handle":"`+bad+`","platform":"fcm"}`, "Authorization: Bearer "+token)
		if reply.Status != 422 || strings.TrimSpace(reply.Body) != `{"errors":"Handle is invalid"}` {
			t.Errorf("handle %.10q: %d %s", bad, reply.Status, reply.Body)
		}
	}
	devices, err := w.Store.Reader().Devices.List(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []domain.Device{{AccountID: 2, Platform: "aps", Handle: "c"}, {AccountID: 2, Platform: "fcm", Handle: "a:b"}, {AccountID: 2, Platform: "gcm", Handle: "d:e"}}
	if !slices.Equal(devices, want) {
		t.Errorf("devices %v", devices)
	}
}

func TestUserDocument(t *testing.T) {
	t.Parallel()
	full := domain.Account{
		ID: 1831, Phone: "+85298353103", Email: "r@example.com", FirstName: "Reynold", LastName: "Lakin", Locale: "zh-tw",
		Address:       domain.Address{Street: "Schmeler Parks", Flat: "Suite 609", Building: "58752", DistrictID: 2038},
		Permissions:   []string{"can_manage_settings", "can_login_to_admin"},
		PhoneVerified: true, EmailVerified: true,
	}
	rest := `"districts":[],"images":[],"user_roles":[],"roles":[],"role_permissions":[],"organisations_users":[],"organisations":[],"users":[],"printers_users":[]}`
	for _, test := range []struct {
		name    string
		account domain.Account
		want    string
	}{
		{"the document's", full, `{"addresses":[{"id":1831,"street":"Schmeler Parks","flat":"Suite 609","building":"58752","district_id":2038,` +
			`"addressable_id":1831,"addressable_type":"User"}],"permissions":[{"id":1,"name":"can_manage_settings"},{"id":2,"name":"can_login_to_admin"}],` +
			`"user_profile":{"id":1831,"first_name":"Reynold","last_name":"Lakin","mobile":"98353103","address_id":1831,"permission_id":null,` +
			`"email":"r@example.com","last_connected":null,"last_disconnected":null,"is_email_verified":true,"is_mobile_verified":true,"disabled":false,` +
			`"max_role_level":0,"preferred_language":"zh-tw","title":null,"image_id":null,"user_role_ids":[],"organisations_user_ids":[],"printers_user_ids":[]},` + rest},
		{"nothing known, a number from elsewhere", domain.Account{ID: 7, Phone: "+919888888888"}, `{"addresses":[],"permissions":[],` +
			`"user_profile":{"id":7,"first_name":null,"last_name":null,"mobile":"+919888888888","address_id":null,"permission_id":null,` +
			`"email":null,"last_connected":null,"last_disconnected":null,"is_email_verified":false,"is_mobile_verified":false,"disabled":false,` +
			`"max_role_level":0,"preferred_language":null,"title":null,"image_id":null,"user_role_ids":[],"organisations_user_ids":[],"printers_user_ids":[]},` + rest},
	} {
		got, err := json.Marshal(userDocument(test.account))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != test.want {
			t.Errorf("%s:\n%s\ninstead of\n%s", test.name, got, test.want)
		}
	}
}

func TestE4_SignupTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraCurrent)
	for _, user := range []string{
		`"first_name":"A","address_attributes":{"district_id":"1"}`,
		`"first_name":"` + strings.Repeat("x", 101) + `","address_attributes":{}`,
		`"email":"no mail","address_attributes":{}`,
		`"address_attributes":{"address_type":"` + strings.Repeat("x", 33) + `"}`,
		`"address_attributes":{"district_id":"99999999999"}`,
	} {
		taken := shape(t, w.Do("POST", signupPath, `{"user_auth":{"mobile":"`+donor+`",`+user+`}}`))
		free := shape(t, w.Do("POST", signupPath, `{"user_auth":{"mobile":"`+stranger+`",`+user+`}}`))
		if taken != free {
			t.Errorf("%.40s:\ntaken %s\nfree  %s", user, taken, free)
		}
	}
}

func TestI1_OneAddressOneUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, EraDocumented)
	for i, email := range []string{"Jake@Example.COM", "jake@example.com"} {
		reply := w.Do("POST", signupPath, `{"user_auth":{"email":"`+email+`","address_attributes":{}}}`)
		if want := []int{200, 429}[i]; reply.Status != want {
			t.Errorf("%s: %d instead of %d", email, reply.Status, want)
		}
	}
}
