// The hydrator's own code as an oracle: commits manifests to a bare repository exactly as the commit server does, and
// answers what it made of the dry commit. One request a line on standard input, one answer a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	log "github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/argoproj/argo-cd/v3/commitserver/apiclient"
	"github.com/argoproj/argo-cd/v3/commitserver/commit"
	"github.com/argoproj/argo-cd/v3/commitserver/metrics"
	appv1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/argoproj/argo-cd/v3/util/hydrator"
	"github.com/argoproj/argo-cd/v3/util/settings"
)

type path struct {
	Path      string   `json:"path"`
	Manifests []string `json:"manifests"`
	Commands  []string `json:"commands"`
}

type request struct {
	DryRepo      string `json:"dryRepo"`
	DrySha       string `json:"drySha"`
	Repo         string `json:"repo"`
	SyncBranch   string `json:"syncBranch"`
	TargetBranch string `json:"targetBranch"`
	Message      string `json:"message"`
	Readme       string `json:"readme"`
	Paths        []path `json:"paths"`
}

type answer struct {
	Sha   string `json:"sha,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	log.SetOutput(io.Discard)
	service := commit.NewService(git.NoopCredsStore{}, metrics.NewMetricsServer(), nil)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var asked request
		var told answer
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			told.Error = err.Error()
		} else if sha, err := hydrate(service, asked); err != nil {
			told.Error = err.Error()
		} else {
			told.Sha = sha
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
}

func hydrate(service *commit.Service, asked request) (string, error) {
	ctx := context.Background()
	metadata, err := describe(ctx, asked)
	if err != nil {
		return "", err
	}
	template := asked.Message
	if template == "" {
		template = settings.CommitMessageTemplate
	}
	readme := asked.Readme
	if readme == "" {
		readme = settings.DefaultManifestHydrationReadmeTemplate
	}
	known, err := hydrator.GetCommitMetadata(asked.Repo, asked.DrySha, metadata)
	if err != nil {
		return "", err
	}
	message, err := hydrator.Render(template, known)
	if err != nil {
		return "", err
	}
	var paths []*apiclient.PathDetails
	for _, each := range asked.Paths {
		details := &apiclient.PathDetails{Path: each.Path, Commands: each.Commands}
		for _, manifest := range each.Manifests {
			details.Manifests = append(details.Manifests, &apiclient.HydratedManifestDetails{ManifestJSON: manifest})
		}
		paths = append(paths, details)
	}
	made, err := service.CommitHydratedManifests(ctx, &apiclient.CommitHydratedManifestsRequest{
		Repo:              &appv1.Repository{Repo: asked.Repo},
		SyncBranch:        asked.SyncBranch,
		TargetBranch:      asked.TargetBranch,
		DrySha:            asked.DrySha,
		CommitMessage:     message,
		Paths:             paths,
		DryCommitMetadata: metadata,
		ReadmeMessage:     readme,
	})
	if err != nil {
		return "", err
	}
	return made.HydratedSha, nil
}

// describe says of a dry commit what the repository server says of it.
func describe(ctx context.Context, asked request) (*appv1.RevisionMetadata, error) {
	client, err := git.NewClientExt(asked.DryRepo, asked.DryRepo, git.NopCreds{}, true, false, "", "")
	if err != nil {
		return nil, err
	}
	found, err := client.RevisionMetadata(ctx, asked.DrySha)
	if err != nil {
		return nil, err
	}
	references := make([]appv1.RevisionReference, len(found.References))
	for index, reference := range found.References {
		references[index] = appv1.RevisionReference{Commit: &appv1.CommitMetadata{
			Author:  reference.Commit.Author.String(),
			Date:    reference.Commit.Date,
			Subject: reference.Commit.Subject,
			Body:    reference.Commit.Body,
			SHA:     reference.Commit.SHA,
			RepoURL: reference.Commit.RepoURL,
		}}
	}
	return &appv1.RevisionMetadata{
		Author:     found.Author,
		Date:       &metav1.Time{Time: found.Date.UTC()},
		Tags:       found.Tags,
		Message:    found.Message,
		References: references,
	}, nil
}
