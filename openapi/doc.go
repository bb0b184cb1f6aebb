// Package openapi is the contract: one self-contained OpenAPI 3.0.3 document, embedded into the binary, from which the
// Gin servers and the Go client are generated.
//
//	openapi.yaml ──┬── tojson ─────────────────────────▶ openapi.json
//	               ├── server.overlay.yaml, <tag>.cfg ─▶ gen/<tag>/server.gen.go   one strict Gin server a tag
//	               ├── client.overlay.yaml, client.cfg ▶ client/api/client.gen.go  one Go client for all tags
//	               ├── make typescript ────────────────▶ typescript/src/schema.ts  the types of the npm package
//	               └── changelog, released/*.yaml ─────▶ CHANGELOG.md              what callers notice
//
// released/ keeps the documents that callers rely on. The tests of internal/changelog refuse a document that would break them, and
// redocly.yaml and spectral.yaml are what two linters ask of it. Cut takes out the part for some dialects.
//
// Nobody edits what is generated. What Go needs and a reader of the document does not (field order, names, bodies that
// reach the binding as JSON) is said in the overlays and not in the document.
//
// Next door: package client logs people in by the generated client; package contract holds requests and replies of tests
// against the document; adapter/httpapi has a room for each dialect that implements its generated StrictServerInterface.
package openapi
