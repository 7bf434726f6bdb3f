// Operations that make no sense, that fail again and again, and whose world changes under them: each ends, each says how, none of
// them is hurried, and what is newest wins.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyEntryOf, readApplication, rollbackTo } from '@evenkeel/argo';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { startWorld } from '@evenkeel/world';
import { configMap, deployment, job } from './argo/manifests.ts';
import { type Stage, annotations, messageOf, phaseOf, startStage, syncOf } from './argo/stage.ts';
import { at, conditionsOf, git, textAt } from './story.ts';

const stage: Stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
const { hook, wave } = annotations;
const automatic: JsonObject = { automated: { prune: true, selfHeal: true } };

/** Requests within some seconds, and how many of them wrote. */
async function requestsWithin(seconds: number): Promise<readonly string[]> {
  stage.clear();
  await sleep(seconds * 1000);
  return stage.story.requests.lines().filter((line) => !line.startsWith('WATCH'));
}

interface Nonsense {
  readonly what: string;
  readonly operation: JsonObject;
  readonly phase: RegExp;
  readonly message: RegExp;
}

const nonsense: readonly Nonsense[] = [
  {
    what: 'nothing at all',
    operation: {},
    phase: /^Error$/,
    message: /^Invalid operation request: no operation specified$/,
  },
  {
    what: 'a revision that is not there',
    operation: { sync: { revision: 'f'.repeat(40) } },
    phase: /^(Error|Failed)$/,
    message: /ffffff/,
  },
  {
    what: 'a revision that is an option',
    operation: { sync: { revision: '--all' } },
    phase: /^(Error|Failed)$/,
    message: /--all/,
  },
  {
    what: 'objects that are not there',
    operation: { sync: { resources: [{ kind: 'Ghost', name: 'x' }] } },
    phase: /^(Succeeded|Failed|Error)$/,
    message: /./,
  },
  {
    what: 'options that are none',
    operation: { sync: { syncOptions: ['Never=Ever', '', 'Prune'] } },
    phase: /^(Succeeded|Failed|Error)$/,
    message: /./,
  },
  {
    what: 'manifests that are none',
    operation: { sync: { manifests: ['{{', '7', '', '[]'] } },
    phase: /^(Failed|Error)$/,
    message: /./,
  },
  {
    what: 'a source elsewhere',
    operation: { sync: { source: { repoURL: 'https://127.0.0.1:9/no.git', path: 'x' } } },
    phase: /^(Failed|Error)$/,
    message: /127\.0\.0\.1:9/,
  },
  { what: 'a source without anything', operation: { sync: { source: {} } }, phase: /^(Failed|Error)$/, message: /./ },
  {
    what: 'more revisions than sources',
    operation: { sync: { revisions: ['main', 'main', 'main'] } },
    phase: /^(Succeeded|Failed|Error)$/,
    message: /./,
  },
  {
    what: 'retries without end or wait',
    operation: { sync: {}, retry: { limit: -1, backoff: { duration: '0s', factor: -7, maxDuration: 'soon' } } },
    phase: /^Succeeded$/,
    message: /./,
  },
  {
    what: 'who is nobody',
    operation: { sync: {}, initiatedBy: { username: '\u0000\u202e', automated: true } },
    phase: /^Succeeded$/,
    message: /./,
  },
];

for (const [index, { what, operation, phase, message }] of nonsense.entries()) {
  test(`an operation of ${what} ends, and says how`, async () => {
    const name = `nonsense-${index}`;
    await stage.install(name, { files: { 'a.yaml': configMap('a') } });
    await stage.until(name, 'a comparison', (app) => syncOf(app) === 'OutOfSync');
    await stage.patch(name, { operation });
    const app = await stage.until(
      name,
      'the end',
      (found) => found['operation'] === undefined && phase.test(phaseOf(found)),
    );
    assert.match(messageOf(app), message);
    await sleep(500);
    // The commits of the others are noted in each.
    const lines = (await requestsWithin(1)).filter((line) => line.includes(`/${name}?`));
    assert.ok(lines.length <= 2, lines.join('\n'));
  });
}

