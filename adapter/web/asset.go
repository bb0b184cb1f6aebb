package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/httpapi"
	"latchkey/domain"
)

// assetTypes are the Content-Types of what pages load, by the end of the name.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// asset is a file that pages load.
type asset struct {
	name        string
	contentType string
	version     string // changes with the content
	content     []byte // gzip, when packed
	packed      bool
}

// newAsset takes a file. One called NAME.gz is NAME, packed: it is kept and sent as it is.
func newAsset(name string, content []byte) *asset {
	plain, packed := strings.CutSuffix(name, ".gz")
	contentType, ok := assetTypes[path.Ext(plain)]
	if !ok {
		panic("web: nobody knows the Content-Type of the asset " + name)
	}
	sum := sha256.Sum256(content)
	return &asset{name: plain, contentType: contentType, version: hex.EncodeToString(sum[:6]), content: content, packed: packed}
}

// address is the path of an asset with its version, for links in pages.
func (k *Kit) address(name string) string {
	a := k.assets[name]
	if a == nil {
		panic("web: no asset is called " + name)
	}
	return "/assets/" + name + "?v=" + a.version
}

// WriteAsset answers the asset with the name. What was asked for by the version that it has may be kept for good.
func (k *Kit) WriteAsset(c *gin.Context, name, version string) {
	a := k.assets[name]
	if a == nil {
		k.server.Refuse(c, domain.NewFault(domain.NotFound, httpapi.CodeNoSuchPath))
		return
	}
	header := c.Writer.Header()
	header.Set("ETag", `"`+a.version+`"`)
	header.Set("Cache-Control", "no-cache")
	if version == a.version {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(c.GetHeader("If-None-Match"), `"`+a.version+`"`) {
		c.Status(http.StatusNotModified)
		return
	}
	a.write(c)
}

// write answers the content, packed for those who understand that.
func (a *asset) write(c *gin.Context) {
	header, content := c.Writer.Header(), a.content
	if a.packed {
		header.Set("Vary", "Accept-Encoding")
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			header.Set("Content-Encoding", "gzip")
		} else {
			content = a.unpacked()
		}
	}
	c.Data(http.StatusOK, a.contentType, content)
}

// unpacked is for the rare caller who does not understand gzip.
func (a *asset) unpacked() []byte {
	reader, err := gzip.NewReader(bytes.NewReader(a.content))
	if err != nil {
		panic("web: the asset " + a.name + " is not packed: " + err.Error())
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		panic("web: the asset " + a.name + " is broken: " + err.Error())
	}
	return content
}
