// Answers with cel-go in the base environment of Kubernetes 1.35: one JSON question a line on standard input, one JSON
// answer a line on standard output. With the argument "declarations" it prints every function of that environment.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

type question struct {
	ID    string            `json:"id"`
	Expr  string            `json:"expr"`
	Types map[string]string `json:"types"`
	Vars  map[string]any    `json:"vars"`
}

type answer struct {
	ID       string `json:"id"`
	Problem  string `json:"problem,omitempty"`
	Type     string `json:"type,omitempty"`
	Value    string `json:"value,omitempty"`
	Error    string `json:"error,omitempty"`
	Cost     uint64 `json:"cost"`
	Estimate string `json:"estimate,omitempty"`
}

func main() {
	set := environment.MustBaseEnvSet(version.MajorMinor(1, 35))
	base, err := set.Env(environment.StoredExpressions)
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 1 && os.Args[1] == "declarations" {
		declarations(base)
		return
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var q question
		decoder := json.NewDecoder(strings.NewReader(in.Text()))
		decoder.UseNumber()
		if err := decoder.Decode(&q); err != nil {
			panic(err)
		}
		_ = out.Encode(ask(base, q))
	}
}

func declarations(env *cel.Env) {
	names := []string{}
	for name := range env.Functions() {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, o := range env.Functions()[name].OverloadDecls() {
			args := []string{}
			for _, a := range o.ArgTypes() {
				args = append(args, checker.FormatCELType(a))
			}
			target := ""
			if o.IsMemberFunction() {
				target = args[0] + "."
				args = args[1:]
			}
			fmt.Printf("%s %s%s(%s) %s\n", o.ID(), target, name, strings.Join(args, ", "), checker.FormatCELType(o.ResultType()))
		}
	}
}

func ask(base *cel.Env, q question) (a answer) {
	a.ID = q.ID
	options := []cel.EnvOption{}
	for name, text := range q.Types {
		options = append(options, cel.Variable(name, typeOf(text)))
	}
	env, err := base.Extend(options...)
	if err != nil {
		panic(err)
	}
	checked, issues := env.Compile(q.Expr)
	if issues != nil && issues.Err() != nil {
		a.Problem = issues.Err().Error()
		return a
	}
	a.Type = checker.FormatCELType(checked.OutputType())
	if estimate, err := env.EstimateCost(checked, &library.CostEstimator{}); err == nil {
		a.Estimate = fmt.Sprintf("%d..%d", estimate.Min, estimate.Max)
	}
	program, err := env.Program(checked)
	if err != nil {
		a.Problem = err.Error()
		return a
	}
	vars := map[string]any{}
	for name, value := range q.Vars {
		vars[name] = native(value)
	}
	value, details, err := program.Eval(vars)
	if details != nil && details.ActualCost() != nil {
		a.Cost = *details.ActualCost()
	}
	if err != nil {
		a.Error = err.Error()
		return a
	}
	a.Value = show(value)
	return a
}

// native turns numbers into what Kubernetes makes of them: int64 where there is no fraction, else float64.
func native(value any) any {
	switch v := value.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = native(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = native(v[k])
		}
	}
	return value
}

func typeOf(text string) *cel.Type {
	if inner, ok := strings.CutPrefix(text, "list("); ok {
		return cel.ListType(typeOf(strings.TrimSuffix(inner, ")")))
	}
	if inner, ok := strings.CutPrefix(text, "map(string, "); ok {
		return cel.MapType(cel.StringType, typeOf(strings.TrimSuffix(inner, ")")))
	}
	switch text {
	case "int":
		return cel.IntType
	case "uint":
		return cel.UintType
	case "double":
		return cel.DoubleType
	case "string":
		return cel.StringType
	case "bool":
		return cel.BoolType
	}
	return cel.DynType
}

// show prints a value with its type, so that both sides can be compared as texts.
func show(value ref.Val) string {
	switch v := value.(type) {
	case types.Int:
		return fmt.Sprintf("%d", int64(v))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(v))
	case types.Double:
		return "double(" + strconv.FormatFloat(float64(v), 'g', -1, 64) + ")"
	case types.Bool:
		return fmt.Sprintf("%t", bool(v))
	case types.String:
		return strconv.QuoteToASCII(string(v))
	case types.Bytes:
		return fmt.Sprintf("bytes(%x)", []byte(v))
	case types.Null:
		return "null"
	case types.Timestamp:
		return fmt.Sprintf("timestamp(%d.%09d)", v.Unix(), v.Nanosecond())
	case types.Duration:
		return fmt.Sprintf("duration(%d)", v.Nanoseconds())
	case *types.Type:
		return "type(" + v.TypeName() + ")"
	case *types.Optional:
		if v.HasValue() {
			return "optional(" + show(v.GetValue()) + ")"
		}
		return "optional.none()"
	case traits.Mapper:
		entries := []string{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			entries = append(entries, show(key)+": "+show(v.Get(key)))
		}
		sort.Strings(entries)
		return "{" + strings.Join(entries, ", ") + "}"
	case traits.Lister:
		items := []string{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			items = append(items, show(it.Next()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return "object(" + value.Type().TypeName() + ")"
}
