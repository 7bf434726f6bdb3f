// JSONPath templates against the answers of client-go v0.35.4 (testdata/jsonpath.json). Where Go walks maps in random order,
// results are compared as sets.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '@evenkeel/resource';
import { parseJsonPath, printJsonPath, relaxedJsonPath } from '../index.ts';

interface Recorded {
  readonly data: Json;
  readonly cases: readonly {
    readonly t: string;
    readonly m?: boolean;
    readonly o?: string;
    readonly e?: string;
  }[];
}

const recorded = JSON.parse(readFileSync(new URL('../../testdata/jsonpath.json', import.meta.url), 'utf8')) as Recorded;

function answer(template: string, allowMissingKeys: boolean): string {
  const parsed = parseJsonPath(template);
  if (!parsed.ok) return `error: ${parsed.error.message}`;
  const printed = printJsonPath(parsed.value, recorded.data, { allowMissingKeys });
  return printed.ok ? printed.value : `error: ${printed.error.message}`;
}

const unordered = /\.\*|\.\.|\['metadata\.name'|\{@\}$/;

for (const { t, m = false, o, e } of recorded.cases) {
  test(`${JSON.stringify(t)}${m ? ', keys may be missing' : ''}`, () => {
    const wanted = e === undefined ? (o ?? '') : `error: ${e}`;
    const ours = answer(t, m);
    if (ours !== wanted && unordered.test(t)) {
      assert.deepEqual(ours.split(' ').sort(), wanted.split(' ').sort());
    } else assert.equal(ours, wanted);
  });
}

test('relaxed expressions', () => {
  for (const text of ['a.b', '.a.b', '{a.b}', '{.a.b}']) {
    const path = relaxedJsonPath(text);
    assert.equal(path.ok ? path.value : path.error.message, '{.a.b}');
  }
  assert.equal(relaxedJsonPath('{a}{b}').ok, false);
});
