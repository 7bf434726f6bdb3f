// Where things meet their edges: revisions and repositories that are not there, several sources, definitions beside their
// objects, secrets, and a namespace that goes away by hand.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { apiPaths } from '@evenkeel/api';
import { applicationYaml, automatic, configMapYaml } from './manifests.ts';
import { at, conditionsOf, git, look, shopUrl, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const app = (name: string): string => `application.argoproj.io/argocd/${name}`;

async function untilSays(name: string, says: RegExp): Promise<void> {
  await story.until(`${name} to say ${says.source}`, async () =>
    says.test(look(conditionsOf(await story.get(app(name))))),
  );
}

test('a revision that is not there is named, and found once it is pushed', async () => {
  await story.push({ 'edge/a.yaml': configMapYaml('a') });
  const manifest = applicationYaml({ name: 'branch', path: 'edge', namespace: 'branch' });
  await story.apply(manifest.replace('targetRevision: main', 'targetRevision: release'));
  await untilSays('branch', /^ComparisonError: .*release/);
  await git(story.clone, ['push', '-q', 'origin', 'HEAD:release']);
  await story.until('the branch', async () => (await story.get('configmap/branch/a')) !== undefined);
});

test('a repository that cannot be reached is told in one sentence', async () => {
  const manifest = applicationYaml({ name: 'far', path: 'edge', namespace: 'far' });
  await story.apply(manifest.replace(shopUrl, 'https://127.0.0.1:9/nobody/home.git'));
  await untilSays('far', /^ComparisonError: .*127\.0\.0\.1:9\/nobody\/home\.git[^\n]*$/);
});

test('several sources become one application', async () => {
  await story.push({ 'edge-two/b.yaml': configMapYaml('b') });
  await story.apply(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: both
  namespace: argocd
spec:
  project: default
  sources:
    - repoURL: ${shopUrl}
      targetRevision: main
      path: edge
    - repoURL: ${shopUrl}
      targetRevision: main
      path: edge-two
  destination:
    name: in-cluster
    namespace: both
  syncPolicy:
    automated: {}
    syncOptions: ["CreateNamespace=true"]
`);
  await story.until('both', async () => {
    const found = look(await story.get(app('both')));
    return (
      at(found, 'status', 'sync', 'status') === 'Synced' &&
      at(found, 'status', 'operationState', 'phase') === 'Succeeded'
    );
  });
  assert.ok(await story.get('configmap/both/a'));
  assert.ok(await story.get('configmap/both/b'));
  assert.equal((at(await story.get(app('both')), 'status', 'sync', 'revisions') as readonly unknown[]).length, 2);
});

test('a definition and its objects go live in one sync', async () => {
  await story.push({
    'defined/lamp.yaml': 'apiVersion: shop.example.com/v1\nkind: Lamp\nmetadata:\n  name: desk\nspec:\n  watts: 7\n',
    'defined/definition.yaml': lampDefinition,
  });
  await story.apply(applicationYaml({ name: 'defined', path: 'defined', namespace: 'defined' }));
  await story.untilApp('defined', 'Synced', 'Healthy');
  assert.match(
    succeed(await story.kubectl(['get', 'lamps', '-n', 'defined', '-o', 'jsonpath={.items[*].spec.watts}']), 'get'),
    /^7$/,
  );
});

const lampDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: lamps.shop.example.com
spec:
  group: shop.example.com
  scope: Namespaced
  names:
    plural: lamps
    singular: lamp
    kind: Lamp
    listKind: LampList
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                watts:
                  type: integer
`;

test('an object whose kind is defined later goes live when it is', async () => {
  const vase = 'apiVersion: shop.example.com/v1\nkind: Vase\nmetadata:\n  name: blue\nspec:\n  watts: 1\n';
  await story.push({ 'early/vase.yaml': vase });
  await story.apply(applicationYaml({ name: 'early', path: 'early', namespace: 'early' }));
  await untilSays(
    'early',
    /^SyncError: Failed last sync attempt to \[[0-9a-f]{40}\]: .*early\/vase\.yaml:1: Vase "blue": the cluster serves no kind "Vase" in version "v1" of group "shop\.example\.com"$/,
  );
  await story.apply(lampDefinition.replaceAll('lamp', 'vase').replaceAll('Lamp', 'Vase'));
  await story.untilApp('early', 'Synced', 'Healthy');
});

test('a changed Secret is shown as changed, and its values nowhere', async () => {
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  const data = { 'resource.sensitive.mask.annotations': 'vault.example.com/lease' };
  await story.apply(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  const annotations = '  annotations:\n    vault.example.com/lease: hunter-lease\n';
  await story.push({
    'secret/token.yaml': `apiVersion: v1\nkind: Secret\nmetadata:\n  name: token\n${annotations}stringData:\n  key: hunter-in-git\n`,
  });
  const policy = 'automated: {}\nsyncOptions:\n  - CreateNamespace=true';
  await story.apply(applicationYaml({ name: 'secret', path: 'secret', namespace: 'secret', syncPolicy: policy }));
  await story.untilApp('secret', 'Synced', 'Healthy');
  const value = Buffer.from('hunter-by-hand').toString('base64');
  succeed(
    await story.kubectl([
      'patch',
      'secret',
      'token',
      '-n',
      'secret',
      '--type=merge',
      '-p',
      `{"metadata":{"annotations":{"vault.example.com/lease":"hunter-bent"}},"data":{"key":"${value}"}}`,
    ]),
    'patch',
  );
  await story.untilApp('secret', 'OutOfSync');
  const diff = await story.evenkeel(['app', 'diff', 'secret']);
  assert.equal(diff.code, 1, diff.err);
  assert.match(diff.out, /\.data\.key/);
  assert.match(diff.out, /vault\.example\.com\/lease/);
  const ref = { group: '', kind: 'Secret', namespace: 'secret', name: 'token' };
  const seen = await fetch(new URL(apiPaths.resource('argo/argocd/secret', ref), story.world.server?.url));
  const shown = await seen.text();
  assert.match(shown, /last-applied-configuration/);
  const told = [
    diff.out,
    shown,
    JSON.stringify(await story.app('argo/argocd/secret')),
    JSON.stringify((await story.get(app('secret')))?.['status']),
  ].join('\n');
  for (const text of ['hunter', value, Buffer.from('hunter-in-git').toString('base64')])
    assert.ok(!told.includes(text), text);
});

test('a generated name is refused outside of hooks', async () => {
  await story.push({ 'unnamed/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: a-\n' });
  await story.apply(applicationYaml({ name: 'unnamed', path: 'unnamed', namespace: 'unnamed' }));
  await untilSays(
    'unnamed',
    /^SyncError: Failed last sync attempt to \[[0-9a-f]{40}\]: .*unnamed\/a\.yaml:1: ConfigMap "a-" has metadata\.generateName and no name, which only a hook may have$/,
  );
});

test('an annotation or a label that is no text is named, and not read as anything', async () => {
  const start = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
  await story.push({
    'odd/a.yaml': `${start}  annotations:\n    argocd.argoproj.io/hook: true\n    helm.sh/hook-weight: 3\n`,
    'odd/b.yaml': `${start.replace('name: a', 'name: b')}  labels: [a]\n`,
  });
  await story.apply(applicationYaml({ name: 'odd', path: 'odd', namespace: 'odd' }));
  await untilSays(
    'odd',
    /odd\/a\.yaml:1: ConfigMap "a" has the annotation argocd\.argoproj\.io\/hook: true, which is no text/,
  );
  await untilSays('odd', /odd\/b\.yaml:1: ConfigMap "b" has metadata\.labels that are no map/);
});

test('a namespace deleted by hand comes back with everything in it', async () => {
  await story.push({ 'house/a.yaml': configMapYaml('a'), 'house/b.yaml': configMapYaml('b') });
  const policy = `${automatic}\nretry:\n  limit: 5\n  backoff:\n    duration: 1s`;
  await story.apply(applicationYaml({ name: 'house', path: 'house', namespace: 'house', syncPolicy: policy }));
  await story.untilApp('house', 'Synced', 'Healthy');
  const uid = (await story.get('namespace//house'))?.metadata.uid;
  succeed(await story.kubectl(['delete', 'namespace', 'house', '--wait=false']), 'delete');
  await story.until('a new house', async () => {
    const [namespace, a, b] = await Promise.all(
      ['namespace//house', 'configmap/house/a', 'configmap/house/b'].map((ref) => story.get(ref)),
    );
    return namespace?.metadata.uid !== uid && a !== undefined && b !== undefined;
  });
  await story.untilApp('house', 'Synced', 'Healthy');
});

test('an Application deleted while its sync waits goes, and its objects with it', async () => {
  const job = `apiVersion: batch/v1
kind: Job
metadata:
  name: never
  annotations:
    argocd.argoproj.io/sync-wave: "1"
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: registry.example.com/shop/never:does-not-exist
`;
  await story.push({
    'midway/a.yaml': configMapYaml('a'),
    'midway/job.yaml': job,
    'midway/c.yaml': configMapYaml('c', { 'argocd.argoproj.io/sync-wave': '2' }),
  });
  const finalizer = 'resources-finalizer.argocd.argoproj.io';
  await story.apply(applicationYaml({ name: 'midway', path: 'midway', namespace: 'midway', finalizer }));
  await story.until('the sync to wait', async () => (await story.get('job.batch/midway/never')) !== undefined);
  succeed(await story.kubectl(['delete', 'application', 'midway', '-n', 'argocd', '--timeout=15s']), 'delete');
  assert.equal(await story.get('configmap/midway/a'), undefined);
  assert.equal(await story.get('job.batch/midway/never'), undefined);
  assert.equal(await story.get('configmap/midway/c'), undefined);
});
