// Oracle for YAML: reads JSON lines {"id": …, "data": base64} and answers each with one JSON line that says what
// sigs.k8s.io/yaml and yaml.v3 load, which nodes yaml.v3 builds, and how each side writes what it loaded.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	yaml3 "go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	sigs "sigs.k8s.io/yaml"
)

type request struct {
	ID   string `json:"id"`
	Data []byte `json:"data"`
	// Nodes asks for the node dump, which is large.
	Nodes bool `json:"nodes"`
}

type outcome struct {
	Value json.RawMessage `json:"value,omitempty"`
	Text  *string         `json:"text,omitempty"`
	Error string          `json:"error,omitempty"`
}

type answer struct {
	ID string `json:"id"`
	// Sigs is what Unmarshal makes of the first document, SigsStrict the same with UnmarshalStrict.
	Sigs       outcome `json:"sigs"`
	SigsStrict outcome `json:"sigsStrict"`
	// SigsText is what Marshal writes of the loaded value.
	SigsText outcome `json:"sigsText"`
	// V3 is a list of documents; V3Text what kyaml's Marshal writes of each.
	V3     outcome   `json:"v3"`
	V3Text []outcome `json:"v3Text,omitempty"`
	Nodes  outcome   `json:"nodes"`
	// RoundTrip writes the nodes with kyaml's encoder, Wide with wide sequences, Indent4 with yaml.v3's defaults.
	RoundTrip outcome `json:"roundTrip"`
	Wide      outcome `json:"wide"`
	Indent4   outcome `json:"indent4"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var r request
		if err := decoder.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return
			}
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(run(r)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func run(r request) answer {
	a := answer{ID: r.ID}
	a.Sigs = guard(func() outcome { return loadSigs(r.Data, sigs.Unmarshal, sigs.YAMLToJSON) })
	a.SigsStrict = guard(func() outcome { return loadSigs(r.Data, sigs.UnmarshalStrict, sigs.YAMLToJSONStrict) })
	if a.Sigs.Error == "" {
		a.SigsText = guard(func() outcome {
			text, err := sigs.JSONToYAML(a.Sigs.Value)
			return textOf(text, err)
		})
	}
	nodes, err := readNodes(r.Data)
	if err != nil {
		a.V3.Error = err.Error()
		a.Nodes.Error = err.Error()
		return a
	}
	a.V3 = guard(func() outcome { return loadV3(nodes, &a) })
	if r.Nodes {
		a.Nodes = dumpNodes(nodes)
	}
	a.RoundTrip = guard(func() outcome { return write(nodes, kyaml.CompactSequenceStyle, 0) })
	a.Wide = guard(func() outcome { return write(nodes, kyaml.WideSequenceStyle, 0) })
	a.Indent4 = guard(func() outcome { return write(nodes, "", 4) })
	return a
}

func guard(f func() outcome) (o outcome) {
	defer func() {
		if v := recover(); v != nil {
			o = outcome{Error: fmt.Sprintf("panic: %v", v)}
		}
	}()
	return f()
}

func textOf(text []byte, err error) outcome {
	if err != nil {
		return outcome{Error: err.Error()}
	}
	s := string(text)
	return outcome{Text: &s}
}

func loadSigs(data []byte, unmarshal func([]byte, interface{}, ...sigs.JSONOpt) error, toJSON func([]byte) ([]byte, error)) outcome {
	var v interface{}
	if err := unmarshal(data, &v); err != nil {
		return outcome{Error: err.Error()}
	}
	text, err := toJSON(data)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	return outcome{Value: text}
}

func readNodes(data []byte) (nodes []*yaml3.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	decoder := yaml3.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml3.Node
		if err := decoder.Decode(&n); err != nil {
			if errors.Is(err, io.EOF) {
				return nodes, nil
			}
			return nil, err
		}
		nodes = append(nodes, &n)
	}
}

// loadV3 decodes each document. Timestamps are kept as text: they are not part of JSON.
func loadV3(nodes []*yaml3.Node, a *answer) outcome {
	values := []interface{}{}
	for _, n := range nodes {
		restore := retag(n, map[*yaml3.Node]bool{})
		var v interface{}
		err := n.Decode(&v)
		for _, s := range restore {
			s.Tag = "!!timestamp"
		}
		if err != nil {
			a.V3Text = nil
			return outcome{Error: err.Error()}
		}
		values = append(values, plain(v))
		a.V3Text = append(a.V3Text, guard(func() outcome { return textOf(kyaml.Marshal(data(v))) }))
	}
	text, err := json.Marshal(values)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	return outcome{Value: text}
}

func retag(n *yaml3.Node, seen map[*yaml3.Node]bool) []*yaml3.Node {
	if n == nil || seen[n] {
		return nil
	}
	seen[n] = true
	var changed []*yaml3.Node
	if n.Kind == yaml3.ScalarNode && n.ShortTag() == "!!timestamp" && n.Style&yaml3.TaggedStyle == 0 {
		n.Tag = "!!str"
		changed = append(changed, n)
	}
	for _, c := range n.Content {
		changed = append(changed, retag(c, seen)...)
	}
	return append(changed, retag(n.Alias, seen)...)
}

func plain(v interface{}) interface{} {
	switch v := v.(type) {
	case map[string]interface{}:
		out := make(map[string]interface{}, len(v))
		for k, item := range v {
			out[k] = plain(item)
		}
		return out
	case map[interface{}]interface{}:
		out := make(map[string]interface{}, len(v))
		for k, item := range v {
			out[keyText(k)] = plain(item)
		}
		return out
	case []interface{}:
		out := make([]interface{}, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return map[string]interface{}{"$float": strconv.FormatFloat(v, 'g', -1, 64)}
		}
		return v
	default:
		return v
	}
}

// data is v as JSON can say it: string keys, and no floats that are whole numbers.
func data(v interface{}) interface{} {
	switch v := v.(type) {
	case map[string]interface{}:
		out := make(map[string]interface{}, len(v))
		for k, item := range v {
			out[k] = data(item)
		}
		return out
	case map[interface{}]interface{}:
		out := make(map[string]interface{}, len(v))
		for k, item := range v {
			out[keyText(k)] = data(item)
		}
		return out
	case []interface{}:
		out := make([]interface{}, len(v))
		for i, item := range v {
			out[i] = data(item)
		}
		return out
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 && !(v == 0 && math.Signbit(v)) {
			return int64(v)
		}
		return v
	default:
		return v
	}
}

func keyText(k interface{}) string {
	switch k := k.(type) {
	case string:
		return k
	case nil:
		return "null"
	case float64:
		s := strconv.FormatFloat(k, 'g', -1, 32)
		switch s {
		case "+Inf":
			return ".inf"
		case "-Inf":
			return "-.inf"
		case "NaN":
			return ".nan"
		}
		return s
	default:
		return fmt.Sprint(k)
	}
}

type nodeDump struct {
	Kind    string      `json:"kind"`
	Style   string      `json:"style,omitempty"`
	Tagged  bool        `json:"tagged,omitempty"`
	Tag     string      `json:"tag,omitempty"`
	Value   string      `json:"value,omitempty"`
	Anchor  string      `json:"anchor,omitempty"`
	Head    string      `json:"head,omitempty"`
	Line    string      `json:"line,omitempty"`
	Foot    string      `json:"foot,omitempty"`
	At      [2]int      `json:"at"`
	Content []*nodeDump `json:"content,omitempty"`
}

func dumpNodes(nodes []*yaml3.Node) outcome {
	dumps := []*nodeDump{}
	for _, n := range nodes {
		dumps = append(dumps, dump(n))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(dumps); err != nil {
		return outcome{Error: err.Error()}
	}
	return outcome{Value: b.Bytes()}
}

var kinds = map[yaml3.Kind]string{
	yaml3.DocumentNode: "document", yaml3.SequenceNode: "sequence", yaml3.MappingNode: "mapping",
	yaml3.ScalarNode: "scalar", yaml3.AliasNode: "alias",
}

func dump(n *yaml3.Node) *nodeDump {
	d := &nodeDump{
		Kind: kinds[n.Kind], Tag: n.Tag, Value: n.Value, Anchor: n.Anchor,
		Head: n.HeadComment, Line: n.LineComment, Foot: n.FootComment, At: [2]int{n.Line, n.Column},
		Tagged: n.Style&yaml3.TaggedStyle != 0,
	}
	switch {
	case n.Style&yaml3.DoubleQuotedStyle != 0:
		d.Style = "double"
	case n.Style&yaml3.SingleQuotedStyle != 0:
		d.Style = "single"
	case n.Style&yaml3.LiteralStyle != 0:
		d.Style = "literal"
	case n.Style&yaml3.FoldedStyle != 0:
		d.Style = "folded"
	case n.Style&yaml3.FlowStyle != 0:
		d.Style = "flow"
	}
	for _, c := range n.Content {
		d.Content = append(d.Content, dump(c))
	}
	return d
}

func write(nodes []*yaml3.Node, style kyaml.SequenceIndentStyle, indent int) outcome {
	// An encoder that never got a document fails to close; that says nothing about YAML.
	if len(nodes) == 0 {
		return textOf(nil, nil)
	}
	var b bytes.Buffer
	var e *yaml3.Encoder
	if style == "" {
		e = yaml3.NewEncoder(&b)
		e.SetIndent(indent)
	} else {
		e = kyaml.NewEncoderWithOptions(&b, &kyaml.EncoderOptions{SeqIndent: style})
	}
	for _, n := range nodes {
		if err := e.Encode(n); err != nil {
			return outcome{Error: err.Error()}
		}
	}
	if err := e.Close(); err != nil {
		return outcome{Error: err.Error()}
	}
	return textOf(b.Bytes(), nil)
}
