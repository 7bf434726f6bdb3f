// Rules of definitions (x-kubernetes-validations): compiled when a definition is written, evaluated when an object is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const objects = '/apis/example.com/v1/namespaces/default/ranges';

function definition(rule: string): Record<string, unknown> {
  const integer = { type: 'integer' };
  const spec = {
    type: 'object',
    properties: { min: integer, max: integer },
    'x-kubernetes-validations': [{ rule }],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ranges.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'ranges', kind: 'Range' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
}

function range(min: number, max: number, labels: Record<string, string> = {}): Record<string, unknown> {
  return { apiVersion: 'example.com/v1', kind: 'Range', metadata: { name: 'a', labels }, spec: { min, max } };
}

test('a rule that does not compile is refused with the place and the words of the compiler', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const refused = await call(sandbox.transport(), 'POST', path, {
    body: definition('self.low <= self.max'),
    want: 422,
  });
  assert.match(
    refused['message'] as string,
    /spec\.validation\.openAPIV3Schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*: compilation failed: ERROR: <input>:1:5: undefined field 'low'/,
  );
});

test('an object that breaks a rule is refused', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  await call(sandbox.transport(), 'POST', path, { body: definition('self.min <= self.max'), want: 201 });
  await call(sandbox.transport(), 'POST', objects, { body: range(1, 2), want: 201 });
  const refused = await call(sandbox.transport(), 'POST', objects, { body: range(3, 2), want: 422 });
  assert.equal(
    refused['message'],
    'Range.example.com "a" is invalid: spec: Invalid value: failed rule: self.min <= self.max',
  );
});

test('what broke a rule before the rule was there may stay as it is, but not change', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const transport = sandbox.transport();
  await call(transport, 'POST', path, { body: definition('true'), want: 201 });
  await call(transport, 'POST', objects, { body: range(3, 2), want: 201 });
  const stored = await call(transport, 'GET', `${path}/ranges.example.com`, { want: 200 });
  const stricter = { ...definition('self.min <= self.max'), metadata: stored['metadata'] };
  await call(transport, 'PUT', `${path}/ranges.example.com`, { body: stricter, want: 200 });
  const old = await call(transport, 'GET', `${objects}/a`, { want: 200 });
  const labelled = { ...old, metadata: { ...(old['metadata'] as object), labels: { a: 'b' } } };
  const kept = await call(transport, 'PUT', `${objects}/a`, { body: labelled, want: 200 });
  await call(transport, 'PUT', `${objects}/a`, { body: { ...kept, spec: { min: 4, max: 2 } }, want: 422 });
  await call(transport, 'PUT', `${objects}/a`, { body: { ...kept, spec: { min: 4, max: 5 } }, want: 200 });
});
