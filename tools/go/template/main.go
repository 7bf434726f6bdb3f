// Command template is the oracle for @evenkeel/gotemplate: it renders templates with Go's text/template and the sprig
// functions, as Helm combines them. It reads one JSON request per line and writes one JSON answer per line.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

type source struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type request struct {
	Templates  []source `json:"templates"`
	Name       string   `json:"name"`
	Data       any      `json:"data"`
	MissingKey string   `json:"missingKey"`
	Zone       string   `json:"zone"`
	Left       string   `json:"left"`
	Right      string   `json:"right"`
}

type answer struct {
	// Output is base64, because templates can write bytes that are not UTF-8.
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

func main() {
	reader := bufio.NewReaderSize(os.Stdin, 1<<20)
	writer := bufio.NewWriter(os.Stdout)
	defer writer.Flush()
	encoder := json.NewEncoder(writer)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			var req request
			if err := json.Unmarshal(line, &req); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			if err := encoder.Encode(render(req)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
		}
		if err != nil {
			return
		}
	}
}

func render(req request) (result answer) {
	var out strings.Builder
	defer func() {
		result.Output = base64.StdEncoding.EncodeToString([]byte(out.String()))
		if r := recover(); r != nil {
			result.Error = fmt.Sprintf("panic: %v", r)
		}
	}()
	zone := req.Zone
	if zone == "" {
		zone = "UTC"
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return answer{Error: err.Error()}
	}
	time.Local = location
	root := template.New("gotpl").Delims(req.Left, req.Right)
	if req.MissingKey != "" {
		root.Option("missingkey=" + req.MissingKey)
	}
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	counts := map[string]int{}
	functions["include"] = include(root, counts)
	functions["tpl"] = tpl(root, counts, req.MissingKey)
	functions["typed"] = typed
	root.Funcs(functions)
	for _, source := range req.Templates {
		if _, err := root.New(source.Name).Parse(source.Text); err != nil {
			return answer{Error: err.Error()}
		}
	}
	if err := root.ExecuteTemplate(&out, req.Name, convert(req.Data)); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{}
}

// include and tpl behave as Helm's (pkg/engine/engine.go).
func include(t *template.Template, counts map[string]int) func(string, any) (string, error) {
	return func(name string, data any) (string, error) {
		if counts[name] > 1000 {
			return "", fmt.Errorf("rendering template has a nested reference name: %s: %w", name, errors.New("unable to execute template"))
		}
		counts[name]++
		var out strings.Builder
		err := t.ExecuteTemplate(&out, name, data)
		counts[name]--
		return out.String(), err
	}
}

func tpl(parent *template.Template, counts map[string]int, missingKey string) func(string, any) (string, error) {
	return func(text string, data any) (string, error) {
		t, err := parent.Clone()
		if err != nil {
			return "", err
		}
		if missingKey != "" {
			t.Option("missingkey=" + missingKey)
		}
		t.Funcs(template.FuncMap{"include": include(t, counts), "tpl": tpl(t, counts, missingKey)})
		t, err = t.New(parent.Name()).Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		var out strings.Builder
		if err := t.Execute(&out, data); err != nil {
			return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
		}
		return strings.ReplaceAll(out.String(), "<no value>", ""), nil
	}
}

// typed makes, inside a template, a value of a type that no function returns.
func typed(kind string, value any) any {
	return convert(map[string]any{"$" + kind: value})
}

func integer(value any) int64 {
	switch v := value.(type) {
	case float64:
		return int64(v)
	case int:
		return int64(v)
	}
	return 0
}

// convert replaces {"$kind": value} by a value of that Go type, anywhere in the data.
func convert(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = convert(v[i])
		}
		return v
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if strings.HasPrefix(key, "$") {
					return special(key[1:], inner)
				}
			}
		}
		for key := range v {
			v[key] = convert(v[key])
		}
		return v
	}
	return value
}

func special(kind string, value any) any {
	switch kind {
	case "int":
		return int(integer(value))
	case "int64":
		return integer(value)
	case "int32":
		return int32(integer(value))
	case "uint8":
		return uint8(integer(value))
	case "uint":
		return uint(integer(value))
	case "uint64":
		return uint64(integer(value))
	case "float32":
		return float32(value.(float64))
	case "duration":
		return time.Duration(integer(value))
	case "time":
		return time.Unix(integer(value), 0).UTC()
	case "bytes":
		data, _ := base64.StdEncoding.DecodeString(value.(string))
		return data
	case "binary":
		data, _ := base64.StdEncoding.DecodeString(value.(string))
		return string(data)
	case "number":
		return json.Number(value.(string))
	case "strings":
		list := []string{}
		for _, item := range value.([]any) {
			list = append(list, item.(string))
		}
		return list
	case "ints":
		list := []int{}
		for _, item := range value.([]any) {
			list = append(list, int(integer(item)))
		}
		return list
	case "stringMap":
		result := map[string]string{}
		for key, item := range value.(map[string]any) {
			result[key] = item.(string)
		}
		return result
	case "intMap":
		result := map[int]any{}
		for key, item := range value.(map[string]any) {
			var n int
			fmt.Sscan(key, &n)
			result[n] = item
		}
		return result
	case "nilMap":
		return map[string]any(nil)
	case "nilSlice":
		return []any(nil)
	}
	panic("unknown kind " + kind)
}
