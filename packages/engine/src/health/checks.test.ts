// The health of every kind with a check, as a table: object in, status and sentence out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, KubeObject } from '@evenkeel/resource';
import { health } from './checks.ts';
import { type HealthStatus, worseHealth } from './health.ts';

type Fields = Readonly<Record<string, Json>>;

function of(apiVersion: string, kind: string, fields: Fields = {}, metadata: Fields = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'it', namespace: 'shop', ...metadata }, ...fields };
}

const condition = (type: string, status: string, reason = '', message = ''): Fields => ({
  type,
  status,
  reason,
  message,
});
const deployment = (status: Fields, spec: Fields = { replicas: 3 }): KubeObject =>
  of('apps/v1', 'Deployment', { spec, status: { observedGeneration: 2, ...status } }, { generation: 2 });
const pod = (status: Fields, spec: Fields = { restartPolicy: 'Always' }): KubeObject =>
  of('v1', 'Pod', { spec, status });
const waiting = (reason: string): Fields => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'web', state: { waiting: { reason, message: 'because' } } }],
});

const table: readonly (readonly [string, KubeObject, HealthStatus | undefined, RegExp?])[] = [
  ['a rolled-out Deployment', deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }), 'healthy'],
  ['one whose spec is not seen yet', deployment({ observedGeneration: 1 }), 'progressing', /newest spec/],
  ['one that updates', deployment({ replicas: 3, updatedReplicas: 1 }), 'progressing', /1 of 3 pods updated/],
  ['one with old pods', deployment({ replicas: 4, updatedReplicas: 3 }), 'progressing', /1 old pods/],
  [
    'one that waits for pods',
    deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 2 }),
    'progressing',
    /2 of 3 pods available/,
  ],
  ['a paused one', deployment({}, { paused: true }), 'suspended'],
  [
    'one past its deadline',
    deployment({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'too slow')] }),
    'degraded',
    /too slow/,
  ],
  ['one scaled to nothing', deployment({}, { replicas: 0 }), 'healthy'],
  ['a StatefulSet nobody looked at', of('apps/v1', 'StatefulSet', { spec: { replicas: 1 } }), 'progressing'],
  [
    'a StatefulSet at its revision',
    of(
      'apps/v1',
      'StatefulSet',
      {
        spec: { replicas: 1 },
        status: { observedGeneration: 1, readyReplicas: 1, updateRevision: 'a', currentRevision: 'a' },
      },
      { generation: 1 },
    ),
    'healthy',
  ],
  [
    'a StatefulSet between revisions',
    of(
      'apps/v1',
      'StatefulSet',
      {
        spec: { replicas: 1 },
        status: { observedGeneration: 1, readyReplicas: 1, updateRevision: 'b', currentRevision: 'a' },
      },
      { generation: 1 },
    ),
    'progressing',
  ],
  [
    'a DaemonSet on every node',
    of('apps/v1', 'DaemonSet', {
      status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
    }),
    'healthy',
  ],
  [
    'a DaemonSet on some',
    of('apps/v1', 'DaemonSet', { status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3 } }),
    'progressing',
    /0 of 3/,
  ],
  [
    'a ReplicaSet that may not',
    of('apps/v1', 'ReplicaSet', { status: { conditions: [condition('ReplicaFailure', 'True', '', 'quota')] } }),
    'degraded',
    /quota/,
  ],
  ['a finished Job', of('batch/v1', 'Job', { status: { conditions: [condition('Complete', 'True')] } }), 'healthy'],
  [
    'a failed Job',
    of('batch/v1', 'Job', { status: { conditions: [condition('Failed', 'True', '', 'exit 3')] } }),
    'degraded',
    /exit 3/,
  ],
  ['a suspended Job', of('batch/v1', 'Job', { status: { conditions: [condition('Suspended', 'True')] } }), 'suspended'],
  ['a running Job', of('batch/v1', 'Job', { status: { active: 1 } }), 'progressing'],
  ['a CronJob', of('batch/v1', 'CronJob', { spec: {} }), 'healthy'],
  ['a suspended CronJob', of('batch/v1', 'CronJob', { spec: { suspend: true } }), 'suspended'],
  ['a ready Pod', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'healthy'],
  [
    'a Pod that is not ready',
    pod({ phase: 'Running', conditions: [condition('Ready', 'False')] }),
    'progressing',
    /readiness/,
  ],
  ['a Pod that runs to its end', pod({ phase: 'Running' }, { restartPolicy: 'Never' }), 'progressing'],
  ['a Pod that ended well', pod({ phase: 'Succeeded' }), 'healthy'],
  ['a Pod that ended badly', pod({ phase: 'Failed', message: 'evicted' }), 'degraded', /evicted/],
  [
    'a Pod whose image does not come',
    pod(waiting('ImagePullBackOff')),
    'degraded',
    /^container web: ImagePullBackOff: because$/,
  ],
  ['a Pod that is being made', pod(waiting('ContainerCreating')), 'progressing'],
  [
    'a Pod with no node',
    pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', '', 'no node fits')] }),
    'progressing',
    /no node fits/,
  ],
  ['a Service', of('v1', 'Service', { spec: { type: 'ClusterIP' } }), 'healthy'],
  ['a balanced Service without address', of('v1', 'Service', { spec: { type: 'LoadBalancer' } }), 'progressing'],
  [
    'a balanced Service with one',
    of('v1', 'Service', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
    }),
    'healthy',
  ],
  ['an Ingress without address', of('networking.k8s.io/v1', 'Ingress'), 'progressing'],
  ['a bound claim', of('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }), 'healthy'],
  ['a lost claim', of('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }), 'degraded'],
  [
    'an autoscaler without metrics',
    of('autoscaling/v2', 'HorizontalPodAutoscaler', {
      status: { conditions: [condition('ScalingActive', 'False', 'FailedGetResourceMetric', 'none')] },
    }),
    'degraded',
    /none/,
  ],
  [
    'an autoscaler at rest',
    of('autoscaling/v2', 'HorizontalPodAutoscaler', {
      status: { conditions: [condition('AbleToScale', 'True', 'ReadyForNewScale')] },
    }),
    'healthy',
  ],
  [
    'an available APIService',
    of('apiregistration.k8s.io/v1', 'APIService', { status: { conditions: [condition('Available', 'True')] } }),
    'healthy',
  ],
  [
    'an established definition',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('Established', 'True')] },
    }),
    'healthy',
  ],
  [
    'a definition whose names clash',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('NamesAccepted', 'False', '', 'taken')] },
    }),
    'degraded',
    /taken/,
  ],
  ['a ConfigMap has none', of('v1', 'ConfigMap'), undefined],
  [
    'what is being deleted',
    of('v1', 'ConfigMap', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    'progressing',
    /pending deletion/,
  ],
  [
    'a custom object that is ready',
    of('example.com/v1', 'Thing', { status: { conditions: [condition('Ready', 'True')] } }),
    'healthy',
  ],
];

for (const [what, object, status, message] of table) {
  test(`health: ${what}`, () => {
    const found = health(object);
    assert.equal(found?.status, status);
    if (message) assert.match(found?.message ?? '', message);
  });
}

test('a custom check is asked before the built-in ones', () => {
  const opinion = health(of('v1', 'Service'), () => ({ status: 'degraded', message: 'I say so' }));
  assert.deepEqual(opinion, { status: 'degraded', message: 'I say so' });
});

test('the worse of two statuses is the same either way round', () => {
  const order: readonly HealthStatus[] = ['healthy', 'suspended', 'progressing', 'missing', 'degraded', 'unknown'];
  for (const [index, left] of order.entries()) {
    for (const right of order.slice(index)) {
      assert.equal(worseHealth(left, right), right);
      assert.equal(worseHealth(right, left), right);
    }
  }
});
