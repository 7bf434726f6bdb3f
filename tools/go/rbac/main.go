// Answers questions about RBAC policies as Argo CD 3.6.1 does, with its own util/rbac: one JSON object a line in, one out. What it
// reads of projects is Argo CD's server/rbacpolicy, which cannot be linked, because a module it needs is served by no proxy.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v3/util/assets"
	"github.com/argoproj/argo-cd/v3/util/rbac"
	"github.com/golang-jwt/jwt/v5"
	"github.com/sirupsen/logrus"
)

// project is the part of an AppProject that policies are made of.
type project struct {
	Name     string `json:"name"`
	Policies string `json:"policies"`
}

type question struct {
	Builtin     bool              `json:"builtin"`
	Data        map[string]string `json:"data"`
	MatchMode   string            `json:"matchMode"`
	DefaultRole string            `json:"defaultRole"`
	Projects    []project         `json:"projects"`
	Asked       []request         `json:"asked"`
	// Token is to be verified with Key, in place of everything else.
	Token string `json:"token"`
	Key   string `json:"key"`
}

type request struct {
	Subject string `json:"subject"`
	// Groups makes the subject the bearer of a token with these groups; without it the subject is asked as it is.
	Groups   []string `json:"groups"`
	Resource string   `json:"resource"`
	Action   string   `json:"action"`
	Object   string   `json:"object"`
}

type answer struct {
	Error   string   `json:"error,omitempty"`
	Allowed []bool   `json:"allowed"`
	Denied  []string `json:"denied"`
	// Signed is what golang-jwt makes of the claims of a good token.
	Signed string `json:"signed,omitempty"`
}

func main() {
	logrus.SetLevel(logrus.PanicLevel)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		said := answerTo
		if asked.Key != "" {
			said = verified
		}
		if err := encoder.Encode(said(asked)); err != nil {
			panic(err)
		}
	}
}

func answerTo(asked question) answer {
	said := answer{Allowed: []bool{}, Denied: []string{}}
	enforcer := rbac.NewEnforcer(nil, "argocd", "argocd-rbac-cm", nil)
	enforcer.SetMatchMode(asked.MatchMode)
	enforcer.SetDefaultRole(asked.DefaultRole)
	if asked.Builtin {
		if err := enforcer.SetBuiltinPolicy(assets.BuiltinPolicyCSV); err != nil {
			panic(err)
		}
	}
	if err := enforcer.SetUserPolicy(rbac.PolicyCSV(asked.Data)); err != nil {
		said.Error = err.Error()
		return said
	}
	judge := &judge{enforcer: enforcer, projects: asked.Projects}
	enforcer.SetClaimsEnforcerFunc(judge.claims)
	for _, each := range asked.Asked {
		var subject any = each.Subject
		if each.Groups != nil {
			groups := make([]any, len(each.Groups))
			for index, group := range each.Groups {
				groups[index] = group
			}
			subject = &jwt.MapClaims{"sub": each.Subject, "groups": groups}
		}
		err := enforcer.EnforceErr(subject, each.Resource, each.Action, each.Object)
		said.Allowed = append(said.Allowed, err == nil)
		if err != nil {
			said.Denied = append(said.Denied, err.Error())
		}
	}
	return said
}

// verified reads a token as util/session's Parse does, and signs the same claims as its Create does.
func verified(asked question) answer {
	said := answer{Allowed: []bool{}, Denied: []string{}}
	var claims jwt.RegisteredClaims
	key := func(token *jwt.Token) (any, error) {
		if _, ok := token.Method.(*jwt.SigningMethodHMAC); !ok {
			return nil, fmt.Errorf("unexpected signing method: %v", token.Header["alg"])
		}
		return []byte(asked.Key), nil
	}
	if _, err := jwt.ParseWithClaims(asked.Token, &claims, key); err != nil {
		said.Error = err.Error()
		return said
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(asked.Key))
	if err != nil {
		panic(err)
	}
	said.Signed = signed
	return said
}

// judge decides for bearers of tokens, as rbacpolicy's EnforceClaims.
type judge struct {
	enforcer *rbac.Enforcer
	projects []project
}

func (j *judge) claims(claims jwt.Claims, values ...any) bool {
	bearer := *claims.(*jwt.MapClaims)
	subject, _ := bearer["sub"].(string)
	name, policies := "", ""
	if found := j.projectOf(values[1].(string), values[3].(string)); found != nil {
		parts := strings.Split(subject, ":")
		if len(parts) == 3 && parts[0] == "proj" {
			return parts[1] == found.Name &&
				j.enforcer.EnforceRuntimePolicy(found.Name, found.Policies, append([]any{subject}, values[1:]...)...)
		}
		name, policies = found.Name, found.Policies
	}
	inner := j.enforcer.CreateEnforcerWithRuntimePolicy(name, policies)
	if j.enforcer.EnforceWithCustomEnforcer(inner, append([]any{subject}, values[1:]...)...) {
		return true
	}
	bindings, err := inner.GetGroupingPolicy()
	if err != nil {
		panic(err)
	}
	for _, group := range bearer["groups"].([]any) {
		for _, binding := range bindings {
			if binding[0] != group {
				continue
			}
			if j.enforcer.EnforceWithCustomEnforcer(inner, append([]any{group}, values[1:]...)...) {
				return true
			}
			break
		}
	}
	return false
}

func (j *judge) projectOf(resource, object string) *project {
	name := ""
	switch resource {
	case "applicationsets", "applications", "repositories", "clusters", "logs", "exec":
		parts := strings.Split(object, "/")
		if len(parts) < 2 {
			return nil
		}
		name = parts[0]
	case "projects":
		name = object
	}
	for index := range j.projects {
		if j.projects[index].Name == name {
			return &j.projects[index]
		}
	}
	return nil
}
