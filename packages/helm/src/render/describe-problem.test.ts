import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { describeProblem } from './describe-problem.ts';
import { renderChart } from './render-chart.ts';

test('a failing helper is shown with its line, a caret and the call that led to it', () => {
  const tree = memoryTree({
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'templates/_parts.tpl': '{{ define "part" }}\n  image: {{ required "set an image" .Values.image }}\n{{ end }}',
    'templates/a.yaml': 'kind: X\n{{ include "part" . }}\n',
  });
  const { problems } = renderChart(tree, '', { releaseName: 'rel', namespace: 'ns' });
  const [problem] = problems;
  assert.ok(problem !== undefined);
  assert.equal(
    describeProblem(problem, (path) => tree.read(path)),
    `Error: execution error at (web/templates/a.yaml:2:3): set an image
  called from templates/a.yaml:2
  templates/_parts.tpl:2:13
  2 |   image: {{ required "set an image" .Values.image }}
    |             ^
`,
  );
});

test('a problem without a place is its message', () => {
  assert.equal(
    describeProblem({ code: 'WARNING', severity: 'warning', message: 'm' }, () => undefined),
    'Warning: m\n',
  );
});
