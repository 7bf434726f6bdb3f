import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ContentNotLoaded, type FileTree, memoryTree } from '@evenkeel/std';

import { renderChart } from './render-chart.ts';
import type { ChartRenderRequest } from './request.ts';

const base = { 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "7"\n' };
const request: ChartRenderRequest = { releaseName: 'rel', namespace: 'ns' };
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';

test('objects, hooks and notes as data', () => {
  const hook =
    'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n    helm.sh/hook: pre-upgrade, post-install\n    helm.sh/hook-weight: "-3"\n    helm.sh/hook-delete-policy: hook-succeeded,before-hook-creation\n';
  const tree = memoryTree({
    ...base,
    'web/templates/a.yaml': configMap,
    'web/templates/h.yaml': hook,
    'web/templates/NOTES.txt': 'Hello {{ .Release.Name }}',
  });
  const { objects, hooks, notes, problems, chart, reads } = renderChart(tree, 'web', request);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    objects.map(({ object, source }) => [object.kind, source]),
    [['ConfigMap', 'web/templates/a.yaml']],
  );
  const [found] = hooks;
  assert.deepEqual(
    [found?.name, found?.events, found?.weight, found?.deletePolicies],
    ['migrate', ['pre-upgrade', 'post-install'], -3, ['hook-succeeded', 'before-hook-creation']],
  );
  assert.equal(notes, 'Hello rel');
  assert.deepEqual([chart?.name, chart?.version, chart?.appVersion], ['web', '1.0.0', '7']);
  assert.ok(reads.includes('web/templates/a.yaml'));
});

test('content that is not loaded yet is asked for at once, and passes through', () => {
  const whole = memoryTree({ ...base, 'web/templates/a.yaml': configMap, 'web/templates/b.yaml': configMap });
  const loaded = new Set(['web/Chart.yaml']);
  const lazy: FileTree = {
    ...whole,
    read(path) {
      if (whole.stat(path) === 'file' && !loaded.has(path)) throw new ContentNotLoaded([path]);
      return whole.read(path);
    },
  };
  assert.throws(
    () => renderChart(lazy, 'web', request),
    (error) => {
      assert.ok(error instanceof ContentNotLoaded);
      assert.deepEqual(error.paths, ['web/templates/a.yaml', 'web/templates/b.yaml']);
      for (const path of error.paths) loaded.add(path);
      return true;
    },
  );
  assert.equal(renderChart(lazy, 'web', request).objects.length, 2);
});

test('lookup is answered by the host, which may suspend', () => {
  const template = `${configMap}data:\n  a: {{ (lookup "v1" "Secret" "ns" "s").data.k }}\n  items: {{ len (lookup "v1" "Pod" "ns" "").items }}\n`;
  const tree = memoryTree({ ...base, 'web/templates/a.yaml': template });
  const lookup = (query: { kind: string }) => (query.kind === 'Secret' ? { data: { k: 'v' } } : { items: [1, 2] });
  const { objects } = renderChart(tree, 'web', request, { lookup });
  assert.deepEqual(objects[0]?.object['data'], { a: 'v', items: 2 });
  const suspended = new ContentNotLoaded(['v1/Secret/ns/s']);
  const suspend = (): never => {
    throw suspended;
  };
  assert.throws(
    () => renderChart(tree, 'web', request, { lookup: suspend }),
    (error) => error === suspended,
  );
});

