// The main job: an app of apps from Git to live, pushes, prunes, and drift, with what a person sees of each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { at, conditionsOf, imageOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const deployment = 'deployment.apps/catalog/catalog';
const notes = 'deployment.apps/notes/notes';
const catalogAt = (tag: string): string =>
  readFileSync(join(story.clone, 'catalog/live/kustomization.yaml'), 'utf8').replace(/newTag: .*/, `newTag: ${tag}`);

test('one root application brings all others, and all become Synced and Healthy', async () => {
  await story.apply(readFileSync(join(story.clone, 'clusters/root.yaml'), 'utf8'));
  for (const name of ['shop', 'catalog', 'checkout', 'notes']) await story.untilApp(name, 'Synced', 'Healthy');
  const listed = succeed(await story.evenkeel(['app', 'list']), 'app list');
  for (const name of ['shop', 'catalog', 'checkout', 'notes'])
    assert.match(listed, new RegExp(`^argocd/${name} .*Synced +Healthy +Auto +<none>`, 'm'));
});

test('namespaces are created and Pods run in them', async () => {
  const namespaces = succeed(await story.kubectl(['get', 'namespaces', '-o', 'name']), 'get namespaces');
  for (const name of ['catalog', 'checkout', 'notes']) assert.match(namespaces, new RegExp(`^namespace/${name}$`, 'm'));
  const pods = succeed(await story.kubectl(['get', 'pods', '-A', '--no-headers']), 'get pods');
  assert.equal(pods.match(/^catalog +catalog-\S+ +1\/1 +Running/gm)?.length, 3, pods);
  assert.equal(pods.match(/^checkout +till-\S+ +1\/1 +Running/gm)?.length, 2, pods);
  assert.equal(pods.match(/^notes +notes-\S+ +1\/1 +Running/gm)?.length, 2, pods);
});

test('a generated ConfigMap carries its hash, and the reference to it was rewritten', async () => {
  const live = await story.get(deployment);
  const name = at(live, 'spec', 'template', 'spec', 'containers', 0, 'envFrom', 0, 'configMapRef', 'name');
  assert.match(String(name), /^settings-[0-9a-z]{10}$/);
  const settings = await story.get(`configmap/catalog/${String(name)}`);
  assert.deepEqual(at(settings, 'data'), { CURRENCY: 'EUR' });
  assert.equal(at(live, 'spec', 'replicas'), 3);
  assert.equal(at(live, 'spec', 'selector', 'matchLabels', 'app.kubernetes.io/name'), 'catalog');
});

test('a chart is rendered with its parameters and release name', async () => {
  const live = await story.get('deployment.apps/checkout/till');
  assert.equal(imageOf(live), 'registry.example.com/shop/till:7.1');
  assert.equal(at(live, 'spec', 'replicas'), 2);
});

test('a pushed tag goes live, and the history names its commit and author', async () => {
  const sha = await story.push({ 'catalog/live/kustomization.yaml': catalogAt('v1.1.0') }, 'Catalog v1.1.0');
  await story.until('the new image', async () => {
    const image = imageOf(await story.get(deployment));
    return look(image) === 'registry.example.com/shop/catalog:v1.1.0';
  });
  await story.untilApp('catalog', 'Synced', 'Healthy');
  const history = succeed(await story.evenkeel(['app', 'history', 'catalog']), 'app history');
  assert.match(history, new RegExp(`${sha.slice(0, 7)} +Ada Keeper +Catalog v1.1.0`));
});

test('a file deleted in Git is pruned, and its neighbours stay', async () => {
  const uid = (await story.get(notes))?.metadata.uid;
  await story.push({ 'notes/service.yaml': undefined }, 'Notes need no service');
  await story.until('the service to go', async () => (await story.get('service/notes/notes')) === undefined);
  await story.untilApp('notes', 'Synced');
  assert.equal((await story.get(notes))?.metadata.uid, uid);
});

