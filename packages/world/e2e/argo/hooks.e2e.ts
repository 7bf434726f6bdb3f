// §1.5 of the sync: hooks, their names, their hold, their ends, and those of Helm.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { at, conditionsOf } from '../story.ts';
import { configMap, deployment, job } from './manifests.ts';
import { aWhile, annotations, applied, messageOf, phaseOf, resultOf, resultsOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { wave, hook, deletion, helmHook } = annotations;
const finalizer = 'argocd.argoproj.io/hook-finalizer';

test('1.5.7 an object with several hooks runs in each of their phases', async () => {
  await stage.install('several', {
    files: {
      'a.yaml': job('twice', { [hook]: 'PreSync,PostSync', [deletion]: 'BeforeHookCreation' }),
      'b.yaml': configMap('main'),
    },
  });
  stage.clear();
  const app = await stage.sync('several');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.deepEqual(applied(stage.writes('several')), [
    'jobs/twice',
    'configmaps/main',
    'delete jobs/twice',
    'jobs/twice',
  ]);
  const phases = resultsOf(app).flatMap(({ hookType, hookPhase }) => (hookType ? [`${hookType} ${hookPhase}`] : []));
  assert.deepEqual(phases, ['PreSync Succeeded', 'PostSync Succeeded']);
});

test('1.5.7 Skip leaves an object alone: not applied, not out of sync, not pruned', async () => {
  await stage.install('skipped', { files: { 'a.yaml': configMap('left'), 'b.yaml': configMap('main') } });
  await stage.sync('skipped');
  await stage.push('skipped', {
    'a.yaml': configMap('left', { [hook]: 'Skip' }, 'two'),
    'c.yaml': configMap('c', { [hook]: 'Skip' }),
  });
  const app = await stage.sync('skipped', { sync: { prune: true } });
  assert.deepEqual([phaseOf(app), syncOf(app)], ['Succeeded', 'Synced'], messageOf(app));
  assert.equal(at(await stage.get('configmap/skipped/left'), 'data', 'value'), 'one');
  assert.equal(await stage.get('configmap/skipped/c'), undefined);
});

test('1.5.7 a hook that nobody knows is never applied, and told, as options and waves are', async () => {
  await stage.install('strange', {
    files: {
      'a.yaml': configMap('a', { [hook]: 'BeforeSync' }),
      'b.yaml': configMap('b', { [annotations.options]: 'Prunee=false', [annotations.wave]: 'first' }),
    },
  });
  const app = await stage.sync('strange');
  assert.deepEqual([phaseOf(app), syncOf(app)], ['Succeeded', 'Synced']);
  assert.equal(await stage.get('configmap/strange/a'), undefined);
  const asks = 'asks for what nobody knows: argocd.argoproj.io';
  assert.equal(
    conditionsOf(app),
    [
      `UnknownOptionWarning: strange/a.yaml:1: ConfigMap "a" ${asks}/hook "BeforeSync", and is never applied`,
      `strange/b.yaml:1: ConfigMap "b" ${asks}/sync-options "Prunee=false"`,
      `strange/b.yaml:1: ConfigMap "b" ${asks}/sync-wave "first", which is no whole number`,
    ].join('; '),
  );
});

test('1.5.7 Skip beside another hook says nothing', async () => {
  await stage.install('skipmore', { files: { 'a.yaml': job('run', { [hook]: 'Skip,PreSync' }) } });
  await stage.sync('skipmore');
  assert.ok(await stage.get('job.batch/skipmore/run'));
});

test('1.5.7 a generated name is made of revision, phase and start', async () => {
  await stage.install('named', { files: { 'a.yaml': job('run-', { [hook]: 'PreSync' }, { generated: true }) } });
  const app = await stage.sync('named');
  const started = Date.parse(String(at(app, 'status', 'operationState', 'startedAt'))) / 1000;
  const revision = String(at(app, 'status', 'operationState', 'syncResult', 'revision')).slice(0, 7);
  const [result] = resultsOf(app);
  assert.equal(result?.name, `run-${revision}-presync-${started}`);
  assert.ok(await stage.get(`job.batch/named/${result?.name}`));
});

test('1.5.7 a hook is held by a finalizer until its end has been seen', async () => {
  await stage.install('held', { files: { 'a.yaml': job('slow', { [hook]: 'PreSync' }, { hangs: true }) } });
  await stage.ask('held');
  const running = await stage.story.until('the hook', () => stage.get('job.batch/held/slow'));
  assert.ok(running.metadata.finalizers?.includes(finalizer));
  await stage.until('held', 'to wait', (app) => messageOf(app) === 'waiting for completion of hook batch/Job/slow');
  await stage.patch('held', { status: { operationState: { phase: 'Terminating' } } });
  await stage.ended('held');
  await stage.push('held', { 'a.yaml': job('quick', { [hook]: 'PreSync' }) });
  await stage.sync('held');
  const ended = await stage.get('job.batch/held/quick');
  assert.equal(ended?.metadata.finalizers?.includes(finalizer) ?? false, false);
});

test('1.5.7 the phase of a hook is told from its health', async () => {
  await stage.install('fails', {
    files: { 'a.yaml': job('bad', { [hook]: 'PreSync' }, { fails: true }), 'b.yaml': configMap('never') },
  });
  const app = await stage.sync('fails');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /^one or more synchronization tasks completed unsuccessfully/);
  assert.equal(resultOf(app, 'bad')?.hookPhase, 'Failed');
  assert.equal(await stage.get('configmap/fails/never'), undefined);
});

