// Equal trees are one object, and what comes out is always equal to what went in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json.ts';
import { setFromFieldsV1, setToFieldsV1 } from './field-set.ts';
import { isShared, sharedFields } from './shared-fields.ts';

const parsed = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const status = { 'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:status': {} } } };
const owned = (uid: string): JsonObject => ({
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:ownerReferences': { '.': {}, [`k:{"uid":"${uid}"}`]: {} } },
  'f:status': status,
});

test('equal trees are one object', () => {
  const one = sharedFields(parsed({ 'f:spec': { 'f:replicas': {} }, 'f:status': status }));
  const other = sharedFields(parsed({ 'f:spec': { 'f:replicas': {} }, 'f:status': status }));
  assert.equal(one, other);
  assert.ok(isShared(one));
  assert.equal(sharedFields(one), one);
});

test('of trees that name an object the rest is one', () => {
  const one = sharedFields(parsed(owned('a')));
  const other = sharedFields(parsed(owned('b')));
  assert.notEqual(one, other);
  assert.equal(isShared(one), false);
  assert.equal(one['f:status'], other['f:status']);
  assert.deepEqual(one, owned('a'));
  assert.deepEqual(other, owned('b'));
  assert.equal(sharedFields(one), one);
});

const trees: readonly (readonly [string, JsonObject])[] = [
  ['nothing', {}],
  ['a leaf', { 'f:data': {} }],
  ['another order', { 'f:b': {}, 'f:a': {} }],
  ['the other order', { 'f:a': {}, 'f:b': {} }],
  ['names that hold what separates', { 'f:a1:b0,': {}, 'f:a': { '1:b': {} } }],
  ['no fieldsV1', { 'f:a': 1, 'f:b': [], x: {} }],
  ['no fieldsV1 below', { 'f:a': { 'f:b': null } }],
  ['values', { 'f:finalizers': { '.': {}, 'v:"a/b"': {} } }],
];

for (const [name, tree] of trees) {
  test(`${name}: equal, in the same order, and not written to`, () => {
    const given = parsed(tree);
    const text = JSON.stringify(tree);
    for (const fields of [sharedFields(given), sharedFields(parsed(tree)), given]) {
      assert.equal(JSON.stringify(fields), text);
    }
  });
}

test('what is forgotten is shared anew', () => {
  const first = sharedFields(parsed({ 'f:first': { 'f:a': {} } }));
  for (let index = 0; index < 20_000; index += 1) sharedFields({ [`f:${index}`]: {} });
  const again = sharedFields(parsed({ 'f:first': { 'f:a': {} } }));
  assert.deepEqual(again, first);
  assert.equal(sharedFields(parsed({ 'f:first': { 'f:a': {} } })), again);
});

test('a set reads the same from a shared tree', () => {
  const tree = owned('a');
  assert.deepEqual(setFromFieldsV1(sharedFields(parsed(tree))), setFromFieldsV1(tree));
  assert.deepEqual(setToFieldsV1(setFromFieldsV1(sharedFields(parsed(tree)))), tree);
});
