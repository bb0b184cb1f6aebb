package openapi

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:generate go run ./internal/tojson openapi.yaml openapi.json
//go:generate sh -c "for config in *.cfg.yaml; do go tool oapi-codegen --config=${DOLLAR}config openapi.yaml || exit 1; done"
//go:generate go run ./internal/changelog released CHANGELOG.md

//go:embed openapi.yaml
var yamlDocument string

//go:embed openapi.json
var jsonDocument string

// YAML answers the document as it is kept in the source tree. The caller owns the bytes.
func YAML() []byte { return []byte(yamlDocument) }

// JSON answers the document as indented JSON, with the keys in the order of the YAML. The caller owns the bytes.
func JSON() []byte { return []byte(jsonDocument) }

// Version answers the document's info.version, such as "1.0.0".
func Version() string { return version() }

var version = sync.OnceValue(func() string {
	var document struct {
		Info struct {
			Version string `json:"version"`
		} `json:"info"`
	}
	if err := json.Unmarshal([]byte(jsonDocument), &document); err != nil {
		panic("openapi: the embedded document is not JSON: " + err.Error())
	}
	return document.Info.Version
})
