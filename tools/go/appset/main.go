// Command appset generates the Applications of one ApplicationSet with Argo CD's own generators and templates, so that
// packages/argo can be compared with them. It reads a JSON document from standard input:
//
//	{"set": ApplicationSet, "objects": [objects], "files": {path: text}, "forge": {...}, "plugin": {...}}
//
// and writes {"applications": [...]} or {"error": "..."}. It exits with 3 where it cannot play the world.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kubefake "k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/services/scm_provider"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	argov1 "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

type forgeRepository struct {
	Organization, Repository, URL, Branch, SHA string
	ID                                         any
	Labels, Branches, Paths                    []string
}

type input struct {
	Set     argov1.ApplicationSet
	Objects []json.RawMessage
	Files   map[string]string
	Forge   *struct{ Repositories []forgeRepository }
	Plugin  json.RawMessage
}

func main() {
	logrus.SetOutput(io.Discard)
	var in input
	check(json.NewDecoder(os.Stdin).Decode(&in))
	apps, err := generate(in)
	answer := map[string]any{"applications": apps}
	if err != nil {
		answer = map[string]any{"error": err.Error()}
	}
	check(json.NewEncoder(os.Stdout).Encode(answer))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(in input) (apps []any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	plugin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(in.Plugin) }))
	defer plugin.Close()
	objects := []client.Object{}
	for _, raw := range in.Objects {
		objects = append(objects, decode(raw, plugin.URL)...)
	}
	scheme := runtime.NewScheme()
	check(corev1.AddToScheme(scheme))
	check(argov1.AddToScheme(scheme))
	objects = append(objects, &argov1.AppProject{})
	project := objects[len(objects)-1].(*argov1.AppProject)
	project.Name, project.Namespace = "default", "argocd"
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
	secrets := []runtime.Object{}
	for _, object := range objects {
		if secret, ok := object.(*corev1.Secret); ok {
			secrets = append(secrets, secret)
		}
	}
	list := generators.NewListGenerator()
	terminal := map[string]generators.Generator{
		"List":     list,
		"Clusters": generators.NewClusterGenerator(context.Background(), c, kubefake.NewSimpleClientset(secrets...), "argocd"),
		"Git":      generators.NewGitGenerator(repos{in.Files}, "argocd"),
		"Plugin":   generators.NewPluginGenerator(c, "argocd"),
	}
	if in.Forge != nil {
		terminal["SCMProvider"] = generators.NewTestSCMProviderGenerator(forge{in.Forge.Repositories, allBranches(in.Set)})
	}
	nested := map[string]generators.Generator{"Matrix": generators.NewMatrixGenerator(terminal), "Merge": generators.NewMergeGenerator(terminal)}
	top := map[string]generators.Generator{}
	for name, generator := range terminal {
		nested[name], top[name] = generator, generator
	}
	top["Matrix"], top["Merge"] = generators.NewMatrixGenerator(nested), generators.NewMergeGenerator(nested)
	for _, g := range in.Set.Spec.Generators {
		if g.PullRequest != nil || g.ClusterDecisionResource != nil || (g.SCMProvider != nil && in.Forge == nil) {
			os.Exit(3)
		}
	}
	found, _, err := template.GenerateApplications(logrus.NewEntry(logrus.StandardLogger()), in.Set, top, &utils.Render{}, c)
	if err != nil {
		return nil, err
	}
	apps = []any{}
	for _, app := range found {
		app.Spec = *argo.NormalizeApplicationSpec(&app.Spec)
		text, err := json.Marshal(app)
		check(err)
		var plain map[string]any
		check(json.Unmarshal(text, &plain))
		delete(plain, "status")
		plain["apiVersion"], plain["kind"] = "argoproj.io/v1alpha1", "Application"
		if metadata, ok := plain["metadata"].(map[string]any); ok {
			delete(metadata, "creationTimestamp")
		}
		withoutIdleJsonnet(plain)
		apps = append(apps, plain)
	}
	return apps, nil
}