test('1.5.7 a hook without health has succeeded when it is created', async () => {
  await stage.install('plain', {
    files: { 'a.yaml': configMap('note', { [hook]: 'PreSync' }), 'b.yaml': configMap('b') },
  });
  const app = await stage.sync('plain');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.deepEqual([resultOf(app, 'note')?.hookPhase, resultOf(app, 'note')?.message], ['Succeeded', 'note created']);
});

test('1.5.8 hooks of Helm are hooks of the phases they map to; others are never applied', async () => {
  await stage.install('helmed', {
    files: {
      'a.yaml': job('before', { [helmHook]: 'pre-install,pre-upgrade' }),
      'b.yaml': configMap('main'),
      'c.yaml': job('behind', { [helmHook]: 'post-install,post-upgrade', 'helm.sh/hook-weight': '5' }),
      'd.yaml': job('probe', { [helmHook]: 'test' }),
      'e.yaml': job('back', { [helmHook]: 'pre-rollback' }),
      'f.yaml': configMap('defines', { [helmHook]: 'crd-install' }),
      'g.yaml': job('ours', { [helmHook]: 'pre-install', [hook]: 'PostSync', [wave]: '-9' }),
    },
  });
  stage.clear();
  const app = await stage.sync('helmed');
  assert.deepEqual([phaseOf(app), syncOf(app)], ['Succeeded', 'Synced'], messageOf(app));
  const lines = applied(stage.writes('helmed'));
  assert.deepEqual(lines.slice(0, 1), ['jobs/before']);
  assert.deepEqual(lines.slice(1, 3).toSorted(), ['configmaps/defines', 'configmaps/main']);
  assert.deepEqual(lines.slice(3), ['jobs/ours', 'jobs/behind']);
});

test('1.5.8 hooks of an installation run once, those of an upgrade at every other sync', async () => {
  await stage.install('versions', {
    files: {
      'a.yaml': configMap('main'),
      'b.yaml': job('first', { [helmHook]: 'pre-install' }),
      'c.yaml': job('later', { [helmHook]: 'pre-upgrade' }),
    },
  });
  stage.clear();
  await stage.sync('versions');
  assert.deepEqual(applied(stage.writes('versions')), ['jobs/first', 'configmaps/main']);
  await stage.push('versions', { 'a.yaml': configMap('main', {}, 'two') });
  stage.clear();
  await stage.sync('versions');
  assert.deepEqual(applied(stage.writes('versions')), ['jobs/later', 'configmaps/main']);
});

test('1.5.9 HookSucceeded deletes at the end of the operation', async () => {
  await stage.install('tidy', {
    files: {
      'a.yaml': job('run', { [hook]: 'PreSync', [deletion]: 'HookSucceeded' }),
      'b.yaml': configMap('main'),
      'c.yaml': job('after', { [hook]: 'PostSync', [deletion]: 'HookFailed' }),
    },
  });
  stage.clear();
  await stage.sync('tidy');
  assert.deepEqual(applied(stage.writes('tidy')), ['jobs/run', 'configmaps/main', 'jobs/after', 'delete jobs/run']);
  assert.ok(await stage.get('job.batch/tidy/after'));
});

