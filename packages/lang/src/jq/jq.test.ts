// The answers of gojq, replayed; and what only this one has: an end to every run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Json, stringifyJson } from '@evenkeel/resource';
import { compileJq } from './jq.ts';

const recorded = new URL('../../testdata/jq/answers.jsonl', import.meta.url);

test('programs answer as gojq 0.12.19 does', () => {
  const lines = readFileSync(recorded, 'utf8').trimEnd().split('\n');
  assert.ok(lines.length > 3000);
  for (const line of lines) {
    const [program, input, values, error] = JSON.parse(line) as [string, string, string[], string];
    const compiled = compileJq(program);
    const run = compiled.ok
      ? compiled.value.run(JSON.parse(input) as Json, { nowSeconds: () => 0 })
      : { values: [], error: compiled.error };
    const label = `${program} on ${input}`;
    assert.equal(run.error?.message ?? '', error, label);
    assert.deepEqual(run.values.map(written), values, label);
  }
});

function written(value: Json): string {
  const text = stringifyJson(finite(value), { sortKeys: true });
  return text.replaceAll('\u007f', '\\u007f');
}

/** JSON has no infinities; gojq writes the largest numbers. */
function finite(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? null : Math.sign(value) * Number.MAX_VALUE;
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map(finite);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, finite(member ?? null)]));
}

function limited(program: string, input: Json = null): string | undefined {
  const compiled = compileJq(program);
  assert.ok(compiled.ok, program);
  return compiled.value.run(input, { stepsMax: 200_000 }).error?.code;
}

test('a run always ends', () => {
  for (const program of [
    'repeat(1)',
    '[range(infinite)]',
    'def f: f; f',
    'def f: [f]; f',
    '1 | until(false; . + 1)',
    '[recurse(.)]',
    'last(range(1e12))',
    'reduce range(1e9) as $x (0; . + $x)',
    '"abc" | [gsub("(?<x>.)"; range(1e9) | tostring)]',
    '.[400000000] = 1',
    'reduce range(100) as $x ("a"; . + .)',
    'reduce range(100) as $x ([1]; . + .)',
    'reduce range(100) as $x ([1]; [., .]) | flatten',
    '[limit(1e9; repeat(1))]',
    'def f: def g: f; g; f',
  ]) {
    assert.equal(limited(program), 'LIMIT', program);
  }
});

test('deep programs and texts are refused, not crashed on', () => {
  for (const program of [
    '('.repeat(5000),
    '['.repeat(5000),
    '-'.repeat(5000) + '1',
    '"\\('.repeat(3000),
    '.a'.repeat(3000),
  ]) {
    const compiled = compileJq(program);
    if (compiled.ok) compiled.value.run(null);
  }
});

test('names of Object.prototype are ordinary keys', () => {
  const compiled = compileJq(
    '[.__proto__, .constructor, has("toString"), (.["__proto__"] = 1 | keys), ({} | .hasOwnProperty)]',
  );
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.value.run({}).values, [[null, null, false, ['__proto__'], null]]);
});

test('a run stops once enough values are there', () => {
  const compiled = compileJq('1, 2, error("never")');
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.value.run(null, { valuesMax: 2 }), { values: [1, 2] });
});

test('errors of reading say where', () => {
  const compiled = compileJq('.a | nosuch');
  assert.equal(compiled.ok, false);
  assert.deepEqual([compiled.error.code, compiled.error.offset], ['UNDEFINED', 5]);
});
