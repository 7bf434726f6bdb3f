// Answers what Argo CD's own code makes of sources, of live objects beside desired ones, and of syncs: one JSON request a
// line on standard input, one JSON answer a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/klog/v2"
)

type request struct {
	Op string `json:"op"`
}

var operations = map[string]func(line []byte) (any, error){
	"render":   render,
	"diff":     compare,
	"hide":     hide,
	"hooks":    hooks,
	"sync":     synchronise,
	"tracking": tracking,
	"schema":   readSchema,
}

func main() {
	logrus.SetOutput(io.Discard)
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)
	reader := bufio.NewReaderSize(os.Stdin, 1<<20)
	writer := bufio.NewWriter(os.Stdout)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			if encodeError := json.NewEncoder(writer).Encode(answer(line)); encodeError != nil {
				fmt.Fprintln(os.Stderr, encodeError)
				os.Exit(1)
			}
			writer.Flush()
		}
		if err != nil {
			return
		}
	}
}

func answer(line []byte) (result any) {
	defer func() {
		if cause := recover(); cause != nil {
			result = map[string]any{"error": fmt.Sprintf("panic: %v", cause)}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return map[string]any{"error": err.Error()}
	}
	operation, known := operations[asked.Op]
	if !known {
		return map[string]any{"error": "unknown operation " + asked.Op}
	}
	value, err := operation(line)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"value": value}
}

// objectOf is nil where there is none.
func objectOf(content map[string]any) *unstructured.Unstructured {
	if content == nil {
		return nil
	}
	return &unstructured.Unstructured{Object: integers(content).(map[string]any)}
}

// integers makes what JSON calls a number what the API machinery expects: whole numbers are int64.
func integers(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		for name, inner := range typed {
			typed[name] = integers(inner)
		}
	case []any:
		for index, inner := range typed {
			typed[index] = integers(inner)
		}
	case float64:
		if typed == float64(int64(typed)) {
			return int64(typed)
		}
	}
	return value
}