test('1.5.9 HookFailed deletes when the operation has failed, and HookSucceeded does not', async () => {
  await stage.install('untidy', {
    files: {
      'a.yaml': job('good', { [hook]: 'PreSync', [deletion]: 'HookSucceeded', [wave]: '-1' }),
      'b.yaml': job('bad', { [hook]: 'PreSync', [deletion]: 'HookFailed' }, { fails: true }),
    },
  });
  stage.clear();
  await stage.sync('untidy');
  assert.deepEqual(applied(stage.writes('untidy')), ['jobs/good', 'jobs/bad', 'delete jobs/bad']);
});

test('1.5.9 BeforeHookCreation, which holds where nothing is said, deletes at the next sync', async () => {
  await stage.install('anew', { files: { 'a.yaml': job('run', { [hook]: 'PreSync' }) } });
  await stage.sync('anew');
  const before = await stage.get('job.batch/anew/run');
  stage.clear();
  await stage.sync('anew');
  assert.deepEqual(applied(stage.writes('anew')), ['delete jobs/run', 'jobs/run']);
  assert.notEqual((await stage.get('job.batch/anew/run'))?.metadata.uid, before?.metadata.uid);
});

test('1.5.9 rules of Helm count as well', async () => {
  await stage.install('helmrules', {
    files: { 'a.yaml': job('run', { [helmHook]: 'pre-install', 'helm.sh/hook-delete-policy': 'hook-succeeded' }) },
  });
  stage.clear();
  await stage.sync('helmrules');
  assert.deepEqual(applied(stage.writes('helmrules')), ['jobs/run', 'delete jobs/run']);
});

test('1.5.10 hooks of failure run when something failed, and the operation ends with them', async () => {
  await stage.install('rescue', {
    files: {
      'a.yaml': job('bad', { [hook]: 'Sync' }, { fails: true }),
      'b.yaml': job('rescue', { [hook]: 'SyncFail' }),
      'c.yaml': job('worse', { [hook]: 'SyncFail', [wave]: '1' }, { fails: true }),
    },
  });
  stage.clear();
  const app = await stage.sync('rescue');
  assert.equal(phaseOf(app), 'Failed');
  assert.deepEqual(applied(stage.writes('rescue')), ['jobs/bad', 'jobs/rescue', 'jobs/worse']);
  assert.match(
    messageOf(app),
    /^one or more synchronization tasks completed unsuccessfully[^]*\none or more SyncFail hooks failed/,
  );
  assert.deepEqual(
    ['bad', 'rescue', 'worse'].map((name) => `${resultOf(app, name)?.hookType} ${resultOf(app, name)?.hookPhase}`),
    ['Sync Failed', 'SyncFail Succeeded', 'SyncFail Failed'],
  );
});

test('1.5.10 without a failure they never run', async () => {
  await stage.install('fine', { files: { 'a.yaml': configMap('a'), 'b.yaml': job('rescue', { [hook]: 'SyncFail' }) } });
  assert.equal(phaseOf(await stage.sync('fine')), 'Succeeded');
  assert.equal(await stage.get('job.batch/fine/rescue'), undefined);
});

test('1.5.12 PreDelete runs before anything is deleted, PostDelete after everything is', async () => {
  await stage.install('leaving', {
    finalizers: ['resources-finalizer.argocd.argoproj.io'],
    files: {
      'a.yaml': configMap('one', { [wave]: '1' }),
      'b.yaml': configMap('two', { [wave]: '2' }),
      'c.yaml': job('farewell', { [hook]: 'PreDelete', [deletion]: 'HookSucceeded' }),
      'd.yaml': job('epilogue', { [helmHook]: 'post-delete', 'helm.sh/hook-delete-policy': 'hook-succeeded' }),
    },
  });
  const app = await stage.sync('leaving');
  assert.equal(await stage.get('job.batch/leaving/farewell'), undefined);
  assert.deepEqual(app.metadata.finalizers, [
    'resources-finalizer.argocd.argoproj.io',
    'pre-delete-finalizer.argocd.argoproj.io',
    'pre-delete-finalizer.argocd.argoproj.io/cleanup',
    'post-delete-finalizer.argocd.argoproj.io',
    'post-delete-finalizer.argocd.argoproj.io/cleanup',
  ]);
  stage.clear();
  await remove('leaving');
  await stage.story.until('the Application to go', async () => (await stage.app('leaving')) === undefined);
  assert.deepEqual(
    applied(stage.writes('leaving')).filter((line) => !line.includes('applications/')),
    [
      'jobs/farewell',
      'delete configmaps/two',
      'delete configmaps/one',
      // It is of wave 0, and belongs to what the Application has live.
      'delete jobs/farewell',
      'jobs/epilogue',
      'delete jobs/epilogue',
    ],
  );
});

