// Marks of ownership: written as upstream writes them, and believed only where they fit the object.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import type { TrackingSettings } from './settings/settings.ts';
import { instanceName, markObject, trackedBy, trackingAnnotation, trackingId } from './tracking.ts';

function marked(id: string, over: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: 'shop', annotations: { [trackingAnnotation]: id }, ...over },
  };
}

test('the mark names application, group, kind, namespace and name', () => {
  assert.equal(trackingId('web', marked(''), 'shop'), 'web:apps/Deployment:shop/api');
  assert.equal(instanceName('argocd', 'web'), 'web');
  assert.equal(instanceName('team-a', 'web'), 'team-a_web');
});

test('a mark leads back to its application', () => {
  assert.equal(trackedBy(marked('web:apps/Deployment:shop/api')), 'argo/argocd/web');
  assert.equal(trackedBy(marked('team-a_web:apps/Deployment:shop/api')), 'argo/team-a/web');
});

const copied: readonly (readonly [string, KubeObject])[] = [
  ['of another name', marked('web:apps/Deployment:shop/other')],
  ['of another kind', marked('web:apps/ReplicaSet:shop/api')],
  ['of another group', marked('web:/Deployment:shop/api')],
  ['of another namespace', marked('web:apps/Deployment:elsewhere/api')],
  ['that is none', marked('web')],
  ['that is empty', marked('')],
];

for (const [what, object] of copied) {
  test(`a mark ${what} is no mark`, () => {
    assert.equal(trackedBy(object), undefined);
  });
}

const place = { instance: 'web', namespace: 'shop' };
const bare: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api', namespace: 'shop' } };
const methods: readonly (readonly [TrackingSettings['method'], string, readonly string[], readonly string[]])[] = [
  ['annotation', '', ['argocd.argoproj.io/tracking-id'], []],
  ['annotation', 'east', ['argocd.argoproj.io/installation-id', 'argocd.argoproj.io/tracking-id'], []],
  ['label', '', [], ['app.kubernetes.io/instance']],
  ['annotation+label', '', ['argocd.argoproj.io/tracking-id'], ['app.kubernetes.io/instance']],
];
for (const [method, installationId, annotations, labels] of methods) {
  test(`tracking by ${method}, installation "${installationId}"`, () => {
    const tracking = { method, labelKey: 'app.kubernetes.io/instance', installationId };
    const object = markObject(bare, place, tracking);
    assert.deepEqual(Object.keys(object.metadata.annotations ?? {}).sort(), annotations);
    assert.deepEqual(Object.keys(object.metadata.labels ?? {}), labels);
    assert.equal(trackedBy(object, tracking), 'argo/argocd/web');
    const other = { ...tracking, installationId: 'west' };
    assert.equal(trackedBy(object, other), method === 'label' ? 'argo/argocd/web' : undefined);
  });
}

test('a name too long for a label is cut only where the label is not read back', () => {
  const long = { instance: `${'a'.repeat(62)}-${'b'.repeat(10)}`, namespace: '' };
  const labelKey = 'app';
  const cut = markObject(bare, long, { method: 'annotation+label', labelKey, installationId: '' });
  assert.equal(cut.metadata.labels?.['app'], 'a'.repeat(62));
  const whole = markObject(bare, long, { method: 'label', labelKey, installationId: '' });
  assert.equal(whole.metadata.labels?.['app'], long.instance);
});

test('a definition carries no mark', () => {
  const definition: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
  };
  const tracking = { method: 'annotation+label', labelKey: 'app', installationId: 'east' } as const;
  assert.equal(markObject(definition, place, tracking), definition);
});
