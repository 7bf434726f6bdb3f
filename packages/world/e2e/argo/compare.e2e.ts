// §1.3 and §1.4: what is compared with what, what counts, and what the status says of it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { at, conditionsOf, shopUrl } from '../story.ts';
import { configMap, definition, deployment, job } from './manifests.ts';
import { aWhile, annotations, phaseOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { hook, options } = annotations;

interface ResourceLine {
  readonly name: string;
  readonly status?: string;
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  readonly health?: JsonObject;
}

function resourcesOf(app: KubeObject | undefined): readonly ResourceLine[] {
  return (at(app, 'status', 'resources') ?? []) as readonly ResourceLine[];
}

function resourceOf(app: KubeObject | undefined, name: string): ResourceLine | undefined {
  return resourcesOf(app).find((line) => line.name === name);
}

async function settings(data: Readonly<Record<string, string | null>>): Promise<void> {
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  const kept = Object.fromEntries(Object.entries(data).filter(([, text]) => text !== null)) as Record<string, string>;
  await stage.make({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: kept });
}

test('1.4.1 a source that cannot be rendered makes everything unknown, and says why', async () => {
  await stage.install('broken', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('broken');
  await stage.push('broken', { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
  const app = await stage.until('broken', 'to be unknown', (found) => syncOf(found) === 'Unknown');
  assert.match(conditionsOf(app), /^ComparisonError: /);
  assert.equal(resourceOf(app, 'a')?.status, 'Unknown');
});

test('1.4.2 of an object that stands twice the last one counts, and it is told', async () => {
  await stage.install('twice', {
    files: { 'a.yaml': configMap('a', {}, 'first'), 'b.yaml': configMap('a', {}, 'last') },
  });
  const app = await stage.sync('twice');
  assert.match(conditionsOf(app), /^RepeatedResourceWarning: /);
  assert.equal(at(await stage.get('configmap/twice/a'), 'data', 'value'), 'last');
  assert.equal(syncOf(app), 'Synced');
});

test('1.4.2 an object carries the mark of its Application', async () => {
  await stage.install('marked', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('marked');
  const live = await stage.get('configmap/marked/a');
  assert.equal(live?.metadata.annotations?.['argocd.argoproj.io/tracking-id'], 'marked:/ConfigMap:marked/a');
});

test('1.4.3 excluded kinds are left alone, and it is told', async () => {
  await settings({ 'resource.exclusions': '- {apiGroups: [""], kinds: [Secret], clusters: ["*"]}' });
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: hidden\n';
  await stage.install('excluded', { files: { 'a.yaml': configMap('a'), 'b.yaml': secret } });
  const app = await stage.sync('excluded');
  await settings({});
  assert.match(conditionsOf(app), /^ExcludedResourceWarning: Resource \/Secret hidden is excluded in the settings/);
  assert.equal(await stage.get('secret/excluded/hidden'), undefined);
});

test('1.4.4 a kind of which the cluster keeps no objects is named, and nobody waits for it', async () => {
  const review =
    'apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nmetadata:\n  name: may-i\nspec:\n  resourceAttributes: {verb: get, resource: pods}\n';
  await stage.install('unkept', { files: { 'a.yaml': configMap('a'), 'b.yaml': review } });
  const app = await stage.sync('unkept');
  assert.equal(phaseOf(app), 'Failed');
  const message = String(at(app, 'status', 'operationState', 'message'));
  assert.match(
    message,
    /unkept\/b\.yaml:1: SelfSubjectAccessReview "may-i": the cluster keeps no objects of this kind/,
  );
  assert.equal(await stage.get('configmap/unkept/a'), undefined);
});

test('1.4.6 an object of another Application is told and left to it', async () => {
  await stage.install('ours', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('ours');
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'ours' };
  await stage.install('theirs', { files: { 'a.yaml': configMap('a', {}, 'theirs') }, spec: { destination } });
  const app = await stage.until('theirs', 'the warning', (found) =>
    conditionsOf(found).includes('SharedResourceWarning'),
  );
  assert.equal(syncOf(app), 'OutOfSync');
  assert.equal(at(await stage.get('configmap/ours/a'), 'data', 'value'), 'one');
});

test('1.4.8 missing, changed and left over objects are out of sync, each by itself', async () => {
  await stage.install('counts', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b'), 'c.yaml': configMap('c') },
  });
  await stage.sync('counts');
  await stage.push('counts', { 'a.yaml': configMap('a', {}, 'two'), 'b.yaml': undefined, 'd.yaml': configMap('d') });
  const app = await stage.until('counts', 'to be out of sync', (found) => syncOf(found) === 'OutOfSync');
  assert.deepEqual(
    resourcesOf(app).map(({ name, status }) => `${name} ${status}`),
    ['a OutOfSync', 'b OutOfSync', 'c Synced', 'd OutOfSync'],
  );
  assert.equal(resourceOf(app, 'b')?.requiresPruning, true, '1.4.10');
});

test('1.4.8 hooks do not count, and are listed where they are', async () => {
  await stage.install('hooked', {
    files: {
      'a.yaml': configMap('a'),
      'b.yaml': job('pre', { [hook]: 'PreSync' }),
      'c.yaml': job('fail', { [hook]: 'SyncFail' }),
    },
  });
  const app = await stage.sync('hooked');
  assert.equal(syncOf(app), 'Synced');
  assert.deepEqual(resourceOf(app, 'pre')?.hook, true);
  assert.equal(resourceOf(app, 'pre')?.status, undefined);
  assert.equal(resourceOf(app, 'fail'), undefined);
});

test('1.4.8 an object whose mark was copied from another is nobody of ours', async () => {
  await stage.install('copied', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('copied');
  const annotation = { 'argocd.argoproj.io/tracking-id': 'copied:/ConfigMap:copied/a' };
  await stage.make({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'copy', namespace: 'copied', annotations: annotation },
  });
  await aWhile();
  const app = await stage.sync('copied', { sync: { prune: true } });
  assert.equal(syncOf(app), 'Synced');
  assert.ok(await stage.get('configmap/copied/copy'));
});

test('1.2 IgnoreExtraneous: what is left over does not count, and is pruned all the same', async () => {
  await stage.install('extra', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('old', { [annotations.compare]: 'IgnoreExtraneous' }) },
  });
  await stage.sync('extra');
  const head = await stage.push('extra', { 'b.yaml': undefined });
  const app = await stage.until('extra', 'to be compared', (found) => at(found, 'status', 'sync', 'revision') === head);
  assert.equal(syncOf(app), 'Synced');
  assert.deepEqual([resourceOf(app, 'old')?.status, resourceOf(app, 'old')?.requiresPruning], ['OutOfSync', true]);
  await stage.sync('extra', { sync: { prune: true } });
  assert.equal(await stage.get('configmap/extra/old'), undefined);
});

test('1.4 a difference is confirmed by the server, unless ServerSideDiff=false', async () => {
  for (const [name, note, want] of [
    ['confirmed', {}, 1],
    ['unconfirmed', { [annotations.compare]: 'ServerSideDiff=false' }, 0],
  ] as const) {
    await stage.install(name, { files: { 'a.yaml': configMap('a') }, annotations: note });
    await stage.sync(name);
    stage.clear();
    await stage.push(name, { 'a.yaml': configMap('a', {}, 'two') });
    await stage.until(name, 'to be out of sync', (found) => syncOf(found) === 'OutOfSync');
    assert.equal(stage.writes(name).filter((line) => line === 'dry configmaps/a').length, want);
  }
});

test('1.4 what the server makes of an ignored field is no difference', async () => {
  const theirs = { spec: { template: { spec: { serviceAccountName: 'theirs' } } } };
  // The server stores a default in the reference, so that only its answer tells that nothing differs.
  const pod = `      serviceAccountName: ours
      containers:
        - name: main
          env: [{name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
`;
  const text = deployment('web').replace('      containers:\n        - name: main\n', pod);
  for (const [name, rule] of [
    ['pointed', { jsonPointers: ['/spec/template/spec/serviceAccountName'] }],
    ['trusted', { managedFieldsManagers: ['somebody'] }],
  ] as const) {
    const ignoreDifferences = [{ group: 'apps', kind: 'Deployment', ...rule }];
    const syncPolicy = { syncOptions: ['ServerSideApply=true'] };
    await stage.install(name, { files: { 'a.yaml': text }, spec: { ignoreDifferences }, syncPolicy });
    await stage.sync(name);
    const metadata = { name: 'web', namespace: name };
    const live = await stage.make({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, ...theirs });
    assert.equal(at(live, 'spec', 'template', 'spec', 'serviceAccount'), 'theirs');
    const head = await stage.push(name, { 'b.yaml': configMap('b') });
    const app = await stage.until(name, 'the commit', (found) => at(found, 'status', 'sync', 'revision') === head);
    assert.equal(resourceOf(app, 'web')?.status, 'Synced', name);
  }
});

test('1.4 objects in sync cost no request, unless webhooks are to be heard', async () => {
  for (const [name, note, want] of [
    ['unheard', {}, false],
    ['heard', { [annotations.compare]: 'ServerSideDiff=true,IncludeMutationWebhook=true' }, true],
  ] as const) {
    await stage.install(name, { files: { 'a.yaml': configMap('a') }, annotations: note });
    await stage.sync(name);
    stage.clear();
    await stage.patch(name, { metadata: { annotations: { [annotations.refresh]: 'normal' } } });
    await stage.until(name, 'the refresh', ({ metadata }) => metadata.annotations?.[annotations.refresh] === undefined);
    assert.equal(stage.writes(name).includes('dry configmaps/a'), want);
    assert.equal(syncOf(await stage.app(name)), 'Synced');
  }
});

test('1.4 a quantity in another form is no difference where its type is known', async () => {
  await settings({
    'resource.customizations.knownTypeFields.known.example.com_Widget': '- {field: spec.pod, type: core/v1/PodSpec}',
  });
  const widget = (cpu: string): string =>
    `apiVersion: known.example.com/v1\nkind: Widget\nmetadata:\n  name: one\nspec:\n  pod:\n    containers:\n      - name: a\n        resources: {limits: {cpu: "${cpu}"}}\n`;
  await stage.install('known', { files: { 'a.yaml': definition('known.example.com'), 'b.yaml': widget('1') } });
  await stage.sync('known');
  const head = await stage.push('known', { 'b.yaml': widget('1000m') });
  const app = await stage.until('known', 'to be compared', (found) => at(found, 'status', 'sync', 'revision') === head);
  await settings({});
  assert.equal(syncOf(app), 'Synced');
});

test('1.3 the status says what was compared, how, and by whom', async () => {
  const ignoreDifferences = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
  await stage.install('told', { files: { 'a.yaml': deployment('web') }, spec: { ignoreDifferences } });
  const app = await stage.sync('told');
  const status = app['status'] as JsonObject;
  assert.deepEqual(at(status, 'sync', 'comparedTo', 'ignoreDifferences'), ignoreDifferences);
  assert.equal(at(status, 'sync', 'comparedTo', 'source', 'path'), 'told');
  assert.deepEqual(at(status, 'summary', 'images'), ['registry.example.com/shop/web:v1']);
  assert.deepEqual(
    [status['sourceType'], status['controllerNamespace'], status['resourceHealthSource']],
    ['Directory', 'argocd', 'appTree'],
  );
  assert.ok(status['reconciledAt']);
  assert.equal(resourceOf(app, 'web')?.health, undefined);
});

test('1.3 health stands with each object where the settings ask for it', async () => {
  const params = { group: '', kind: 'ConfigMap', namespace: 'argocd', name: 'argocd-cmd-params-cm' };
  await stage.change(params, { data: { 'controller.resource.health.persist': 'true' } });
  await stage.install('inline', { files: { 'a.yaml': deployment('web') } });
  await stage.sync('inline');
  const app = await stage.until(
    'inline',
    'to be healthy',
    (found) => at(resourceOf(found, 'web'), 'health', 'status') === 'Healthy',
  );
  await stage.change(params, { data: { 'controller.resource.health.persist': null } });
  assert.equal(at(app, 'status', 'resourceHealthSource'), undefined);
});

test('1.8 what is ill and asks to be passed over does not make its Application ill', async () => {
  const passed = { 'argocd.argoproj.io/ignore-healthcheck': 'true' };
  const ill = (name: string, notes = {}): string =>
    deployment(name, notes, true).replace('spec:\n', `spec:\n  progressDeadlineSeconds: 1\n`);
  await stage.install('passed', { files: { 'a.yaml': configMap('a'), 'b.yaml': ill('b', passed) } });
  await stage.install('counted', { files: { 'a.yaml': configMap('a'), 'b.yaml': ill('b') } });
  await stage.sync('passed');
  await stage.sync('counted');
  await stage.until('counted', 'to be ill', (found) => at(found, 'status', 'health', 'status') === 'Degraded');
  assert.equal(at(await stage.app('passed'), 'status', 'health', 'status'), 'Healthy');
});

test('1.3 nothing is written where nothing changed', async () => {
  await stage.install('calm', { files: { 'a.yaml': configMap('a', { [options]: 'Prune=false' }) } });
  assert.equal(phaseOf(await stage.sync('calm')), 'Succeeded');
  await aWhile();
  const before = (await stage.app('calm'))?.metadata.resourceVersion;
  await stage.push('elsewhere', { 'a.yaml': configMap('a') });
  await stage.until('calm', 'the newest commit', (found) => found.metadata.resourceVersion !== before);
  stage.clear();
  await aWhile();
  assert.deepEqual(
    stage.story.requests.lines().filter((line) => !line.startsWith('GET') && !line.startsWith('WATCH')),
    [],
  );
});

test('1.3 what is rendered into a branch is synced from there, and the status names both commits', async () => {
  const sourceHydrator = {
    drySource: { repoURL: shopUrl, targetRevision: 'main', path: 'hydrated' },
    syncSource: { targetBranch: 'env/hydrated', path: 'hydrated' },
  };
  await stage.install('hydrated', { files: { 'a.yaml': configMap('a') }, spec: { sourceHydrator } });
  const app = await stage.until('hydrated', 'the comparison with the branch', (found) => syncOf(found) === 'OutOfSync');
  const hydration = at(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation');
  const [drySHA, hydratedSHA] = [at(hydration, 'drySHA'), at(hydration, 'hydratedSHA')];
  assert.deepEqual(hydration, { drySHA, hydratedSHA, sourceHydrator });
  assert.equal(at(app, 'status', 'sync', 'revision'), hydratedSHA);
  assert.deepEqual(at(app, 'status', 'sync', 'comparedTo', 'source'), {
    repoURL: shopUrl,
    path: 'hydrated',
    targetRevision: 'env/hydrated',
  });
  assert.equal(phaseOf(await stage.sync('hydrated')), 'Succeeded');
});

test('1.3 the summary names where the objects can be visited', async () => {
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
`;
  await stage.install('visited', { files: { 'a.yaml': ingress } });
  await stage.sync('visited');
  await stage.until('visited', 'the address', (app) => {
    const urls = (at(app, 'status', 'summary', 'externalURLs') ?? []) as readonly string[];
    return urls.includes('http://shop.example.com/');
  });
});
