// §1.5 of the sync: what may be asked for in `operation`, what happens by itself, and what is tried again.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { at, conditionsOf, git } from '../story.ts';
import { configMap, deployment, job, service } from './manifests.ts';
import { aWhile, annotations, applied, messageOf, phaseOf, resultOf, resultsOf, startStage, syncOf } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { hook, options, refresh, skip, wave } = annotations;
const historyOf = (app: KubeObject): readonly JsonObject[] =>
  (at(app, 'status', 'history') ?? []) as readonly JsonObject[];
const valueOf = async (name: string, object = 'a'): Promise<unknown> =>
  at(await stage.get(`configmap/${name}/${object}`), 'data', 'value');
const automated = (more: JsonObject = {}): JsonObject => ({ automated: { prune: true, selfHeal: true, ...more } });

test('1.5.11 some objects: no hooks, no entry of the history', async () => {
  await stage.install('some', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b'), 'c.yaml': job('pre', { [hook]: 'PreSync' }) },
  });
  stage.clear();
  const app = await stage.sync('some', { sync: { resources: [{ kind: 'ConfigMap', name: 'b' }] } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.deepEqual(applied(stage.writes('some')), ['configmaps/b']);
  assert.deepEqual(historyOf(app), []);
  assert.deepEqual(at(app, 'status', 'operationState', 'operation', 'sync', 'resources'), [
    { kind: 'ConfigMap', name: 'b' },
  ]);
});

test('1.5.11 group and namespace choose as well, and prunes are chosen alike', async () => {
  await stage.install('choose', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b'), 'c.yaml': configMap('c') },
  });
  await stage.sync('choose');
  await stage.push('choose', { 'a.yaml': undefined, 'b.yaml': undefined });
  const resources = [
    { kind: 'ConfigMap', name: 'a', namespace: 'choose' },
    { kind: 'ConfigMap', name: 'b', namespace: 'elsewhere' },
    { group: 'apps', kind: 'ConfigMap', name: 'b' },
  ];
  await stage.sync('choose', { sync: { prune: true, resources } });
  assert.equal(await stage.get('configmap/choose/a'), undefined);
  assert.ok(await stage.get('configmap/choose/b'));
});

