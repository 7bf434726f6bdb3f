// A GitRepository and a Kustomization reconcile the same repository into another namespace, with the words, marks and
// conditions of the original.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configMapYaml, deploymentYaml, indent } from './manifests.ts';
import { at, conditionOf, git, imageOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

const basket = 'deployment.apps/basket/basket';
const kustomization = (name = 'basket'): string => `kustomization.kustomize.toolkit.fluxcd.io/flux-system/${name}`;
const owner = 'kustomize.toolkit.fluxcd.io';

/** A Kustomization of the shop's repository; `spec` are more lines of it. */
function kustomizationYaml(name: string, path: string, spec = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 1h
  path: ${path}
  prune: true
  targetNamespace: basket
  sourceRef:
    kind: GitRepository
    name: shop
${indent(spec, 2)}`;
}

async function untilReady(name: string, status: string, message?: RegExp): Promise<unknown> {
  const head = (await git(story.clone, ['rev-parse', 'HEAD'])).trim();
  return story.until(`${name} to be Ready ${status}`, async () => {
    const found = look(await story.get(kustomization(name)));
    const ready = conditionOf(found, 'Ready');
    const current = status !== 'True' || String(at(found, 'status', 'lastAppliedRevision')).endsWith(head);
    return ready?.status === status && current && (message?.test(ready.message) ?? true) && found;
  });
}

test('the source has an artifact and the Kustomization is Ready, in the words of the original', async () => {
  succeed(await story.kubectl(['apply', '-f', join(story.clone, 'flux/basket.yaml')]), 'apply');
  const found = await untilReady('basket', 'True');
  const head = (await git(story.clone, ['rev-parse', 'HEAD'])).trim();
  const revision = `main@sha1:${head}`;
  const source = await story.get('gitrepository.source.toolkit.fluxcd.io/flux-system/shop');
  assert.equal(at(source, 'status', 'artifact', 'revision'), revision);
  assert.equal(conditionOf(source, 'Ready')?.message, `stored artifact for revision '${revision}'`);
  assert.equal(at(found, 'status', 'lastAppliedRevision'), revision);
  const ready = conditionOf(found as never, 'Ready');
  assert.deepEqual([ready?.reason, ready?.message], ['ReconciliationSucceeded', `Applied revision: ${revision}`]);
  assert.equal(conditionOf(found as never, 'Reconciling'), undefined);
  assert.deepEqual(at(found, 'status', 'inventory', 'entries'), [
    { id: 'basket_basket__ConfigMap', v: 'v1' },
    { id: 'basket_basket_apps_Deployment', v: 'v1' },
  ]);
});

test('objects carry the labels and the field manager of the original, in the target namespace', async () => {
  const live = await story.get(basket);
  assert.equal(live?.metadata.labels?.[`${owner}/name`], 'basket');
  assert.equal(live?.metadata.labels?.[`${owner}/namespace`], 'flux-system');
  const managers = live?.metadata.managedFields?.map(({ manager, operation }) => `${manager}/${operation}`);
  assert.ok(managers?.includes('kustomize-controller/Apply'), JSON.stringify(managers));
  assert.equal(imageOf(live), 'registry.example.com/shop/basket:v3.0.0');
  const pods = succeed(await story.kubectl(['get', 'pods', '-n', 'basket', '--no-headers']), 'get pods');
  assert.equal(pods.match(/^basket-\S+ +1\/1 +Running/gm)?.length, 2, pods);
});

test('kubectl and the command show it beside the Applications', async () => {
  const table = succeed(await story.kubectl(['get', 'kustomizations', '-n', 'flux-system']), 'get');
  assert.match(table, /^basket +\S+ +True +Applied revision: main@sha1:/m);
  assert.match(succeed(await story.evenkeel(['app', 'list']), 'app list'), /^flux-system\/basket .*Synced +Healthy/m);
  assert.equal((await story.app('flux/flux-system/basket')).sync, 'synced');
});

test('a pushed tag goes live, a deleted file is pruned', async () => {
  const text = readFileSync(join(story.clone, 'basket/kustomization.yaml'), 'utf8');
  await story.push({
    'basket/kustomization.yaml': text.replace('v3.0.0', 'v3.1.0').replace('  - settings.yaml\n', ''),
    'basket/settings.yaml': undefined,
  });
  await story.until(
    'the new image',
    async () => look(imageOf(await story.get(basket))) === 'registry.example.com/shop/basket:v3.1.0',
  );
  await story.until('the prune', async () => (await story.get('configmap/basket/basket')) === undefined);
  const found = await untilReady('basket', 'True');
  assert.deepEqual(at(found, 'status', 'inventory', 'entries'), [{ id: 'basket_basket_apps_Deployment', v: 'v1' }]);
});

test('drift is healed', async () => {
  succeed(await story.kubectl(['scale', 'deployment', 'basket', '-n', 'basket', '--replicas=6']), 'scale');
  await story.until('two replicas', async () => look(at(await story.get(basket), 'spec', 'replicas')) === 2);
});

test('while suspended nothing is healed and nothing goes live; resuming catches up', async () => {
  const suspend = (value: boolean): Promise<unknown> =>
    story.kubectl([
      'patch',
      'kustomization',
      'basket',
      '-n',
      'flux-system',
      '--type=merge',
      '-p',
      `{"spec":{"suspend":${value}}}`,
    ]);
  await suspend(true);
  await story.until('the suspension to be seen', async () => (await story.app('flux/flux-system/basket')).suspended);
  succeed(await story.kubectl(['scale', 'deployment', 'basket', '-n', 'basket', '--replicas=6']), 'scale');
  const refused = await story.evenkeel(['app', 'sync', 'flux-system/basket']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /"basket" is suspended/);
  assert.equal(at(await story.get(basket), 'spec', 'replicas'), 6);
  await suspend(false);
  await story.until('two replicas', async () => look(at(await story.get(basket), 'spec', 'replicas')) === 2);
});

test('requestedAt is handled and acknowledged', async () => {
  const token = '2030-01-01T00:00:00Z';
  const annotate = [
    'annotate',
    '--overwrite',
    '-n',
    'flux-system',
    'kustomization/basket',
    `reconcile.fluxcd.io/requestedAt=${token}`,
  ];
  succeed(await story.kubectl(annotate), 'annotate');
  await story.until(
    'the acknowledgement',
    async () => look(at(await story.get(kustomization()), 'status', 'lastHandledReconcileAt')) === token,
  );
  await untilReady('basket', 'True');
});

test('dependsOn holds a Kustomization up until the other is ready', async () => {
  await story.push({ 'later/settings.yaml': configMapYaml('later'), 'sooner/settings.yaml': configMapYaml('sooner') });
  await story.apply(kustomizationYaml('later', './later', 'dependsOn:\n  - name: sooner\n'));
  await untilReady('later', 'False', /^dependency 'flux-system\/sooner' not found$/);
  assert.equal(conditionOf(await story.get(kustomization('later')), 'Ready')?.reason, 'DependencyNotReady');
  assert.equal(await story.get('configmap/basket/later'), undefined);
  await story.apply(kustomizationYaml('sooner', './sooner'));
  await untilReady('sooner', 'True');
  await untilReady('later', 'True');
  assert.ok(await story.get('configmap/basket/later'));
});

test('wait holds Ready back until everything is healthy', async () => {
  const gate = deploymentYaml('gate');
  await story.push({ 'waiting/gate.yaml': gate.replace('gate:v1', 'gate:does-not-exist') });
  await story.apply(kustomizationYaml('waiting', './waiting', 'wait: true\n'));
  const found = await untilReady('waiting', 'Unknown', /Deployment\/basket\/gate/);
  assert.equal(conditionOf(found as never, 'Reconciling')?.status, 'True');
  await story.push({ 'waiting/gate.yaml': gate });
  await untilReady('waiting', 'True');
});

test('a path that is not there, broken YAML and a rejected object are told, and nothing live is touched', async () => {
  const before = (await story.get(basket))?.metadata.resourceVersion;
  const text = readFileSync(join(story.clone, 'basket/deployment.yaml'), 'utf8');
  await story.apply(kustomizationYaml('nowhere', './no/where'));
  await untilReady('nowhere', 'False', /the path "no\/where" does not exist/);
  assert.equal(conditionOf(await story.get(kustomization('nowhere')), 'Ready')?.reason, 'ArtifactFailed');
  await story.push({ 'basket/deployment.yaml': `${text}  : [` });
  await untilReady('basket', 'False', /kustomize: .*deployment\.yaml/);
  assert.equal(conditionOf(await story.get(kustomization()), 'Ready')?.reason, 'BuildFailed');
  await story.push({ 'basket/deployment.yaml': text.replace('replicas: 2', 'replicas: -1') });
  await untilReady('basket', 'False', /spec\.replicas/);
  assert.equal((await story.get(basket))?.metadata.resourceVersion, before);
  await story.push({ 'basket/deployment.yaml': text });
  await untilReady('basket', 'True');
  assert.equal((await story.get(basket))?.metadata.resourceVersion, before);
});

test('an unsupported field is refused by name', async () => {
  await story.apply(kustomizationYaml('sealed', './sooner', 'decryption:\n  provider: sops\n'));
  await untilReady('sealed', 'False', /^spec\.decryption is not supported yet$/);
});

test('IfNotPresent writes an object once and never again', async () => {
  const once = { [`${owner}/ssa`]: 'IfNotPresent' };
  await story.push({ 'once/settings.yaml': configMapYaml('once', once), 'once/always.yaml': configMapYaml('always') });
  await story.apply(kustomizationYaml('once', './once'));
  await untilReady('once', 'True');
  await story.push({
    'once/settings.yaml': configMapYaml('once', once, 'two'),
    'once/always.yaml': configMapYaml('always', {}, 'two'),
  });
  await untilReady('once', 'True');
  assert.equal(at(await story.get('configmap/basket/always'), 'data', 'value'), 'two');
  assert.equal(at(await story.get('configmap/basket/once'), 'data', 'value'), 'one');
});

test('deleting a Kustomization with prune removes what it applied, even after its source is gone', async () => {
  succeed(await story.kubectl(['delete', 'kustomization', 'sooner', '-n', 'flux-system']), 'delete');
  await story.until('the object to go', async () => (await story.get('configmap/basket/sooner')) === undefined);
  succeed(await story.kubectl(['delete', 'gitrepository', 'shop', '-n', 'flux-system']), 'delete');
  succeed(await story.kubectl(['delete', 'kustomization', 'basket', '-n', 'flux-system']), 'delete');
  await story.until('the Deployment to go', async () => (await story.get(basket)) === undefined);
  assert.equal(await story.get(kustomization()), undefined);
});