test('a failing sync with retries without end or wait is no storm', async () => {
  await stage.install('storm', {
    files: { 'pre.yaml': job('pre', { [hook]: 'PreSync' }, { fails: true }), 'a.yaml': configMap('a') },
  });
  await stage.patch('storm', {
    operation: { sync: {}, retry: { limit: -1, backoff: { duration: '0s', factor: 0, maxDuration: '0s' } } },
  });
  await stage.until('storm', 'some attempts', (app) => Number(at(app, 'status', 'operationState', 'retryCount')) >= 2);
  await sleep(3000);
  const lines = await requestsWithin(4);
  assert.ok(lines.length < 60, `${lines.length} requests\n${lines.slice(0, 40).join('\n')}`);
  const key = 'argo/argocd/storm';
  stage.story.world.deliveries.terminate(key, 'Operation terminated');
  await stage.patch('storm', { status: { operationState: { phase: 'Terminating' } } });
  await stage.until(
    'storm',
    'its end',
    (app) =>
      ['Failed', 'Error'].includes(phaseOf(app)) && at(app, 'status', 'operationState', 'finishedAt') !== undefined,
  );
  await sleep(1500);
  const after_ = await requestsWithin(2);
  assert.ok(after_.length <= 3, after_.join('\n'));
});

test('an automatic Application that fails with retries without wait is no storm either', async () => {
  const retry = { limit: -1, backoff: { duration: '0s', factor: 1, maxDuration: '1ms' } };
  await stage.install('storm-auto', {
    files: { 'pre.yaml': job('pre', { [hook]: 'PreSync' }, { fails: true }), 'a.yaml': configMap('a') },
    syncPolicy: { ...automatic, retry },
  });
  await stage.until(
    'storm-auto',
    'an attempt',
    (app) => Number(at(app, 'status', 'operationState', 'retryCount')) >= 1,
  );
  await sleep(3000);
  const lines = await requestsWithin(4);
  assert.ok(lines.length < 150, `${lines.length} requests\n${lines.slice(0, 40).join('\n')}`);
  // A newer commit that is well is not held up.
  await stage.push('storm-auto', { 'pre.yaml': undefined });
  await stage.until('storm-auto', 'the good commit', (app) => syncOf(app) === 'Synced' && phaseOf(app) === 'Succeeded');
});

test('the spec changes while a sync waits: the new place is where it ends', async () => {
  await stage.make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'moved' } });
  await stage.install('moving', {
    files: {
      'a.yaml': configMap('a'),
      'stuck.yaml': deployment('stuck', {}, true),
      'c.yaml': configMap('c', { [wave]: '2' }),
    },
    syncPolicy: automatic,
  });
  await stage.until('moving', 'the sync to wait', (app) => phaseOf(app) === 'Running');
  await stage.push('moving', { 'stuck.yaml': undefined });
  await stage.patch('moving', { spec: { destination: { namespace: 'moved' } } });
  await stage.until('moving', 'the new place', (app) => syncOf(app) === 'Synced' && phaseOf(app) === 'Succeeded');
  assert.ok(await stage.get('configmap/moved/a'));
  assert.ok(await stage.get('configmap/moved/c'));
  assert.equal(await stage.get('configmap/moving/a'), undefined, 'what it left behind is pruned');
});

test('the project forbids it while a sync waits: nothing more of it goes live', async () => {
  const project = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'closing', namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
  await stage.make(project as unknown as KubeObject);
  await stage.install('forbidden', {
    files: {
      'stuck.yaml': deployment('stuck', {}, true),
      'c.yaml': configMap('c', { [wave]: '2' }),
    },
    syncPolicy: automatic,
    spec: { project: 'closing' },
  });
  await stage.until('forbidden', 'the sync to wait', (app) => phaseOf(app) === 'Running');
  await stage.change(
    { group: 'argoproj.io', kind: 'AppProject', namespace: 'argocd', name: 'closing' },
    { spec: { sourceRepos: ['https://elsewhere.example.com/*'] } },
  );
  await stage.until('forbidden', 'the refusal', (app) =>
    /is not permitted in project 'closing'/.test(conditionsOf(app)),
  );
  await stage.push('forbidden', { 'stuck.yaml': undefined });
  await sleep(1500);
  assert.equal(await stage.get('configmap/forbidden/c'), undefined);
  const app = await stage.app('forbidden');
  assert.notEqual(phaseOf(app), 'Running', messageOf(app));
});

test('a window that closes while a sync waits: nothing more of it goes live, and nobody is busy', async () => {
  const spec = {
    sourceRepos: ['*'],
    destinations: [{ server: '*', namespace: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  };
  const name = 'held-up';
  const project = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name, namespace: 'argocd' } };
  await stage.make({ ...project, spec } as unknown as KubeObject);
  await stage.install(name, {
    files: { 'stuck.yaml': deployment('stuck', {}, true), 'c.yaml': configMap('c', { [wave]: '2' }) },
    syncPolicy: automatic,
    spec: { project: name },
  });
  await stage.until(name, 'the sync to wait', (app) => phaseOf(app) === 'Running');
  const ref = { group: 'argoproj.io', kind: 'AppProject', namespace: 'argocd', name };
  const window = { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] };
  await stage.change(ref, { spec: { syncWindows: [window] } });
  await sleep(500);
  const containers = [{ name: 'main', image: 'registry.example.com/shop/stuck:v1' }];
  const stuck = { group: 'apps', kind: 'Deployment', namespace: name, name: 'stuck' };
  await stage.change(stuck, { spec: { template: { spec: { containers } } } });
  await stage.until(name, 'the window to be told', (app) => /blocked by sync window/.test(messageOf(app)));
  assert.equal(await stage.get(`configmap/${name}/c`), undefined);
  const lines = await requestsWithin(3);
  assert.ok(lines.length <= 10, lines.join('\n'));
  await stage.change(ref, { spec: { syncWindows: [] } });
  await stage.until(name, 'the rest', (app) => phaseOf(app) !== 'Running');
});

