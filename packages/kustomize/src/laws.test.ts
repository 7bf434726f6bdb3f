// Laws that hold for any input: the quick printer equals the careful one, merging custom resources is JSON merge patch,
// JSON patches undo each other, and what a build printed builds to itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Json, type JsonObject, emitSigsYaml } from '@evenkeel/resource';
import { memoryTree } from '@evenkeel/std';
import fc from 'fast-check';

import { build } from './build.ts';
import { nodeFromJson, nodeJson } from './nodes/json.ts';
import { printObject } from './output/print.ts';
import { applyJsonPatch } from './patches/json-patch.ts';
import { builtinSchemas } from './patches/merge-schema.ts';
import { strategicMerge } from './patches/strategic-merge.ts';

const word = fc.constantFrom('a', 'b', 'c', 'name', 'kind2', 'x-y', 'a10', 'a9', 'app.kubernetes.io/name', 'on', 'y');
const oddText = fc.constantFrom(
  '',
  'yes',
  '012',
  '1e3',
  'a: b',
  'a #b',
  '- x',
  ' lead',
  'trail ',
  'two\nlines\n',
  'no end\nhere',
  '  indented\nblock\n',
  'tab\there',
  "it's",
  '"q"',
  'żółć',
  'x'.repeat(90),
  'word '.repeat(30).trim(),
  `${'word '.repeat(30)}: colon`,
  'a  double  blank that goes on and on until the line is far too long to stay in one piece at all',
  'end:',
  '2020-01-01',
  '1:30',
  '~',
);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.string({ unit: 'grapheme-ascii' }),
  oddText,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(word, fc.string({ maxLength: 6 })), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const anyObject: fc.Arbitrary<JsonObject> = fc.dictionary(word, anyValue, { maxKeys: 5, noNullPrototype: true });

test('the quick printer writes what the emitter writes', () => {
  fc.assert(
    fc.property(anyObject, (value) => {
      assert.equal(printObject(value), emitSigsYaml(value));
    }),
    { numRuns: 1500 },
  );
});

/** RFC 7386, which is what strategic merge comes to where no schema is known. */
function mergePatch(target: Json | undefined, patch: Json): Json {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const isMap = target !== null && typeof target === 'object' && !Array.isArray(target);
  const result: Record<string, Json> = isMap ? Object.fromEntries(Object.entries(target as Record<string, Json>)) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = mergePatch(result[key], value as Json);
  }
  return result;
}

const text = fc.constantFrom('one', 'two', 'three', 'four words of text');
const leaf: fc.Arbitrary<Json> = fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 }));
/** Maps in which a key always holds the same kind of value: kyaml refuses a list where a map is. */
const shaped = (optional: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.record(
    {
      a: optional,
      b: optional,
      deep: fc.record({ c: optional, d: optional }, { requiredKeys: [], noNullPrototype: true }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
const words = shaped(text);
const wordsOrNull = shaped(fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.constant(null) }));

function merged(target: JsonObject, patch: JsonObject): Json {
  const options = { schemas: builtinSchemas, direction: 'prepend' } as const;
  const result = strategicMerge(nodeFromJson(target), nodeFromJson(patch), options);
  return result === undefined ? null : nodeJson(result);
}

test('without a schema, strategic merge is JSON merge patch', () => {
  fc.assert(
    fc.property(words, wordsOrNull, (target, patch) => {
      assert.deepEqual(merged(target, patch), mergePatch(target, patch));
    }),
  );
});

test('merging twice is merging once', () => {
  fc.assert(
    fc.property(words, wordsOrNull, (target, patch) => {
      const once = merged(target, patch);
      assert.deepEqual(merged(once as JsonObject, patch), once);
    }),
  );
});

const containers = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('app', 'side', 'init'), image: text }, { noNullPrototype: true }),
  { selector: (entry) => entry.name, minLength: 1, maxLength: 3 },
);

function deployment(list: readonly Json[]): JsonObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec: { containers: list } } } };
}

function containersOf(value: Json): ReadonlyMap<string, Json> {
  const spec = (
    value as { readonly spec: { readonly template: { readonly spec: { readonly containers: readonly JsonObject[] } } } }
  ).spec;
  return new Map(spec.template.spec.containers.map((entry) => [String(entry['name'] as string), entry]));
}

test('containers merge by name: nothing is lost, the patch wins', () => {
  fc.assert(
    fc.property(containers, containers, (ours, theirs) => {
      const result = containersOf(merged(deployment(ours), deployment(theirs)));
      const expected = new Map<string, Json>([...ours, ...theirs].map((entry) => [entry.name, entry]));
      assert.deepEqual(result, expected);
    }),
  );
});

const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

test('what a JSON patch adds, another removes; copying and moving agree', () => {
  fc.assert(
    fc.property(shaped(leaf), word, leaf, (target, key, value) => {
      fc.pre(!Object.hasOwn(target, key));
      const apply = (fields: JsonObject[]): Json =>
        nodeJson(
          applyJsonPatch(
            nodeFromJson(target),
            fields.map((each) => ({ fields: each })),
          ),
        );
      const path = pointer(key);
      assert.deepEqual(
        apply([
          { op: 'add', path, value },
          { op: 'test', path, value },
          { op: 'remove', path },
        ]),
        target,
      );
      const moved = apply([
        { op: 'add', path, value },
        { op: 'move', from: path, path: '/moved' },
      ]);
      const copied = apply([
        { op: 'add', path, value },
        { op: 'copy', from: path, path: '/moved' },
        { op: 'remove', path },
      ]);
      assert.deepEqual(moved, copied);
    }),
  );
});

test('what a build printed builds to the same text', () => {
  fc.assert(
    fc.property(fc.array(anyObject, { minLength: 1, maxLength: 4 }), (specs) => {
      const documents = specs.map((spec, index) =>
        emitSigsYaml({ apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: `w${String(index)}` }, spec }),
      );
      const print = (resources: string): string => {
        const result = build(memoryTree({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': resources }), '.');
        assert.deepEqual(result.problems, []);
        return result.yaml();
      };
      const once = print(documents.join('---\n'));
      assert.equal(print(once), once);
    }),
    { numRuns: 200 },
  );
});