const problems: readonly (readonly [string, Record<string, string>, object])[] = [
  [
    'a template that fails',
    { 'web/templates/a.yaml': 'a: 1\nb: {{ fail "no" }}\n' },
    {
      code: 'TEMPLATE_FAIL',
      message: 'execution error at (web/templates/a.yaml:2:6): no',
      file: 'web/templates/a.yaml',
      line: 2,
      column: 7,
    },
  ],
  [
    'a nil pointer',
    { 'web/templates/a.yaml': '{{ .Values.a.b.c }}' },
    { code: 'TEMPLATE_EXECUTION', file: 'web/templates/a.yaml', line: 1 },
  ],
  [
    'a template that does not parse',
    { 'web/templates/a.yaml': '\n{{ if }}' },
    { code: 'TEMPLATE_PARSE', file: 'web/templates/a.yaml', line: 2 },
  ],
  [
    'a helper deep inside',
    {
      'web/templates/_h.tpl': '{{ define "h" }}\n{{ required "need x" .Values.x }}{{ end }}',
      'web/templates/a.yaml': '{{ include "h" . }}',
    },
    { code: 'TEMPLATE_FAIL', file: 'web/templates/_h.tpl', line: 2 },
  ],
  [
    'values that do not parse',
    { 'web/values.yaml': 'a: b: c\n' },
    { code: 'CHART_INVALID', file: 'web/values.yaml', line: 1 },
  ],
  [
    'an output that is no YAML',
    { 'web/templates/a.yaml': 'a: [\n' },
    { code: 'MANIFEST_INVALID', file: 'web/templates/a.yaml' },
  ],
  [
    'a document that is no object',
    { 'web/templates/a.yaml': 'a: 1\n' },
    { code: 'MANIFEST_INVALID', file: 'web/templates/a.yaml' },
  ],
  [
    'a schema violation',
    { 'web/values.schema.json': '{"required": ["x"]}' },
    { code: 'SCHEMA', file: 'web/values.schema.json' },
  ],
];
for (const [what, files, wanted] of problems) {
  test(`${what} is a problem with its place`, () => {
    const { problems: found } = renderChart(memoryTree({ ...base, ...files }), 'web', request);
    const [first] = found;
    assert.deepEqual({ ...first, ...wanted }, first);
    assert.equal(first?.severity, 'error');
  });
}

test('a chart that is not there, and a values file that is not there', () => {
  assert.equal(renderChart(memoryTree({}), 'none', request).problems[0]?.code, 'CHART_NOT_FOUND');
  const values = [{ kind: 'file' as const, path: 'none.yaml' }];
  const [missing] = renderChart(memoryTree(base), 'web', { ...request, values }).problems;
  assert.deepEqual(
    [missing?.code, missing?.message],
    ['VALUES_NOT_FOUND', 'open none.yaml: no such file or directory'],
  );
  const ignored = [{ kind: 'file' as const, path: 'none.yaml', ignoreMissing: true }];
  assert.deepEqual(renderChart(memoryTree(base), 'web', { ...request, values: ignored }).problems, []);
});

test('the user’s values are kept for the release record, in their order of precedence', () => {
  const values = [
    { kind: 'text' as const, name: 'values', text: 'a: 1\nb: {c: 2}\n' },
    { kind: 'object' as const, name: 'valuesObject', value: { b: { d: 3 } } },
    { kind: 'set' as const, expression: 'b.c=4' },
    { kind: 'set-string' as const, expression: 'e=5' },
  ];
  const { config } = renderChart(memoryTree(base), 'web', { ...request, values });
  assert.deepEqual(structuredClone(config), { a: 1, b: { c: 4, d: 3 }, e: '5' });
});

test('a post-renderer sees all documents and changes them', () => {
  const tree = memoryTree({ ...base, 'web/templates/a.yaml': configMap });
  const postRender = (manifests: string): string => manifests.replace('name: x', 'name: changed');
  const { objects, manifest } = renderChart(tree, 'web', request, { postRender });
  assert.equal(objects[0]?.object.metadata.name, 'changed');
  assert.match(manifest, /^---\n# Source: web\/templates\/a\.yaml\n/);
});

test('a block of text at the end of a template ends in a line feed, as it does in the release', () => {
  const tree = memoryTree({
    ...base,
    'web/templates/a.yaml': `${configMap}data:\n  rules: |\n    {}`,
    'web/crds/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata:\n  rules: |\n    {}',
  });
  const { objects } = renderChart(tree, 'web', { ...request, includeCrds: true });
  assert.deepEqual(
    objects.map(({ object }) => object['data']),
    [{ rules: '{}\n' }, { rules: '{}\n' }],
  );
});
