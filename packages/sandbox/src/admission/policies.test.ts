// ValidatingAdmissionPolicies in process; their words are compared with the real server's by npm run conformance.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { call, until } from '../testing/client.ts';

const api = '/apis/admissionregistration.k8s.io/v1';

test('a policy refuses, warns and lets pass by the parameters of its bindings', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const transport = sandbox.transport();
  const post = (path: string, body: object, want = 201): ReturnType<typeof call> =>
    call(transport, 'POST', path, { body, want });
  const configMap = (name: string, data: object, want?: number): ReturnType<typeof call> =>
    post(
      '/api/v1/namespaces/default/configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
      want,
    );
  await configMap('limit', { max: '3' });
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: {
      resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    },
    variables: [{ name: 'size', expression: 'int(object.data.size)' }],
    validations: [
      {
        expression: 'variables.size <= int(params.data.max)',
        messageExpression: "string(variables.size) + ' is too many'",
        reason: 'Forbidden',
      },
    ],
  };
  const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'size' } };
  const policy = { ...head, kind: 'ValidatingAdmissionPolicy', spec };
  await post(`${api}/validatingadmissionpolicies`, policy);
  const binding = {
    ...head,
    kind: 'ValidatingAdmissionPolicyBinding',
    spec: {
      policyName: 'size',
      validationActions: ['Deny'],
      paramRef: { name: 'limit', namespace: 'default', parameterNotFoundAction: 'Deny' },
    },
  };
  await post(`${api}/validatingadmissionpolicybindings`, binding);
  await configMap('small', { size: '3' });
  const refused = await configMap('large', { size: '4' }, 403);
  assert.equal(
    refused['message'],
    `configmaps "large" is forbidden: ValidatingAdmissionPolicy 'size' with binding 'size' denied request: 4 is too many`,
  );
  const warned = { ...binding, metadata: { name: 'warned' }, spec: { ...binding.spec, validationActions: ['Warn'] } };
  await post(`${api}/validatingadmissionpolicybindings`, warned);
  await call(transport, 'DELETE', `${api}/validatingadmissionpolicybindings/size`);
  await configMap('larger', { size: '5' });
});

test('the status of a policy tells which expressions do not fit the types they look at', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const transport = sandbox.transport();
  const rule = { operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'typed' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'object.spec.replicas > 1' }, { expression: 'object.spec.replica > 1' }],
    },
  };
  await call(transport, 'POST', `${api}/validatingadmissionpolicies`, { body: policy, want: 201 });
  const seen = await until(
    transport,
    `${api}/validatingadmissionpolicies`,
    (object) => JSON.stringify(object['status']) !== '{}',
  );
  const warning =
    "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n | object.spec.replica > 1\n | ...........^\n";
  assert.deepEqual(seen['status'], {
    observedGeneration: 1,
    typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[1].expression', warning }] },
  });
});
