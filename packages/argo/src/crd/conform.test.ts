import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '@evenkeel/resource';
import { readApplication } from '../application.ts';
import { applicationSpecSchema, readStatusSchema } from './application.ts';
import { conform } from './conform.ts';
import { fields, list, map, text } from './schema.ts';

interface Case {
  readonly what: string;
  readonly spec: Json;
  readonly left: Json | undefined;
  readonly problems: readonly string[];
}

const typeProblem = (path: string, wanted: string, found: string): string =>
  `${path}: Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`;

const cases: readonly Case[] = [
  { what: 'no map at all', spec: 7, left: undefined, problems: [typeProblem('spec', 'object', 'integer')] },
  { what: 'null is nothing', spec: { project: null }, left: {}, problems: [] },
  {
    what: 'a number for a text',
    spec: { project: 'a', source: { repoURL: 1.5, path: 'x' } },
    left: { project: 'a', source: { path: 'x' } },
    problems: [typeProblem('spec.source.repoURL', 'string', 'number')],
  },
  {
    what: 'entries of a list',
    spec: { sources: [null, { path: 'x' }, 'y', []] },
    left: { sources: [{ path: 'x' }] },
    problems: [
      typeProblem('spec.sources[0]', 'object', 'null'),
      typeProblem('spec.sources[2]', 'object', 'string'),
      typeProblem('spec.sources[3]', 'object', 'array'),
    ],
  },
  {
    what: 'what is required and missing takes its entry with it',
    spec: { info: [{ name: 'a' }, { name: 'b', value: 'c' }] },
    left: { info: [{ name: 'b', value: 'c' }] },
    problems: ['spec.info[0].value: Required value'],
  },
  {
    what: 'a fraction for a whole number',
    spec: { revisionHistoryLimit: 1.5 },
    left: {},
    problems: [typeProblem('spec.revisionHistoryLimit', 'integer', 'number')],
  },
  {
    what: 'a field that nobody knows stays',
    spec: { unheard: { of: [1] }, project: 'a' },
    left: { unheard: { of: [1] }, project: 'a' },
    problems: [],
  },
  {
    what: 'names that every object has',
    spec: { constructor: 1, toString: {} },
    left: { constructor: 1, toString: {} },
    problems: [],
  },
];

for (const { what, spec, left, problems } of cases) {
  test(`what is stored, read by its schema: ${what}`, () => {
    const read = conform(spec, applicationSpecSchema, 'spec');
    assert.deepEqual(read, { value: left, problems });
  });
}

test('what is as it should be is the very same value', () => {
  const value = { project: 'a', sources: [{ repoURL: 'x' }], info: [{ name: 'a', value: 'b' }] };
  assert.equal(conform(value, applicationSpecSchema, 'spec').value, value);
});

test('a field called __proto__ is a field', () => {
  const value = JSON.parse('{"__proto__": {"polluted": "yes"}, "x": 7}') as JsonObject;
  const read = conform(value, fields({ x: text }), 'v');
  assert.deepEqual(Object.keys(read.value as JsonObject), ['__proto__']);
  assert.equal((read.value as { readonly polluted?: unknown }).polluted, undefined);
  assert.deepEqual(conform({ a: 'b', c: [] }, map(text), 'm').value, { a: 'b' });
  assert.deepEqual(conform([['a'], 'b'], list(list(text)), 'l').value, [['a']]);
});

test('a status that nobody wrote like this is read as far as it goes', () => {
  const status = {
    history: 'long',
    resources: [{ kind: 'Service', version: 'v1', name: 'a' }, { kind: 'Service' }],
    operationState: { operation: {}, phase: 'Running', startedAt: 'yesterday' },
    conditions: [{ type: 'SyncError', message: 7 }],
  };
  const { value } = conform(status, readStatusSchema, 'status');
  assert.deepEqual(value, { resources: [{ kind: 'Service', version: 'v1', name: 'a' }], conditions: [] });
});

test('an operation of which a part cannot be read is known not to be whole', () => {
  const metadata = { name: 'a', namespace: 'argocd' };
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata,
    operation: { sync: { dryRun: 'yes' } },
  };
  const read = readApplication(object);
  assert.deepEqual(read.operationProblems, [typeProblem('operation.sync.dryRun', 'boolean', 'string')]);
  assert.equal(readApplication(object), read);
});
