import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { renderChart } from './render-chart.ts';
import type { FieldOrigin, ValueSource } from './request.ts';

const files = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: "1.13.0"\n',
  'values.yaml': `replicas: 2
image:
  repository: registry.example.com/web
  tag: ""
resources:
  limits:
    memory: 512Mi
    cpu: 1
list:
  - name: a
    value: one
annotations:
  prometheus.io/scrape: "true"
cache:
  size: 10
`,
  'values-prod.yaml': '# production\nimage:\n  tag: v9\nresources:\n  limits:\n    memory: 1Gi\n',
  'templates/_parts.tpl':
    '{{- define "web.labels" -}}\napp: {{ .Chart.Name }}\nrelease: {{ .Release.Name }}\n{{- end }}\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  labels:
    {{- include "web.labels" . | nindent 4 }}
  annotations:
    {{- toYaml .Values.annotations | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  env:
    {{- range .Values.list }}
    - name: {{ .name }}
      value: {{ .value | quote }}
    {{- end }}
`,
  'charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 0.1.0\n',
  'charts/cache/values.yaml': 'size: 1\nport: 6379\n',
  'charts/cache/templates/s.yaml':
    'apiVersion: v1\nkind: Service\nspec:\n  port: {{ .Values.port }}\n  size: {{ .Values.size }}\n',
};

function originsOf(kind: string, values: readonly ValueSource[] = []): ReadonlyMap<string, FieldOrigin> {
  const request = { releaseName: 'rel', namespace: 'ns', origins: true, values };
  const { objects, problems } = renderChart(memoryTree(files), '', request);
  assert.deepEqual(problems, []);
  const found = objects.find(({ object }) => object.kind === kind)?.origins;
  assert.ok(found !== undefined);
  return found;
}

function show(origin: FieldOrigin | undefined): string[] {
  if (origin === undefined) return [];
  const uses = origin.values.map(
    ({ path, origin: site }) => `${path}${site === undefined ? '' : ` @ ${site.source}:${site.line}`}`,
  );
  return [`${origin.template.file}:${origin.template.line}`, ...uses];
}

const expected: readonly (readonly [string, readonly string[]])[] = [
  ['/kind', ['templates/deployment.yaml:2']],
  ['/metadata/name', ['templates/deployment.yaml:4', 'Release.Name']],
  ['/metadata/labels/app', ['templates/_parts.tpl:2', 'Chart.Name @ Chart.yaml:2']],
  [
    '/metadata/annotations/prometheus.io~1scrape',
    ['templates/deployment.yaml:8', 'Values.annotations.prometheus.io/scrape @ values.yaml:13'],
  ],
  ['/spec/replicas', ['templates/deployment.yaml:10', 'Values.replicas @ values.yaml:1']],
  [
    '/spec/image',
    ['templates/deployment.yaml:11', 'Values.image.repository @ values.yaml:3', 'Chart.AppVersion @ Chart.yaml:4'],
  ],
  ['/spec/resources/limits/memory', ['templates/deployment.yaml:13', 'Values.resources.limits.memory @ values.yaml:7']],
  ['/spec/resources/limits/cpu', ['templates/deployment.yaml:13', 'Values.resources.limits.cpu @ values.yaml:8']],
  ['/spec/env/0/name', ['templates/deployment.yaml:16', 'Values.list.0.name @ values.yaml:10']],
  ['/spec/env/0/value', ['templates/deployment.yaml:17', 'Values.list.0.value @ values.yaml:11']],
];
const plain = originsOf('Deployment');
for (const [pointer, wanted] of expected) {
  test(`${pointer} comes from ${wanted.at(-1) ?? ''}`, () => assert.deepEqual(show(plain.get(pointer)), wanted));
}

test('an include names the template that called it', () => {
  assert.deepEqual(
    plain.get('/metadata/labels/app')?.callers.map(({ file, line }) => `${file}:${line}`),
    ['templates/deployment.yaml:6'],
  );
});

test('overrides are named by file and line, parameters by themselves', () => {
  const origins = originsOf('Deployment', [
    { kind: 'file', path: 'values-prod.yaml' },
    { kind: 'set', expression: 'replicas=5', name: 'parameter replicas' },
  ]);
  assert.deepEqual(show(origins.get('/spec/image')).slice(1), [
    'Values.image.repository @ values.yaml:3',
    'Values.image.tag @ values-prod.yaml:3',
  ]);
  assert.deepEqual(show(origins.get('/spec/resources/limits/memory')).slice(1), [
    'Values.resources.limits.memory @ values-prod.yaml:6',
  ]);
  assert.deepEqual(show(origins.get('/spec/resources/limits/cpu')).slice(1), [
    'Values.resources.limits.cpu @ values.yaml:8',
  ]);
  assert.deepEqual(show(origins.get('/spec/replicas')).slice(1), ['Values.replicas @ parameter replicas:0']);
});

test('a subchart’s values come from itself or from its parent', () => {
  const origins = originsOf('Service');
  assert.deepEqual(show(origins.get('/spec/port')), [
    'charts/cache/templates/s.yaml:4',
    'Values.port @ charts/cache/values.yaml:2',
  ]);
  assert.deepEqual(show(origins.get('/spec/size')), [
    'charts/cache/templates/s.yaml:5',
    'Values.size @ values.yaml:15',
  ]);
});

test('rendering with origins prints the same', () => {
  const request = { releaseName: 'rel', namespace: 'ns' };
  const without = renderChart(memoryTree(files), '', request).manifest;
  assert.equal(renderChart(memoryTree(files), '', { ...request, origins: true }).manifest, without);
});
