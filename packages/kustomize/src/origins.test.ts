// Where every value comes from: the last hand first, then those before it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { type BuildOptions, build } from './build.ts';

function sources(
  files: Readonly<Record<string, string>>,
  root: string,
  options: BuildOptions = {},
): (name: string, path: string) => string[] {
  const result = build(memoryTree(files), root, { ...options, origins: true });
  assert.deepEqual(result.problems, []);
  return (name, path) => {
    const index = result.objects.findIndex((object) => `${object.kind}/${object.metadata.name ?? ''}`.startsWith(name));
    const field = result.origins[index]?.find((each) => each.path.join('.') === path);
    return field?.sources.map((source) => `${source.by} ${source.file}:${String(source.line)}`) ?? [];
  };
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: api
        image: example.dev/api:1.0
        envFrom:
        - configMapRef:
            name: settings
`;

test('patches, images, labels, namespaces and prefixes leave their lines', () => {
  const of = sources(
    {
      'base/deployment.yaml': deployment,
      'base/kustomization.yaml': 'resources:\n- deployment.yaml\ncommonLabels:\n  app: api\n',
      'over/kustomization.yaml': `resources:
- ../base
namespace: prod
namePrefix: p-
images:
- name: example.dev/api
  newTag: "2.0"
patches:
- path: replicas.yaml
- target: {kind: Deployment}
  patch: |
    - op: add
      path: /spec/paused
      value: true
replicas:
- name: api
  count: 7
configMapGenerator:
- name: settings
  literals:
  - a=b
`,
      'over/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  replicas: 5\n',
    },
    'over',
  );
  const d = 'Deployment/p-api';
  assert.deepEqual(of(d, 'spec.replicas'), [
    'replicas over/kustomization.yaml:17',
    'patch over/replicas.yaml:6',
    'resource base/deployment.yaml:6',
  ]);
  assert.deepEqual(of(d, 'spec.template.spec.containers.0.image'), [
    'images over/kustomization.yaml:7',
    'resource base/deployment.yaml:11',
  ]);
  assert.deepEqual(of(d, 'metadata.labels.app'), ['commonLabels base/kustomization.yaml:4']);
  assert.deepEqual(of(d, 'metadata.namespace'), ['namespace over/kustomization.yaml:3']);
  assert.deepEqual(of(d, 'metadata.name')[0], 'namePrefix over/kustomization.yaml:4');
  assert.deepEqual(of(d, 'spec.paused'), ['patch over/kustomization.yaml:14']);
  assert.deepEqual(of('ConfigMap/p-settings', 'data.a'), ['configMapGenerator over/kustomization.yaml:21']);
  assert.deepEqual(of(d, 'spec.template.spec.containers.0.envFrom.0.configMapRef.name').slice(-1), [
    'resource base/deployment.yaml:14',
  ]);
});

test('a replacement names its own line, then the place of its value', () => {
  const of = sources(
    {
      'kustomization.yaml': `resources: [a.yaml]
replacements:
- source: {kind: ConfigMap, name: from, fieldPath: data.x}
  targets:
  - select: {kind: ConfigMap, name: to}
    fieldPaths: [data.y]
`,
      'a.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: from}
data:
  x: value
---
apiVersion: v1
kind: ConfigMap
metadata: {name: to}
data:
  y: old
`,
    },
    '.',
  );
  assert.deepEqual(of('ConfigMap/to', 'data.y'), [
    'replacements kustomization.yaml:3',
    'resource a.yaml:5',
    'resource a.yaml:11',
  ]);
});

test('origins do not change what is built', () => {
  const files = {
    'a.yaml': deployment,
    'kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: x-\ncommonLabels: {a: b}\n',
  };
  assert.equal(build(memoryTree(files), '.', { origins: true }).yaml(), build(memoryTree(files), '.').yaml());
  assert.deepEqual(build(memoryTree(files), '.').origins, []);
});
