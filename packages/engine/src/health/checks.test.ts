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
const statefulSet = (status: Fields, spec: Fields = { replicas: 1 }): KubeObject =>
  of('apps/v1', 'StatefulSet', { spec, status: { observedGeneration: 1, ...status } }, { generation: 1 });
const partition = (held: number): Fields => ({ type: 'RollingUpdate', rollingUpdate: { partition: held } });
const job = (told: Fields): KubeObject => of('batch/v1', 'Job', { status: { conditions: [told] } });
const autoscaler = (told: Fields): KubeObject =>
  of('autoscaling/v2', 'HorizontalPodAutoscaler', { status: { conditions: [told] } });
const leaving = (...finalizers: readonly string[]): Fields => ({
  deletionTimestamp: '2026-01-01T00:00:00Z',
  ...(finalizers.length > 0 ? { finalizers } : {}),
});
const waiting = (reason: string): Fields => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'web', state: { waiting: { reason, message: 'because' } } }],
});

/** What each object is, its status, and Argo CD's very words. */
const table: readonly (readonly [string, KubeObject, HealthStatus | undefined, string?])[] = [
  ['a rolled-out Deployment', deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }), 'healthy'],
  [
    'one whose spec is not seen yet',
    deployment({ observedGeneration: 1 }),
    'progressing',
    'Waiting for rollout to finish: observed deployment generation less than desired generation',
  ],
  [
    'one that updates',
    deployment({ replicas: 3, updatedReplicas: 1 }),
    'progressing',
    'Waiting for rollout to finish: 1 out of 3 new replicas have been updated...',
  ],
  [
    'one with old pods',
    deployment({ replicas: 4, updatedReplicas: 3 }),
    'progressing',
    'Waiting for rollout to finish: 1 old replicas are pending termination...',
  ],
  [
    'one that waits for pods',
    deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 2 }),
    'progressing',
    'Waiting for rollout to finish: 2 of 3 updated replicas are available...',
  ],
  ['a paused one', deployment({}, { paused: true }), 'suspended', 'Deployment is paused'],
  [
    'one past its deadline',
    deployment({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'too slow')] }),
    'degraded',
    'Deployment "it" exceeded its progress deadline',
  ],
  ['one scaled to nothing', deployment({}, { replicas: 0 }), 'healthy'],
  [
    'one of a version that is gone',
    of('apps/v1beta1', 'Deployment'),
    'unknown',
    'unsupported Deployment GVK: apps/v1beta1, Kind=Deployment',
  ],
  [
    'a StatefulSet nobody looked at',
    of('apps/v1', 'StatefulSet', { spec: { replicas: 1 } }),
    'progressing',
    'Waiting for statefulset spec update to be observed...',
  ],
  [
    'a StatefulSet at its revision',
    statefulSet({ readyReplicas: 1, currentReplicas: 1, updateRevision: 'a', currentRevision: 'a' }),
    'healthy',
    'statefulset rolling update complete 1 pods at revision a...',
  ],
  [
    'a StatefulSet between revisions',
    statefulSet({ readyReplicas: 1, updatedReplicas: 0, updateRevision: 'b', currentRevision: 'a' }),
    'progressing',
    'waiting for statefulset rolling update to complete 0 pods at revision b...',
  ],
  ['a StatefulSet without pods', statefulSet({}), 'progressing', 'Waiting for 1 pods to be ready...'],
  [
    'a StatefulSet held back in part',
    statefulSet({ readyReplicas: 3 }, { replicas: 3, updateStrategy: partition(1) }),
    'progressing',
    'Waiting for partitioned roll out to finish: 0 out of 2 new pods have been updated...',
  ],
  [
    'a StatefulSet updated as far as it may',
    statefulSet({ readyReplicas: 3, updatedReplicas: 2 }, { replicas: 3, updateStrategy: partition(1) }),
    'healthy',
    'partitioned roll out complete: 2 new pods have been updated...',
  ],
  [
    'a StatefulSet updated by hand',
    statefulSet({ readyReplicas: 1 }, { replicas: 1, updateStrategy: { type: 'OnDelete' } }),
    'healthy',
    'statefulset has 1 ready pods',
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
    'Waiting for daemon set "it" rollout to finish: 0 of 3 updated pods are available...',
  ],
  [
    'a DaemonSet updated by hand',
    of('apps/v1', 'DaemonSet', {
      spec: { updateStrategy: { type: 'OnDelete' } },
      status: { desiredNumberScheduled: 3 },
    }),
    'healthy',
    'daemon set 0 out of 3 new pods have been updated',
  ],
  [
    'a ReplicaSet that may not',
    of('apps/v1', 'ReplicaSet', { status: { conditions: [condition('ReplicaFailure', 'True', '', 'quota')] } }),
    'degraded',
    'quota',
  ],
  [
    'a ReplicaSet that fills up',
    of('apps/v1', 'ReplicaSet', { spec: { replicas: 2 }, status: { availableReplicas: 1 } }),
    'progressing',
    'Waiting for rollout to finish: 1 out of 2 new replicas are available...',
  ],
  ['a finished Job', job(condition('Complete', 'True', '', 'done')), 'healthy', 'done'],
  ['a failed Job', job(condition('Failed', 'True', '', 'exit 3')), 'degraded', 'exit 3'],
  ['a suspended Job', job(condition('Suspended', 'True', '', 'asleep')), 'suspended', 'asleep'],
  ['a resumed Job', job(condition('Suspended', 'False', '', 'awake')), 'healthy', 'awake'],
  ['a running Job', of('batch/v1', 'Job', { status: { active: 1 } }), 'progressing'],
  ['a CronJob', of('batch/v1', 'CronJob', { spec: {} }), 'progressing', 'Waiting for CronJob'],
  ['a suspended CronJob', of('batch/v1', 'CronJob', { spec: { suspend: true } }), 'healthy', 'CronJob is Suspended'],
  ['a ready Pod', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'healthy'],
  ['a Pod that is not ready', pod({ phase: 'Running', conditions: [condition('Ready', 'False')] }), 'progressing'],
  [
    'a Pod that came back',
    pod({ phase: 'Running', containerStatuses: [{ name: 'web', lastState: { terminated: { exitCode: 1 } } }] }),
    'degraded',
  ],
  ['a Pod that runs to its end', pod({ phase: 'Running' }, { restartPolicy: 'Never' }), 'progressing'],
  ['a Pod that ended well', pod({ phase: 'Succeeded' }), 'healthy'],
  ['a Pod that ended badly', pod({ phase: 'Failed', message: 'evicted' }), 'degraded', 'evicted'],
  [
    'a Pod that ended with a code',
    pod({ phase: 'Failed', containerStatuses: [{ name: 'web', state: { terminated: { exitCode: 3 } } }] }),
    'degraded',
    'container "web" failed with exit code 3',
  ],
  [
    'a Pod that ran out of memory',
    pod({
      phase: 'Failed',
      initContainerStatuses: [{ name: 'a', state: { terminated: { exitCode: 0 } } }],
      containerStatuses: [{ name: 'web', state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }],
    }),
    'degraded',
    'OOMKilled',
  ],
  ['a Pod whose image does not come', pod(waiting('ImagePullBackOff')), 'degraded', 'because'],
  ['a Pod that is being made', pod(waiting('ContainerCreating')), 'progressing'],
  ['a Pod nobody knows of', pod({ phase: 'Unknown', message: 'lost' }), 'unknown', 'lost'],
  [
    'a hook whose image does not come',
    of('v1', 'Pod', { spec: { restartPolicy: 'Never' }, status: waiting('ImagePullBackOff') }),
    'progressing',
  ],
  [
    'a Pod that may end but shall run',
    of(
      'v1',
      'Pod',
      { spec: { restartPolicy: 'Never' }, status: waiting('ImagePullBackOff') },
      { annotations: { 'argocd.argoproj.io/ignore-restart-policy': 'true' } },
    ),
    'degraded',
    'because',
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
  ['a claim without phase', of('v1', 'PersistentVolumeClaim'), 'unknown'],
  [
    'an autoscaler without metrics',
    autoscaler(condition('ScalingActive', 'False', 'FailedGetResourceMetric', 'none')),
    'degraded',
    'none',
  ],
  [
    'an autoscaler at rest',
    autoscaler(condition('AbleToScale', 'True', 'ReadyForNewScale', 'rest')),
    'healthy',
    'rest',
  ],
  ['a new autoscaler', of('autoscaling/v2', 'HorizontalPodAutoscaler'), 'progressing', 'Waiting to Autoscale'],
  [
    'an autoscaler of the first version',
    of(
      'autoscaling/v1',
      'HorizontalPodAutoscaler',
      {},
      {
        annotations: {
          'autoscaling.alpha.kubernetes.io/conditions':
            '[{"type":"AbleToScale","status":"True","reason":"ReadyForNewScale","message":"rest"}]',
        },
      },
    ),
    'healthy',
    'rest',
  ],
  [
    'an available APIService',
    of('apiregistration.k8s.io/v1', 'APIService', {
      status: { conditions: [condition('Available', 'True', 'Passed', 'all fine')] },
    }),
    'healthy',
    'Passed: all fine',
  ],
  ['a new APIService', of('apiregistration.k8s.io/v1', 'APIService'), 'progressing', 'Waiting to be processed'],
  [
    'an established definition',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('Established', 'True')] },
    }),
    'healthy',
    'CRD is healthy',
  ],
  [
    'a failed Workflow',
    of('argoproj.io/v1alpha1', 'Workflow', { status: { phase: 'Error', message: 'no' } }),
    'degraded',
    'no',
  ],
  ['a ConfigMap has none', of('v1', 'ConfigMap'), undefined],
  ['a custom object of a kind nobody knows', of('example.com/v1', 'Thing', { status: { phase: 'Ready' } }), undefined],
  [
    'a kind of a family of groups',
    of('sql.cnrm.cloud.google.com/v1', 'SQLInstance', {
      status: { conditions: [condition('Ready', 'True', 'UpToDate', 'fine')] },
    }),
    'healthy',
    'fine',
  ],
  [
    'a kind of a group that has other kinds, in a family',
    of('pkg.crossplane.io/v1', 'Configuration', { status: { conditions: [condition('Healthy', 'True')] } }),
    'healthy',
    'Resource is up-to-date.',
  ],
  ['what is being deleted', of('v1', 'ConfigMap', {}, leaving()), 'progressing', 'Pending deletion'],
  [
    'what its finalizers hold',
    of('v1', 'ConfigMap', {}, leaving('example.com/keep')),
    'progressing',
    'Pending deletion (example.com/keep)',
  ],
  [
    "what a hook's finalizer holds is judged as ever",
    of('v1', 'Service', {}, leaving('argocd.argoproj.io/hook-finalizer')),
    'healthy',
  ],
  [
    'what has words of its own for its end',
    of('promoter.argoproj.io/v1alpha1', 'CommitStatus', {}, leaving('example.com/keep')),
    'progressing',
    'Commit status is being deleted',
  ],
];

for (const [what, object, status, message] of table) {
  test(`health: ${what}`, () => {
    const found = health(object);
    assert.deepEqual([found?.status, found?.message], [status, message]);
  });
}

test('an object whose health does not count has none, even while it is deleted', () => {
  assert.equal(
    health(of('v1', 'Service', {}, leaving()), () => 'none'),
    undefined,
  );
});

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
