// `npm run bench:argo -- --apps 500 --objects 3`: the controller as a process of its own against the real kube-apiserver
// (`--cluster sandbox`: our own), and a repository served over HTTP by a git host in this process. Measured: nothing → all
// Synced, a steady minute, pushes to one app until they are live, drift until it is gone; beside it the floor.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGit, startGitHost } from '@evenkeel/git';
import { type ResourceType, createHttpTransport, createInformer, createKubeClient } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { bootstrapCluster } from '@evenkeel/world';
import { readArguments } from './arguments.ts';
import { type Requests, startAuditedCluster } from './audited-cluster.ts';
import { type Writing, fleetApplication, isSynced } from './fleet.ts';
import { measureOnSandbox } from './argo-sandbox.ts';
import { startMeasured } from './measured-process.ts';
import { type Floor, floorLanes, measureFloor } from './measure-floor.ts';
import { percentile, printResult } from './results.ts';
import { commit, generateRepository, overlay, remoteGit } from './scene.ts';

const options = readArguments(process.argv.slice(2), [
  'apps',
  'objects',
  'pushes',
  'drifts',
  'steady',
  'lanes',
  'no-floor',
  'profile',
  'node',
  'by-resource',
  'controller',
  'cluster',
]);
const apps = options.number('apps', 500);
if (options.number('objects', 3) !== 3) throw new Error('an app of this bench has three objects');
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = options.text('controller', join(root, 'packages/cli/bin/evenkeel.mjs'));
if (!options.has('controller'))
  spawnSync(process.execPath, [join(root, 'tools/run.mjs'), 'bundle'], { stdio: 'inherit' });
if (options.text('cluster', 'real') === 'sandbox') {
  await measureOnSandbox(
    installed,
    options.has('apps') ? options.text('apps', '').split(',').map(Number) : [100, 500, 1000, 2000, 5000],
  );
  process.exit(0);
}
const started = performance.now();
const say = (text: string): void =>
  void process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const floors = options.has('no-floor') ? undefined : await measureFloors();
const directory = generateRepository(apps);
const state = mkdtempSync(join(tmpdir(), 'evenkeel-bench-state-'));
await using cluster = await startAuditedCluster();
await using transport = createHttpTransport(cluster.config);
const client = createKubeClient(transport);
await bootstrapCluster(client);
let webhook = '';
await using host = await startGitHost(createGit({ directory: join(state, 'home') }), {
  stateDirectory: join(state, 'git'),
  repositories: [{ name: 'bench/apps', directory }],
  listen: { port: 0 },
  onPush: (event) => {
    if (webhook !== '') void tell(event.before, event.after);
  },
});
const repositoryUrl = present([...host.repositories.values()][0]?.url, 'the address of the repository');
const applications = await typeOf('argoproj.io', 'v1alpha1', 'Application');
const deployments = await typeOf('apps', 'v1', 'Deployment');

await using running = startMeasured(
  [
    ...options
      .text('node', '')
      .split(',')
      .flatMap((flag) => (flag === '' ? [] : [`--${flag}`])),
    ...(options.has('profile') ? ['--cpu-prof', `--cpu-prof-dir=${options.text('profile', '.')}`] : []),
    installed,
    'controller',
    '--port=0',
    // Who holds a lease renews it, which is no work on Applications.
    '--no-leader-elect',
    `--kubeconfig=${cluster.kubeconfig}`,
    `--state=${join(state, 'controller')}`,
  ],
  { cwd: state },
);
const [, url = ''] = await running.line(/^page and API\s+(\S+)$/m);
webhook = `${url}/api/webhook`;
await sleep(500);
cluster.requests();
const idle = running.usage();
say(`controller ready: ${idle.cpuSeconds.toFixed(2)} CPU s, ${idle.rssMib.toFixed(0)} MiB`);

