package system

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	gen "latchkey/openapi/gen/system"
)

// handlers implements the generated interface.
type handlers struct{ Options }

var _ gen.StrictServerInterface = (*handlers)(nil)

// readinessTime is how long all parts together may take: who asks for readiness asks again soon.
const readinessTime = 3 * time.Second

// GetHealth answers while the process lives.
func (h *handlers) GetHealth(context.Context, gen.GetHealthRequestObject) (gen.GetHealthResponseObject, error) {
	return gen.GetHealth200JSONResponse{Status: gen.HealthStatusOk}, nil
}

// GetReadiness asks every part; the database decides. Why one is down is for the log, not for strangers.
func (h *handlers) GetReadiness(ctx context.Context, _ gen.GetReadinessRequestObject) (gen.GetReadinessResponseObject, error) {
	report := gen.Readiness{Status: gen.ReadinessStatusReady}
	ctx, cancel := context.WithTimeout(ctx, readinessTime)
	defer cancel()
	ask := func(name string, ping func(context.Context) error) bool {
		part := gen.PartReadiness{Name: name, Status: gen.PartStatusUp}
		if ping(ctx) != nil {
			part.Status = gen.PartStatusDown
		}
		report.Parts = append(report.Parts, part)
		return part.Status == gen.PartStatusUp
	}
	ready := ask("database", h.Core.Store.Ping)
	for _, name := range sortedNames(h.Parts) {
		ask(name, h.Parts[name])
	}
	if !ready {
		report.Status = gen.ReadinessStatusUnavailable
		return gen.GetReadiness503JSONResponse{Body: report}, nil
	}
	return gen.GetReadiness200JSONResponse(report), nil
}

func sortedNames(parts map[string]func(context.Context) error) []string {
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// GetJSONWebKeySet serves the public keys of the tokens.
func (h *handlers) GetJSONWebKeySet(ctx context.Context, _ gen.GetJSONWebKeySetRequestObject) (gen.GetJSONWebKeySetResponseObject, error) {
	set, err := h.Core.Tokens.PublicKeys(ctx)
	if err != nil {
		return nil, err
	}
	var reply gen.GetJSONWebKeySet200JSONResponse
	if err := json.Unmarshal(set, &reply); err != nil {
		return nil, fmt.Errorf("read own key set: %w", err)
	}
	return reply, nil
}

// document serves bytes as they are.
type document struct {
	contentType string
	bytes       []byte
}

// VisitGetOpenAPIJSONResponse writes the document.
func (d document) VisitGetOpenAPIJSONResponse(w http.ResponseWriter) error { return d.write(w) }

// VisitGetOpenAPIYAMLResponse writes the document.
func (d document) VisitGetOpenAPIYAMLResponse(w http.ResponseWriter) error { return d.write(w) }

func (d document) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", d.contentType)
	w.Header().Set("Access-Control-Allow-Origin", "*") // the document is public; tools in the browser read it
	_, err := w.Write(d.bytes)
	return err
}

// GetOpenAPIJSON serves the document.
func (h *handlers) GetOpenAPIJSON(context.Context, gen.GetOpenAPIJSONRequestObject) (gen.GetOpenAPIJSONResponseObject, error) {
	return document{"application/json", h.DocumentJSON}, nil
}

// GetOpenAPIYAML serves the document.
func (h *handlers) GetOpenAPIYAML(context.Context, gen.GetOpenAPIYAMLRequestObject) (gen.GetOpenAPIYAMLResponseObject, error) {
	return document{"application/yaml", h.DocumentYAML}, nil
}
