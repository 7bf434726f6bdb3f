// The facts Kubernetes keeps about one field: its type and how it merges. Read-only and lazy: children of a definition
// are decoded when asked for, so recursive types (JSONSchemaProps) are fine.
export {};
