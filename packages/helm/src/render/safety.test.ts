// Charts come from strangers: whatever their templates try ends in an error, and soon.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { renderChart } from './render-chart.ts';
import type { ChartRenderRequest, RenderedChart } from './request.ts';

const chartYaml = 'apiVersion: v2\nname: c\nversion: 0.1.0\n';

function render(
  template: string,
  request: Partial<ChartRenderRequest> = {},
  files: Record<string, string> = {},
): RenderedChart {
  const tree = memoryTree({ 'Chart.yaml': chartYaml, 'templates/a.yaml': template, ...files });
  return renderChart(tree, '', { releaseName: 'rel', namespace: 'ns', ...request });
}

const runaways: readonly (readonly [string, string])[] = [
  [
    'an endless range',
    '{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}{{ end }}',
  ],
  ['a recursive include', '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'],
  ['a recursive template', '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}'],
  ['a recursive tpl', '{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}'],
  [
    'mutual includes',
    '{{ define "x" }}{{ include "y" . }}{{ end }}{{ define "y" }}{{ include "x" . }}{{ end }}{{ include "x" . }}',
  ],
  ['lists of lists as YAML', '{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ toYaml $l }}'],
  [
    'lists of lists as TOML',
    '{{ $l := dict }}{{ range until 60 }}{{ $l = dict "a" $l "b" $l }}{{ end }}{{ toToml $l }}',
  ],
  ['a huge repeat', '{{ repeat 2000000000 "x" }}'],
  ['doubling strings', '{{ $s := "x" }}{{ range until 64 }}{{ $s = printf "%s%s" $s $s }}{{ end }}{{ len $s }}'],
  [
    'exponential includes',
    '{{ define "x" }}{{ if gt . 0 }}{{ include "x" (sub . 1) }}{{ include "x" (sub . 1) }}{{ end }}{{ end }}{{ include "x" 60 }}',
  ],
];
for (const [what, template] of runaways) {
  test(`${what} ends in an error`, () => {
    const { problems, objects } = render(template, { limits: { steps: 300_000, outputBytes: 10_000_000 } });
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    assert.ok(problem !== undefined, 'no problem was reported');
    assert.ok(['LIMIT', 'TEMPLATE_EXECUTION'].includes(problem.code), problem.message.slice(0, 200));
    assert.deepEqual(objects, []);
  });
}

test('keys with special names are ordinary keys', () => {
  const values = '__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\ntoString: text\n';
  const template = 'kind: X\napiVersion: v1\na: {{ .Values.toString }}\nb: {{ index .Values "__proto__" | toJson }}\n';
  const sources = [
    { kind: 'set-json' as const, expression: '{"__proto__": {"more": 1}}' },
    { kind: 'set' as const, expression: 'constructor.x=1,__proto__.y=2' },
  ];
  const { problems, objects } = render(template, { values: sources }, { 'values.yaml': values });
  assert.deepEqual(problems, []);
  assert.deepEqual(objects[0]?.object['b'], { more: 1, polluted: true, y: 2 });
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('values that are not there are empty, whatever objects have by nature', () => {
  const template =
    'kind: X\napiVersion: v1\na: "{{ .Values.constructor }}{{ .Values.hasOwnProperty }}{{ .Chart.constructor }}"\n';
  assert.equal(render(template).objects[0]?.object['a'], '');
});

test('the environment is out of reach, and files end at the chart', () => {
  const [problem] = render('{{ env "HOME" }}').problems;
  assert.match(problem?.message ?? '', /function "env" not defined/);
  const reach = 'kind: X\napiVersion: v1\na: {{ .Files.Get "../../etc/passwd" | quote }}\n';
  assert.equal(render(reach).objects[0]?.object['a'], '');
});

test('clock, randomness and keys are refused by name unless given', () => {
  for (const template of ['{{ now }}', '{{ randAlphaNum 5 }}', '{{ genPrivateKey "rsa" }}']) {
    const [problem] = render(template).problems;
    assert.match(problem?.message ?? '', /is not available here/, template);
  }
});

test('regular expressions are linear in time', () => {
  const template = 'kind: X\napiVersion: v1\na: {{ regexMatch "^(a+)+$" (printf "%s!" (repeat 5000 "a")) }}\n';
  assert.equal(render(template).objects[0]?.object['a'], false);
});