// withoutIdleJsonnet drops `jsonnet: {}`, which releases before 3.6 write because of a missing omitzero.
func withoutIdleJsonnet(value any) {
	switch v := value.(type) {
	case map[string]any:
		if jsonnet, ok := v["jsonnet"].(map[string]any); ok && len(jsonnet) == 0 {
			delete(v, "jsonnet")
		}
		for _, item := range v {
			withoutIdleJsonnet(item)
		}
	case []any:
		for _, item := range v {
			withoutIdleJsonnet(item)
		}
	}
}

// identity is a number or a text, as forges have it.
func identity(id any) any {
	if number, ok := id.(float64); ok {
		return int(number)
	}
	return id
}

func allBranches(set argov1.ApplicationSet) bool {
	text, _ := json.Marshal(set.Spec.Generators)
	return bytes.Contains(text, []byte(`"allBranches":true`))
}

func decode(raw json.RawMessage, pluginURL string) []client.Object {
	var kind struct{ Kind string }
	check(json.Unmarshal(raw, &kind))
	switch kind.Kind {
	case "Secret":
		var secret corev1.Secret
		check(json.Unmarshal(raw, &secret))
		secret.Data = map[string][]byte{}
		for key, value := range secret.StringData {
			secret.Data[key] = []byte(value)
		}
		return []client.Object{&secret}
	case "ConfigMap":
		var cm corev1.ConfigMap
		check(json.Unmarshal(raw, &cm))
		if cm.Data["baseUrl"] != "" {
			cm.Data["baseUrl"] = pluginURL
		}
		return []client.Object{&cm}
	case "AppProject":
		var project argov1.AppProject
		check(json.Unmarshal(raw, &project))
		return []client.Object{&project}
	}
	return nil
}

type repos struct{ files map[string]string }

// GetFiles asks git itself, as the repo-server does.
func (r repos) GetFiles(_ context.Context, _, _, _, pattern string, _, _ bool) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "appset-oracle-")
	check(err)
	defer os.RemoveAll(dir)
	for path, text := range r.files {
		check(os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755))
		check(os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644))
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
		check(exec.Command("git", append([]string{"-C", dir}, args...)...).Run())
	}
	out, err := exec.Command("git", "-C", dir, "ls-files", "--full-name", "-z", "--", pattern).Output()
	check(err)
	found := map[string][]byte{}
	for _, path := range strings.Split(string(out), "\x00") {
		if path != "" {
			found[path] = []byte(r.files[path])
		}
	}
	return found, nil
}

func (r repos) GetDirectories(_ context.Context, _, _, _ string, _, _ bool) ([]string, error) {
	found := map[string]bool{}
	for path := range r.files {
		for dir := filepath.Dir(path); dir != "."; dir = filepath.Dir(dir) {
			if !strings.HasPrefix(dir, ".") && !strings.Contains(dir, "/.") {
				found[dir] = true
			}
		}
	}
	paths := []string{}
	for path := range found {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths, nil
}

type forge struct {
	repositories []forgeRepository
	allBranches  bool
}

func (f forge) ListRepos(context.Context, string) ([]*scm_provider.Repository, error) {
	found := []*scm_provider.Repository{}
	for _, r := range f.repositories {
		found = append(found, &scm_provider.Repository{Organization: r.Organization, Repository: r.Repository, URL: r.URL, Branch: r.Branch, SHA: r.SHA, Labels: r.Labels, RepositoryId: identity(r.ID)})
	}
	return found, nil
}

func (f forge) named(name string) forgeRepository {
	for _, r := range f.repositories {
		if r.Repository == name {
			return r
		}
	}
	return forgeRepository{}
}

func (f forge) RepoHasPath(_ context.Context, repo *scm_provider.Repository, path string) (bool, error) {
	for _, known := range f.named(repo.Repository).Paths {
		if known == path {
			return true, nil
		}
	}
	return false, nil
}

func (f forge) GetBranches(_ context.Context, repo *scm_provider.Repository) ([]*scm_provider.Repository, error) {
	if !f.allBranches {
		return []*scm_provider.Repository{repo}, nil
	}
	found := []*scm_provider.Repository{}
	for _, branch := range f.named(repo.Repository).Branches {
		other := *repo
		other.Branch = branch
		found = append(found, &other)
	}
	return found, nil
}
