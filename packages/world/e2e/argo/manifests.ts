// The small objects that the tests of the sync engine bring.

export type Notes = Readonly<Record<string, string>>;

function notes(annotations: Notes): string {
  const lines = Object.entries(annotations).map(([name, value]) => `\n    ${name}: ${JSON.stringify(value)}`);
  return lines.length === 0 ? '' : `\n  annotations:${lines.join('')}`;
}

export function configMap(name: string, annotations: Notes = {}, value = 'one'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}${notes(annotations)}\ndata:\n  value: ${JSON.stringify(value)}\n`;
}

export function secret(name: string, annotations: Notes = {}): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}${notes(annotations)}\nstringData:\n  value: x\n`;
}

export function serviceAccount(name: string, annotations: Notes = {}): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}${notes(annotations)}\n`;
}

export function namespace(name: string, annotations: Notes = {}): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}${notes(annotations)}\n`;
}

export function service(name: string, annotations: Notes = {}): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}${notes(annotations)}\nspec:\n  selector: {app: ${name}}\n  ports:\n    - port: 80\n`;
}

/** A Deployment whose image comes, unless `broken`. */
export function deployment(name: string, annotations: Notes = {}, broken = false): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${notes(annotations)}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: main
          image: registry.example.com/shop/${name}:${broken ? 'does-not-exist' : 'v1'}
`;
}

export interface JobWish {
  readonly fails?: boolean;
  readonly generated?: boolean;
  /** Its image never comes: it runs until somebody ends it. */
  readonly hangs?: boolean;
}

export function job(name: string, annotations: Notes, { fails, generated, hangs }: JobWish = {}): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  ${generated === true ? 'generateName' : 'name'}: ${name}${notes(annotations)}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: registry.example.com/shop/job:${hangs === true ? 'does-not-exist' : 'v1'}
          command: ["sh", "-c", "exit ${fails === true ? 3 : 0}"]
`;
}

/** The definition of a kind "Widget" of its own group. */
export function definition(group: string, annotations: Notes = {}): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.${group}${notes(annotations)}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
}

export function widget(group: string, name: string, annotations: Notes = {}): string {
  return `apiVersion: ${group}/v1\nkind: Widget\nmetadata:\n  name: ${name}${notes(annotations)}\nspec:\n  size: 1\n`;
}