test('histories with gaps, and revisions that are gone', async () => {
  await stage.install('past', { files: { 'a.yaml': configMap('a', {}, 'one') } });
  await stage.sync('past');
  await stage.push('past', { 'a.yaml': configMap('a', {}, 'two') });
  await stage.sync('past');
  const before = await stage.app('past');
  const [first, second] = at(before, 'status', 'history') as readonly JsonObject[];
  assert.ok(first && second);
  const gone = { ...first, revision: 'e'.repeat(40) };
  await stage.patch('past', { status: { history: [gone, { ...second, id: 41 }] } });
  const read = readApplication((await stage.app('past')) as KubeObject);
  assert.equal(historyEntryOf(read, 1), undefined);
  assert.equal(historyEntryOf(read, 41)?.revision, second['revision']);
  const entry = historyEntryOf(read, 0);
  assert.ok(entry);
  await rollbackTo(stage.story.world.client, read, entry, { username: 'ada' });
  const failed = await stage.until(
    'past',
    'the failure',
    (app) => ['Failed', 'Error'].includes(phaseOf(app)) && app['operation'] === undefined,
  );
  assert.match(messageOf(failed), /eeeeeeee/);
  assert.equal(at(await stage.get('configmap/past/a'), 'data', 'value'), 'two');
  await stage.push('past', { 'a.yaml': configMap('a', {}, 'three') });
  const app = await stage.sync('past');
  const ids = (at(app, 'status', 'history') as readonly JsonObject[]).map(({ id }) => id);
  assert.equal(ids.at(-1), 42);
});

test('somebody who undoes what is healed, again and again: less and less often, and by name', async () => {
  await stage.install('fought', { files: { 'a.yaml': configMap('a', {}, 'ours') }, syncPolicy: automatic });
  await stage.until('fought', 'the first sync', (app) => syncOf(app) === 'Synced');
  const { client } = stage.story.world;
  const type = await client.discovery.preferred({ group: '', kind: 'ConfigMap' });
  assert.ok(type);
  const stop = new AbortController();
  const fight = (async () => {
    while (!stop.signal.aborted) {
      const live = await stage.get('configmap/fought/a');
      if (at(live, 'data', 'value') === 'ours')
        await client.patch(
          type,
          { namespace: 'fought', name: 'a' },
          'merge',
          { data: { value: 'theirs' } },
          { fieldManager: 'rival' },
        );
      await sleep(20);
    }
  })();
  await sleep(5000);
  stage.clear();
  await sleep(6000);
  const writes = stage.writes('fought').filter((line) => line === 'apply configmaps/a');
  stop.abort();
  await fight;
  assert.ok(writes.length <= 6, `${writes.length} writes in 6 s`);
  const app = await stage.app('fought');
  assert.ok(at(app, 'status', 'operationState', 'operation', 'sync', 'autoHealAttemptsCount'));
  const told = JSON.stringify(await stage.story.app('argo/argocd/fought'));
  assert.match(told, /rival/, 'it says who');
});

test('two Evenkeels on one cluster come to rest', async () => {
  const { requests, clone } = stage.story;
  await stage.install('double', { files: { 'a.yaml': configMap('a', {}, 'one') }, syncPolicy: automatic });
  await stage.until('double', 'the first sync', (app) => syncOf(app) === 'Synced');
  const second = await startWorld({ directory: clone, port: false, cluster: { transport: requests } });
  try {
    await stage.push('double', { 'a.yaml': configMap('a', {}, 'two') });
    await stage.until('double', 'the second commit', () => true);
    await sleep(6000);
    const head = (await git(clone, ['rev-parse', 'HEAD'])).trim();
    const found = await stage.app('double');
    assert.equal(textAt(found, 'status', 'sync', 'revision'), head);
    const lines = await requestsWithin(5);
    assert.ok(lines.length <= 4, lines.join('\n'));
    assert.equal(at(await stage.get('configmap/double/a'), 'data', 'value'), 'two');
  } finally {
    await second[Symbol.asyncDispose]();
  }
});
