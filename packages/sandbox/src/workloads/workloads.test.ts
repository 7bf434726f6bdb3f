// The simulated workloads, waited for by watching: no test here depends on how long something takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeTransport } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { at, call, deployment, until } from '../testing/client.ts';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';

const isDone = (object: KubeObject): boolean =>
  at(object, 'status', 'observedGeneration') === object.metadata.generation &&
  at(object, 'status', 'updatedReplicas') === at(object, 'spec', 'replicas') &&
  at(object, 'status', 'availableReplicas') === at(object, 'spec', 'replicas') &&
  at(object, 'status', 'replicas') === at(object, 'spec', 'replicas');

function conditionReason(object: KubeObject, type: string): string | undefined {
  const conditions = (at(object, 'status', 'conditions') ?? []) as readonly { type: string; reason: string }[];
  return conditions.find((each) => each.type === type)?.reason;
}

async function listNames(api: KubeTransport, path: string): Promise<readonly string[]> {
  return ((await call(api, 'GET', path))['items'] as unknown as KubeObject[]).map((item) => item.metadata.name ?? '');
}

test('a deployment gets its pods, rolls over, keeps its history, and goes with all it owns', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  await call(api, 'POST', deployments, { body: deployment('web', { spec: { revisionHistoryLimit: 1 } }) });
  const first = await until(api, deployments, isDone);
  assert.equal(first.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  for (const tag of ['1.26', '1.27']) {
    const containers = [{ name: 'main', image: `nginx:${tag}` }];
    await call(api, 'PATCH', `${deployments}/web`, {
      body: { spec: { template: { spec: { containers } } } },
      contentType: 'application/strategic-merge-patch+json',
    });
    await until(
      api,
      deployments,
      (object) => isDone(object) && conditionReason(object, 'Progressing') === 'NewReplicaSetAvailable',
    );
  }
  await until(api, '/apis/apps/v1/namespaces/default/replicasets', (_set, type) => type === 'DELETED', {
    resourceVersion: '1',
  });
  assert.equal((await listNames(api, '/apis/apps/v1/namespaces/default/replicasets')).length, 2, 'one old set is kept');
  await call(api, 'DELETE', `${deployments}/web`, { body: { propagationPolicy: 'Foreground' } });
  await until(api, deployments, (_object, type) => type === 'DELETED');
  assert.deepEqual(await listNames(api, pods), []);
});

test('an image that cannot be pulled, a crash loop, a readiness that never comes, a deadline that passes', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  const status = (object: KubeObject): string => JSON.stringify(object['status'] ?? {});
  await call(api, 'POST', deployments, {
    body: deployment('gone', { image: 'nginx:does-not-exist', spec: { progressDeadlineSeconds: 60 } }),
  });
  await until(api, pods, (pod) => status(pod).includes('ErrImagePull') && pod.metadata.labels?.['app'] === 'gone');
  await until(api, pods, (pod) => status(pod).includes('ImagePullBackOff'));
  await call(api, 'POST', deployments, {
    body: deployment('crash', { container: { command: ['sh', '-c', 'echo no; exit 3'] } }),
  });
  const crashed = await until(api, pods, (pod) => status(pod).includes('CrashLoopBackOff'));
  assert.equal(at(crashed, 'status', 'containerStatuses', 0, 'lastState', 'terminated', 'exitCode'), 3);
  const probe = { exec: { command: ['false'] } };
  await call(api, 'POST', deployments, { body: deployment('slow', { container: { readinessProbe: probe } }) });
  await until(
    api,
    pods,
    (pod) =>
      pod.metadata.labels?.['app'] === 'slow' &&
      at(pod, 'status', 'phase') === 'Running' &&
      status(pod).includes('ContainersNotReady'),
  );
  await until(
    api,
    deployments,
    (object) =>
      object.metadata.name === 'gone' && conditionReason(object, 'Progressing') === 'ProgressDeadlineExceeded',
  );
});

