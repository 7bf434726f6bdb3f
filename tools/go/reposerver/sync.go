package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/argoproj/gitops-engine/pkg/health"
	gitopssync "github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/argoproj/gitops-engine/pkg/sync/common"
	"github.com/argoproj/gitops-engine/pkg/sync/hook"
	"github.com/argoproj/gitops-engine/pkg/sync/ignore"
	"github.com/argoproj/gitops-engine/pkg/sync/syncwaves"
	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/gitops-engine/pkg/utils/kube/kubetest"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubectl/pkg/util/openapi"
)

type hooksRequest struct {
	Object map[string]any `json:"object"`
}

// hooks tells what the annotations of an object make of it.
func hooks(line []byte) (any, error) {
	var asked hooksRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	object := objectOf(asked.Object)
	types := []string{}
	for _, each := range hook.Types(object) {
		types = append(types, string(each))
	}
	policies := []string{}
	for _, each := range hook.DeletePolicies(object) {
		policies = append(policies, string(each))
	}
	return map[string]any{
		"hook": hook.IsHook(object), "skip": hook.Skip(object), "ignored": ignore.Ignore(object),
		"types": types, "policies": policies, "wave": syncwaves.Wave(object),
	}, nil
}

type resourceType struct {
	Group      string `json:"group"`
	Version    string `json:"version"`
	Kind       string `json:"kind"`
	Plural     string `json:"plural"`
	Namespaced bool   `json:"namespaced"`
}

type syncRequest struct {
	Desired   []map[string]any `json:"desired"`
	Live      []map[string]any `json:"live"`
	Types     []resourceType   `json:"types"`
	Namespace string           `json:"namespace"`
	Prune     bool             `json:"prune"`
	PruneLast bool             `json:"pruneLast"`
	SkipHooks bool             `json:"skipHooks"`
	// Names of objects that the cluster refuses to take.
	Refused []string `json:"refused"`
}

// cluster is what the sync writes to; it remembers in which order.
type cluster struct {
	kubetest.MockKubectlCmd
	lock    sync.Mutex
	objects map[kube.ResourceKey]*unstructured.Unstructured
	types   map[schema.GroupKind]resourceType
	refused map[string]bool
	events  []string
}

type everythingIsWell struct{}

func (everythingIsWell) GetResourceHealth(*unstructured.Unstructured) (*health.HealthStatus, error) {
	return &health.HealthStatus{Status: health.HealthStatusHealthy}, nil
}

func (c *cluster) keyOf(object *unstructured.Unstructured) kube.ResourceKey {
	key := kube.GetResourceKey(object)
	if known, there := c.types[object.GroupVersionKind().GroupKind()]; there && !known.Namespaced {
		key.Namespace = ""
	}
	return key
}

func (c *cluster) write(object *unstructured.Unstructured, how string, dryRun cmdutil.DryRunStrategy) (string, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if dryRun != cmdutil.DryRunNone {
		return "", nil
	}
	key := c.keyOf(object)
	c.events = append(c.events, how+" "+named(key))
	if c.refused[object.GetName()] {
		return "", fmt.Errorf("%s is refused", object.GetName())
	}
	live := object.DeepCopy()
	live.SetNamespace(key.Namespace)
	live.SetUID(types.UID(fmt.Sprint("written-", len(c.events))))
	if key.Kind == "CustomResourceDefinition" {
		established := []any{map[string]any{"type": "Established", "status": "True"}}
		_ = unstructured.SetNestedSlice(live.Object, established, "status", "conditions")
	}
	c.objects[key] = live
	return "written", nil
}

func named(key kube.ResourceKey) string {
	return fmt.Sprintf("%s/%s/%s/%s", key.Group, key.Kind, key.Namespace, key.Name)
}

// writer is the side of a cluster that objects are written through.
type writer struct{ *cluster }

func (c *cluster) ManageResources(*rest.Config, openapi.Resources) (kube.ResourceOperations, func(), error) {
	return writer{c}, func() {}, nil
}

func (c writer) ApplyResource(_ context.Context, object *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, _, _, _ bool, _ string) (string, error) {
	return c.write(object, "write", dryRun)
}

