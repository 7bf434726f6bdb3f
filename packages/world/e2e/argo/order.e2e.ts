// §1.5 of the sync: in which order things are written, waited for and pruned.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  configMap,
  definition,
  deployment,
  job,
  namespace,
  secret,
  service,
  serviceAccount,
  widget,
} from './manifests.ts';
import { annotations, applied, messageOf, phaseOf, resultOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { wave, hook, options } = annotations;

test('1.5.1 phases come before waves, waves before kinds, kinds before names', async () => {
  await stage.install('sorted', {
    files: {
      'a.yaml': job('post', { [hook]: 'PostSync', [wave]: '-9' }),
      'b.yaml': configMap('late', { [wave]: '5' }),
      'c.yaml': deployment('web'),
      'd.yaml': service('web'),
      'e.yaml': configMap('b'),
      'f.yaml': configMap('a'),
      'g.yaml': secret('s'),
      'h.yaml': serviceAccount('robot'),
      'i.yaml': configMap('early', { [wave]: '-1' }),
      'j.yaml': job('pre', { [hook]: 'PreSync', [wave]: '99' }),
    },
  });
  stage.clear();
  const app = await stage.sync('sorted');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  const lines = applied(stage.writes('sorted'));
  // Members of a group go together, so their own order is nobody's business.
  const at = (name: string): number => lines.indexOf(name);
  const groups = [
    ['jobs/pre'],
    ['configmaps/early'],
    ['serviceaccounts/robot'],
    ['secrets/s'],
    ['configmaps/a', 'configmaps/b'],
    ['services/web'],
    ['deployments/web'],
    ['configmaps/late'],
    ['jobs/post'],
  ];
  const order = groups.flatMap((group) => [...group].sort((left, right) => at(left) - at(right)));
  assert.deepEqual(lines, order);
});

test('1.5.1 a wave that is no number is wave 0, and a weight of Helm counts where there is none', async () => {
  await stage.install('weights', {
    files: {
      'a.yaml': configMap('zero', { [wave]: 'soon' }),
      'b.yaml': configMap('weighed', { 'helm.sh/hook-weight': '-3' }),
      'c.yaml': configMap('last', { 'helm.sh/hook-weight': '3', [wave]: '7' }),
    },
  });
  stage.clear();
  await stage.sync('weights');
  assert.deepEqual(applied(stage.writes('weights')), ['configmaps/weighed', 'configmaps/zero', 'configmaps/last']);
});

test('1.5.2 a namespace and a definition take the turn of the first object that needs them', async () => {
  await stage.install('lifted', {
    files: {
      'a.yaml': namespace('lifted-more', { [wave]: '9' }),
      'b.yaml': configMap('inside', { [wave]: '2' }).replace(
        '  name: inside',
        '  name: inside\n  namespace: lifted-more',
      ),
      'c.yaml': definition('lifted.example.com', { [wave]: '8' }),
      'd.yaml': widget('lifted.example.com', 'one', { [wave]: '1' }),
      'e.yaml': configMap('between', { [wave]: '3' }),
    },
  });
  stage.clear();
  const app = await stage.sync('lifted');
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  const lines = stage.story.requests.recorded.flatMap(({ method, path, request, query }) => {
    const body = request.body as { readonly kind?: string; readonly metadata?: { readonly name?: string } } | undefined;
    const ours = /lifted/.test(path) || /lifted/.test(body?.metadata?.name ?? '');
    const writes = method === 'POST' || method === 'PATCH';
    return writes && ours && body?.kind !== undefined && query['dryRun'] === undefined ? [body.kind] : [];
  });
  assert.deepEqual(lines, ['CustomResourceDefinition', 'Widget', 'Namespace', 'ConfigMap', 'ConfigMap']);
});

test('1.5.3 in a wave prunes come first, then hooks of earlier runs go, then kind after kind is written', async () => {
  const marks = { [hook]: 'Sync', [annotations.deletion]: 'BeforeHookCreation' };
  await stage.install('within', { files: { 'old.yaml': configMap('old'), 'job.yaml': job('run', marks) } });
  await stage.sync('within');
  await stage.push('within', {
    'old.yaml': undefined,
    'new.yaml': configMap('new'),
    'web.yaml': deployment('web'),
  });
  stage.clear();
  const app = await stage.sync('within', { sync: { prune: true } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.deepEqual(applied(stage.writes('within')), [
    'delete configmaps/old',
    'delete jobs/run',
    'configmaps/new',
    'deployments/web',
    'jobs/run',
  ]);
});

test('1.5.4 waves of prunes are mirrored, and what is pruned last comes behind everything', async () => {
  await stage.install('mirror', {
    files: {
      'a.yaml': configMap('one', { [wave]: '1' }),
      'b.yaml': configMap('two', { [wave]: '2' }),
      'c.yaml': configMap('three', { [wave]: '3' }),
      'd.yaml': configMap('very-last', { [wave]: '-5', [options]: 'PruneLast=true' }),
      'e.yaml': configMap('stays', { [wave]: '4' }),
    },
  });
  await stage.sync('mirror');
  await stage.push('mirror', {
    'a.yaml': undefined,
    'b.yaml': undefined,
    'c.yaml': undefined,
    'd.yaml': undefined,
    'e.yaml': configMap('stays', { [wave]: '4' }, 'two'),
  });
  stage.clear();
  await stage.sync('mirror', { sync: { prune: true } });
  assert.deepEqual(applied(stage.writes('mirror')), [
    'delete configmaps/three',
    'delete configmaps/two',
    'delete configmaps/one',
    'configmaps/stays',
    'delete configmaps/very-last',
  ]);
});

test('1.5.4 a pruned object that is not gone yet holds the next wave', async () => {
  const held = configMap('held', { [wave]: '-1' }).replace(
    '  annotations',
    '  finalizers: [example.com/hold]\n  annotations',
  );
  await stage.install('holding', { files: { 'a.yaml': held, 'b.yaml': configMap('next') } });
  await stage.sync('holding');
  await stage.push('holding', { 'a.yaml': undefined, 'b.yaml': configMap('next', {}, 'two') });
  await stage.ask('holding', { sync: { prune: true } });
  await stage.until('holding', 'to wait for the deletion', (app) =>
    messageOf(app).startsWith('waiting for deletion of /ConfigMap/held'),
  );
  assert.equal(String((await stage.get('configmap/holding/next'))?.['data']?.['value' as never]), 'one');
  const ref = { group: '', kind: 'ConfigMap', namespace: 'holding', name: 'held' };
  await stage.change(ref, { metadata: { finalizers: null } });
  assert.equal(phaseOf(await stage.ended('holding')), 'Succeeded');
});

test('1.5.5 everything is tried before anything is written: one refusal and nothing is', async () => {
  await stage.install('tried', { files: { 'a.yaml': configMap('good'), 'b.yaml': service('web') } });
  await stage.sync('tried');
  await stage.push('tried', {
    'a.yaml': configMap('good', {}, 'two'),
    'b.yaml': service('web').replace('port: 80', 'port: 99999'),
  });
  stage.clear();
  const app = await stage.sync('tried');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /^one or more objects failed to apply \(dry run\)/);
  assert.equal(resultOf(app, 'web')?.status, 'SyncFailed');
  assert.deepEqual(applied(stage.writes('tried')), []);
});

test('1.5.5 a kind that the cluster does not serve makes the sync invalid', async () => {
  await stage.install('unknown', {
    files: { 'a.yaml': configMap('good'), 'b.yaml': widget('nowhere.example.com', 'x') },
  });
  stage.clear();
  const app = await stage.sync('unknown');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /^one or more synchronization tasks are not valid/);
  assert.deepEqual(applied(stage.writes('unknown')), []);
});

test('1.5.6 a wave waits until all of the wave before is healthy, in sync or not', async () => {
  await stage.install('gated', {
    files: { 'a.yaml': deployment('gate', {}, true), 'b.yaml': configMap('behind', { [wave]: '1' }) },
  });
  await stage.ask('gated');
  await stage.until(
    'gated',
    'to wait',
    (app) => messageOf(app) === 'waiting for healthy state of apps/Deployment/gate',
  );
  assert.equal(await stage.get('configmap/gated/behind'), undefined);
  await stage.patch('gated', { status: { operationState: { phase: 'Terminating' } } });
  assert.equal(phaseOf(await stage.ended('gated')), 'Failed');
  // Nothing of the first wave differs now, and still it is what is waited for.
  await stage.ask('gated');
  await stage.until('gated', 'to wait again', (app) => messageOf(app).startsWith('waiting for healthy state of'));
  await stage.push('gated', { 'a.yaml': deployment('gate') });
  await stage.patch('gated', { status: { operationState: { phase: 'Terminating' } } });
  await stage.ended('gated');
  assert.equal(phaseOf(await stage.sync('gated')), 'Succeeded');
  assert.ok(await stage.get('configmap/gated/behind'));
});

test('1.5.6 a single wave without hooks is done as soon as it is written, healthy or not', async () => {
  await stage.install('single', { files: { 'a.yaml': deployment('web', {}, true) } });
  const app = await stage.sync('single');
  assert.deepEqual([phaseOf(app), messageOf(app)], ['Succeeded', 'successfully synced (all tasks run)']);
  assert.equal(resultOf(app, 'web')?.hookPhase, 'Running');
});

test('1.5.6 what was deleted while it was waited for is said to be missing', async () => {
  await stage.install('gone', {
    files: { 'a.yaml': deployment('gate', {}, true), 'b.yaml': configMap('behind', { [wave]: '1' }) },
  });
  await stage.ask('gone');
  await stage.until('gone', 'to wait', (app) => messageOf(app).startsWith('waiting for healthy state of'));
  const type = await stage.story.world.client.discovery.preferred({ group: 'apps', kind: 'Deployment' });
  assert.ok(type);
  await stage.story.world.client.delete(type, { namespace: 'gone', name: 'gate' }, { propagationPolicy: 'Background' });
  const app = await stage.ended('gone');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /Resource apps\/Deployment\/gate is missing, it might have been deleted/);
  assert.equal(syncOf(app), 'OutOfSync');
});

test('1.5.6 between two waves other controllers have a moment', async () => {
  const settings = { group: '', kind: 'ConfigMap', namespace: 'argocd', name: 'argocd-cmd-params-cm' };
  await stage.change(settings, { data: { 'controller.sync.wave.delay.seconds': '1' } });
  try {
    await stage.install('delayed', { files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b', { [wave]: '1' }) } });
    await stage.ask('delayed');
    await stage.story.until('the first wave', () => stage.get('configmap/delayed/a'));
    assert.equal(await stage.get('configmap/delayed/b'), undefined);
    assert.equal(phaseOf(await stage.ended('delayed')), 'Succeeded');
  } finally {
    await stage.change(settings, { data: { 'controller.sync.wave.delay.seconds': '0' } });
  }
});
