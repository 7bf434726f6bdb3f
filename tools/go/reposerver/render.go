package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"k8s.io/apimachinery/pkg/api/resource"
)

type renderRequest struct {
	Root     string                      `json:"root"`
	Revision string                      `json:"revision"`
	Source   *v1alpha1.ApplicationSource `json:"source"`
	// Directories of other sources by the name that paths begin with.
	References map[string]string `json:"references"`

	AppName        string   `json:"appName"`
	Namespace      string   `json:"namespace"`
	Project        string   `json:"project"`
	TrackingMethod string   `json:"trackingMethod"`
	LabelKey       string   `json:"labelKey"`
	InstallationID string   `json:"installationId"`
	KubeVersion    string   `json:"kubeVersion"`
	APIVersions    []string `json:"apiVersions"`
	BuildOptions   string   `json:"buildOptions"`
	Schemes        []string `json:"schemes"`
	// Kinds of sources that are switched off.
	Disabled []string `json:"disabled"`
}

// render is what the repo server does with a checked-out tree.
func render(line []byte) (any, error) {
	var asked renderRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	paths := utilio.NewRandomizedTempPaths(asked.Root)
	references := map[string]*v1alpha1.RefTarget{}
	for name, directory := range asked.References {
		url := "https://git.example.com/references/" + name[1:] + ".git"
		references[name] = &v1alpha1.RefTarget{Repo: v1alpha1.Repository{Repo: url}, TargetRevision: "HEAD"}
		paths.Add(git.NormalizeGitURL(url), directory)
	}
	enabled := map[string]bool{}
	for _, kind := range asked.Disabled {
		enabled[kind] = false
	}
	manifests := &apiclient.ManifestRequest{
		Repo:               &v1alpha1.Repository{Repo: asked.Source.RepoURL},
		Revision:           asked.Revision,
		AppLabelKey:        asked.LabelKey,
		AppName:            asked.AppName,
		Namespace:          asked.Namespace,
		ApplicationSource:  asked.Source,
		KubeVersion:        asked.KubeVersion,
		ApiVersions:        asked.APIVersions,
		TrackingMethod:     asked.TrackingMethod,
		InstallationID:     asked.InstallationID,
		ProjectName:        asked.Project,
		RefSources:         references,
		EnabledSourceTypes: enabled,
		KustomizeOptions:   &v1alpha1.KustomizeOptions{BuildOptions: asked.BuildOptions},
		HelmOptions:        &v1alpha1.HelmOptions{ValuesFileSchemes: asked.Schemes},
	}
	argo.NormalizeSource(asked.Source)
	appPath := filepath.Join(asked.Root, asked.Source.Path)
	answer, err := repository.GenerateManifests(context.Background(), appPath, asked.Root, asked.Revision, manifests, false,
		&git.NoopCredsStore{}, resource.MustParse("10M"), paths)
	if err != nil {
		return nil, err
	}
	objects := make([]json.RawMessage, 0, len(answer.Manifests))
	for _, manifest := range answer.Manifests {
		objects = append(objects, json.RawMessage(manifest))
	}
	return map[string]any{"objects": objects, "sourceType": answer.SourceType, "commands": answer.Commands}, nil
}

type trackingRequest struct {
	Object         map[string]any `json:"object"`
	Method         string         `json:"method"`
	LabelKey       string         `json:"labelKey"`
	InstallationID string         `json:"installationId"`
}

// tracking tells which application a live object belongs to.
func tracking(line []byte) (any, error) {
	var asked trackingRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	method := v1alpha1.TrackingMethod(asked.Method)
	return argo.NewResourceTracking().GetAppName(objectOf(asked.Object), asked.LabelKey, method, asked.InstallationID), nil
}
