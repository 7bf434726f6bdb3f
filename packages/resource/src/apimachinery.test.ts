// Strategic merge, three-way patches, quantities, selectors and the take-over from client-side apply, against recorded
// answers of k8s.io/apimachinery and client-go (tools/oracles/apply.ts --record).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { type AnsweredQuestion, checkAnswers } from './apimachinery-replay.ts';

const answered = JSON.parse(
  readFileSync(new URL('testdata/apimachinery.json', import.meta.url), 'utf8'),
) as unknown as readonly AnsweredQuestion[];

for (const [ask, questions] of Map.groupBy(answered, ({ question }) => question.ask)) {
  test(`as apimachinery: ${ask} (${questions.length} cases)`, () => {
    assert.deepEqual(checkAnswers(questions).failed, []);
  });
}