test('an emptied directory is refused in one sentence, and nothing is pruned', async () => {
  const manifest = readFileSync(join(story.clone, 'notes/deployment.yaml'), 'utf8');
  const before = (await story.get(notes))?.metadata.resourceVersion;
  await story.push({ 'notes/deployment.yaml': undefined, 'notes/readme.txt': 'nothing here' }, 'Empty notes');
  const app = await story.untilApp('notes', 'OutOfSync');
  assert.match(
    conditionsOf(app),
    /^SyncError: the source renders to nothing, and syncing would prune all 1 live objects$/,
  );
  assert.equal((await story.get(notes))?.metadata.resourceVersion, before);
  const shown = succeed(await story.evenkeel(['app', 'get', 'notes']), 'app get');
  assert.match(shown, /the source renders to nothing/);
  assert.equal((await story.app('argo/argocd/notes')).refusals[0]?.code, 'EMPTY_RENDER');
  await story.push({ 'notes/deployment.yaml': manifest }, 'Notes again');
  await story.untilApp('notes', 'Synced', 'Healthy');
});

test('a scale by hand is reverted', async () => {
  succeed(await story.kubectl(['scale', 'deployment', 'catalog', '-n', 'catalog', '--replicas=7']), 'scale');
  await story.until('three replicas', async () => look(at(await story.get(deployment), 'spec', 'replicas')) === 3);
  await story.untilApp('catalog', 'Synced');
});

test('an edit by hand is reverted', async () => {
  const env = { KUBE_EDITOR: 'sed -i s,shop/catalog:v1.1.0,shop/catalog:v6.6.6,' };
  const edited = await story.kubectl(['edit', 'deployment', 'catalog', '-n', 'catalog'], { env });
  assert.match(succeed(edited, 'edit'), /deployment.apps\/catalog edited/);
  await story.until(
    'the image of Git',
    async () => look(imageOf(await story.get(deployment))) === 'registry.example.com/shop/catalog:v1.1.0',
  );
});

test('a service deleted by hand comes back', async () => {
  const uid = (await story.get('service/catalog/catalog'))?.metadata.uid;
  succeed(await story.kubectl(['delete', 'service', 'catalog', '-n', 'catalog']), 'delete');
  await story.until('a new service', async () => {
    const live = await story.get('service/catalog/catalog');
    return live !== undefined && live.metadata.uid !== uid;
  });
  await story.untilApp('catalog', 'Synced', 'Healthy');
});

test('without selfHeal drift is shown with its exact fields and who made it, and a sync heals it', async () => {
  succeed(await story.kubectl(['scale', 'deployment', 'notes', '-n', 'notes', '--replicas=5']), 'scale');
  await story.untilApp('notes', 'OutOfSync');
  const diff = await story.evenkeel(['app', 'diff', 'notes']);
  assert.equal(diff.code, 1, diff.err);
  assert.match(diff.out, /===== apps\/Deployment notes\/notes ======/);
  assert.match(diff.out, /\.spec\.replicas\n {2}< 5 {4}\(kubectl[^)]*\)\n {2}> 2\n/);
  const detail = await story.app('argo/argocd/notes');
  const [drifted, ...more] = detail.resources.filter((resource) => resource.sync === 'drifted');
  assert.equal(more.length, 0);
  assert.deepEqual(
    drifted?.fields.map(({ path, desired, live, owners }) => [path, desired, live, owners[0]?.manager]),
    [['.spec.replicas', 2, 5, 'kubectl']],
  );
  assert.match(detail.sentence ?? '', /Deployment notes: \.spec\.replicas was changed by kubectl/);
  const resources = at(
    await story.get('application.argoproj.io/argocd/notes'),
    'status',
    'resources',
  ) as readonly unknown[];
  assert.ok(resources.some((entry) => at(entry, 'status') === 'OutOfSync' && at(entry, 'kind') === 'Deployment'));
  assert.equal(at(await story.get(notes), 'spec', 'replicas'), 5);
  succeed(await story.evenkeel(['app', 'sync', 'notes']), 'app sync');
  assert.equal(at(await story.get(notes), 'spec', 'replicas'), 2);
  assert.equal((await story.evenkeel(['app', 'diff', 'notes'])).code, 0);
});
