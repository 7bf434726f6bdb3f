// Runs jq programs with gojq as Argo CD does: one JSON request {"program","input"} a line in, one answer a line out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/itchyny/gojq"
)

type request struct {
	Program string `json:"program"`
	Input   any    `json:"input"`
}

type answer struct {
	Values []json.RawMessage `json:"values"`
	Error  string            `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var asked request
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(run(asked)); err != nil {
			panic(err)
		}
	}
}

func run(asked request) (result answer) {
	result.Values = []json.RawMessage{}
	query, err := gojq.Parse(asked.Program)
	if err != nil {
		result.Error = err.Error()
		return
	}
	code, err := gojq.Compile(query)
	if err != nil {
		result.Error = err.Error()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	values := code.RunWithContext(ctx, asked.Input)
	for {
		value, ok := values.Next()
		if !ok {
			return
		}
		if err, ok := value.(error); ok {
			if halt, ok := err.(*gojq.HaltError); ok && halt.Value() == nil {
				return
			}
			result.Error = err.Error()
			return
		}
		text, err := gojq.Marshal(value)
		if err != nil {
			panic(err)
		}
		result.Values = append(result.Values, text)
	}
}
