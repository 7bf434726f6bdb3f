// Jsonnet programs, with the answers of go-jsonnet (tools/go/jsonnet) in testdata/jsonnet.json.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { JsonnetError } from './errors.ts';
import { type JsonnetHost, evaluateJsonnet } from './jsonnet.ts';

interface Case {
  readonly program: string;
  readonly value?: unknown;
  readonly error?: string;
}

const cases = JSON.parse(
  readFileSync(new URL('../../testdata/jsonnet.json', import.meta.url), 'utf8'),
) as readonly Case[];

function hostOf(files: Readonly<Record<string, string>> = {}): JsonnetHost {
  return {
    resolve(path) {
      const text = files[path];
      return text === undefined ? undefined : { file: path, bytes: new TextEncoder().encode(text) };
    },
    hash: (algorithm, bytes) =>
      createHash(algorithm === 'sha3' ? 'sha3-512' : algorithm)
        .update(bytes)
        .digest('hex'),
  };
}

function failure(program: string): JsonnetError {
  try {
    evaluateJsonnet(program, 'main.jsonnet', hostOf());
  } catch (error) {
    if (error instanceof JsonnetError) return error;
    throw error;
  }
  throw new Error(`${program} did not fail`);
}

for (const { program, value, error } of cases) {
  test(program.slice(0, 70), () => {
    if (error === undefined) {
      const found: unknown = JSON.parse(JSON.stringify(evaluateJsonnet(program, 'main.jsonnet', hostOf())));
      assert.deepEqual(found, value);
    } else {
      const { message, at } = failure(program);
      const place = /^main\.jsonnet:(\d+):(\d+)/.exec(error);
      if (place) assert.deepEqual([at?.line, at?.column], [Number(place[1]), Number(place[2])]);
      else assert.equal(message, error);
    }
  });
}

test('imports, each once and by its own place; texts and bytes', () => {
  const files = { 'lib.libsonnet': "{ at: std.thisFile, n: import 'n.json' }", 'n.json': '[1, 2]', raw: 'é' };
  const program = "[import 'lib.libsonnet', importstr 'raw', importbin 'raw']";
  assert.deepEqual(evaluateJsonnet(program, 'main.jsonnet', hostOf(files)), [
    { at: 'lib.libsonnet', n: [1, 2] },
    'é',
    [195, 169],
  ]);
  assert.equal(
    failure("import 'none'").message,
    'couldn\'t open import "none": no match locally or in the Jsonnet library paths',
  );
});

test('variables from outside, as text and as programs', () => {
  const extVars = [
    { name: 'a', value: '1 + 1', code: false },
    { name: 'b', value: '1 + 1', code: true },
  ];
  const topLevel = [{ name: 'x', value: '[1]', code: true }];
  const program = "function(x, y='d') [std.extVar('a'), std.extVar('b'), x, y]";
  assert.deepEqual(evaluateJsonnet(program, 'main.jsonnet', hostOf(), { extVars, topLevel }), ['1 + 1', 2, [1], 'd']);
});

test('a program ends, whatever it asks for', () => {
  const limits: readonly (readonly [string, RegExp])[] = [
    ['local f(n) = f(n + 1); f(0)', /max stack frames/],
    ['local f(n) = f(n + 1) tailstrict; f(0)', /too many steps/],
    ['{ a: self.b, b: self.a }.a', /max stack frames/],
    ["std.repeat('x', 1e12)", /too much/],
    ["local f(s, n) = if n == 0 then s else f(s + s, n - 1); f('x', 99)", /too many steps/],
    ['std.range(1, 1e12)', /too long/],
    ['std.repeat([1], 1e9)', /too long/],
    ['std.foldl(function(list, i) list + [i], std.range(1, 5000), [])', /too many steps/],
    ['[x * y for x in std.range(1, 3000) for y in std.range(1, 3000)]', /too many steps/],
    ['std.foldl(function(list, i) [list, list], std.range(1, 60), 1)', /too many steps/],
    ['std.manifestYamlDoc(std.foldl(function(list, i) [list, list], std.range(1, 60), 1))', /too many steps/],
    ['local l = std.foldl(function(l, i) [l, l], std.range(1, 60), 1); l == l + []', /too many steps/],
    [`${'['.repeat(5000)}`, /nested too deeply/],
  ];
  for (const [program, message] of limits) {
    assert.throws(() => evaluateJsonnet(program, 'main.jsonnet', hostOf(), { stepsMax: 100_000 }), message);
  }
});

test('calls in tail position cost no stack', () => {
  const program = 'local f(n, sum) = if n == 0 then sum else f(n - 1, sum + n) tailstrict; f(100000, 0)';
  assert.equal(evaluateJsonnet(program, 'main.jsonnet', hostOf()), 5_000_050_000);
});

test('what the host throws to suspend passes through', () => {
  const suspended = new Error('not loaded');
  const host: JsonnetHost = {
    resolve: () => {
      throw suspended;
    },
  };
  assert.throws(() => evaluateJsonnet("{ a: import 'x' }", 'main.jsonnet', host), suspended);
});