test('init containers run first; a missing config map holds a pod up until it is there', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: {
      initContainers: [
        { name: 'wait', image: 'busybox', command: ['sh', '-c', 'until nc -z db 5432; do sleep 1; done'] },
      ],
      containers: [{ name: 'main', image: 'web:1', envFrom: [{ configMapRef: { name: 'settings' } }] }],
    },
  };
  await call(api, 'POST', deployments, { body: deployment('web', { replicas: 1, spec: { template } }) });
  await until(api, pods, (pod) => JSON.stringify(pod['status']).includes('CreateContainerConfigError'));
  await call(api, 'POST', '/api/v1/namespaces/default/configmaps', {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } },
  });
  await until(api, deployments, isDone);
});

test('stateful sets start in order, with claims; jobs end; daemon sets cover all nodes', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100, nodes: 3 });
  const api = sandbox.transport();
  const labels = { app: 'db' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'postgres:17' }] } };
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await call(api, 'POST', '/apis/apps/v1/namespaces/default/statefulsets', {
    body: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        replicas: 2,
        selector: { matchLabels: labels },
        template,
        volumeClaimTemplates: [claim],
      },
    },
  });
  await until(api, '/apis/apps/v1/namespaces/default/statefulsets', (set) => at(set, 'status', 'readyReplicas') === 2);
  assert.deepEqual(await listNames(api, pods), ['db-0', 'db-1']);
  assert.deepEqual(await listNames(api, '/api/v1/namespaces/default/persistentvolumeclaims'), [
    'data-db-0',
    'data-db-1',
  ]);
  await call(api, 'POST', '/apis/apps/v1/namespaces/default/daemonsets', {
    body: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { selector: { matchLabels: labels }, template },
    },
  });
  await until(api, '/apis/apps/v1/namespaces/default/daemonsets', (set) => at(set, 'status', 'numberAvailable') === 3);
  const job = (name: string, command: readonly string[]): unknown => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 1,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command }] } },
    },
  });
  const jobs = '/apis/batch/v1/namespaces/default/jobs';
  await call(api, 'POST', jobs, { body: job('good', ['true']) });
  await call(api, 'POST', jobs, { body: job('bad', ['sh', '-c', 'exit 1']) });
  const good = await until(
    api,
    jobs,
    (each) => each.metadata.name === 'good' && conditionReason(each, 'Complete') !== undefined,
  );
  assert.deepEqual([at(good, 'status', 'succeeded'), at(good, 'status', 'active')], [1, undefined]);
  const bad = await until(
    api,
    jobs,
    (each) => each.metadata.name === 'bad' && conditionReason(each, 'Failed') !== undefined,
  );
  assert.deepEqual([at(bad, 'status', 'failed'), conditionReason(bad, 'Failed')], [2, 'BackoffLimitExceeded']);
});

test('a service knows its ready pods', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  await call(api, 'POST', deployments, { body: deployment('web') });
  await call(api, 'POST', '/api/v1/namespaces/default/services', {
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    },
  });
  const slice = await until(api, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', (each) => {
    const endpoints = (each['endpoints'] ?? []) as readonly { conditions: { ready: boolean } }[];
    return endpoints.length === 2 && endpoints.every((endpoint) => endpoint.conditions.ready);
  });
  assert.equal(at(slice, 'ports', 0, 'port'), 80);
});

test('an autoscaler rests at its target, keeps its bounds, and follows given load', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 100 });
  const api = sandbox.transport();
  const scalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ];
  await call(api, 'POST', deployments, { body: deployment('web', { replicas: 1 }) });
  await call(api, 'POST', scalers, {
    body: {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        minReplicas: 2,
        maxReplicas: 5,
        metrics,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    },
  });
  const rest = await until(api, scalers, (each) => at(each, 'status', 'currentReplicas') === 2);
  assert.equal(conditionReason(rest, 'ScalingActive'), 'ValidMetricFound');
  await call(api, 'PATCH', `${scalers}/web`, {
    body: { metadata: { annotations: { 'sandbox.evenkeel.dev/utilization': '500' } } },
    contentType: 'application/merge-patch+json',
  });
  await until(api, deployments, (each) => at(each, 'spec', 'replicas') === 5 && isDone(each));
});
