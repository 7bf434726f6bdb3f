// Commits that follow each other closely, processes that are killed between them, and a server that answers late or not at
// all: whatever went live stands in the history once, in the order in which it did. SEED=7 takes other moments.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeTransport, KubeUnreachable, createKubeClient } from '@evenkeel/kube';
import { faultyTransport, seededRandom } from '@evenkeel/kube/testing';
import type { KubeObject } from '@evenkeel/resource';
import { type World, startWorld } from '@evenkeel/world';
import { startBed } from './bed.ts';
import { configMapYaml, deploymentYaml } from './manifests.ts';
import {
  at,
  commandLine,
  git,
  look,
  makeRepository,
  run,
  shopDirectory,
  shopUrl,
  succeed,
  untilTrue,
} from './story.ts';

const seed = Number(process.env['SEED'] ?? '1');
const random = seededRandom(seed);
const bed = await startBed();
const repository = await makeRepository(shopDirectory);
const started: World[] = [];
after(async () => {
  for (const world of started) await world[Symbol.asyncDispose]();
  await bed[Symbol.asyncDispose]();
});
const client = createKubeClient(bed.transport);

type Request = Parameters<KubeTransport['send']>[0];

/** The cluster as one process sees it, until it is killed: what that process sends then arrives no more. */
class Sight implements KubeTransport {
  readonly endpoint = bed.transport.endpoint;
  /** Commits by the values that went live with them, in the order of the writes. */
  readonly live: string[] = [];
  inner: KubeTransport = bed.transport;
  /** How long a write of this path is held back. */
  delayMs: (request: Request) => number = () => 0;
  /** Kills the process at this request, before or behind its arrival. */
  fatal: (request: Request) => 'dies' | 'unheard' | undefined = () => undefined;
  isDead = false;

  async send(request: Request): ReturnType<KubeTransport['send']> {
    const fate = this.isDead ? undefined : this.fatal(request);
    if (fate !== undefined) this.isDead = true;
    if (this.isDead && fate !== 'unheard') throw new KubeUnreachable('the process has ended (injected)');
    const ms = this.delayMs(request);
    if (ms > 0) await sleep(ms);
    const answer = await this.inner.send(request);
    if (answer.status < 300) this.#note(request, answer.body);
    if (fate !== undefined) throw new KubeUnreachable('the process has ended (injected)');
    return answer;
  }

  #note({ method, path, query }: Request, body: unknown): void {
    if (method === 'GET' || query?.['dryRun'] !== undefined || !/\/configmaps(\/value)?$/.test(path)) return;
    const value = at(body, 'data', 'value');
    if (at(body, 'metadata', 'name') === 'value' && typeof value === 'string') this.live.push(value);
  }

  watch(request: Request): ReturnType<KubeTransport['watch']> {
    return this.inner.watch(request);
  }

  stream(request: Request): ReturnType<KubeTransport['stream']> {
    return this.inner.stream(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const isStatus = ({ method, path }: Request): boolean => method === 'PATCH' && path.includes('/applications/');

interface Process {
  readonly sight: Sight;
  readonly world: World;
}

async function start(port: 0 | false = false): Promise<Process> {
  const sight = new Sight();
  const world = await startWorld({ directory: repository, port, cluster: { transport: sight } });
  started.push(world);
  return { sight, world };
}

const commits = new Map<string, string>();

/** Commits a value; every value is of one commit alone. */
async function commit(name: string, value: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  mkdirSync(join(repository, name), { recursive: true });
  writeFileSync(join(repository, name, 'value.yaml'), configMapYaml('value', {}, value));
  for (const [file, text] of Object.entries(more)) writeFileSync(join(repository, name, file), text);
  await git(repository, ['add', '-A']);
  await git(repository, ['commit', '-q', '-m', value]);
  commits.set((await git(repository, ['rev-parse', 'HEAD'])).trim(), value);
}

async function install(name: string, isAutomatic = true): Promise<void> {
  await commit(name, `${name}-0`);
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  assert.ok(type);
  const retry = { limit: 20, backoff: { duration: '50ms', maxDuration: '200ms' } };
  const syncPolicy = {
    ...(isAutomatic ? { automated: { prune: true } } : {}),
    syncOptions: ['CreateNamespace=true'],
    retry,
  };
  await client.create(type, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: shopUrl, targetRevision: 'main', path: name },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      revisionHistoryLimit: 100,
      syncPolicy,
    },
  });
}

