// Tells the health of native kinds as Argo CD's typed code does, for the oracle of health checks: one JSON object a line in, one
// answer a line out.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type answer struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Error   string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		object := &unstructured.Unstructured{}
		if err := json.Unmarshal(in.Bytes(), &object.Object); err != nil {
			panic(err)
		}
		var said answer
		found, err := health.GetResourceHealth(normalised(object), nil)
		if err != nil {
			said.Error = err.Error()
		}
		if found != nil {
			said.Status, said.Message = string(found.Status), found.Message
		}
		if err := encoder.Encode(said); err != nil {
			panic(err)
		}
	}
}

// normalised turns whole numbers into int64, as the decoder of Kubernetes does.
func normalised(object *unstructured.Unstructured) *unstructured.Unstructured {
	var walk func(value any) any
	walk = func(value any) any {
		switch each := value.(type) {
		case map[string]any:
			for key, entry := range each {
				each[key] = walk(entry)
			}
		case []any:
			for index, entry := range each {
				each[index] = walk(entry)
			}
		case float64:
			if each == float64(int64(each)) {
				return int64(each)
			}
		}
		return value
	}
	walk(object.Object)
	return object
}
