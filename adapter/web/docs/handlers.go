package docs

import (
	"strings"

	"github.com/gin-gonic/gin"

	"latchkey/adapter/web"
	gen "latchkey/openapi/gen/pages"
)

// handlers implements the generated interface.
type handlers struct {
	kit *web.Kit
	// pages are made when the first of them is asked for: reading the document would double the time of a start.
	pages func() pages
}

// pages are those of the room.
type pages struct{ front, reference, tryIt *web.Fixed }

var _ gen.ServerInterface = (*handlers)(nil)

// shownPages is what the three pages show.
type shownPages struct {
	Lang string
	Options
	DocumentVersion string
	About           any
	Viewer          string // name and version of the viewer
	Base            string // where users see this server
	Cards           []card
	Chapters        []*chapter
	Tags            string // of what is switched on, separated by blanks
}

// card is a dialect on the front door, with its first call.
type card struct {
	Dialect
	First section
}

func makePages(o Options) pages {
	document := parse(o.Document)
	names := map[string]string{"system": "System", "pages": "Pages"}
	if o.Dev {
		names["dev"] = "Development"
	}
	if o.Microsite {
		names["microsite"] = "Microsite"
	}
	for _, dialect := range o.Dialects {
		names[dialect.Tag] = dialect.Name
	}
	shown := shownPages{
		Lang: "en", Options: o, DocumentVersion: document.Info.Version, About: prose(document.Info.Description),
		Viewer: strings.Replace(strings.TrimSpace(viewerVersion), "swagger-ui-dist@", "Swagger UI ", 1), Base: o.Kit.Server().Address(""),
		Chapters: document.chapters(names, o.DemoClient),
	}
	var tags []string
	for _, c := range shown.Chapters {
		if !c.Off {
			tags = append(tags, c.Tag)
		}
	}
	shown.Tags = strings.Join(tags, " ")
	for _, dialect := range o.Dialects {
		for _, c := range shown.Chapters {
			if c.Tag == dialect.Tag {
				shown.Cards = append(shown.Cards, card{dialect, c.Operations[0]})
			}
		}
	}
	return pages{
		front:     o.Kit.Page(templates, "front.html", "parts.html").Fix(shown),
		reference: o.Kit.Page(templates, "reference.html", "parts.html").Fix(shown),
		// Swagger UI's style sheet draws its arrows and ticks with data: images.
		tryIt: o.Kit.Page(templates, "try.html").Allow("img-src", "'self' data:").Fix(shown),
	}
}

// ShowFrontDoor answers with the front door.
func (h *handlers) ShowFrontDoor(c *gin.Context) { h.pages().front.Write(c) }

// ShowReference answers with the reference.
func (h *handlers) ShowReference(c *gin.Context) { h.pages().reference.Write(c) }

// ShowTryIt answers with the page that has Swagger UI.
func (h *handlers) ShowTryIt(c *gin.Context) { h.pages().tryIt.Write(c) }

// GetAsset answers with what a page loads.
func (h *handlers) GetAsset(c *gin.Context, name gen.AssetName, params gen.GetAssetParams) {
	version := ""
	if params.V != nil {
		version = *params.V
	}
	h.kit.WriteAsset(c, name, version)
}
