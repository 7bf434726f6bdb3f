// Turns: waves in their order, hooks before and after, what is pruned last and what is kept, and syncs that fail or are
// overtaken.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { applicationYaml, automatic, configMapYaml, deploymentYaml, jobYaml } from './manifests.ts';
import { at, conditionsOf, imageOf, look, startStory, succeed } from './story.ts';

const story = await startStory();
after(() => story[Symbol.asyncDispose]());

const wave = 'argocd.argoproj.io/sync-wave';
const hook = 'argocd.argoproj.io/hook';
const deletion = 'argocd.argoproj.io/hook-delete-policy';
const options = 'argocd.argoproj.io/sync-options';

/** Names of the objects written below a namespace, in the order of the requests. */
function writesIn(namespace: string): readonly string[] {
  return story.requests.recorded.flatMap(({ kind, method, path, query, request }) => {
    const match = new RegExp(`/namespaces/${namespace}/([a-z]+)(?:/([^/]+))?$`).exec(path);
    if (kind !== 'send' || !match || !['POST', 'PATCH', 'DELETE'].includes(method) || query['dryRun'] !== undefined)
      return [];
    const name = match[2] ?? (request.body as KubeObject | undefined)?.metadata.name ?? '';
    return [`${method === 'DELETE' ? 'delete ' : ''}${match[1]}/${name}`];
  });
}

function phaseOf(app: unknown): unknown {
  return at(app, 'status', 'operationState', 'phase');
}

test('waves go live in their order, hooks before and after them', async () => {
  await story.push({
    'waves/a.yaml': configMapYaml('third', { [wave]: '5' }),
    'waves/b.yaml': deploymentYaml('second', { [wave]: '1' }),
    'waves/c.yaml': configMapYaml('first', { [wave]: '-1' }),
    'waves/d.yaml': configMapYaml('zeroth'),
    'waves/pre.yaml': jobYaml('prepare', { [hook]: 'PreSync', [deletion]: 'HookSucceeded' }),
    'waves/post.yaml': jobYaml('announce', { [hook]: 'PostSync', [deletion]: 'BeforeHookCreation' }),
  });
  story.requests.clear();
  await story.apply(applicationYaml({ name: 'waves', path: 'waves', namespace: 'waves' }));
  const app = await story.untilApp('waves', 'Synced', 'Healthy');
  await story.until(
    'the sync to end',
    async () => phaseOf(look(await story.get('application.argoproj.io/argocd/waves'))) === 'Succeeded',
  );
  assert.deepEqual(writesIn('waves'), [
    'jobs/prepare',
    // Its finalizer goes when its end has been seen.
    'jobs/prepare',
    'configmaps/first',
    'configmaps/zeroth',
    'deployments/second',
    'configmaps/third',
    'jobs/announce',
    'jobs/announce',
    'delete jobs/prepare',
  ]);
  await story.until('the finished hook to go', async () => (await story.get('job.batch/waves/prepare')) === undefined);
  assert.ok(await story.get('job.batch/waves/announce'), 'BeforeHookCreation keeps it until the next sync');
  assert.ok(app);
});

test('a hook with BeforeHookCreation is made anew at the next sync', async () => {
  const uid = (await story.get('job.batch/waves/announce'))?.metadata.uid;
  await story.push({ 'waves/d.yaml': configMapYaml('zeroth', {}, 'two') });
  await story.until('a new Job', async () => {
    const job = await story.get('job.batch/waves/announce');
    return job !== undefined && job.metadata.uid !== uid;
  });
  await story.until('the sync to end', async () => {
    const app = look(await story.get('application.argoproj.io/argocd/waves'));
    return phaseOf(app) === 'Succeeded' && at(app, 'status', 'sync', 'status') === 'Synced';
  });
});

test('a hook with a generated name is waited for', async () => {
  const policy = `${automatic}\nretry:\n  limit: 0`;
  await story.push({
    'generated/job.yaml': jobYaml('migrate-', { [hook]: 'PreSync' }, { generated: true, fails: true }),
    'generated/settings.yaml': configMapYaml('after-migration'),
  });
  const manifest = { name: 'generated', path: 'generated', namespace: 'generated', syncPolicy: policy };
  await story.apply(applicationYaml(manifest));
  const app = await story.until('the failure', async () => {
    const found = look(await story.get('application.argoproj.io/argocd/generated'));
    return ['Failed', 'Succeeded'].includes(String(phaseOf(found))) && found;
  });
  assert.match(conditionsOf(app), /SyncError: .*Job migrate-\S+ is degraded/);
  assert.equal(await story.get('configmap/generated/after-migration'), undefined);
  await story.push({ 'generated/job.yaml': jobYaml('migrate-', { [hook]: 'PreSync' }, { generated: true }) });
  await story.untilApp('generated', 'Synced');
  const listed = succeed(await story.kubectl(['get', 'jobs', '-n', 'generated', '-o', 'name']), 'get');
  assert.equal(listed.match(/^job.batch\/migrate-/gm)?.length, 2, 'one for each sync');
  assert.ok(await story.get('configmap/generated/after-migration'));
});

