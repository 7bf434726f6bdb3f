// The resource tree as rows, walking in it, YAML colouring, and fields as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeNode } from '@evenkeel/api';
import { breadcrumb, valueText } from './field-text.ts';
import { layoutTree, moveInTree } from './tree-layout.ts';
import { yamlTokens } from './yaml-tokens.ts';

function node(id: string, kind: string, parents: string[] = [], createdAtMs = 0): TreeNode {
  return { id, parents, ref: { group: '', kind, namespace: 'a', name: id }, version: 'v1', facts: [], createdAtMs };
}

const nodes = [
  node('config', 'ConfigMap'),
  node('pod-2', 'Pod', ['rs-new']),
  node('rs-old', 'ReplicaSet', ['web'], 1),
  node('web', 'Deployment'),
  node('rs-new', 'ReplicaSet', ['web'], 2),
  node('pod-1', 'Pod', ['rs-new']),
  node('thing', 'Gadget'),
];

function drawn(folded: string[] = []): string[] {
  return layoutTree(nodes, new Set(folded)).map(({ node: { id }, depth, lines, last }) => {
    const through = lines.slice(1).map((on) => (on ? '│ ' : '  '));
    return `${through.join('')}${depth > 0 ? (last ? '└ ' : '├ ') : ''}${id}`;
  });
}

test('the tree as rows with connectors', () => {
  assert.deepEqual(drawn(), ['web', '├ rs-new', '│ ├ pod-1', '│ └ pod-2', '└ rs-old', 'config', 'thing']);
  assert.deepEqual(drawn(['rs-new']), ['web', '├ rs-new', '└ rs-old', 'config', 'thing']);
  assert.deepEqual(drawn(['web']), ['web', 'config', 'thing']);
});

test('unknown parents make a root, circles end', () => {
  const odd = [
    node('a', 'Pod', ['nowhere']),
    node('b', 'Pod', ['c']),
    node('c', 'Pod', ['b']),
    node('d', 'Pod', ['d']),
  ];
  assert.deepEqual(
    layoutTree(odd, new Set()).map((row) => row.node.id),
    ['a', 'd'],
  );
});

test('arrow keys', () => {
  const rows = layoutTree(nodes, new Set(['rs-new']));
  assert.deepEqual(moveInTree(rows, 0, 'ArrowDown'), { select: 1 });
  assert.deepEqual(moveInTree(rows, 0, 'k'), { select: 0 });
  assert.deepEqual(moveInTree(rows, 0, 'ArrowRight'), { select: 1 });
  assert.deepEqual(moveInTree(rows, 0, 'ArrowLeft'), { fold: 'web' });
  assert.deepEqual(moveInTree(rows, 1, 'ArrowRight'), { unfold: 'rs-new' });
  assert.deepEqual(moveInTree(rows, 2, 'ArrowLeft'), { select: 0 });
  assert.deepEqual(moveInTree(rows, 0, 'End'), { select: 4 });
  assert.equal(moveInTree(rows, 3, 'ArrowRight'), undefined);
  assert.equal(moveInTree(rows, 0, 'x'), undefined);
});

test('lines of YAML in pieces that join to the line', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['apiVersion: apps/v1', 'key punctuation space string'],
    ['  replicas: 3', 'space key punctuation space number'],
    ['  - name: web', 'space dash key punctuation space string'],
    ['    - --port=8080', 'space dash string'],
    ['  argocd.argoproj.io/tracking-id: a:apps/Deployment:b/c', 'space key punctuation space string'],
    ['  enabled: true', 'space key punctuation space word'],
    ['  "quoted: key": null', 'space key punctuation space word'],
    ['  script: |', 'space key punctuation space punctuation'],
    ['# said', 'comment'],
    ['  http://example.com/x', 'space string'],
    ['-', 'dash'],
    ['', ''],
  ];
  for (const [line, want] of cases) {
    const tokens = yamlTokens(line);
    assert.equal(tokens.map(({ text }) => text).join(''), line);
    assert.equal(tokens.map(({ kind }) => kind).join(' '), want, line);
  }
});

test('paths and values of fields', () => {
  assert.deepEqual(breadcrumb('.spec.template.spec.containers[name="a.b"].image'), [
    'spec',
    'template',
    'spec',
    'containers[name="a.b"]',
    'image',
  ]);
  assert.deepEqual(breadcrumb('.metadata.labels["app.kubernetes.io/name"]'), [
    'metadata',
    'labels["app.kubernetes.io/name"]',
  ]);
  assert.equal(valueText('x'), 'x');
  assert.equal(valueText(''), '""');
  assert.equal(valueText(3), '3');
  assert.equal(valueText({ a: 1 }), '{\n  "a": 1\n}');
});
