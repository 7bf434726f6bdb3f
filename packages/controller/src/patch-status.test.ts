import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '@evenkeel/resource';
import { mergePatch } from './index.ts';

const cases: readonly (readonly [string, Json, Json, Json | undefined])[] = [
  ['equal', { a: 1, b: { c: [1, { d: 2 }] } }, { b: { c: [1, { d: 2 }] }, a: 1 }, undefined],
  ['changed, added, removed', { a: 1, b: 1 }, { a: 2, c: 3 }, { b: null, a: 2, c: 3 }],
  ['deep', { x: { y: { z: 1, keep: 1 } } }, { x: { y: { z: 2, keep: 1 } } }, { x: { y: { z: 2 } } }],
  ['lists whole', { l: [1, 2] }, { l: [1, 3] }, { l: [1, 3] }],
  ['scalar to object', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['null and absent are one', { a: null, b: 1 }, { b: 1, c: null }, undefined],
  ['new objects carry no nulls', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ['order of members does not count', { l: [{ a: 1, b: 2 }] }, { l: [{ b: 2, a: 1 }] }, undefined],
];

test('merge patches are minimal', () => {
  for (const [name, before, after, want] of cases) assert.deepEqual(mergePatch(before, after), want, name);
});
