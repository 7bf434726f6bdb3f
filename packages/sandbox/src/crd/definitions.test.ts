// Definitions that the sandbox must not take: rules that nothing would evaluate.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call } from '../testing/client.ts';

test('a definition with CEL rules is refused by name, not accepted and ignored', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const rules = [{ rule: 'self.min <= self.max' }];
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', 'x-kubernetes-validations': rules } },
  };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ranges.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'ranges', kind: 'Range' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const refused = await call(sandbox.transport(), 'POST', path, { body: definition, want: 422 });
  assert.equal(
    refused['message'],
    'CustomResourceDefinition.apiextensions.k8s.io "ranges.example.com" is invalid: spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations: Forbidden: the sandbox cluster does not evaluate CEL rules',
  );
});
