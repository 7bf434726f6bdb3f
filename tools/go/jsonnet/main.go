// Runs Jsonnet programs with go-jsonnet as Argo CD does: one JSON request {"program","extVars","tlas"} a line in, one
// answer a line out.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/google/go-jsonnet"
)

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Code  bool   `json:"code"`
}

type request struct {
	Program string            `json:"program"`
	ExtVars []variable        `json:"extVars"`
	TopArgs []variable        `json:"topLevel"`
	Files   map[string]string `json:"files"`
}

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var asked request
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			_ = out.Encode(answer{Error: err.Error()})
			continue
		}
		_ = out.Encode(run(asked))
	}
}

func run(asked request) answer {
	vm := jsonnet.MakeVM()
	files := map[string]jsonnet.Contents{}
	for name, text := range asked.Files {
		files[name] = jsonnet.MakeContents(text)
	}
	vm.Importer(&jsonnet.MemoryImporter{Data: files})
	for _, each := range asked.ExtVars {
		if each.Code {
			vm.ExtCode(each.Name, each.Value)
		} else {
			vm.ExtVar(each.Name, each.Value)
		}
	}
	for _, each := range asked.TopArgs {
		if each.Code {
			vm.TLACode(each.Name, each.Value)
		} else {
			vm.TLAVar(each.Name, each.Value)
		}
	}
	value, err := vm.EvaluateAnonymousSnippet("main.jsonnet", asked.Program)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: json.RawMessage(value)}
}
