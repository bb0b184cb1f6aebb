package docs

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/web"
	gen "latchkey/openapi/gen/pages"
)

// handlers implements the generated interface.
type handlers struct {
	Options
	front *web.Page
}

var _ gen.ServerInterface = (*handlers)(nil)

// frontDoor is what the front door shows.
type frontDoor struct {
	Lang string
	Options
}

// ShowFrontDoor answers with the front door.
func (h *handlers) ShowFrontDoor(c *gin.Context) {
	h.front.Write(c, http.StatusOK, frontDoor{"en", h.Options})
}

// GetAsset answers with what a page loads.
func (h *handlers) GetAsset(c *gin.Context, name gen.AssetName, params gen.GetAssetParams) {
	version := ""
	if params.V != nil {
		version = *params.V
	}
	h.Kit.WriteAsset(c, name, version)
}
