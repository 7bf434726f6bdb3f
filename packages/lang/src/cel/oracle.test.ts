// Every expression of testdata/cel/cases.jsonl against what cel-go answered in the environment of Kubernetes 1.35
// (npm run oracle:cel asks it again): compile errors, types, values, runtime errors and estimates of cost.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CelAnswer, type CelQuestion, answerCel, sameAnswer } from './answer.ts';

const directory = fileURLToPath(new URL('../../testdata/cel/', import.meta.url));

function lines<T>(name: string): readonly T[] {
  const text = readFileSync(`${directory}${name}`, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** What differs and stays so, by expression. */
const known: ReadonlyMap<string, string> = new Map(
  lines<{ readonly expr: string; readonly why: string }>('known.jsonl').map(({ expr, why }) => [expr, why]),
);

test('expressions answer as in Kubernetes 1.35', (t) => {
  const expected = lines<CelAnswer>('expected.jsonl');
  const failures: string[] = [];
  let passed = 0;
  for (const [index, question] of lines<CelQuestion>('cases.jsonl').entries()) {
    const want = expected[index];
    const got = answerCel(question);
    const same = want !== undefined && sameAnswer(got, want);
    if (same === known.has(question.expr))
      failures.push(`${question.expr}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(got)}`);
    if (same) passed++;
  }
  t.diagnostic(`${passed} of ${expected.length} alike`);
  assert.deepEqual(failures, []);
});
