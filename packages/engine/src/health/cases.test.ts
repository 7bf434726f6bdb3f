// Every bundled check on recorded objects, with Argo CD's answer to each.

import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { healthDirectory, objectOf, readCases } from '../testing/health-cases.ts';
import { checkOf } from './catalogue.ts';
import { groups } from './registry.ts';

for (const group of globSync('*.jsonl', { cwd: healthDirectory }).map((file) => basename(file, '.jsonl'))) {
  test(`health of ${group}`, () => {
    for (const item of readCases(group)) {
      const object = objectOf(item);
      const found = checkOf(object)?.(object);
      const said = [found?.status, found?.message ?? '', found?.deletionMessage];
      assert.deepEqual(said, [item.status.toLowerCase(), item.message, item.deletionMessage], JSON.stringify(object));
    }
  });
}

test('there are cases for every kind that is judged', () => {
  const missing = Object.entries(groups).flatMap(([group, build]) => {
    const covered = new Set(readCases(group).map(({ folder }) => folder));
    return Object.keys(build())
      .filter((kind) => !covered.has(kind))
      .map((kind) => `${group}/${kind}`);
  });
  assert.deepEqual(missing, []);
  const count = Object.keys(groups).reduce((sum, group) => sum + readCases(group).length, 0);
  assert.ok(count >= 1000, `${count} cases`);
});