func (c writer) ReplaceResource(_ context.Context, object *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, _ bool) (string, error) {
	return c.write(object, "write", dryRun)
}

func (c writer) CreateResource(_ context.Context, object *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy, _ bool) (string, error) {
	return c.write(object, "write", dryRun)
}

func (c writer) UpdateResource(_ context.Context, object *unstructured.Unstructured, dryRun cmdutil.DryRunStrategy) (*unstructured.Unstructured, error) {
	_, err := c.write(object, "write", dryRun)
	return object, err
}

func (c *cluster) DeleteResource(_ context.Context, _ *rest.Config, kind schema.GroupVersionKind, name string, namespace string, _ metav1.DeleteOptions) error {
	c.delete(kube.NewResourceKey(kind.Group, kind.Kind, namespace, name))
	return nil
}

func (c *cluster) delete(key kube.ResourceKey) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if known, there := c.types[schema.GroupKind{Group: key.Group, Kind: key.Kind}]; there && !known.Namespaced {
		key.Namespace = ""
	}
	c.events = append(c.events, "delete "+named(key))
	delete(c.objects, key)
}

func (c *cluster) GetResource(_ context.Context, _ *rest.Config, kind schema.GroupVersionKind, name string, namespace string) (*unstructured.Unstructured, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.objects[kube.NewResourceKey(kind.Group, kind.Kind, namespace, name)], nil
}

func (c *cluster) IsNamespaced(kind schema.GroupKind) (bool, error) {
	known, there := c.types[kind]
	if !there {
		return false, fmt.Errorf("%s is not known", kind)
	}
	return known.Namespaced, nil
}

// serve answers discovery, and the reads and deletions that the sync does by itself.
func (c *cluster) serve() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, asked *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		parts := strings.Split(strings.Trim(asked.URL.Path, "/"), "/")
		group, rest := "", parts[1:]
		if parts[0] == "apis" && len(parts) > 1 {
			group, rest = parts[1], parts[2:]
		}
		if len(rest) == 1 {
			c.discover(response, group, rest[0])
			return
		}
		c.object(response, asked.Method, group, rest[1:])
	}))
}

func (c *cluster) discover(response http.ResponseWriter, group, version string) {
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: version}
	if group != "" {
		list.GroupVersion = group + "/" + version
	}
	for _, known := range c.types {
		if known.Group == group && known.Version == version {
			verbs := metav1.Verbs{"create", "get", "list", "watch", "update", "patch", "delete"}
			list.APIResources = append(list.APIResources, metav1.APIResource{Name: known.Plural, Kind: known.Kind, Namespaced: known.Namespaced, Verbs: verbs})
		}
	}
	if len(list.APIResources) == 0 {
		response.WriteHeader(http.StatusNotFound)
		fmt.Fprint(response, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"the server could not find the requested resource"}`)
		return
	}
	_ = json.NewEncoder(response).Encode(list)
}

func (c *cluster) object(response http.ResponseWriter, method, group string, path []string) {
	namespace := ""
	if len(path) > 2 && path[0] == "namespaces" {
		namespace, path = path[1], path[2:]
	}
	for kind, known := range c.types {
		if known.Group != group || known.Plural != path[0] || len(path) < 2 {
			continue
		}
		key := kube.NewResourceKey(group, kind.Kind, namespace, path[1])
		c.lock.Lock()
		found := c.objects[key]
		c.lock.Unlock()
		if found == nil {
			break
		}
		if method == http.MethodDelete {
			c.delete(key)
		}
		_ = json.NewEncoder(response).Encode(found)
		return
	}
	response.WriteHeader(http.StatusNotFound)
	fmt.Fprint(response, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}`)
}

// plan is a sink for logs that keeps the list of tasks that a sync prints before it begins.
type plan struct {
	tasks *[]string
	next  string
}

func (p plan) Init(logr.RuntimeInfo)        {}
func (p plan) Enabled(level int) bool       { return level == 0 }
func (p plan) Error(error, string, ...any)  {}
func (p plan) WithName(string) logr.LogSink { return p }

