import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { applyJsonMergePatch, createJsonMergePatch, jsonEquals } from './json-merge-patch.ts';
import { JsonPatchError, applyJsonPatch, decodeJsonPatch } from './json-patch.ts';
import type { JsonPatchOperation } from './json-patch.ts';
import { formatJsonPointer, getJsonPointer, parseJsonPointer } from './json-pointer.ts';
import type { Json } from './json.ts';

interface Case {
  readonly name: string;
  readonly doc: Json;
  readonly patch: readonly JsonPatchOperation[];
  readonly version?: 'v4' | 'v5';
  readonly want?: Json;
  readonly error?: string;
}

// Wants and errors were taken from evanphx/json-patch v4.13.0 and v5.9.11.
const CASES: readonly Case[] = [
  { name: 'add member', doc: { a: 1 }, patch: [{ op: 'add', path: '/b', value: 2 }], want: { a: 1, b: 2 } },
  { name: 'add element', doc: { a: [1, 3] }, patch: [{ op: 'add', path: '/a/1', value: 2 }], want: { a: [1, 2, 3] } },
  { name: 'append', doc: [1], patch: [{ op: 'add', path: '/-', value: 2 }], want: [1, 2] },
  { name: 'negative index', doc: [1, 2], patch: [{ op: 'remove', path: '/-1' }], want: [1] },
  {
    name: 'escaped names',
    doc: { 'a/b': { '~': 1 } },
    patch: [{ op: 'remove', path: '/a~1b/~0' }],
    want: { 'a/b': {} },
  },
  { name: 'whole document', doc: { a: 1 }, patch: [{ op: 'replace', path: '', value: [1] }], want: [1] },
  {
    name: 'move',
    doc: { a: { b: 1 }, c: {} },
    patch: [{ op: 'move', from: '/a/b', path: '/c/d' }],
    want: { a: {}, c: { d: 1 } },
  },
  { name: 'copy', doc: { a: [1] }, patch: [{ op: 'copy', from: '/a', path: '/a/-' }], want: { a: [1, [1]] } },
  {
    name: 'test passes',
    doc: { a: { b: [1n, 'x'] } },
    patch: [{ op: 'test', path: '/a', value: { b: [1, 'x'] } }],
    want: { a: { b: [1n, 'x'] } },
  },
  { name: 'missing passes for null', doc: {}, patch: [{ op: 'test', path: '/a', value: null }], want: {} },
  {
    name: 'test fails',
    doc: { a: 1 },
    patch: [{ op: 'test', path: '/a', value: 2 }],
    error: 'testing value /a failed: test failed',
  },
  {
    name: 'replace missing in v5',
    doc: {},
    patch: [{ op: 'replace', path: '/a', value: 1 }],
    error: 'replace operation does not apply: doc is missing key: /a: missing value',
  },
  {
    name: 'replace missing in v4',
    version: 'v4',
    doc: {},
    patch: [{ op: 'replace', path: '/a', value: 1 }],
    want: { a: 1 },
  },
  {
    name: 'remove missing in v5',
    doc: {},
    patch: [{ op: 'remove', path: '/a' }],
    error: "error in remove for path: '/a': unable to remove nonexistent key: a: missing value",
  },
  {
    name: 'remove missing in v4',
    version: 'v4',
    doc: {},
    patch: [{ op: 'remove', path: '/a' }],
    error: "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
  },
  {
    name: 'missing parent',
    doc: {},
    patch: [{ op: 'add', path: '/a/b', value: 1 }],
    error: 'add operation does not apply: doc is missing path: "/a/b": missing value',
  },
  {
    name: 'scalar on the way',
    doc: { a: 'x' },
    patch: [{ op: 'add', path: '/a/b', value: 1 }],
    error: 'add operation does not apply: doc is missing path: "/a/b": missing value',
  },
  {
    name: 'index too large',
    doc: [1],
    patch: [{ op: 'add', path: '/5', value: 1 }],
    error: "error in add for path: '/5': Unable to access invalid index: 5: invalid index referenced",
  },
  {
    name: 'index is no number',
    doc: [1],
    patch: [{ op: 'add', path: '/x', value: 1 }],
    error: `error in add for path: '/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
  },
  {
    name: 'move of missing',
    doc: {},
    patch: [{ op: 'move', from: '/a', path: '/b' }],
    error: "error in move for path: 'a': unable to get nonexistent key: a: missing value",
  },
  {
    name: 'prototype is a name',
    doc: {},
    patch: [{ op: 'add', path: '/__proto__', value: 1 }],
    want: JSON.parse('{"__proto__":1}') as Json,
  },
  {
    name: 'prototype is no parent',
    doc: {},
    patch: [{ op: 'add', path: '/constructor/x', value: 1 }],
    error: 'add operation does not apply: doc is missing path: "/constructor/x": missing value',
  },
];

for (const { name, doc, patch, version = 'v5', want, error } of CASES) {
  test(`JSON patch: ${name}`, () => {
    const run = (): Json => applyJsonPatch(freeze(doc), patch, { version });
    if (error === undefined) assert.deepEqual(run(), want);
    else
      assert.throws(
        run,
        (thrown) => thrown instanceof JsonPatchError && thrown.message === error && thrown.index === 0,
      );
  });
}

test('JSON patch: options', () => {
  const missing: JsonPatchOperation[] = [
    { op: 'remove', path: '/a/b' },
    { op: 'remove', path: '/a' },
  ];
  assert.deepEqual(applyJsonPatch({}, missing, { allowMissingPathOnRemove: true }), {});
  const copies: JsonPatchOperation[] = [{ op: 'copy', from: '/a', path: '/b' }];
  assert.throws(
    () => applyJsonPatch({ a: 'long text' }, copies, { copySizeMax: 10 }),
    /accumulated size increase of copy is 11, exceeding the limit 10/,
  );
});

test('JSON patch: a patch is checked before it applies', () => {
  const problems: readonly [Json, string][] = [
    [{}, 'invalid state detected'],
    [
      [{ op: 'add', path: '/a' }],
      `invalid operation {"op":"add","path":"/a"}: failed to decode 'value': operation, missing value field: missing value`,
    ],
    [[{ op: 'frob', path: '/a' }], 'invalid operation {"op":"frob","path":"/a"}: unsupported operation'],
    [
      [{ op: 'remove' }],
      `invalid operation {"op":"remove"}: failed to decode 'path': operation missing path field: missing value`,
    ],
  ];
  for (const [patch, message] of problems) assert.throws(() => decodeJsonPatch(patch), { message });
  assert.throws(
    () => applyJsonPatch({}, decodeJsonPatch([{ op: 'frob', path: '' }], { version: 'v4' }), { version: 'v4' }),
    {
      message: 'Unexpected kind: frob',
    },
  );
});

test('JSON pointer', () => {
  assert.deepEqual(parseJsonPointer('/a~1b/~01/'), ['a/b', '~1', '']);
  assert.throws(() => parseJsonPointer('a'), SyntaxError);
  assert.equal(getJsonPointer({ a: [{ b: 1 }] }, '/a/0/b'), 1);
  assert.equal(getJsonPointer({ a: [1] }, '/a/-'), undefined);
  assert.equal(getJsonPointer({}, '/constructor'), undefined);
});

test('JSON merge patch: examples of RFC 7386, and nulls in arrays', () => {
  const examples: readonly [Json, Json, Json][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [['a'], { b: 1 }, { b: 1 }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, { a: [{ b: null, c: null }] }, { a: [{}] }],
    [{ a: {} }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  ];
  for (const [doc, patch, want] of examples) assert.deepEqual(applyJsonMergePatch(freeze(doc), freeze(patch)), want);
});

const json = (withNull: boolean): fc.Arbitrary<Json> =>
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      ...(withNull ? [fc.constant(null)] : []),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('a', 'b', '__proto__', '~/')), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  })).value;

test('JSON merge patch: creating and applying are inverse where no null is involved', () => {
  fc.assert(
    fc.property(json(false), json(false), (a, b) => {
      assert.ok(jsonEquals(applyJsonMergePatch(a, createJsonMergePatch(a, b)), b));
      if (jsonEquals(a, b) && typeof a === 'object' && !Array.isArray(a))
        assert.deepEqual(createJsonMergePatch(a, b), {});
    }),
  );
});

test('JSON pointer: formatting and parsing are inverse', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (tokens) =>
      assert.deepEqual(parseJsonPointer(formatJsonPointer(tokens)), tokens),
    ),
  );
});

test('JSON patch: what was added is there, can be tested and removed, and the input stays as it was', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), json(true), { noNullPrototype: true }),
      fc.string({ minLength: 1 }),
      json(true),
      (doc, name, value) => {
        const before = structuredClone(doc);
        const path = formatJsonPointer([name]);
        const added = applyJsonPatch(doc, [
          { op: 'add', path, value },
          { op: 'test', path, value },
        ]);
        assert.ok(jsonEquals(getJsonPointer(added, path), value));
        const removed = applyJsonPatch(added, [{ op: 'remove', path }]);
        assert.equal(getJsonPointer(removed, path), undefined);
        assert.deepEqual(doc, before);
      },
    ),
  );
});

function freeze(value: Json): Json {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze((member ?? null) as Json);
  }
  return value;
}
