// What is shown of Secrets, on one side and on both.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonObject, type KubeObject, builtinSchema, gvkOf, serverSideApply } from '@evenkeel/resource';
import { diffObject } from './diff.ts';
import { maskSecret } from './mask.ts';

const manager = 'argocd-controller';
const sensitive = ['vault.example.com/token', 'plain'];

function object(kind: string, annotations: JsonObject | undefined, word = 'one'): KubeObject {
  const metadata = { name: 'pass', namespace: 'shop', ...(annotations ? { annotations } : {}) };
  return { apiVersion: 'v1', kind, metadata, data: { word } } as unknown as KubeObject;
}

function fieldsOf(desired: KubeObject, before: KubeObject): unknown {
  const schema = builtinSchema(gvkOf(desired));
  const applied = serverSideApply({ live: undefined, config: before, manager, schema, time: '2026-01-01T00:00:00Z' });
  assert.ok(applied.ok);
  const { fields } = diffObject(desired, applied.value.object, { manager, schema, sensitiveAnnotations: sensitive });
  return fields.map(({ path, desired: wanted, live }) => [path, wanted, live]);
}

test('one side: values, the last-applied annotation and sensitive annotations', () => {
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const secret = object('Secret', { 'vault.example.com/token': 't', other: 'o', [lastApplied]: '{"data":{}}' });
  assert.deepEqual(maskSecret(secret, sensitive).metadata.annotations, {
    'vault.example.com/token': '++++++++',
    other: 'o',
    [lastApplied]: '++++++++',
  });
  assert.deepEqual(maskSecret(secret)['data'], { word: '++++++++' });
  assert.equal(maskSecret(secret).metadata.annotations?.['vault.example.com/token'], 't');
  const map = object('ConfigMap', { plain: 'p' });
  assert.equal(maskSecret(map, sensitive), map);
});

test('both sides: the reader sees that it differs, not what', () => {
  const token = (value: string): KubeObject => object('Secret', { 'vault.example.com/token': value, other: value });
  assert.deepEqual(fieldsOf(token('new'), token('old')), [
    ['.metadata.annotations.vault.example.com/token', '++++++++', '++++++++++'],
    ['.metadata.annotations.other', 'new', 'old'],
  ]);
});

test('annotations that come or go all together are masked one by one', () => {
  const with_ = object('Secret', { plain: 'hidden', other: 'shown' });
  const without = object('Secret', undefined);
  for (const fields of [fieldsOf(with_, without), fieldsOf(without, with_)]) {
    assert.ok(!JSON.stringify(fields).includes('hidden'));
    assert.match(JSON.stringify(fields), /shown/);
  }
});

test('other kinds are shown as they are', () => {
  const map = (value: string): KubeObject => object('ConfigMap', { plain: value });
  assert.deepEqual(fieldsOf(map('new'), map('old')), [['.metadata.annotations.plain', 'new', 'old']]);
});