async function read(name: string): Promise<KubeObject | undefined> {
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  return type && client.get(type, { namespace: 'argocd', name });
}

/** The values of the commits in the history, oldest first; every entry must have the next id. */
async function history(name: string): Promise<readonly string[]> {
  const entries = (at(await read(name), 'status', 'history') ?? []) as readonly {
    readonly id: number;
    readonly revision: string;
  }[];
  assert.deepEqual(
    entries.map(({ id }) => id),
    entries.map((_entry, index) => index),
  );
  return entries.map(({ revision }) => commits.get(revision) ?? revision);
}

/** Waits until the newest commit is live and in the history. */
async function rest(name: string): Promise<void> {
  const head = (await git(repository, ['rev-parse', 'HEAD'])).trim();
  await untilTrue(
    `${name} to come to rest`,
    async () => {
      const app = look(await read(name));
      const isRecorded = (await history(name)).at(-1) === commits.get(head);
      return at(app, 'status', 'sync', 'status') === 'Synced' && at(app, 'status', 'sync', 'revision') === head
        ? isRecorded
        : false;
    },
    60_000,
  );
}

/** What went live, each value once: a retry writes it again. */
function wentLive(...sights: readonly Sight[]): readonly string[] {
  const all = sights.flatMap(({ live }) => live);
  return all.filter((value, index) => value !== all[index - 1]);
}

test(`commits 50 to 300 ms apart (SEED=${seed})`, async () => {
  const { sight, world } = await start();
  await install('close');
  await rest('close');
  for (let index = 1; index <= 12; index += 1) {
    await commit('close', `close-${index}`);
    await sleep(50 + random() * 250);
  }
  await rest('close');
  assert.deepEqual(await history('close'), wentLive(sight));
  await world[Symbol.asyncDispose]();
});

test('the same, where the record is written late and a sync is longer than it is waited for', async () => {
  const { sight, world } = await start();
  await install('late');
  await commit('late', 'late-1', { 'web.yaml': deploymentYaml('web') });
  await rest('late');
  sight.delayMs = (request) =>
    isStatus(request) ? 100 + random() * 600 : request.path.includes('deployments') ? 2500 : 0;
  for (let index = 2; index <= 5; index += 1) {
    await commit('late', `late-${index}`, { 'web.yaml': deploymentYaml('web', {}, `v${index}`) });
    await sleep(2500 + random() * 800);
  }
  sight.delayMs = () => 0;
  await rest('late');
  const [listed, live] = [await history('late'), wentLive(sight)];
  // One that a newer commit ended before it was done is a failed sync and no entry.
  assert.deepEqual(
    listed,
    live.filter((value) => listed.includes(value)),
  );
  assert.equal(new Set(listed).size, listed.length);
  await world[Symbol.asyncDispose]();
});

test(`the same on a line that loses requests and answers (SEED=${seed})`, async () => {
  const { sight, world } = await start();
  await install('faulty');
  await rest('faulty');
  const rates = { lostRequestRate: 0.08, lostAnswerRate: 0.08, serverErrorRate: 0.08, watchDropRate: 0.02 };
  const faulty = faultyTransport(bed.transport, { seed, ...rates });
  sight.inner = faulty;
  for (let index = 1; index <= 10; index += 1) {
    await commit('faulty', `faulty-${index}`);
    await sleep(50 + random() * 250);
  }
  await sleep(1000);
  faulty.stop();
  await rest('faulty');
  const [listed, live] = [await history('faulty'), wentLive(sight)];
  assert.ok(faulty.faults > 0);
  assert.equal(new Set(listed).size, listed.length, listed.join());
  assert.deepEqual(
    listed,
    listed.toSorted((left, right) => Number(left.slice(7)) - Number(right.slice(7))),
  );
  // An answer that was lost is a write nobody heard of: it may be live, and its sync have failed.
  assert.ok(listed.length >= live.length / 2, `${listed.join()} of ${live.join()}`);
  await world[Symbol.asyncDispose]();
});

