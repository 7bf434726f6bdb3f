// What is equal becomes one, and nothing else changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import fc from 'fast-check';
import { sharePartsWith } from './shared-parts.ts';

const objectOf = (more: object): KubeObject =>
  JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, ...more })) as KubeObject;

test('equal parts become one object, others stay', () => {
  const similar = objectOf({ spec: { containers: [{ name: 'web', image: 'a' }], nodeName: 'n' }, status: { ip: '1' } });
  const object = objectOf({ spec: { containers: [{ name: 'web', image: 'a' }], nodeName: 'm' }, status: { ip: '1' } });
  sharePartsWith(object, similar);
  assert.equal(object['status'], similar['status']);
  assert.notEqual(object['spec'], similar['spec']);
  assert.deepEqual(object['spec'], { containers: [{ name: 'web', image: 'a' }], nodeName: 'm' });
});

const pairs: readonly (readonly [string, object, object])[] = [
  ['another order', { spec: { a: 1, b: 2 } }, { spec: { b: 2, a: 1 } }],
  ['one member more', { spec: { a: 1 } }, { spec: { a: 1, b: 2 } }],
  ['one member less', { spec: { a: 1, b: 2 } }, { spec: { a: 1 } }],
  ['numbers that differ', { spec: { a: 1, b: 'x' } }, { spec: { a: 2, b: 'x' } }],
  ['null and nothing', { spec: { a: null } }, { spec: {} }],
  ['null and an object', { spec: { a: null } }, { spec: { a: {} } }],
  ['lists of other lengths', { spec: [1, 2] }, { spec: [1] }],
  ['a list and an object', { spec: ['a'] }, { spec: { 0: 'a' } }],
  ['members of the prototype', { spec: { toString: 'a', constructor: {} } }, { spec: {} }],
  ['true and false', { spec: { a: true, b: {} } }, { spec: { a: false, b: {} } }],
];

for (const [name, one, other] of pairs) {
  test(`${name}: both stay as they are`, () => {
    const [object, similar] = [objectOf(one), objectOf(other)];
    const texts = [object, similar].map((each) => JSON.stringify(each));
    sharePartsWith(object, similar);
    assert.deepEqual(
      [object, similar].map((each) => JSON.stringify(each)),
      texts,
    );
    assert.notEqual(object['spec'], similar['spec']);
  });
}

test('whatever they hold, both stay as they are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [object, similar] = [objectOf({ spec: [one, other, one] }), objectOf({ spec: [other, other, one] })];
      const texts = [object, similar].map((each) => JSON.stringify(each));
      sharePartsWith(object, similar);
      assert.deepEqual(
        [object, similar].map((each) => JSON.stringify(each)),
        texts,
      );
    }),
  );
});
