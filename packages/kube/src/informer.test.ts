import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import {
  type Informer,
  type KubeClient,
  KubeUnreachable,
  type ObjectChange,
  createInformer,
  createKubeClient,
} from './index.ts';
import { faultyTransport, recordingTransport, seededRandom } from './testing/index.ts';
import { type Journal, createJournal, journalType } from './testing/journal-transport.ts';

const quick = { baseMs: 1, factor: 1, maxMs: 1 };

function snapshot(objects: readonly KubeObject[]): Readonly<Record<string, string>> {
  const pairs = objects.map(({ metadata }) => [
    `${metadata.namespace}/${metadata.name}`,
    metadata.resourceVersion ?? '',
  ]);
  return Object.fromEntries(pairs.sort(([left = ''], [right = '']) => (left < right ? -1 : 1)));
}

/** Resolves once `check` holds, looking again after every change the informer reports. */
async function until(informer: Informer, check: () => boolean): Promise<void> {
  if (check()) return;
  await new Promise<void>((resolve) => {
    const stop = informer.onChange(() => {
      if (!check()) return;
      stop();
      resolve();
    });
  });
}

/** Replays changes into a map: what a listener believes must be what the cache holds. */
function followed(informer: Informer): Map<string, KubeObject> {
  const believed = new Map<string, KubeObject>();
  informer.onChange((change: ObjectChange) => {
    const key = `${change.object.metadata.namespace}/${change.object.metadata.name}`;
    if (change.kind === 'added') assert.ok(!believed.has(key), `added twice: ${key}`);
    else assert.equal(believed.get(key), change.previous, `previous of ${change.kind} ${key}`);
    if (change.kind === 'deleted') believed.delete(key);
    else believed.set(key, change.object);
  });
  return believed;
}

function clientOf(journal: Journal): KubeClient {
  return createKubeClient(journal.transport);
}

test('lists once, then follows the watch; reading costs no request', async () => {
  const journal = createJournal();
  journal.put('web', 'a', { v: '1' });
  const recorder = recordingTransport(journal.transport);
  await using informer = createInformer(createKubeClient(recorder), journalType, {
    indexes: { v: (object) => [String((object['data'] as Record<string, string>)['v'])] },
  });
  assert.equal(informer.hasSynced, false);
  await informer.synced;
  assert.equal(informer.get('web', 'a')?.kind, 'ConfigMap');
  journal.put('web', 'b', { v: '2' });
  journal.put('other', 'c', { v: '2' });
  await until(informer, () => informer.list().length === 3);
  assert.equal(informer.list('web').length, 2);
  assert.deepEqual(
    informer.byIndex('v', '2').map((object) => object.metadata.name),
    ['b', 'c'],
  );
  journal.put('web', 'b', { v: '1' });
  await until(informer, () => informer.byIndex('v', '1').length === 2);
  assert.equal(informer.byIndex('v', '2').length, 1);
  const [list, watch, ...rest] = recorder.lines();
  assert.equal(list, 'GET /api/v1/configmaps?limit=500');
  assert.match(
    watch ?? '',
    /^WATCH \/api\/v1\/configmaps\?allowWatchBookmarks=true&resourceVersion=2&timeoutSeconds=\d+&watch=true$/,
  );
  assert.deepEqual(rest, []);
});

test('after 410 it lists again and reports what was deleted meanwhile', async () => {
  const journal = createJournal();
  journal.put('web', 'a', {});
  journal.put('web', 'b', {});
  await using informer = createInformer(clientOf(journal), journalType, { backoff: quick });
  await informer.synced;
  const changes: string[] = [];
  informer.onChange((change) => changes.push(`${change.kind} ${change.object.metadata.name}`));
  journal.hangUp();
  journal.remove('web', 'a');
  journal.put('web', 'c', {});
  journal.compact();
  await until(informer, () => changes.length === 2);
  assert.deepEqual(changes, ['deleted a', 'added c']);
});

test('observe: what we wrote is read at once, and never goes back', async () => {
  const journal = createJournal();
  const first = journal.put('web', 'a', { v: '1' });
  await using informer = createInformer(clientOf(journal), journalType, { backoff: quick });
  await informer.synced;
  const changes: string[] = [];
  informer.onChange((change) => changes.push(`${change.kind} ${change.object.metadata.resourceVersion}`));
  const second = journal.put('web', 'a', { v: '2' });
  informer.observe(second);
  assert.equal(informer.get('web', 'a'), second);
  informer.observe(first);
  assert.equal(informer.get('web', 'a'), second);
  const third = journal.remove('web', 'a');
  await until(informer, () => informer.list().length === 0);
  informer.observe(second);
  assert.equal(informer.get('web', 'a'), undefined, 'a late observe does not resurrect');
  assert.deepEqual(changes, ['updated 3', `deleted ${third?.metadata.resourceVersion}`]);
});

