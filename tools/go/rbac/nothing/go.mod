module github.com/argoproj/argo-cd/gitops-engine/v3

go 1.27.0
