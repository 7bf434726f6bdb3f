#!/usr/bin/env bash
# Builds the originals that we compare with, once: kustomize, Helm 4 and 3, and with --cluster etcd, kube-apiserver,
# kube-controller-manager and Flux's kustomize-controller; with --cel the oracle of CEL alone; with --argo those of Argo CD's
# repo server, commit server and ApplicationSets; with --argocd its controllers and repo-server themselves (some ten minutes).
# All of it comes from Go's module proxy. What is there and was built from the same files is kept.
set -euo pipefail
target="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/evenkeel/tools/bin}"
cluster="${2:-}"
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$target"
export GOFLAGS=-buildvcs=false

# build NAME MODULE-DIRECTORY PACKAGE [GO-BUILD-FLAG…]
build() {
  local name=$1 module=$2 package=$3; shift 3
  local stamp="$target/.$name.sum"
  local sum; sum=$(find "$here/$module" -maxdepth 1 -type f \( -name 'go.*' -o -name '*.go' \) -print0 | sort -z | xargs -0 cat | sha256sum)
  if [ -x "$target/$name" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then return; fi
  echo "building $name …"
  (cd "$here/$module" && go build "$@" -o "$target/$name" "$package")
  echo "$sum" > "$stamp"
}

if [ "$cluster" = --cel ]; then
  build cel-oracle cel .
  exit
fi
if [ "$cluster" = --argo ]; then
  build reposerver-oracle reposerver .
  build hydrator-oracle hydrator .
  build appset-oracle appset .
  exit
fi
if [ "$cluster" = --argocd ]; then
  build argocd argocd . -ldflags '-s -w'
  exit
fi
build kustomize kustomize sigs.k8s.io/kustomize/kustomize/v5
build helm helm helm.sh/helm/v4/cmd/helm
build helm3 helm3 helm.sh/helm/v3/cmd/helm
if [ "$cluster" = --cluster ]; then
  version=(-ldflags '-s -w -X k8s.io/component-base/version.gitVersion=v1.35.4')
  build etcd kube ./etcd
  build kube-apiserver kube k8s.io/kubernetes/cmd/kube-apiserver "${version[@]}"
  build kube-controller-manager kube k8s.io/kubernetes/cmd/kube-controller-manager "${version[@]}"
  build kustomize-controller flux github.com/fluxcd/kustomize-controller -ldflags '-s -w'
fi
