// Reads one JSON case a line, writes one JSON answer a line. What a case may ask is in the switch below.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/csaupgrade"
)

type question struct {
	Ask       string                `json:"ask"`
	Group     string                `json:"group"`
	Version   string                `json:"version"`
	Kind      string                `json:"kind"`
	Original  json.RawMessage       `json:"original"`
	Modified  json.RawMessage       `json:"modified"`
	Current   json.RawMessage       `json:"current"`
	Patch     json.RawMessage       `json:"patch"`
	Overwrite bool                  `json:"overwrite"`
	Text      string                `json:"text"`
	Other     string                `json:"other"`
	Labels    map[string]string     `json:"labels"`
	Selector  *metav1.LabelSelector `json:"selector"`
	Managers  []string              `json:"managers"`
	Manager   string                `json:"manager"`
}

type answer struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		value, err := safely(q)
		a := answer{Value: value}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		line, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		out.Write(append(line, '\n'))
	}
}

func safely(q question) (value any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return reply(q)
}

func reply(q question) (any, error) {
	gvk := schema.GroupVersionKind{Group: q.Group, Version: q.Version, Kind: q.Kind}
	switch q.Ask {
	case "merge":
		object, err := scheme.Scheme.New(gvk)
		if err != nil {
			return nil, err
		}
		original, patch := map[string]any{}, map[string]any{}
		if err := utiljson.Unmarshal(q.Original, &original); err != nil {
			return nil, err
		}
		if err := utiljson.Unmarshal(q.Patch, &patch); err != nil {
			return nil, err
		}
		return strategicpatch.StrategicMergeMapPatch(original, patch, object)
	case "three-way":
		meta, err := lookup(gvk)
		if err != nil {
			return nil, err
		}
		patch, err := strategicpatch.CreateThreeWayMergePatch(q.Original, q.Modified, q.Current, meta, q.Overwrite)
		return json.RawMessage(patch), err
	case "two-way":
		meta, err := lookup(gvk)
		if err != nil {
			return nil, err
		}
		patch, err := strategicpatch.CreateTwoWayMergePatchUsingLookupPatchMeta(q.Original, q.Modified, meta)
		return json.RawMessage(patch), err
	case "quantity":
		quantity, err := resource.ParseQuantity(q.Text)
		if err != nil {
			return nil, err
		}
		kept := quantity.String()
		value := quantity.Value()
		canonical, suffix := quantity.CanonicalizeBytes(nil)
		return map[string]any{"kept": kept, "canonical": string(canonical) + string(suffix), "format": quantity.Format, "value": fmt.Sprint(value)}, nil
	case "quantities":
		a, err := resource.ParseQuantity(q.Text)
		if err != nil {
			return nil, err
		}
		b, err := resource.ParseQuantity(q.Other)
		if err != nil {
			return nil, err
		}
		order := a.Cmp(b)
		a.Add(b)
		return map[string]any{"order": order, "sum": a.String()}, nil
	case "labels":
		selector, err := labels.Parse(q.Text)
		if err != nil {
			return nil, err
		}
		return map[string]any{"text": selector.String(), "matches": selector.Matches(labels.Set(q.Labels))}, nil
	case "label-selector":
		selector, err := metav1.LabelSelectorAsSelector(q.Selector)
		if err != nil {
			return nil, err
		}
		return map[string]any{"text": selector.String(), "matches": selector.Matches(labels.Set(q.Labels))}, nil
	case "fields":
		selector, err := fields.ParseSelector(q.Text)
		if err != nil {
			return nil, err
		}
		return map[string]any{"text": selector.String(), "matches": selector.Matches(fields.Set(q.Labels))}, nil
	case "csa-upgrade":
		object := &metav1.PartialObjectMetadata{}
		if err := json.Unmarshal(q.Original, object); err != nil {
			return nil, err
		}
		err := csaupgrade.UpgradeManagedFields(object, sets.New(q.Managers...), q.Manager)
		return object.ManagedFields, err
	}
	return nil, fmt.Errorf("no such question: %s", q.Ask)
}

func lookup(gvk schema.GroupVersionKind) (strategicpatch.LookupPatchMeta, error) {
	object, err := scheme.Scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	return strategicpatch.NewPatchMetaFromStruct(object)
}
