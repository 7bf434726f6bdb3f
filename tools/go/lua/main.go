// Runs Lua scripts as Argo CD does, for the oracle of health checks: one JSON request a line in, one answer a line out.
// The same interpreter, libraries and encoder as Argo CD's; the limit of one second is its, too.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

type request struct {
	Script   string            `json:"script"`
	Object   any               `json:"object"`
	OpenLibs bool              `json:"openLibs"`
	Params   map[string]string `json:"parameters"`
}

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		var asked request
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := encoder.Encode(run(asked)); err != nil {
			panic(err)
		}
	}
}

func run(asked request) answer {
	state := lua.NewState(lua.Options{SkipOpenLibs: !asked.OpenLibs})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable,
	} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			panic(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	parameters := state.NewTable()
	for name, value := range asked.Params {
		parameters.RawSetString(name, lua.LString(value))
	}
	state.SetGlobal("actionParams", parameters)
	state.SetGlobal("obj", luajson.DecodeValue(state, asked.Object))
	if err := state.DoString(asked.Script); err != nil {
		if failed, ok := err.(*lua.ApiError); ok {
			failed.StackTrace = ""
		}
		return answer{Error: err.Error()}
	}
	value := state.Get(-1)
	if value.Type() == lua.LTNil {
		return answer{}
	}
	encoded, err := luajson.Encode(value)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: encoded}
}
