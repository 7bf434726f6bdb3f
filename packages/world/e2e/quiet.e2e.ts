// Rest: when everything is as Git says, nothing is asked of the cluster, and a commit elsewhere costs nothing but its name.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());
const applications = ['shop', 'catalog', 'checkout', 'notes'];

/** Requests other than watches that are being opened anew. */
function sent(): readonly string[] {
  return story.requests.lines().filter((line) => !line.startsWith('WATCH'));
}

async function untilQuiet(): Promise<void> {
  let before = -1;
  await story.until('requests to end', async () => {
    const now = story.requests.recorded.length;
    const quiet = now === before;
    before = now;
    await sleep(300);
    return quiet;
  });
}

test('once everything is settled, five seconds pass without a request', async () => {
  succeed(await story.kubectl(['apply', '-f', join(story.clone, 'flux/basket.yaml')]), 'apply');
  await story.apply(readFileSync(join(story.clone, 'clusters/root.yaml'), 'utf8'));
  for (const name of applications) await story.untilApp(name, 'Synced', 'Healthy');
  await story.until('the Kustomization', async () => (await story.app('flux/flux-system/basket')).health === 'healthy');
  await untilQuiet();
  story.requests.clear();
  await sleep(5000);
  assert.deepEqual(story.requests.lines(), []);
});

test('reconciling everything again sends nothing', async () => {
  story.requests.clear();
  const { world } = story;
  let reports = 0;
  const stop = world.onReport(() => (reports += 1));
  for (const name of applications) world.argo.wake(`argo/argocd/${name}`);
  world.flux.wake('flux/flux-system/basket');
  await story.until('all reports', () => reports >= 5);
  stop();
  assert.deepEqual(story.requests.lines(), []);
});

test('a refresh asked for costs the write that takes its mark away', async () => {
  succeed(
    await story.kubectl(['annotate', 'application', 'notes', '-n', 'argocd', 'argocd.argoproj.io/refresh=normal']),
    'annotate',
  );
  await story.until('the mark to go', async () => {
    const app = look(await story.get('application.argoproj.io/argocd/notes'));
    return app?.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined;
  });
  await untilQuiet();
  const writes = story.requests.recorded.filter(({ kind, method }) => kind === 'send' && method !== 'GET');
  assert.deepEqual(
    writes.map(({ path }) => path.split('/').at(-1)),
    ['notes'],
  );
});

test('a commit that touches no file of an application writes its new revision and renders nothing', async () => {
  await untilQuiet();
  const prepared = applications.map((name) => story.world.deliveries.desired(`argo/argocd/${name}`, refOfFirst(name)));
  story.requests.clear();
  const sha = await story.push({ 'readme.txt': 'The shop is open.' }, 'Say that the shop is open');
  for (const name of applications) await story.untilApp(name, 'Synced', 'Healthy');
  await story.until('the Kustomization', async () => {
    const found = look(await story.get('kustomization.kustomize.toolkit.fluxcd.io/flux-system/basket'));
    return String(at(found, 'status', 'lastAppliedRevision')).endsWith(sha);
  });
  await untilQuiet();
  const writes = sent().filter((line) => !line.startsWith('GET'));
  assert.deepEqual([...new Set(writes.map((line) => line.replace(/\?.*/, '').split('/').slice(-2).join('/')))].sort(), [
    'applications/catalog',
    'applications/checkout',
    'applications/notes',
    'applications/shop',
    'basket/status',
    'shop/status',
  ]);
  assert.equal(writes.length, 6, writes.join('\n'));
  const after = applications.map((name) => story.world.deliveries.desired(`argo/argocd/${name}`, refOfFirst(name)));
  for (const [index, object] of after.entries())
    assert.ok(object !== undefined && object === prepared[index], 'the very same object');
});

function refOfFirst(name: string): { group: string; kind: string; namespace: string; name: string } {
  if (name === 'shop') return { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'notes' };
  return { group: 'apps', kind: 'Deployment', namespace: name, name: name === 'checkout' ? 'till' : name };
}
