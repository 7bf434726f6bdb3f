// The schema table, schemas of custom resources, and the documents published from both.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../json.ts';
import { isMap } from '../ownership/values.ts';
import { builtinSchema, builtinTypes } from './builtin.ts';
import { schemaFromCrd } from './crd-schema.ts';
import { builtinGroupVersions, builtinOpenApiV3, crdDefinitions, openApiV2, openApiV3 } from './openapi.ts';

test('facts of a built-in kind are found by walking down', () => {
  const pod = builtinSchema({ group: '', version: 'v1', kind: 'Pod' });
  const containers = pod?.properties?.get('spec')?.properties?.get('containers');
  assert.equal(containers?.listType, 'map');
  assert.deepEqual(containers?.listMapKeys, ['name']);
  assert.deepEqual(containers?.patchStrategy, ['merge']);
  assert.equal(containers?.patchMergeKey, 'name');
  assert.equal(containers?.items?.name, 'io.k8s.api.core.v1.Container');
  const port = containers?.items?.properties?.get('ports')?.items?.properties?.get('protocol');
  assert.equal(port?.default, 'TCP');
  assert.deepEqual(port?.enum, ['SCTP', 'TCP', 'UDP']);
  const volumes = pod?.properties?.get('spec')?.properties?.get('volumes');
  assert.deepEqual(volumes?.patchStrategy, ['merge', 'retainKeys']);
});

test('unknown kinds have no schema', () => {
  assert.equal(builtinSchema({ group: 'example.dev', version: 'v1', kind: 'Widget' }), undefined);
});

test('recursive definitions end', () => {
  const crd = builtinSchema({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' });
  let schema = crd?.properties?.get('spec')?.properties?.get('versions')?.items?.properties?.get('schema');
  schema = schema?.properties?.get('openAPIV3Schema');
  for (let depth = 0; depth < 20; depth++) schema = schema?.properties?.get('not');
  assert.equal(schema?.name, 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
});

test('discovery facts', () => {
  const deployment = builtinTypes().find(({ group, kind }) => group === 'apps' && kind === 'Deployment');
  assert.deepEqual(deployment?.shortNames, ['deploy']);
  assert.deepEqual(deployment?.categories, ['all']);
  assert.equal(deployment?.namespaced, true);
  const scale = deployment?.subresources.find(({ name }) => name === 'scale');
  assert.deepEqual([scale?.group, scale?.version, scale?.kind], ['autoscaling', 'v1', 'Scale']);
  const hpa = builtinTypes().filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  assert.deepEqual(
    hpa.map(({ version }) => version),
    ['v2', 'v1'],
  );
});

test('custom resources have ObjectMeta, also embedded ones', () => {
  const schema = schemaFromCrd({
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { template: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
    },
  });
  const labels = schema.properties?.get('metadata')?.properties?.get('labels');
  assert.equal(labels?.type, 'object');
  const embedded = schema.properties?.get('spec')?.properties?.get('template');
  assert.equal(embedded?.properties?.get('metadata')?.name, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
});

test('every reference of a published document has its definition', () => {
  for (const groupVersion of builtinGroupVersions()) {
    const document = builtinOpenApiV3(groupVersion);
    assert.ok(document);
    assertReferences(document, (document['components'] as JsonObject)['schemas'], '#/components/schemas/');
  }
  const v2 = openApiV2([], {});
  assertReferences(v2, v2['definitions'], '#/definitions/');
});

test('custom resources are published beside built-in ones', () => {
  const type = { ...widgetType, subresources: [] };
  const definitions = crdDefinitions(type, { type: 'object', properties: { spec: { type: 'object' } } }, 'v3');
  const document = openApiV3([type], definitions);
  assertReferences(document, (document['components'] as JsonObject)['schemas'], '#/components/schemas/');
  assert.ok(Object.hasOwn(definitions, 'dev.example.v1.Widget'));
  const patch = (document['paths'] as Record<string, JsonObject>)[
    '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}'
  ]?.['patch'];
  assert.deepEqual(isMap(patch) ? patch['x-kubernetes-group-version-kind'] : undefined, {
    group: 'example.dev',
    version: 'v1',
    kind: 'Widget',
  });
});

const widgetType = {
  group: 'example.dev',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
};

function assertReferences(value: unknown, definitions: unknown, prefix: string): void {
  assert.ok(typeof definitions === 'object' && definitions !== null);
  const missing = new Set<string>();
  JSON.stringify(value, (key, member: unknown) => {
    if (key === '$ref' && typeof member === 'string') {
      if (!member.startsWith(prefix) || !Object.hasOwn(definitions, member.slice(prefix.length))) missing.add(member);
    }
    return member;
  });
  assert.deepEqual([...missing], []);
}