const synced = await measureSync();
const steady = await measureSteady(options.number('steady', 60));
await using live = createInformer(client, deployments, { namespace: 'apps' });
await live.synced;
const pushes = await measurePushes(options.number('pushes', 12));
const drifts = await measureDrifts(options.number('drifts', 12));
const last = running.usage();
printResult(apps === 500 ? 'argo' : `argo-${apps}`, {
  apps,
  wall_ms: synced.wallMs,
  ...(floors ? floorsOf(floors, synced.wallMs) : {}),
  cpu_s: synced.cpuSeconds,
  cpu_with_start_s: synced.cpuSeconds + idle.cpuSeconds,
  ...(floors ? { floor_cpu_s: floors.apply.cpuSeconds } : {}),
  peak_rss_mib: synced.peakRssMib,
  ...verbs(synced.requests),
  steady_cpu_s_per_min: steady.cpuPerMinute,
  steady_requests: steady.requests,
  push_p50_ms: percentile(pushes, 0.5),
  push_max_ms: Math.max(...pushes),
  drift_p50_ms: percentile(drifts, 0.5),
  drift_max_ms: Math.max(...drifts),
  last_peak_rss_mib: last.peakRssMib,
});
rmSync(directory, { recursive: true, force: true });
rmSync(`${directory}-clone`, { recursive: true, force: true });
rmSync(state, { recursive: true, force: true });

/** The floor by server-side applies, and the lower one by creates, which is the way Evenkeel goes. */
async function measureFloors(): Promise<Readonly<Record<Writing, Floor>>> {
  const measure = async (writing: Writing): Promise<Floor> => {
    const floor = await measureFloor(apps, options.number('lanes', floorLanes), writing);
    say(`floor by ${writing}: ${Math.round(floor.wallMs)} ms, ${floor.cpuSeconds.toFixed(2)} CPU s`);
    return floor;
  };
  return { apply: await measure('apply'), create: await measure('create') };
}

function floorsOf({ apply, create }: Readonly<Record<Writing, Floor>>, wallMs: number): Record<string, number> {
  return {
    floor_wall_ms: apply.wallMs,
    wall_ratio: wallMs / apply.wallMs,
    floor_by_create_wall_ms: create.wallMs,
    wall_ratio_by_create: wallMs / create.wallMs,
  };
}

async function measureSync(): Promise<{
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly peakRssMib: number;
  readonly requests: Requests;
}> {
  await using watched = createInformer(client, applications, { namespace: 'argocd' });
  await watched.synced;
  const wanted = new Set(Array.from({ length: apps }, (_, index) => `app-${index}`));
  const { promise: done, resolve } = Promise.withResolvers<void>();
  watched.onChange(({ object }) => {
    if (isSynced(object)) wanted.delete(object.metadata.name ?? '');
    if (wanted.size === 0) resolve();
  });
  const before = running.usage();
  const begun = performance.now();
  await inLanes(
    Array.from({ length: apps }, (_, index) => index),
    (index) => client.create(applications, fleetApplication(index, repositoryUrl), { fieldManager: 'bench' }),
  );
  const createdMs = performance.now() - begun;
  const timer = setInterval(() => say(`${wanted.size} to go`), 5000);
  await done;
  clearInterval(timer);
  const wallMs = performance.now() - begun;
  const after = running.usage();
  await sleep(2000);
  const settled = running.usage();
  const requests = options.has('by-resource') ? cluster.requestsByResource() : cluster.requests();
  say(
    `all synced: ${Math.round(wallMs)} ms (Applications created after ${Math.round(createdMs)} ms), ` +
      `${(after.cpuSeconds - before.cpuSeconds).toFixed(2)} CPU s (${(after.ownSeconds - before.ownSeconds).toFixed(2)} without git), ` +
      `${(settled.cpuSeconds - after.cpuSeconds).toFixed(2)} in the 2 s after, peak ${after.peakRssMib.toFixed(0)} MiB`,
  );
  say(JSON.stringify(requests));
  return { wallMs, cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakRssMib: after.peakRssMib, requests };
}

