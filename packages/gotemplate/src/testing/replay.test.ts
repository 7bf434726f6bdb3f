// Every snippet of testdata against the answers that Go gave (`UPDATE=1 npm run oracle:template` records them).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { answer, readTopics, testdata } from './cases.ts';

const topics = readTopics();

test('there are enough snippets to mean something', () => {
  const count = [...topics.values()].reduce((total, cases) => total + cases.length, 0);
  assert.ok(count >= 1500, `only ${count} snippets`);
});

for (const [topic, cases] of topics) {
  test(`${topic}: ${cases.length} snippets answer as Go does`, () => {
    const recorded = readFileSync(join(testdata, 'expected', `${topic}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    assert.equal(recorded.length, cases.length, 'snippets changed: run UPDATE=1 npm run oracle:template');
    cases.forEach((item, index) => {
      const [output, error = ''] = JSON.parse(recorded[index] ?? '[]') as [string | null, string?];
      const ours = answer(item);
      assert.equal(ours.error, error, item.text);
      if (error === '') assert.equal(ours.output, output, item.text);
    });
  });
}