test('1.5.11 what is wrong with other objects does not keep the chosen ones', async () => {
  await stage.install('chosen', { files: { 'a.yaml': configMap('a'), 'b.yaml': service('web') } });
  await stage.sync('chosen');
  await stage.push('chosen', {
    'a.yaml': configMap('a', {}, 'two'),
    'b.yaml': service('web').replace('port: 80', 'port: 99999'),
  });
  const app = await stage.sync('chosen', { sync: { resources: [{ kind: 'ConfigMap', name: 'a' }] } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.equal(await valueOf('chosen'), 'two');
});

test('1.5 a strategy of apply leaves hooks out', async () => {
  await stage.install('applies', { files: { 'a.yaml': configMap('a'), 'c.yaml': job('pre', { [hook]: 'PreSync' }) } });
  stage.clear();
  const app = await stage.sync('applies', { sync: { syncStrategy: { apply: {} } } });
  assert.deepEqual(applied(stage.writes('applies')), ['configmaps/a']);
  assert.equal(historyOf(app).length, 1);
});

test('1.5 a dry run writes nothing and says of each object what would be', async () => {
  await stage.install('dry', { files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('old') } });
  await stage.sync('dry');
  await stage.push('dry', { 'a.yaml': configMap('a', {}, 'two'), 'b.yaml': undefined, 'c.yaml': configMap('c') });
  stage.clear();
  const app = await stage.sync('dry', { sync: { dryRun: true, prune: true } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.deepEqual(applied(stage.writes('dry')), []);
  const said = resultsOf(app).map(({ name, status, message }) => `${name}: ${status} ${message}`);
  assert.deepEqual(said.toSorted(), [
    'a: Synced configmap/a configured (dry run)',
    'c: Synced configmap/c created (dry run)',
    'old: Pruned pruned (dry run)',
  ]);
  assert.equal(historyOf(app).length, 1, 'it is no deployment');
});

test('1.5 a revision of its own is what is synced and recorded', async () => {
  await stage.install('revision', { files: { 'a.yaml': configMap('a', {}, 'one') } });
  const first = (await git(stage.story.clone, ['rev-parse', 'HEAD'])).trim();
  await stage.push('revision', { 'a.yaml': configMap('a', {}, 'two') });
  const app = await stage.sync('revision', { sync: { revision: first } });
  assert.equal(await valueOf('revision'), 'one');
  assert.equal(at(app, 'status', 'operationState', 'syncResult', 'revision'), first);
  assert.equal(historyOf(app)[0]?.['revision'], first);
  await stage.until('revision', 'to differ from Git', (found) => syncOf(found) === 'OutOfSync');
});

test('1.5 a source of its own is what is synced and recorded', async () => {
  await stage.push('source-other', { 'a.yaml': configMap('a', {}, 'other') });
  await stage.install('source', { files: { 'a.yaml': configMap('a', {}, 'own') } });
  const spec = at(await stage.app('source'), 'spec', 'source') as JsonObject;
  const source = { ...spec, path: 'source-other' };
  const app = await stage.sync('source', { sync: { source } });
  assert.equal(await valueOf('source'), 'other');
  assert.deepEqual(at(app, 'status', 'operationState', 'syncResult', 'source'), source);
  assert.deepEqual(historyOf(app)[0]?.['source'], source);
});

test('1.5 info and who asked are kept with the operation', async () => {
  await stage.install('info', { files: { 'a.yaml': configMap('a') } });
  const app = await stage.sync('info', { info: [{ name: 'Reason', value: 'because' }] });
  const operation = at(app, 'status', 'operationState', 'operation');
  assert.deepEqual(at(operation, 'info', 1), { name: 'Reason', value: 'because' });
  assert.equal(at(operation, 'initiatedBy', 'username'), 'ada');
  assert.deepEqual(historyOf(app)[0]?.['initiatedBy'], { username: 'ada' });
});

test('1.5.16 manifests of the operation are synced instead of the source', async () => {
  await stage.install('local', { files: { 'a.yaml': configMap('a') } });
  await stage.sync('local');
  const app = await stage.sync('local', {
    sync: {
      manifests: [
        configMap('a', {}, 'local'),
        JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }),
      ],
    },
  });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.equal(await valueOf('local'), 'local');
  assert.ok(await stage.get('configmap/local/b'));
  await stage.until('local', 'to differ from Git', (found) => syncOf(found) === 'OutOfSync');
});

test('1.5.16 manifests that cannot be read are a failure', async () => {
  await stage.install('unread', { files: { 'a.yaml': configMap('a') } });
  const app = await stage.sync('unread', { sync: { manifests: ['a: ['] } });
  assert.equal(phaseOf(app), 'Error');
  assert.match(messageOf(app), /^ComparisonError: Failed to load local manifests: /);
});

const soon = { limit: 2, backoff: { duration: '300ms', factor: 2, maxDuration: '1s' } };
/** One object goes, the other is refused at its turn: its namespace is not there. */
const refused = configMap('b').replace('  name: b', '  name: b\n  namespace: not-there');

test('1.5 a failed operation is tried again as it asks, and says when', async () => {
  await stage.install('again', { files: { 'a.yaml': configMap('a'), 'b.yaml': refused } });
  await stage.ask('again', { retry: soon });
  const waiting = await stage.until('again', 'to wait for its second attempt', (app) =>
    /Retrying attempt #1 at (1[0-2]|[1-9]):[0-5]\d[AP]M\.$/.test(messageOf(app)),
  );
  assert.equal(phaseOf(waiting), 'Running');
  assert.ok(at(waiting, 'status', 'operationState', 'finishedAt'));
  const app = await stage.ended('again');
  assert.equal(phaseOf(app), 'Failed');
  assert.match(messageOf(app), /\(retried 2 times\)\.$/);
  assert.equal(at(app, 'status', 'operationState', 'retryCount'), 2);
});

test('1.5 a retry stays at its revision, unless it asks for the newest', async () => {
  for (const [name, newest] of [
    ['same', false],
    ['newest', true],
  ] as const) {
    await stage.install(`retry-${name}`, { files: { 'a.yaml': configMap('a', {}, 'one'), 'b.yaml': refused } });
    await stage.ask(`retry-${name}`, {
      retry: { ...soon, backoff: { duration: '1s' }, ...(newest ? { refresh: true } : {}) },
    });
    await stage.until(`retry-${name}`, 'to wait', (app) => messageOf(app).includes('Retrying attempt'));
    await stage.push(`retry-${name}`, { 'a.yaml': configMap('a', {}, 'two'), 'b.yaml': undefined });
    const app = await stage.ended(`retry-${name}`);
    assert.equal(phaseOf(app), newest ? 'Succeeded' : 'Failed', messageOf(app));
    assert.equal(await valueOf(`retry-${name}`), newest ? 'two' : 'one');
  }
});

test('1.5 a wait that cannot be read ends the operation, and says so', async () => {
  await stage.install('unwaited', { files: { 'a.yaml': refused } });
  const app = await stage.sync('unwaited', { retry: { limit: 2, backoff: { duration: 'soon' } } });
  assert.equal(phaseOf(app), 'Error');
  assert.match(messageOf(app), / \(failed to retry: unable to parse soon as a duration\)$/);
  assert.equal(at(app, 'status', 'operationState', 'retryCount'), undefined);
});

test('1.2 an option of an operation that nobody knows is refused by its name', async () => {
  await stage.install('misspelt', { files: { 'a.yaml': configMap('a') } });
  const app = await stage.sync('misspelt', { sync: { syncOptions: ['CreateNamespace=true', 'Replase=true'] } });
  assert.equal(phaseOf(app), 'Error');
  assert.equal(
    messageOf(app),
    'Invalid operation request: operation.sync.syncOptions: "Replase=true" is not supported',
  );
  assert.equal(await stage.get('configmap/misspelt/a'), undefined);
});

test('1.5 without a retry policy it is not tried again', async () => {
  await stage.install('once', { files: { 'a.yaml': refused } });
  const app = await stage.sync('once');
  assert.deepEqual([phaseOf(app), at(app, 'status', 'operationState', 'retryCount')], ['Failed', undefined]);
});

test('1.5.14 what is automatic is synced by itself, with a record of it', async () => {
  await stage.install('auto', { files: { 'a.yaml': configMap('a') }, syncPolicy: automated() });
  const app = await stage.until(
    'auto',
    'to be in sync',
    (found) => syncOf(found) === 'Synced' && phaseOf(found) === 'Succeeded',
  );
  const operation = at(app, 'status', 'operationState', 'operation');
  assert.deepEqual(at(operation, 'initiatedBy'), { automated: true });
  assert.deepEqual(at(operation, 'retry'), { limit: 5 });
  assert.equal(at(operation, 'sync', 'prune'), true);
  assert.deepEqual(historyOf(app)[0]?.['initiatedBy'], { automated: true });
});

test('1.5.14 enabled: false keeps the settings and does nothing', async () => {
  await stage.install('disabled', { files: { 'a.yaml': configMap('a') }, syncPolicy: automated({ enabled: false }) });
  await stage.until('disabled', 'to be compared', (found) => syncOf(found) === 'OutOfSync');
  await aWhile();
  assert.equal(await stage.get('configmap/disabled/a'), undefined);
});

test('1.5.14 without prune, what only has to be pruned is left', async () => {
  await stage.install('unpruned', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b') },
    syncPolicy: { automated: {} },
  });
  await stage.until('unpruned', 'to be in sync', (found) => syncOf(found) === 'Synced');
  await stage.push('unpruned', { 'b.yaml': undefined });
  const app = await stage.until('unpruned', 'to be out of sync', (found) => syncOf(found) === 'OutOfSync');
  await aWhile();
  assert.ok(await stage.get('configmap/unpruned/b'));
  assert.equal(historyOf(app).length, 1);
});

