// From a Kustomization to the neutral model, and its inventory there and back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ResourceReport } from '@evenkeel/delivery';
import { inventoryOf, readInventory } from './inventory.ts';
import { type KustomizationSpec, readResource } from './resources.ts';
import type { GitRepository, Kustomization } from './resources.ts';
import { timeoutOf, translateKustomization, unsupportedFields } from './translate.ts';

const spec: KustomizationSpec = {
  interval: '10m',
  prune: true,
  path: './apps/web',
  targetNamespace: 'web',
  sourceRef: { kind: 'GitRepository', name: 'shop' },
};
const artifact = {
  path: 'gitrepository/flux-system/shop/abc123.tar.gz',
  url: 'http://artifacts.example.com/gitrepository/flux-system/shop/abc123.tar.gz',
  revision: 'main@sha1:abc123',
  digest: 'git-commit:abc123',
  lastUpdateTime: '2026-01-01T00:00:00Z',
};
const repository: GitRepository = readResource({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'shop', namespace: 'flux-system' },
  spec: { url: 'https://git.example.com/shop.git', interval: '1m' },
  status: { artifact },
});

function kustomization(change: Partial<KustomizationSpec> = {}): Kustomization {
  return {
    ...readResource({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'web', namespace: 'flux-system' },
    }),
    spec: { ...spec, ...change },
    status: {},
  } as Kustomization;
}

test('a Kustomization is automatic, heals, and goes to its target namespace', () => {
  const { key, sources, destination, policy } = translateKustomization(kustomization(), repository);
  assert.equal(key, 'flux/flux-system/web');
  assert.deepEqual(
    [sources[0]?.url, sources[0]?.revision, sources[0]?.path],
    [repository.spec.url, 'abc123', 'apps/web'],
  );
  assert.equal(destination.namespace, 'web');
  assert.deepEqual([policy.automatic, policy.selfHeal, policy.prune, policy.ordering], [true, true, true, 'stages']);
  assert.equal(sources[0]?.render.kustomize.generate, true);
});

test('the fingerprint does not move with the commit', () => {
  const other = { ...repository, status: { artifact: { ...artifact, revision: 'main@sha1:def456' } } };
  assert.equal(
    translateKustomization(kustomization(), other).fingerprint,
    translateKustomization(kustomization(), repository).fingerprint,
  );
});

test('without its source it can still be taken apart', () => {
  assert.equal(translateKustomization(kustomization(), undefined).key, 'flux/flux-system/web');
});

test('the timeout is the interval less half a minute, and half a minute at the least', () => {
  assert.equal(timeoutOf(spec), 570_000);
  assert.equal(timeoutOf({ ...spec, interval: '40s' }), 30_000);
  assert.equal(timeoutOf({ ...spec, timeout: '2m' }), 120_000);
});

const unsupported: readonly (readonly [string, Partial<KustomizationSpec>])[] = [
  ['spec.serviceAccountName', { serviceAccountName: 'web' }],
  ['spec.kubeConfig', { kubeConfig: { secretRef: { name: 'far' } } }],
  ['spec.healthCheckExprs', { healthCheckExprs: [{ kind: 'X' }] }],
  ['spec.ignoreMissingComponents', { ignoreMissingComponents: true }],
  ['spec.postBuild', { postBuild: { substitute: { a: 'b' } } }],
  ['spec.decryption', { decryption: { provider: 'sops' } }],
  ['spec.sourceRef.kind OCIRepository', { sourceRef: { kind: 'OCIRepository', name: 'x' } }],
  ['spec.dependsOn[].readyExpr', { dependsOn: [{ name: 'x', readyExpr: 'true' }] }],
];

for (const [field, change] of unsupported) {
  test(`${field} is refused by name`, () => {
    assert.deepEqual(
      unsupportedFields({ ...spec, ...change }).map(({ sentence }) => sentence),
      [`${field} is not supported yet`],
    );
  });
}

test('inventory ids are those of the original, colons of roles included', () => {
  const entry = (group: string, kind: string, namespace: string, name: string): ResourceReport => ({
    ref: { group, kind, namespace, name },
    version: 'v1',
    sync: 'synced',
    wave: 0,
    hook: false,
    fields: [],
  });
  const entries = inventoryOf([
    entry('rbac.authorization.k8s.io', 'ClusterRole', '', 'system:shop:reader'),
    entry('', 'ConfigMap', 'web', 'settings'),
    { ...entry('', 'Secret', 'web', 'gone'), reason: 'missing' },
  ]);
  assert.deepEqual(
    entries.map(({ id }) => id),
    ['_system__shop__reader_rbac.authorization.k8s.io_ClusterRole', 'web_settings__ConfigMap'],
  );
});

test('an inventory survives being written and read', () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.:-]{0,10}[a-z0-9])?$/);
  const ref = fc.record({
    group: fc.constantFrom('', 'apps', 'rbac.authorization.k8s.io'),
    kind: fc.constantFrom('ConfigMap', 'Deployment', 'ClusterRole'),
    namespace: fc.constantFrom('', 'web', 'a-b'),
    name,
  });
  fc.assert(
    fc.property(ref, (one) => {
      const entries = inventoryOf([{ ref: one, version: 'v1', sync: 'synced', wave: 0, hook: false, fields: [] }]);
      assert.deepEqual(readInventory(entries), [{ ...one, version: 'v1' }]);
    }),
  );
});

test('entries that cannot be read are left out', () => {
  assert.deepEqual(
    readInventory([
      { id: 'nothing', v: 'v1' },
      { id: 'a_b', v: 'v1' },
    ]),
    [],
  );
});