async function measureSteady(seconds: number): Promise<{ readonly cpuPerMinute: number; readonly requests: number }> {
  await settle();
  cluster.requests();
  const before = running.usage();
  await sleep(seconds * 1000);
  const cpuPerMinute = ((running.usage().cpuSeconds - before.cpuSeconds) * 60) / seconds;
  await sleep(1200);
  const seen = cluster.requestsByResource();
  const requests = Object.values(seen).reduce((sum, count) => sum + count, 0);
  say(`${seconds} s steady: ${cpuPerMinute.toFixed(2)} CPU s a minute, ${JSON.stringify(seen)}`);
  return { cpuPerMinute, requests };
}

/** Waits until nothing was asked for during two seconds. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round += 1) {
    await sleep(2000);
    if (Object.keys(cluster.requests()).length === 0) return;
  }
}

async function measurePushes(count: number): Promise<readonly number[]> {
  const clone = `${directory}-clone`;
  await remoteGit(directory, 'clone', '-q', repositoryUrl, clone);
  const times: number[] = [];
  for (let run = 0; run < count; run += 1) {
    const index = (run * 37) % apps;
    const tag = `v2.0.${run}`;
    writeFileSync(join(clone, `apps/app-${index}/kustomization.yaml`), overlay(index, tag));
    commit(clone, tag);
    const { promise: seen, stop } = whenLive(index, (object) => imageOf(object)?.endsWith(`:${tag}`) === true);
    await remoteGit(clone, 'push', '-q', 'origin', 'main');
    const pushed = performance.now();
    times.push(Math.max(0, (await seen) - pushed));
    stop();
    if (run === 0) say(`first push: ${Math.round(times[0] ?? 0)} ms`);
    await settle();
  }
  say(`pushes: ${times.map((ms) => Math.round(ms)).join(' ')} ms`);
  return times;
}

async function measureDrifts(count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run += 1) {
    const index = (run * 41 + 5) % apps;
    let wasSeen = false;
    const { promise: seen, stop } = whenLive(index, (object) => {
      if (replicasOf(object) === 7) wasSeen = true;
      return wasSeen && replicasOf(object) === 2;
    });
    const begun = performance.now();
    await client.patch(
      deployments,
      { namespace: 'apps', name: `app-${index}-web` },
      'merge',
      { spec: { replicas: 7 } },
      { fieldManager: 'kubectl-scale' },
    );
    const drifted = performance.now();
    times.push((await seen) - drifted);
    stop();
    if (run === 0)
      say(`first drift: ${Math.round(times[0] ?? 0)} ms after an answer of ${Math.round(drifted - begun)} ms`);
    await sleep(300);
  }
  say(`drifts: ${times.map((ms) => Math.round(ms)).join(' ')} ms`);
  return times;
}

/** Resolves with the moment at which the Deployment of an app is as wanted. */
function whenLive(
  index: number,
  ready: (object: KubeObject) => boolean,
): { readonly promise: Promise<number>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = live.onChange(({ object }) => {
    if (object.metadata.name === `app-${index}-web` && ready(object)) resolve(performance.now());
  });
  return { promise, stop };
}

function imageOf(object: KubeObject): string | undefined {
  const spec = object['spec'] as { template?: { spec?: { containers?: readonly { image?: string }[] } } } | undefined;
  return spec?.template?.spec?.containers?.[0]?.image;
}

function replicasOf(object: KubeObject): number | undefined {
  return (object['spec'] as { replicas?: number } | undefined)?.replicas;
}

/** What GitHub posts when a branch moved. It does not always know the files, and none are named here. */
async function tell(before: string, after: string): Promise<void> {
  const repository = { html_url: repositoryUrl.replace(/\.git$/, ''), default_branch: 'main' };
  await fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
    body: JSON.stringify({ ref: 'refs/heads/main', before, after, repository, commits: [] }),
  });
}

async function typeOf(group: string, version: string, kind: string): Promise<ResourceType> {
  return present(await client.discovery.resolve({ group, version, kind }), kind);
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

function verbs(requests: Requests): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(requests).map(([verb, count]) => [`requests_${verb.replace(/\W+/g, '_')}`, count]),
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