test('1.5.14 a failed attempt is not repeated at the same revision, and a newer one is not held up', async () => {
  await stage.install('failing', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': refused },
    syncPolicy: { ...automated(), retry: { limit: 1, backoff: { duration: '200ms' } } },
  });
  const failed = await stage.until('failing', 'to fail', (found) => phaseOf(found) === 'Failed');
  assert.match(conditionsOf(failed), /^SyncError: Failed last sync attempt to \[[0-9a-f]{40}\]: /);
  stage.clear();
  await aWhile();
  assert.deepEqual(applied(stage.writes('not-there')), []);
  await stage.push('failing', { 'a.yaml': configMap('a', {}, 'two'), 'b.yaml': undefined });
  await stage.until(
    'failing',
    'to be in sync',
    (found) => syncOf(found) === 'Synced' && phaseOf(found) === 'Succeeded',
  );
});

test('1.5.14 a source that cannot be read is not attempted: the last operation stays what is told of', async () => {
  await stage.install('unreadable', { files: { 'a.yaml': configMap('a') }, syncPolicy: automated() });
  await stage.until('unreadable', 'to be in sync', (found) => syncOf(found) === 'Synced');
  await stage.push('unreadable', { 'b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [' });
  const found = await stage.until('unreadable', 'to be unknown', (app) => syncOf(app) === 'Unknown');
  assert.match(conditionsOf(found), /^ComparisonError: Failed to load target state: .*b\.yaml/);
  assert.equal(phaseOf(found), 'Succeeded');
  assert.equal(at(found, 'status', 'health', 'status'), 'Healthy');
  assert.equal(phaseOf(await stage.sync('unreadable')), 'Error');
});

