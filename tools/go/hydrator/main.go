// The hydrator's own code as an oracle: commits manifests to a bare repository exactly as the commit server does, and
// answers what it made of the dry commit. One request a line on standard input, one answer a line. The commit server of
// this version has one README; where another template is asked for, the answer says what it makes of each path.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
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
	Sha     string   `json:"sha,omitempty"`
	Readmes []string `json:"readmes,omitempty"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	log.SetOutput(io.Discard)
	service := commit.NewService(git.NoopCredsStore{}, metrics.NewMetricsServer())
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var asked request
		var told answer
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			told.Error = err.Error()
		} else if made, err := hydrate(service, asked); err != nil {
			told.Error = err.Error()
		} else {
			told = made
		}
		line, _ := json.Marshal(told)
		fmt.Println(string(line))
	}
}

func hydrate(service *commit.Service, asked request) (answer, error) {
	ctx := context.Background()
	metadata, err := describe(asked)
	if err != nil {
		return answer{}, err
	}
	wording := asked.Message
	if wording == "" {
		wording = settings.CommitMessageTemplate
	}
	known, err := hydrator.GetCommitMetadata(asked.Repo, asked.DrySha, metadata)
	if err != nil {
		return answer{}, err
	}
	message, err := hydrator.Render(wording, known)
	if err != nil {
		return answer{}, err
	}
	readmes, err := readmesOf(asked)
	if err != nil {
		return answer{}, err
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
	})
	if err != nil {
		return answer{}, err
	}
	return answer{Sha: made.HydratedSha, Readmes: readmes}, nil
}

// readmesOf fills in a template of READMEs, path by path, with what the commit server fills in its own with.
func readmesOf(asked request) ([]string, error) {
	if asked.Readme == "" {
		return nil, nil
	}
	functions := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(functions, name)
	}
	parsed, err := template.New("readme").Funcs(functions).Parse(asked.Readme)
	if err != nil {
		return nil, err
	}
	readmes := []string{}
	for _, each := range asked.Paths {
		var text strings.Builder
		data := hydrator.HydratorCommitMetadata{Commands: each.Commands, DrySHA: asked.DrySha, RepoURL: asked.Repo}
		if err := parsed.Execute(&text, data); err != nil {
			return nil, err
		}
		readmes = append(readmes, text.String())
	}
	return readmes, nil
}

// describe says of a dry commit what the repository server says of it.
func describe(asked request) (*appv1.RevisionMetadata, error) {
	client, err := git.NewClientExt(asked.DryRepo, asked.DryRepo, git.NopCreds{}, true, false, "", "")
	if err != nil {
		return nil, err
	}
	found, err := client.RevisionMetadata(asked.DrySha)
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