test('a server that went back in time is believed', async () => {
  const old = createJournal();
  for (let at = 0; at < 20; at += 1) old.put('web', `a${at % 3}`, {});
  const fresh = createJournal();
  fresh.put('web', 'a0', {});
  fresh.put('web', 'new', {});
  let journal = old;
  const client = createKubeClient({
    ...old.transport,
    send: (request) => journal.transport.send(request),
    watch: (request) => journal.transport.watch(request),
  });
  await using informer = createInformer(client, journalType, { backoff: quick });
  await informer.synced;
  const believed = followed(informer);
  for (const object of informer.list()) believed.set(`web/${object.metadata.name}`, object);
  journal = fresh;
  fresh.compact();
  old.compact();
  await until(informer, () => informer.get('web', 'new') !== undefined && informer.list().length === 2);
  assert.deepEqual(snapshot(informer.list()), snapshot(fresh.state()));
  assert.deepEqual(snapshot([...believed.values()]), snapshot(fresh.state()));
});

test('a server that was down and comes back older, keeping silent about it, is found out', async () => {
  const old = createJournal();
  for (let at = 0; at < 20; at += 1) old.put('web', `a${at}`, {});
  const fresh = createJournal();
  fresh.put('web', 'new', {});
  let restarts = 0;
  const client = createKubeClient({
    ...old.transport,
    send: (request) => (restarts === 0 ? old : fresh).transport.send(request),
    async *watch(request) {
      restarts += 1;
      if (restarts === 1) throw new KubeUnreachable('connection refused', { reason: 'refused' });
      for await (const line of fresh.transport.watch(request)) if (line.type !== 'BOOKMARK') yield line;
    },
  });
  await using informer = createInformer(client, journalType, { backoff: quick });
  await until(informer, () => informer.list().length === 1);
  assert.deepEqual(snapshot(informer.list()), snapshot(fresh.state()));
});

test('observe with a label selector: what belongs appears, what no longer belongs leaves', async () => {
  const journal = createJournal();
  await using informer = createInformer(clientOf(journal), journalType, { labelSelector: 'app=web' });
  await informer.synced;
  const labelled = (version: string, labels: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'n', name: 'a', uid: 'u', resourceVersion: version, labels },
  });
  informer.observe(labelled('50', { app: 'other' }));
  assert.equal(informer.list().length, 0);
  informer.observe(labelled('51', { app: 'web' }));
  assert.equal(informer.list().length, 1);
  informer.observe(labelled('52', {}));
  assert.equal(informer.list().length, 0);
});

test('synced rejects when the signal aborts first', async () => {
  const stop = new AbortController();
  const never = { ...createJournal().transport, send: () => new Promise<never>(() => undefined) };
  const informer = createInformer(createKubeClient(never), journalType, { signal: stop.signal });
  stop.abort(new Error('enough'));
  const outcome = await Promise.race([
    informer.synced,
    new Promise((resolve) => setImmediate(resolve, 'pending')),
  ]).catch(String);
  assert.ok(outcome === 'pending' || outcome === 'Error: enough');
});

test('a listener that throws is reported and disturbs nobody', async () => {
  const journal = createJournal();
  const errors: string[] = [];
  await using informer = createInformer(clientOf(journal), journalType, {
    onError: (error) => errors.push(error.message),
  });
  await informer.synced;
  informer.onChange(() => {
    throw new Error('listener broke');
  });
  journal.put('web', 'a', {});
  await until(informer, () => informer.list().length === 1);
  assert.deepEqual(errors, ['listener broke']);
});

for (let seed = 1; seed <= 40; seed += 1) {
  test(`the cache equals the server after drops, 410s, lost answers and compactions (seed ${seed})`, async () => {
    const journal = createJournal();
    const random = seededRandom(seed);
    const faulty = faultyTransport(journal.transport, {
      seed,
      lostRequestRate: 0.1,
      lostAnswerRate: 0.1,
      serverErrorRate: 0.1,
      expiredRate: 0.1,
      watchDropRate: 0.05,
      watchEndRate: 0.05,
      watchExpiredRate: 0.02,
      delayTurnsMax: 3,
    });
    await using informer = createInformer(createKubeClient(faulty), journalType, { backoff: quick, random });
    const believed = followed(informer);
    for (let step = 0; step < 150; step += 1) {
      const [namespace, name] = [`n${Math.floor(random() * 3)}`, `o${Math.floor(random() * 6)}`];
      const dice = random();
      if (dice < 0.55) {
        const written = journal.put(namespace, name, { step: String(step) });
        if (random() < 0.3) informer.observe(written);
      } else if (dice < 0.85) journal.remove(namespace, name);
      else if (dice < 0.9) journal.compact();
      else await new Promise((resolve) => setImmediate(resolve));
    }
    faulty.stop();
    const last = journal.put('end', 'marker', {});
    await until(
      informer,
      () => informer.get('end', 'marker')?.metadata.resourceVersion === last.metadata.resourceVersion,
    );
    assert.deepEqual(snapshot(informer.list()), snapshot(journal.state()));
    assert.deepEqual(snapshot([...believed.values()]), snapshot(journal.state()));
  });
}
