// Laws of server-side apply that hold for every object: applying twice is applying once, what one applies alone goes when
// it stops, conflicts are mutual, and the preview tells what the apply does.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { schemaFromCrd } from '../schema/crd-schema.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { asJson, serverSideApply } from './apply.ts';
import {
  equalSets,
  intersectSets,
  isEmptySet,
  setFromFieldsV1,
  setToFieldsV1,
  subtractSet,
  uniteSets,
} from './field-set.ts';
import { fieldSetOf } from './fields-of.ts';
import { wouldApplyChange } from './preview.ts';
import type { Applied } from './types.ts';
import { equalValues } from './values.ts';

const schema: FieldSchema = schemaFromCrd({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        size: { type: 'integer' },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        args: { type: 'array', items: { type: 'string' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              name: { type: 'string' },
            },
          },
        },
      },
    },
  },
});

const word = fc.constantFrom('a', 'b', 'c');
const port = fc.record(
  { port: fc.constantFrom(80, 443), protocol: fc.constantFrom('TCP', 'UDP'), name: word },
  { requiredKeys: ['port', 'protocol'] },
);
const spec = fc.record(
  {
    title: word,
    size: fc.integer({ min: 0, max: 3 }),
    tags: fc.uniqueArray(word, { minLength: 1 }),
    args: fc.array(word),
    labels: fc.dictionary(word, word, { minKeys: 1 }),
    selector: fc.dictionary(word, word),
    ports: fc.uniqueArray(port, { minLength: 1, selector: (one) => `${one.port}/${one.protocol}` }),
  },
  { requiredKeys: [] },
);
const config = fc.record({ spec }, { requiredKeys: [] }).map(configOf);

function configOf(content: JsonObject): KubeObject {
  return { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'd' }, ...content };
}

let seconds = 0;

function apply(live: KubeObject | undefined, wanted: KubeObject, manager: string, force: boolean): Applied | undefined {
  const time = new Date(1_700_000_000_000 + seconds++ * 1000).toISOString().replace('.000', '');
  const result = serverSideApply({ live, config: wanted, manager, force, schema, time });
  if (!result.ok) assert.equal(result.error.code, 'CONFLICT');
  return result.ok ? result.value : undefined;
}

function forced(live: KubeObject | undefined, wanted: KubeObject, manager: string): Applied {
  const applied = apply(live, wanted, manager, true);
  assert.ok(applied);
  return applied;
}

test('applying the same again changes nothing', () => {
  fc.assert(
    fc.property(config, config, (mine, theirs) => {
      const object = forced(forced(undefined, theirs, 'bob').object, mine, 'alice').object;
      const again = apply(object, mine, 'alice', false);
      assert.equal(again?.changed, false);
      assert.equal(again?.object, object);
    }),
  );
});

test('the preview says whether an apply changes the object', () => {
  fc.assert(
    fc.property(config, config, config, (first, second, third) => {
      const live = forced(forced(undefined, first, 'bob').object, second, 'alice').object;
      const preview = wouldApplyChange({ live, config: third, manager: 'alice', schema });
      const { object } = forced(live, third, 'alice');
      const changed = !equalValues(asJson(object)['spec'], asJson(live)['spec']);
      // What is dropped here as an empty value is what a server stores as none.
      if (changed !== preview.changed) assert.ok(changed && !preview.changed && onlyEmptiesDiffer(object, live));
      const after = wouldApplyChange({ live: object, config: third, manager: 'alice', schema });
      assert.deepEqual([after.changed, after.ownershipChanged], [false, false]);
    }),
  );
});

function onlyEmptiesDiffer(a: KubeObject, b: KubeObject): boolean {
  return equalValues(withoutEmpties(asJson(a)), withoutEmpties(asJson(b)));
}

function withoutEmpties(value: JsonObject): JsonObject {
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (key === 'managedFields' || member === null) return undefined;
    if (typeof member !== 'object' || member === null) return member;
    return Object.keys(member).length === 0 ? undefined : member;
  });
  return JSON.parse(text) as JsonObject;
}

test('what one manager applied alone is gone when it applies nothing', () => {
  fc.assert(
    fc.property(config, config, (mine, theirs) => {
      const before = forced(undefined, theirs, 'bob');
      const both = apply(before.object, mine, 'alice', false);
      fc.pre(both !== undefined);
      const after = forced(both?.object, configOf({}), 'alice');
      assert.deepEqual(ownedBy(after, 'bob'), ownedBy(before, 'bob'));
      assert.deepEqual(ownedBy(after, 'alice'), undefined);
      const leftovers = subtractSet(
        fieldSetOf(asJson(after.object), schema),
        fieldSetOf(asJson(before.object), schema),
      );
      assert.ok(withoutMetadata(setToFieldsV1(leftovers)), JSON.stringify(setToFieldsV1(leftovers)));
    }),
  );
});

// An emptied list or map may stay behind as null, which a server drops.
function withoutMetadata(fields: JsonObject): boolean {
  return Object.keys(fields).every((name) => name === 'f:metadata' || name === 'f:spec');
}

function ownedBy(applied: Applied, manager: string): JsonObject | undefined {
  return applied.managedFields.find((entry) => entry.manager === manager)?.fieldsV1;
}

test('conflicts are mutual', () => {
  fc.assert(
    fc.property(config, config, (mine, theirs) => {
      const overTheirs = apply(forced(undefined, theirs, 'bob').object, mine, 'alice', false);
      const overMine = apply(forced(undefined, mine, 'alice').object, theirs, 'bob', false);
      assert.equal(overTheirs === undefined, overMine === undefined);
    }),
  );
});

test('inputs are never written', () => {
  fc.assert(
    fc.property(config, config, (mine, theirs) => {
      const live = frozen(forced(undefined, theirs, 'bob').object);
      forced(live, frozen(mine), 'alice');
      wouldApplyChange({ live, config: frozen(mine), manager: 'alice', schema });
    }),
  );
});

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

test('field sets are an algebra', () => {
  fc.assert(
    fc.property(config, config, (a, b) => {
      const [left, right] = [fieldSetOf(asJson(a), schema), fieldSetOf(asJson(b), schema)];
      assert.ok(equalSets(setFromFieldsV1(setToFieldsV1(left)), left));
      assert.ok(equalSets(uniteSets(left, right), uniteSets(right, left)));
      assert.ok(equalSets(intersectSets(left, right), intersectSets(right, left)));
      assert.ok(isEmptySet(intersectSets(subtractSet(left, right), right)));
      assert.ok(equalSets(uniteSets(subtractSet(left, right), intersectSets(left, right)), left));
    }),
  );
});
