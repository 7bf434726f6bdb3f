// Answers globs as the libraries of Argo CD do: one JSON request {"kind","pattern","separators","texts"} a line in, one answer
// a line out: which texts fit, and whether the pattern can be read at all.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/gobwas/glob"
)

type request struct {
	Kind       string   `json:"kind"`
	Pattern    string   `json:"pattern"`
	Separators string   `json:"separators"`
	Texts      []string `json:"texts"`
}

type answer struct {
	Bad  bool   `json:"bad"`
	Fits []bool `json:"fits"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
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

func run(asked request) answer {
	result := answer{Fits: make([]bool, len(asked.Texts))}
	match := func(text string) (bool, error) { return path.Match(asked.Pattern, text) }
	switch asked.Kind {
	case "gobwas":
		compiled, err := glob.Compile(asked.Pattern, []rune(asked.Separators)...)
		if err != nil {
			return answer{Bad: true, Fits: result.Fits}
		}
		match = func(text string) (bool, error) { return compiled.Match(text), nil }
	case "doublestar":
		if !doublestar.ValidatePattern(asked.Pattern) {
			return answer{Bad: true, Fits: result.Fits}
		}
		match = func(text string) (bool, error) { return doublestar.Match(asked.Pattern, text) }
	}
	for index, text := range asked.Texts {
		fits, err := match(text)
		result.Fits[index] = fits
		result.Bad = result.Bad || err != nil
	}
	if result.Bad {
		result.Fits = make([]bool, len(asked.Texts))
	}
	return result
}