test('a failing PreSync hook stops the sync and says why; a good commit goes on', async () => {
  const policy = `${automatic}\nretry:\n  limit: 0`;
  await story.push({
    'failing/job.yaml': jobYaml('check', { [hook]: 'PreSync' }, { fails: true }),
    'failing/settings.yaml': configMapYaml('never'),
  });
  await story.apply(applicationYaml({ name: 'failing', path: 'failing', namespace: 'failing', syncPolicy: policy }));
  const app = await story.until('the failure', async () => {
    const found = look(await story.get('application.argoproj.io/argocd/failing'));
    return phaseOf(found) === 'Failed' && found;
  });
  assert.match(conditionsOf(app), /SyncError: .*Job check.*degraded/i);
  assert.equal(await story.get('configmap/failing/never'), undefined);
  assert.match(succeed(await story.evenkeel(['app', 'get', 'failing']), 'app get'), /Job check/);
  await story.push({ 'failing/job.yaml': jobYaml('check', { [hook]: 'PreSync' }) });
  await story.untilApp('failing', 'Synced', 'Healthy');
  assert.ok(await story.get('configmap/failing/never'));
});

test('a SyncFail hook runs only when something failed', async () => {
  await story.push({
    'rescue/job.yaml': jobYaml('check', { [hook]: 'PreSync' }, { fails: true }),
    'rescue/rescue.yaml': configMapYaml('rescued', { [hook]: 'SyncFail' }),
    'rescue/settings.yaml': configMapYaml('never'),
  });
  const policy = `${automatic}\nretry:\n  limit: 0`;
  await story.apply(applicationYaml({ name: 'rescue', path: 'rescue', namespace: 'rescue', syncPolicy: policy }));
  await story.until(
    'the failure',
    async () => phaseOf(look(await story.get('application.argoproj.io/argocd/rescue'))) === 'Failed',
  );
  assert.ok(await story.get('configmap/rescue/rescued'));
  assert.equal(await story.get('configmap/generated/rescued'), undefined);
});

test('a newer commit supersedes a sync that is stuck', async () => {
  await story.push({
    'stuck/a.yaml': deploymentYaml('gate', { [wave]: '0' }).replace(
      'registry.example.com/shop/gate:v1',
      'registry.example.com/shop/gate:does-not-exist',
    ),
    'stuck/b.yaml': configMapYaml('behind', { [wave]: '1' }),
  });
  await story.apply(applicationYaml({ name: 'stuck', path: 'stuck', namespace: 'stuck' }));
  await story.until('the sync to wait', async () => {
    const app = look(await story.get('application.argoproj.io/argocd/stuck'));
    return (
      phaseOf(app) === 'Running' &&
      /waiting for healthy state of apps\/Deployment\/gate/.test(String(at(app, 'status', 'operationState', 'message')))
    );
  });
  assert.equal(await story.get('configmap/stuck/behind'), undefined);
  await story.push({ 'stuck/a.yaml': deploymentYaml('gate', { [wave]: '0' }) });
  await story.untilApp('stuck', 'Synced', 'Healthy');
  assert.equal(imageOf(await story.get('deployment.apps/stuck/gate')), 'registry.example.com/shop/gate:v1');
  assert.ok(await story.get('configmap/stuck/behind'));
});

test('PruneLast deletes behind everything else, Prune=false never', async () => {
  const policy = `${automatic}\n  - PruneLast=true`;
  await story.push({
    'last/old.yaml': configMapYaml('old', { [wave]: '-5' }),
    'last/kept.yaml': configMapYaml('kept', { [options]: 'Prune=false' }),
    'last/new.yaml': deploymentYaml('new'),
  });
  await story.apply(applicationYaml({ name: 'last', path: 'last', namespace: 'last', syncPolicy: policy }));
  await story.untilApp('last', 'Synced', 'Healthy');
  story.requests.clear();
  await story.push({
    'last/old.yaml': undefined,
    'last/kept.yaml': undefined,
    'last/new.yaml': deploymentYaml('new', {}, 'v2'),
  });
  await story.until('the prune', async () => (await story.get('configmap/last/old')) === undefined);
  assert.deepEqual(writesIn('last'), ['deployments/new', 'delete configmaps/old']);
  assert.ok(await story.get('configmap/last/kept'));
  // The status of the sync before stands until this one's is written.
  await story.until('what is kept to be told', async () => {
    const found = look(await story.get('application.argoproj.io/argocd/last'));
    const steps = (at(found, 'status', 'operationState', 'syncResult', 'resources') ?? []) as readonly unknown[];
    const kept = steps.find((step) => at(step, 'name') === 'kept');
    return phaseOf(found) === 'Succeeded' && at(kept, 'status') === 'PruneSkipped';
  });
});

test('prunes run backwards through the waves', async () => {
  await story.push({
    'back/one.yaml': configMapYaml('one', { [wave]: '1' }),
    'back/two.yaml': configMapYaml('two', { [wave]: '2' }),
    'back/three.yaml': configMapYaml('three', { [wave]: '3' }),
    'back/stays.yaml': configMapYaml('stays'),
  });
  await story.apply(applicationYaml({ name: 'back', path: 'back', namespace: 'back' }));
  await story.untilApp('back', 'Synced');
  story.requests.clear();
  await story.push({ 'back/one.yaml': undefined, 'back/two.yaml': undefined, 'back/three.yaml': undefined });
  await story.untilApp('back', 'Synced');
  assert.deepEqual(writesIn('back'), ['delete configmaps/three', 'delete configmaps/two', 'delete configmaps/one']);
});
