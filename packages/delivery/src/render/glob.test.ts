// Globs of directory sources, as a table.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from './glob.ts';

const table: readonly (readonly [string, string, boolean])[] = [
  ['*.yaml', 'a.yaml', true],
  ['*.yaml', 'deep/a.yaml', true],
  ['*.yaml', 'a.yml', false],
  ['{a,b}.yaml', 'b.yaml', true],
  ['{a,b}.yaml', 'c.yaml', false],
  ['{a,b{1,2}}.yaml', 'b2.yaml', true],
  ['config?.json', 'config1.json', true],
  ['config?.json', 'config.json', false],
  ['[a-c]*', 'beta', true],
  ['[!a-c]*', 'beta', false],
  ['**/x.yaml', 'a/b/x.yaml', true],
  ['a.yaml', 'aXyaml', false],
  ['a+b(c).yaml', 'a+b(c).yaml', true],
  ['\\*.yaml', '*.yaml', true],
  ['\\*.yaml', 'a.yaml', false],
  ['', '', true],
  ['[', '[', false],
  ['{a', '{a', false],
];

for (const [pattern, text, want] of table) {
  test(`"${pattern}" ${want ? 'matches' : 'does not match'} "${text}"`, () => {
    assert.equal(matchesGlob(pattern, text), want);
  });
}
