import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';

import { makeReleaseRecord } from './make-release.ts';
import { decodeRelease, encodeRelease, readReleaseSecret, releaseSecret, releaseSelector } from './record.ts';

const tree = memoryTree({
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nannotations: {a: b}\n',
  'values.yaml': 'size: 1\n',
  'values.schema.json': '{}',
  'README.md': 'hello\n',
  'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {size: "{{ .Values.size }}"}\n',
  'templates/h.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: test}\n',
});
const record = structuredClone(
  makeReleaseRecord(
    { tree, chartPath: '' },
    { releaseName: 'rel', namespace: 'ns', revision: 3, values: [{ kind: 'set', expression: 'size=2' }] },
    {
      status: 'deployed',
      description: 'Upgrade complete',
      firstDeployed: '2026-01-01T00:00:00Z',
      lastDeployed: '2026-01-02T00:00:00Z',
      labels: { team: 'x' },
    },
  ),
);

test('a record keeps what Helm needs to show and roll back', () => {
  assert.deepEqual(record.config, { size: 2 });
  assert.match(record.manifest, /size: "2"/);
  assert.deepEqual(
    record.hooks.map(({ name, events, path }) => [name, events, path]),
    [['h', ['test'], 'web/templates/h.yaml']],
  );
  assert.deepEqual(record.chart['metadata'], {
    name: 'web',
    version: '1.0.0',
    apiVersion: 'v2',
    annotations: { a: 'b' },
  });
  assert.deepEqual(record.chart['values'], { size: 1 });
});

test('its Secret has Helm’s name, type and labels, and reads back', () => {
  const secret = releaseSecret(record, { kind: 'create', unixSeconds: 1_700_000_000 });
  assert.equal(secret.metadata.name, 'sh.helm.release.v1.rel.v3');
  assert.equal(secret['type'], 'helm.sh/release.v1');
  assert.deepEqual(secret.metadata.labels, {
    team: 'x',
    createdAt: '1700000000',
    name: 'rel',
    owner: 'helm',
    status: 'deployed',
    version: '3',
  });
  assert.deepEqual(readReleaseSecret(secret), record);
  assert.equal(releaseSelector('rel'), 'name=rel,owner=helm');
});

test('releases from before compression are read; what is no release is refused', () => {
  const plain = btoa(
    JSON.stringify({
      name: 'old',
      version: 1,
      info: { status: 'superseded', deleted: '', first_deployed: '0001-01-01T00:00:00Z' },
    }),
  );
  const old = decodeRelease(plain);
  assert.deepEqual([old.name, old.status, old.deleted, old.firstDeployed], ['old', 'superseded', undefined, undefined]);
  for (const bad of ['***', btoa('not json'), btoa('[]'), encodeRelease(record).slice(0, 40)]) {
    assert.throws(() => decodeRelease(bad), { name: 'ReleaseRecordError' });
  }
  assert.throws(() => readReleaseSecret({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }), {
    message: 'Secret s holds no release',
  });
});