func (p plan) WithValues(values ...any) logr.LogSink {
	for index := 0; index+1 < len(values); index += 2 {
		if values[index] == "tasks" {
			p.next = fmt.Sprint(values[index+1])
		}
	}
	return p
}

var separator = regexp.MustCompile(`, (PreSync|Sync|PostSync|SyncFail)/`)

func (p plan) Info(_ int, message string, _ ...any) {
	if message != "Tasks (dry-run)" {
		return
	}
	text := separator.ReplaceAllString(strings.TrimSuffix(strings.TrimPrefix(p.next, "["), "]"), "\n$1/")
	// A sync that waits for hooks of an earlier one to go prints them again.
	if text != "" && len(*p.tasks) == 0 {
		*p.tasks = append(*p.tasks, strings.Split(text, "\n")...)
	}
}

// synchronise runs a sync to its end against a cluster where everything that is taken is well at once.
func synchronise(line []byte) (any, error) {
	var asked syncRequest
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	c := &cluster{objects: map[kube.ResourceKey]*unstructured.Unstructured{}, types: map[schema.GroupKind]resourceType{}, refused: map[string]bool{}}
	for _, each := range asked.Types {
		c.types[schema.GroupKind{Group: each.Group, Kind: each.Kind}] = each
	}
	for _, name := range asked.Refused {
		c.refused[name] = true
	}
	for _, each := range asked.Live {
		object := objectOf(each)
		c.objects[c.keyOf(object)] = object
	}
	server := c.serve()
	defer server.Close()
	tasks := []string{}
	run := &runner{c: c, asked: asked, config: &rest.Config{Host: server.URL, QPS: 1000, Burst: 1000}, log: logr.New(plan{tasks: &tasks})}
	phase, message, results, err := run.run()
	if err != nil {
		return nil, err
	}
	sort.Slice(results, func(i, j int) bool { return results[i].Order < results[j].Order })
	told := []map[string]any{}
	for _, each := range results {
		told = append(told, map[string]any{
			"key": named(each.ResourceKey), "status": each.Status, "hookType": each.HookType, "hookPhase": each.HookPhase,
			"syncPhase": each.SyncPhase, "message": each.Message,
		})
	}
	return map[string]any{"phase": phase, "message": message, "tasks": tasks, "events": c.events, "results": told}, nil
}

type runner struct {
	c      *cluster
	asked  syncRequest
	config *rest.Config
	log    logr.Logger
}

// run steps as the controller does: each time the cluster is looked at anew.
func (r *runner) run() (common.OperationPhase, string, []common.ResourceSyncResult, error) {
	phase, message := common.OperationRunning, ""
	var results []common.ResourceSyncResult
	started := metav1.Now()
	for range 60 {
		targets := []*unstructured.Unstructured{}
		for _, each := range r.asked.Desired {
			targets = append(targets, objectOf(each).DeepCopy())
		}
		live := map[kube.ResourceKey]*unstructured.Unstructured{}
		for key, object := range r.c.objects {
			live[key] = object.DeepCopy()
		}
		found := gitopssync.Reconcile(targets, live, r.asked.Namespace, r.c)
		context_, clean, err := gitopssync.NewSyncContext("0123456789", found, r.config, r.config, r.c, r.asked.Namespace, nil,
			gitopssync.WithLogr(r.log),
			gitopssync.WithHealthOverride(everythingIsWell{}),
			gitopssync.WithInitialState(phase, message, results, started),
			gitopssync.WithOperationSettings(false, r.asked.Prune, false, r.asked.SkipHooks),
			gitopssync.WithPruneLast(r.asked.PruneLast),
			gitopssync.WithSyncWaveHook(func(phase common.SyncPhase, wave int, _ bool) error {
				r.c.lock.Lock()
				defer r.c.lock.Unlock()
				r.c.events = append(r.c.events, fmt.Sprintf("wave %s/%d", phase, wave))
				return nil
			}))
		if err != nil {
			return "", "", nil, err
		}
		context_.Sync()
		clean()
		phase, message, results = context_.GetState()
		if phase.Completed() {
			return phase, message, results, nil
		}
	}
	return phase, message, results, nil
}