test(`a process that is killed at the record of a sync, before or behind it, and the next (SEED=${seed})`, async () => {
  const sights: Sight[] = [];
  let { sight, world } = await start();
  sights.push(sight);
  await install('killed');
  await rest('killed');
  for (let index = 1; index <= 6; index += 1) {
    const value = `killed-${index}`;
    const fate = index % 2 === 0 ? 'dies' : 'unheard';
    // The first record after the value has gone live.
    const own = sight;
    own.fatal = (request) => (isStatus(request) && own.live.includes(value) ? fate : undefined);
    // Some follow upon the end of another at once, some later.
    if (index > 3) await sleep(1500);
    await commit('killed', value);
    await untilTrue('the end of the process', () => own.isDead);
    await world[Symbol.asyncDispose]();
    ({ sight, world } = await start());
    sights.push(sight);
    await rest('killed');
  }
  await world[Symbol.asyncDispose]();
  assert.deepEqual(await history('killed'), wentLive(...sights));
});

test('a process that is stopped in good order, and a commit before the next one', async () => {
  const sights: Sight[] = [];
  let { sight, world } = await start();
  sights.push(sight);
  await install('stopped');
  await rest('stopped');
  for (let index = 1; index <= 5; index += 1) {
    await commit('stopped', `stopped-${2 * index - 1}`);
    await sleep(random() * 400);
    await world[Symbol.asyncDispose]();
    await commit('stopped', `stopped-${2 * index}`);
    ({ sight, world } = await start());
    sights.push(sight);
    await rest('stopped');
  }
  await world[Symbol.asyncDispose]();
  assert.deepEqual(await history('stopped'), wentLive(...sights));
});

test('what was deleted and made again without its objects has no history of them', async () => {
  const { world } = await start();
  const type = await client.discovery.preferred({ group: 'argoproj.io', kind: 'Application' });
  assert.ok(type);
  const before = await read('stopped');
  assert.ok(before);
  await client.delete(type, { namespace: 'argocd', name: 'stopped' });
  await untilTrue('it to go', async () => (await read('stopped')) === undefined);
  await sleep(1100);
  await client.create(type, {
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: { name: 'stopped', namespace: 'argocd' },
    spec: before['spec'],
  });
  await untilTrue('it to be compared', async () => at(await read('stopped'), 'status', 'sync', 'status') === 'Synced');
  assert.deepEqual(await history('stopped'), []);
  await world[Symbol.asyncDispose]();
});

test('who waited for a sync finds it in the history, however late that is written', async () => {
  const { sight, world } = await start(0);
  await install('asked', false);
  const evenkeel = async (...args: readonly string[]): Promise<string> =>
    succeed(
      await run(process.execPath, [...commandLine, ...args], { env: { EVENKEEL_SERVER: world.server?.url ?? '' } }),
      args.join(' '),
    );
  await untilTrue('it to be compared', async () => at(await read('asked'), 'status', 'sync', 'status') === 'OutOfSync');
  sight.delayMs = (request) => (isStatus(request) ? 900 : 0);
  for (const [index, value] of ['asked-1', 'asked-2', 'asked-3'].entries()) {
    await commit('asked', value);
    await untilTrue('it to be seen', async () => {
      const revision = at(await read('asked'), 'status', 'sync', 'revision');
      return commits.get(String(revision)) === value;
    });
    await evenkeel('app', 'sync', 'asked');
    const ids = (await evenkeel('app', 'history', 'asked', '-o', 'id')).trim().split('\n');
    assert.equal(ids.length, index + 1, `${value}: ${ids.join()}`);
  }
  await world[Symbol.asyncDispose]();
});