test('1.5.14 a source that renders to nothing does not wipe everything, unless allowEmpty', async () => {
  await stage.install('empty', { files: { 'a.yaml': configMap('a') }, syncPolicy: automated() });
  await stage.until('empty', 'to be in sync', (found) => syncOf(found) === 'Synced');
  await stage.push('empty', { 'a.yaml': undefined, 'README.md': 'nothing' });
  await stage.until('empty', 'the refusal', (found) => conditionsOf(found).includes('would prune all 1'));
  assert.ok(await stage.get('configmap/empty/a'));
  await stage.patch('empty', { spec: { syncPolicy: automated({ allowEmpty: true }) } });
  await stage.story.until('the object to go', async () => (await stage.get('configmap/empty/a')) === undefined);
});

async function drift(name: string, value: string): Promise<void> {
  await stage.change({ group: '', kind: 'ConfigMap', namespace: name, name: 'a' }, { data: { value } });
}

test('1.5.14 drift is undone, some objects at a time and at growing intervals', async () => {
  await stage.install('heals', {
    files: { 'a.yaml': configMap('a'), 'b.yaml': configMap('b'), 'c.yaml': job('pre', { [hook]: 'PreSync' }) },
    syncPolicy: automated(),
  });
  await stage.until('heals', 'to be in sync', (found) => syncOf(found) === 'Synced' && phaseOf(found) === 'Succeeded');
  stage.clear();
  await drift('heals', 'drift');
  await stage.story.until('the drift to be undone', async () => (await valueOf('heals')) === 'one');
  const app = await stage.until(
    'heals',
    'the record',
    (found) => at(found, 'status', 'operationState', 'operation', 'sync', 'autoHealAttemptsCount') === 1,
  );
  assert.deepEqual(at(app, 'status', 'operationState', 'operation', 'sync', 'resources'), [
    { kind: 'ConfigMap', name: 'a' },
  ]);
  assert.equal(historyOf(app).length, 1, 'it is no deployment');
  assert.deepEqual(
    applied(stage.writes('heals')).filter((line) => !line.includes('configmaps/a')),
    [],
  );
  await drift('heals', 'again');
  await aWhile();
  assert.equal(await valueOf('heals'), 'again', 'two seconds pass before it is undone again');
  await stage.story.until('the drift to be undone', async () => (await valueOf('heals')) === 'one');
});

test('1.5.14 without selfHeal drift is only told', async () => {
  await stage.install('drifts', { files: { 'a.yaml': configMap('a') }, syncPolicy: { automated: { prune: true } } });
  await stage.until('drifts', 'to be in sync', (found) => syncOf(found) === 'Synced' && phaseOf(found) === 'Succeeded');
  await drift('drifts', 'drift');
  await stage.until('drifts', 'to be out of sync', (found) => syncOf(found) === 'OutOfSync');
  await aWhile();
  assert.equal(await valueOf('drifts'), 'drift');
});

