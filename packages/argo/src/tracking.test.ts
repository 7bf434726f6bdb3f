// Marks of ownership: written as upstream writes them, and believed only where they fit the object.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { instanceName, trackedBy, trackingAnnotation, trackingId } from './tracking.ts';

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
