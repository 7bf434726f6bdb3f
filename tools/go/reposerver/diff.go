package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo/diff"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	gitopsdiff "github.com/argoproj/gitops-engine/pkg/diff"
	openapi "github.com/google/gnostic-models/openapiv2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/util/proto"
)

var parser *managedfields.GvkParser

// The server that answers dry runs.
var server struct {
	url, token string
	client     *http.Client
}

type schemaRequest struct {
	File   string `json:"file"`
	Server string `json:"server"`
	Token  string `json:"token"`
}

// readSchema reads the OpenAPI document (version 2) of the cluster that objects are compared for.
func readSchema(line []byte) (any, error) {
	var asked schemaRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(asked.File)
	if err != nil {
		return nil, err
	}
	document, err := openapi.ParseDocument(content)
	if err != nil {
		return nil, err
	}
	models, err := proto.NewOpenAPIData(document)
	if err != nil {
		return nil, err
	}
	server.url, server.token = asked.Server, asked.Token
	server.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	parser, err = managedfields.NewGVKParser(models, false)
	return true, err
}

type diffRequest struct {
	Live    map[string]any                       `json:"live"`
	Desired map[string]any                       `json:"desired"`
	Ignores []v1alpha1.ResourceIgnoreDifferences `json:"ignores"`
	// As argocd-cm has them, "group/kind" to overrides; status overrides included.
	Overrides             map[string]v1alpha1.ResourceOverride `json:"overrides"`
	IgnoreAggregatedRoles bool                                 `json:"ignoreAggregatedRoles"`
	LabelKey              string                               `json:"labelKey"`
	TrackingMethod        string                               `json:"trackingMethod"`
	// Where the object is served; given, the comparison is the server-side one.
	Path                   string `json:"path"`
	IncludeMutationWebhook bool   `json:"includeMutationWebhook"`
}

// dryRun asks the server at a path.
type dryRun string

func (path dryRun) Run(ctx context.Context, object *unstructured.Unstructured, manager string) (string, error) {
	body, err := json.Marshal(object)
	if err != nil {
		return "", err
	}
	address := server.url + string(path) + "?dryRun=All&force=true&fieldManager=" + manager
	asked, err := http.NewRequestWithContext(ctx, http.MethodPatch, address, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	asked.Header.Set("Authorization", "Bearer "+server.token)
	asked.Header.Set("Content-Type", "application/apply-patch+yaml")
	response, err := server.client.Do(asked)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s", answer)
	}
	return string(answer), err
}

// compare tells whether an object is out of sync.
func compare(line []byte) (any, error) {
	var asked diffRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	options := normalizers.IgnoreNormalizerOpts{JQExecutionTimeout: time.Second}
	builder := diff.NewDiffConfigBuilder().
		WithDiffSettings(asked.Ignores, asked.Overrides, asked.IgnoreAggregatedRoles, options).
		WithTracking(asked.LabelKey, asked.TrackingMethod).
		WithNoCache().
		WithManager("argocd-controller").
		WithIgnoreMutationWebhook(!asked.IncludeMutationWebhook)
	if parser != nil {
		builder = builder.WithGVKParser(parser)
	}
	if asked.Path != "" {
		builder = builder.WithServerSideDiff(true).WithServerSideDryRunner(dryRun(asked.Path))
	}
	config, err := builder.Build()
	if err != nil {
		return nil, err
	}
	result, err := diff.StateDiff(objectOf(asked.Live), objectOf(asked.Desired), config)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"modified":  result.Modified,
		"live":      json.RawMessage(result.NormalizedLive),
		"predicted": json.RawMessage(result.PredictedLive),
	}, nil
}

type hideRequest struct {
	Target      map[string]any  `json:"target"`
	Live        map[string]any  `json:"live"`
	Annotations map[string]bool `json:"annotations"`
}

// hide masks Secrets as they are shown.
func hide(line []byte) (any, error) {
	var asked hideRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	target, live, err := gitopsdiff.HideSecretData(objectOf(asked.Target), objectOf(asked.Live), asked.Annotations)
	if err != nil {
		return nil, fmt.Errorf("hide: %w", err)
	}
	return map[string]any{"target": target, "live": live}, nil
}
