// Objects as somebody hostile, or unlucky, would write them: a good object in which a few fields, chosen from its schema by a
// seed, hold what nobody expects. `typed` keeps to the types of the schema; `loose` does not.

import { seededRandom } from '@evenkeel/kube/testing';
import type { Json, JsonObject } from '@evenkeel/resource';

export type Manner = 'typed' | 'loose';

export interface Mutation {
  /** Where, as a person would write it. */
  readonly at: string;
  readonly value: Json;
}

export interface Mutated {
  readonly object: JsonObject;
  readonly mutations: readonly Mutation[];
}

/** Answers a copy of `object` with one to four fields of the schema's replaced; the same seed gives the same copy. */
export function mutate(object: JsonObject, schema: JsonObject, how: { seed: number; manner: Manner }): Mutated {
  const random = seededRandom(how.seed);
  const copy = structuredClone(object) as Record<string, Json>;
  const mutations: Mutation[] = [];
  const count = 1 + Math.floor(random() * 4);
  for (let index = 0; index < count; index += 1) mutations.push(mutateOnce(copy, schema, { random, ...how }));
  return { object: copy, mutations };
}

interface Dice {
  readonly random: () => number;
  readonly manner: Manner;
}

/** Goes down the schema by chance, making what is missing on the way, and puts something at the end. */
function mutateOnce(object: Record<string, Json>, schema: JsonObject, dice: Dice): Mutation {
  let holder: Record<string, Json> = object;
  let here: JsonObject = schema;
  let name = pick(Object.keys(propertiesOf(schema)).filter(isOpenToAll), dice);
  const path = [name];
  for (;;) {
    here = (propertiesOf(here)[name] ?? (here['additionalProperties'] as JsonObject | undefined) ?? {}) as JsonObject;
    const names = Object.keys(propertiesOf(here));
    if (names.length > 0 && (path.length < 2 || dice.random() < 0.85)) {
      const known = holder[name];
      const inner: Record<string, Json> = isMap(known) ? (known as Record<string, Json>) : {};
      holder[name] = inner;
      holder = inner;
      name = pick(names, dice);
      path.push(name);
      continue;
    }
    const items = here['items'] as JsonObject | undefined;
    const isListOfMaps = items !== undefined && Object.keys(propertiesOf(items)).length > 0;
    if (isListOfMaps && dice.random() < 0.7) {
      const entry = filled(items, dice) as Record<string, Json>;
      holder[name] = dice.random() < 0.5 ? [entry] : [entry, structuredClone(entry)];
      holder = entry;
      here = items;
      name = pick(Object.keys(propertiesOf(items)), dice);
      path.push('0', name);
      continue;
    }
    const value = dice.manner === 'loose' ? anyValue(dice) : typedValue(here, dice);
    holder[name] = value;
    return { at: path.join('.'), value };
  }
}

/** What an API server would not even take in is no test of ours. */
function isOpenToAll(name: string): boolean {
  return !['apiVersion', 'kind', 'metadata'].includes(name);
}

const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\n',
  'null',
  '-1',
  '../../../../etc/passwd',
  '/',
  '.',
  '..',
  '*',
  '**',
  '!',
  '[',
  '(',
  '{{',
  '{{ .Values }}',
  '${HOME}',
  '$(id)',
  '--upload-pack=touch /tmp/evenkeel-was-here',
  '-c',
  'file:///etc',
  'ext::sh -c id',
  'https://',
  'https://git.example.com/shop/infra.git\n',
  'git@:x',
  'oci://',
  'ssh://-oProxyCommand=id/x',
  'true',
  '1e400',
  '999999999999999999999h',
  '-5s',
  '0s',
  'ünïcödé-☃-😀',
  '\u202eevil',
  'a'.repeat(253),
  'A'.repeat(5000),
  'a,b,,c',
  'x=y=z',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '0',
  'Validate=maybe',
  'CreateNamespace=true',
  'Prune=true',
  'https://kubernetes.default.svc',
  'in-cluster',
];

const nastyNumbers: readonly number[] = [0, -1, 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1), 7];

function anyValue(dice: Dice): Json {
  const values: readonly (() => Json)[] = [
    () => null,
    () => true,
    () => false,
    () => pick(nastyNumbers, dice),
    () => 1.5,
    () => pick(nastyTexts, dice),
    () => [],
    () => ({}),
    () => [null],
    () => [pick(nastyTexts, dice), pick(nastyNumbers, dice), {}],
    () => [[[]]],
    () => ({ [pick(nastyTexts, dice) || 'x']: pick(nastyTexts, dice) }),
    () => ({ a: { b: { c: [null] } } }),
    () => Array.from({ length: 300 }, (_entry, index) => index),
  ];
  return pick(values, dice)();
}

function typedValue(schema: JsonObject, dice: Dice): Json {
  switch (String(schema['type'] as string | undefined)) {
    case 'string':
      if (schema['format'] === 'date-time') return pick(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'], dice);
      return pick(nastyTexts, dice);
    case 'integer':
      return pick(nastyNumbers, dice);
    case 'boolean':
      return dice.random() < 0.5;
    case 'array': {
      const length = pick([0, 1, 2, 40], dice);
      return Array.from({ length }, () => filled(schema['items'] as JsonObject, dice));
    }
    default:
      if (schema['x-kubernetes-int-or-string'] === true) return dice.random() < 0.5 ? 7 : pick(nastyTexts, dice);
      if (schema['additionalProperties'] !== undefined) {
        const value = typedValue(schema['additionalProperties'] as JsonObject, dice);
        return { [pick(nastyTexts, dice) || 'x']: value };
      }
      if (schema['x-kubernetes-preserve-unknown-fields'] === true)
        return isMap(anyValue(dice)) ? {} : { a: anyValue(dice) };
      return filled(schema, dice);
  }
}

/** A value with all that is required in it, and a little more. */
function filled(schema: JsonObject, dice: Dice): Json {
  const properties = propertiesOf(schema);
  if (schema['type'] !== 'object' || Object.keys(properties).length === 0) return typedValue(schema, dice);
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const entries = Object.entries(properties).filter(([name]) => required.has(name) || dice.random() < 0.15);
  return Object.fromEntries(entries.map(([name, inner]) => [name, filled(inner as JsonObject, dice)]));
}

function propertiesOf(schema: JsonObject): JsonObject {
  return (schema['properties'] ?? {}) as JsonObject;
}

function isMap(value: Json | undefined): value is Record<string, Json> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function pick<T>(list: readonly T[], { random }: Pick<Dice, 'random'>): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined && list.length === 0) throw new Error('nothing to pick from');
  return found as T;
}
