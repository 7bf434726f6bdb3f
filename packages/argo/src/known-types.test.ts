// Fields that hold types of Kubernetes: what counts as the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@evenkeel/resource';
import { isKnownType, knownTypeRules } from './known-types.ts';
import { readCustomizations } from './settings/customizations.ts';

const customizations = readCustomizations(
  {
    'resource.customizations.knownTypeFields.example.com_Widget':
      '- {field: spec.template, type: core/v1/PodSpec}\n- {field: spec.sizes.size, type: core/Quantity}\n',
  },
  [],
);

function same(kind: { readonly group: string; readonly kind: string }, left: JsonObject, right: JsonObject): boolean {
  const form = (object: JsonObject): string =>
    JSON.stringify(knownTypeRules(customizations, kind).reduce((value, rule) => rule(value) ?? value, object));
  return form(left) === form(right);
}

const widget = { group: 'example.com', kind: 'Widget' };
const pod = (limits: JsonObject, more: JsonObject = {}): JsonObject => ({
  spec: { template: { containers: [{ name: 'a', resources: { limits }, ...more }] } },
});

test('quantities in another form are the same, others are not', () => {
  assert.ok(same(widget, pod({ cpu: '1000m', memory: '1024Mi' }), pod({ cpu: '1', memory: '1Gi' })));
  assert.ok(same(widget, pod({ cpu: 1 }), pod({ cpu: '1' })));
  assert.ok(!same(widget, pod({ cpu: '1' }), pod({ cpu: '2' })));
});

test('what is empty is the same as what is not there', () => {
  assert.ok(same(widget, pod({ cpu: '1' }, { stdin: false, args: [] }), pod({ cpu: '1' })));
  assert.ok(!same(widget, pod({ cpu: '1' }, { stdin: true }), pod({ cpu: '1' })));
});

test('fields are found through lists', () => {
  const sizes = (...list: readonly string[]): JsonObject => ({ spec: { sizes: list.map((size) => ({ size })) } });
  assert.ok(same(widget, sizes('0.5', '2000m'), sizes('500m', '2')));
});

test('a Rollout is known without being told, other kinds are not', () => {
  const rollout = { group: 'argoproj.io', kind: 'Rollout' };
  const wrapped = (cpu: string): JsonObject => ({
    spec: { template: { spec: { containers: [{ resources: { limits: { cpu } } }] } } },
  });
  assert.ok(same(rollout, wrapped('1000m'), wrapped('1')));
  assert.ok(!same({ group: 'example.com', kind: 'Gadget' }, wrapped('1000m'), wrapped('1')));
});

test('types that upstream knows', () => {
  assert.deepEqual(
    ['core/v1/PodSpec', 'core/Quantity', 'meta/v1/Duration', 'apps/v1/Deployment', 'core/v1/'].map(isKnownType),
    [true, true, true, false, false],
  );
});
