import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSelectorPredicate } from './label-selector.ts';

const labels = { app: 'api', 'example.test/tier': 'back', size: '12', empty: '' };
const cases: readonly (readonly [string, boolean | undefined])[] = [
  ['', true],
  ['app', true],
  ['!app', false],
  ['! none', true],
  ['app=api', true],
  ['app==api,size', true],
  ['app = web', false],
  ['app!=web', true],
  ['none!=x', true],
  ['example.test/tier in (front, back)', true],
  ['example.test/tier notin (front,back),app', false],
  ['none notin (a)', true],
  ['none in (a)', false],
  ['size>11', true],
  ['size<12', false],
  ['empty=', true],
  ['none=', false],
  ['app in (api),size in (1,12),!none', true],
  ['toString', false],
  ['app in api', undefined],
  ['=x', undefined],
  ['size>x', undefined],
];

test('label selectors choose as the server does', () => {
  for (const [text, want] of cases) assert.equal(labelSelectorPredicate(text)?.(labels), want, text);
});
