// Manifests that several stories write: an Application with this or that policy, and the small objects it brings.

import { shopUrl } from './story.ts';

export interface ApplicationWish {
  readonly name: string;
  readonly path: string;
  readonly namespace: string;
  /** Lines of spec.syncPolicy, indented by nothing. */
  readonly syncPolicy?: string;
  readonly finalizer?: string;
  readonly project?: string;
  /** More lines of spec. */
  readonly spec?: string;
}

/** An automatic policy that prunes and heals, into a namespace of its own. */
export const automatic = `automated:
  prune: true
  selfHeal: true
syncOptions:
  - CreateNamespace=true`;

/** An Application of the shop's repository. */
export function applicationYaml(wish: ApplicationWish): string {
  const finalizers = wish.finalizer === undefined ? '' : `\n  finalizers:\n    - ${wish.finalizer}`;
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${wish.name}
  namespace: argocd${finalizers}
spec:
  project: ${wish.project ?? 'default'}
  source:
    repoURL: ${shopUrl}
    targetRevision: main
    path: ${wish.path}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${wish.namespace}
${wish.spec ?? ''}  syncPolicy:
${indent(wish.syncPolicy ?? automatic, 4)}
`;
}

/** A ConfigMap with annotations. */
export function configMapYaml(name: string, annotations: Readonly<Record<string, string>> = {}, value = 'one'): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}${annotationLines(annotations)}
data:
  value: ${JSON.stringify(value)}
`;
}

/** A Job that ends as its command ends. */
export function jobYaml(
  name: string,
  annotations: Readonly<Record<string, string>>,
  how: { readonly fails?: boolean; readonly generated?: boolean; readonly image?: string } = {},
): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  ${how.generated === true ? 'generateName' : 'name'}: ${name}${annotationLines(annotations)}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: ${how.image ?? 'registry.example.com/shop/migrate:v1'}
          command: ["sh", "-c", "${how.fails === true ? 'exit 3' : 'exit 0'}"]
`;
}

/** A Deployment with one container. */
export function deploymentYaml(name: string, annotations: Readonly<Record<string, string>> = {}, tag = 'v1'): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${annotationLines(annotations)}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: main
          image: registry.example.com/shop/${name}:${tag}
`;
}

function annotationLines(annotations: Readonly<Record<string, string>>): string {
  const lines = Object.entries(annotations).map(([name, value]) => `\n    ${name}: ${JSON.stringify(value)}`);
  return lines.length === 0 ? '' : `\n  annotations:${lines.join('')}`;
}

/** Every line further to the right. */
export function indent(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}