test('1.5.15 going back syncs the earlier revision without hooks and leaves the spec alone', async () => {
  await stage.install('back', {
    files: { 'a.yaml': configMap('a', {}, 'one'), 'b.yaml': job('pre', { [hook]: 'PreSync' }) },
  });
  const first = historyOf(await stage.sync('back'))[0];
  await stage.push('back', { 'a.yaml': configMap('a', {}, 'two') });
  await stage.sync('back');
  const revision = first?.['revision'] as string;
  stage.clear();
  const source = first?.['source'] as JsonObject;
  const app = await stage.sync('back', { sync: { revision, source, prune: true, syncStrategy: { apply: {} } } });
  assert.equal(await valueOf('back'), 'one');
  assert.deepEqual(applied(stage.writes('back')), ['configmaps/a']);
  assert.deepEqual(
    historyOf(app).map(({ id }) => id),
    [0, 1, 2],
  );
  await stage.until('back', 'to differ from Git', (found) => syncOf(found) === 'OutOfSync');
});

test('1.1 revisionHistoryLimit keeps so many entries', async () => {
  await stage.install('limited', { files: { 'a.yaml': configMap('a') }, spec: { revisionHistoryLimit: 2 } });
  for (let run = 0; run < 3; run += 1) await stage.sync('limited');
  assert.deepEqual(
    historyOf((await stage.app('limited')) as KubeObject).map(({ id }) => id),
    [1, 2],
  );
  await stage.install('unlimited', { files: { 'a.yaml': configMap('a') }, spec: { revisionHistoryLimit: 0 } });
  assert.deepEqual(historyOf(await stage.sync('unlimited')), []);
});

for (const kind of ['normal', 'hard'] as const) {
  test(`1.3 the annotation refresh: ${kind} compares anew and goes`, async () => {
    const name = `refresh-${kind}`;
    await stage.install(name, { files: { 'a.yaml': configMap('a') } });
    await stage.sync(name);
    const before = at(await stage.app(name), 'status', 'reconciledAt');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await stage.patch(name, { metadata: { annotations: { [refresh]: kind } } });
    const app = await stage.until(
      name,
      'the annotation to go',
      ({ metadata }) => metadata.annotations?.[refresh] === undefined,
    );
    assert.notEqual(at(app, 'status', 'reconciledAt'), before);
  });
}

test('1.3 skip-reconcile leaves an Application alone altogether', async () => {
  await stage.install('left', {
    files: { 'a.yaml': configMap('a') },
    syncPolicy: automated(),
    annotations: { [skip]: 'true' },
  });
  await stage.ask('left');
  await aWhile();
  const app = await stage.app('left');
  assert.equal(app?.['status'], undefined);
  assert.ok(app?.['operation']);
  assert.equal(await stage.get('configmap/left/a'), undefined);
  await stage.patch('left', { metadata: { annotations: { [skip]: null } } });
  assert.equal(phaseOf(await stage.ended('left')), 'Succeeded');
});

test('1.5 objects of a sync that is asked for while another runs wait for it', async () => {
  await stage.install('second', {
    files: {
      'a.yaml': deployment('gate', {}, true),
      'b.yaml': configMap('b', { [wave]: '1', [options]: 'Prune=false' }),
    },
  });
  await stage.ask('second');
  await stage.until('second', 'to wait', (app) => messageOf(app).startsWith('waiting for healthy state of'));
  await stage.ask('second', { sync: { resources: [{ kind: 'ConfigMap', name: 'b' }] } });
  await aWhile();
  assert.equal(await stage.get('configmap/second/b'), undefined);
  await stage.patch('second', { status: { operationState: { phase: 'Terminating' } } });
  const app = await stage.ended('second');
  assert.equal(phaseOf(app), 'Succeeded');
  assert.equal(resultOf(app, 'b')?.status, 'Synced');
});

test('1.5 a sync of an Application that is refused ends at once, and says why', async () => {
  await stage.install('refused', { files: { 'a.yaml': configMap('a') }, syncPolicy: { syncOptions: ['Pruen=false'] } });
  const app = await stage.sync('refused');
  assert.equal(phaseOf(app), 'Error');
  assert.match(messageOf(app), /"Pruen=false" is not supported/);
});

test('1.5 a dry run of what goes to a namespace that it would create', async () => {
  await stage.install('drynew', {
    files: { 'a.yaml': configMap('a') },
    spec: { destination: { server: 'https://kubernetes.default.svc', namespace: 'drynew-anew' } },
    syncPolicy: { syncOptions: ['CreateNamespace=true'] },
  });
  const app = await stage.sync('drynew', { sync: { dryRun: true } });
  assert.equal(phaseOf(app), 'Succeeded', messageOf(app));
  assert.equal(await stage.get('namespace//drynew-anew'), undefined);
});
