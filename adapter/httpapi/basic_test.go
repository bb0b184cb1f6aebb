package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
)

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

// V4: per client, and two secrets of one name while they are being rotated.
func TestV4_Clients(t *testing.T) {
	t.Parallel()
	listed := []httpapi.Credential{{Name: "bigcity", Secret: "secret123"}, {Name: "bigcity", Secret: "new secret"}, {Name: "other", Secret: "päss:word"}}
	for _, c := range []struct {
		listed        []httpapi.Credential
		authorization string
		client        string // empty: refused
	}{
		{listed, basic("bigcity:secret123"), "bigcity"},
		{listed, "Basic YmlnY2l0eTpzZWNyZXQxMjM=", "bigcity"}, // as the document prints it
		{listed, strings.ToLower("Basic") + basic("bigcity:secret123")[5:], "bigcity"},
		{listed, basic("bigcity:new secret"), "bigcity"},
		{listed, basic("other:päss:word"), "other"},
		{listed, "", ""},
		{listed, "Basic", ""},
		{listed, "Basic ", ""},
		{listed, "Basic %%%", ""},
		{listed, basic(""), ""},
		{listed, basic(":"), ""},
		{listed, basic("bigcity"), ""},
		{listed, basic("bigcity:"), ""},
		{listed, basic("bigcity:secret"), ""},
		{listed, basic("bigcity:secret1234"), ""},
		{listed, basic("bigcity:secret123\x00"), ""},
		{listed, basic("bigcity: secret123"), ""},
		{listed, basic("bigcity:Secret123"), ""},
		{listed, basic("Bigcity:secret123"), ""},
		{listed, basic("bigcity:päss:word"), ""},
		{listed, basic("other:secret123"), ""},
		{listed, basic(":secret123"), ""},
		{listed, basic("bigcity:secret123new secret"), ""},
		{listed, basic("bigcity:" + strings.Repeat("x", 10_000)), ""},
		{listed, "Bearer " + basic("bigcity:secret123")[6:], ""},
		{listed, basic("bigcity:secret123")[6:], ""},
		{nil, basic("bigcity:secret123"), ""},
		{nil, "", ""},
		{nil, basic(":"), ""},
		{[]httpapi.Credential{{}}, "", ""},
		{[]httpapi.Credential{{}}, "Bearer x", ""},
	} {
		s := newServer(t, nil)
		authenticate, client := httpapi.NewClients(c.listed).Authenticate(s), ""
		s.Mount(httpapi.Room{Words: words("one"), Before: []gin.HandlerFunc{authenticate}, Register: func(r gin.IRouter) {
			r.GET("/", func(ctx *gin.Context) { client = httpapi.CallerOf(ctx, nil).Client })
		}})
		reply := do(s, "GET", "/", "", "Authorization: "+c.authorization)
		status, body := http.StatusOK, ""
		if c.client == "" {
			status, body = http.StatusUnauthorized, refused("bad_credentials", "")
		}
		if reply.Code != status || reply.Body.String() != body || client != c.client {
			t.Errorf("%d listed, %.80q: %d %s, client %q", len(c.listed), c.authorization, reply.Code, reply.Body, client)
		}
	}
}

// V4: what is kept is neither a credential nor its bare hash.
func TestV4_KeptHashed(t *testing.T) {
	t.Parallel()
	clients := httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})
	kept := fmt.Sprintf("%x", *clients)
	if kept == fmt.Sprintf("%x", *httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})) {
		t.Error("two servers keep the same")
	}
	for _, bare := range []any{"secret123", sha256.Sum256([]byte("secret123")), sha256.Sum256([]byte("bigcity:secret123"))} {
		if strings.Contains(kept, fmt.Sprintf("%x", bare)) {
			t.Errorf("%x is kept in %s", bare, kept)
		}
	}
	if !strings.Contains(kept, fmt.Sprintf("%x", "bigcity")) {
		t.Errorf("%s does not show what is kept", kept)
	}
}

// V4: all credentials are compared, whatever matches, and by nothing but the comparison that takes the same time for all.
func TestV4_ConstantTime(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "basic.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	loops, compared := 0, 0
	ast.Inspect(file, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != "Authenticate" {
			return true
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				loops++
				ast.Inspect(n.Body, func(inner ast.Node) bool {
					switch inner := inner.(type) {
					case *ast.BranchStmt, *ast.ReturnStmt:
						t.Error("the comparison ends early")
					case *ast.SelectorExpr:
						if inner.Sel.Name == "ConstantTimeCompare" {
							compared++
						}
					}
					return true
				})
			case *ast.BinaryExpr:
				for _, side := range []ast.Expr{n.X, n.Y} {
					if name, ok := side.(*ast.Ident); ok && (name.Name == "name" || name.Name == "secret" || name.Name == "given") {
						t.Errorf("%s is compared with %s", name.Name, n.Op)
					}
				}
			}
			return true
		})
		return false
	})
	if loops != 1 || compared != 1 {
		t.Errorf("%d loops, %d comparisons", loops, compared)
	}
}

func FuzzV4_Authenticate(f *testing.F) {
	for _, seed := range []string{"Basic YmlnY2l0eTpzZWNyZXQxMjM=", "Basic Og==", "Basic", "basic  YmlnY2l0eTpzZWNyZXQxMjM=", "Bearer x", ""} {
		f.Add(seed)
	}
	clients := httpapi.NewClients([]httpapi.Credential{{Name: "bigcity", Secret: "secret123"}})
	f.Fuzz(func(t *testing.T, authorization string) {
		s := newServer(t, nil)
		mounted := httpapi.Room{Words: words("one"), Before: []gin.HandlerFunc{clients.Authenticate(s)}, Register: func(r gin.IRouter) {
			r.GET("/", func(c *gin.Context) { c.Status(http.StatusNoContent) })
		}}
		s.Mount(mounted)
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Authorization", authorization)
		name, secret, _ := request.BasicAuth()
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, request)
		if in := name == "bigcity" && secret == "secret123"; in != (recorder.Code == http.StatusNoContent) {
			t.Errorf("%q: %d", authorization, recorder.Code)
		}
	})
}