test('1.5.12 a PreDelete hook that fails keeps everything, and says so', async () => {
  await stage.install('stays', {
    finalizers: ['resources-finalizer.argocd.argoproj.io'],
    files: { 'a.yaml': configMap('one'), 'b.yaml': job('farewell', { [hook]: 'PreDelete' }, { fails: true }) },
  });
  await stage.sync('stays');
  await remove('stays');
  const app = await stage.until('stays', 'the failure to be told', ({ status }) =>
    JSON.stringify(status).includes('PreDelete hook(s) failed: stays/farewell'),
  );
  assert.equal(at(app, 'status', 'conditions', 0, 'type'), 'DeletionError');
  assert.ok(await stage.get('configmap/stays/one'));
  await stage.push('stays', { 'b.yaml': job('farewell', { [hook]: 'PreDelete' }) });
  await stage.story.until('the Application to go', async () => (await stage.app('stays')) === undefined);
});

test('1.5.13 an operation that is terminated ends its hooks', async () => {
  await stage.install('stopped', {
    files: { 'a.yaml': job('slow', { [hook]: 'PreSync' }, { hangs: true }), 'b.yaml': configMap('never') },
  });
  await stage.ask('stopped');
  await stage.until('stopped', 'to wait', (app) => messageOf(app).startsWith('waiting for completion of hook'));
  stage.clear();
  await stage.patch('stopped', { status: { operationState: { phase: 'Terminating' } } });
  const app = await stage.ended('stopped');
  assert.deepEqual([phaseOf(app), messageOf(app)], ['Failed', 'Operation terminated']);
  assert.deepEqual([resultOf(app, 'slow')?.hookPhase, resultOf(app, 'slow')?.message], ['Failed', 'Terminated']);
  assert.deepEqual(
    stage.writes('stopped').filter((line) => line.includes('jobs/')),
    ['release jobs/slow', 'delete jobs/slow'],
  );
  await stage.story.until('the hook to go', async () => (await stage.get('job.batch/stopped/slow')) === undefined);
  await aWhile();
  assert.equal(await stage.get('configmap/stopped/never'), undefined);
});

test('1.5.13 a wait for health ends at once', async () => {
  await stage.install('waits', {
    files: { 'a.yaml': deployment('gate', {}, true), 'b.yaml': configMap('behind', { [wave]: '1' }) },
  });
  await stage.ask('waits');
  await stage.until('waits', 'to wait', (app) => messageOf(app).startsWith('waiting for healthy state of'));
  await stage.patch('waits', { status: { operationState: { phase: 'Terminating' } } });
  assert.equal(messageOf(await stage.ended('waits')), 'Operation terminated');
});

async function remove(name: string): Promise<void> {
  const { client } = stage.story.world;
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  assert.ok(type);
  await client.delete(type, { namespace: 'argocd', name });
}

for (const [finalizer_, policy] of [
  ['resources-finalizer.argocd.argoproj.io', 'Foreground'],
  ['resources-finalizer.argocd.argoproj.io/foreground', 'Foreground'],
  ['resources-finalizer.argocd.argoproj.io/background', 'Background'],
] as const) {
  test(`1.5.12 the finalizer ${finalizer_} deletes with ${policy}`, async () => {
    const name = `finalizer-${finalizer_.length}`;
    await stage.install(name, { finalizers: [finalizer_], files: { 'a.yaml': configMap('a') } });
    await stage.sync(name);
    stage.clear();
    await remove(name);
    await stage.story.until('the Application to go', async () => (await stage.app(name)) === undefined);
    const deletion_ = stage.story.requests.recorded.find(
      ({ method, path }) => method === 'DELETE' && path.endsWith('/configmaps/a'),
    );
    assert.equal(at(deletion_?.request.body, 'propagationPolicy'), policy);
  });
}

test('1.5.12 without a finalizer everything stays', async () => {
  await stage.install('orphans', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('orphans');
  await remove('orphans');
  await stage.story.until('the Application to go', async () => (await stage.app('orphans')) === undefined);
  await aWhile();
  assert.ok(await stage.get('configmap/orphans/a'));
});
