package server

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

//go:embed docs.html
var docsHTML string

// openAPI is what the page at /docs shows of the OpenAPI document.
type openAPI struct {
	Info        struct{ Title, Description string }
	Paths       map[string]map[string]apiMethod
	Definitions map[string]apiType
}

type apiMethod struct {
	Summary     string
	OperationID string `json:"operationId"`
	Parameters  []struct {
		Name, In, Type, Description string
		Required                    bool
		Schema                      apiType
	}
	Responses map[string]struct{ Schema apiType }
}

type apiType struct {
	Ref         string `json:"$ref"`
	Type        string
	Format      string
	Title       string
	Description string
	Items       *apiType
	Properties  map[string]apiType
	Enum        []string
}

// Name is the last part of the name of a referred type.
func (t apiType) Name() string { return path.Base(t.Ref) }

// Words is the type as a reader needs it, with a list marked.
func (t apiType) Words() string {
	switch {
	case t.Items != nil:
		return "list of " + t.Items.Words()
	case t.Ref != "":
		return t.Name()
	case t.Format != "":
		return t.Format
	default:
		return t.Type
	}
}

// Link is the definition that the type leads to, if any.
func (t apiType) Link() string {
	if t.Items != nil {
		return t.Items.Link()
	}
	if t.Ref == "" {
		return ""
	}
	return t.Name()
}

// docsPage serves the page, which needs no script and nothing from elsewhere. It is made once a process.
var docsPage = sync.OnceValues(func() (http.Handler, error) {
	var doc openAPI
	if err := json.Unmarshal(pb.OpenAPI, &doc); err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	page, err := template.New("docs").Funcs(template.FuncMap{"upper": strings.ToUpper}).Parse(docsHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, doc); err != nil {
		return nil, err
	}
	body := fixed("text/html; charset=utf-8", b.Bytes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		body.ServeHTTP(w, r)
	}), nil
})
