// A monorepo of many applications, one of which changes: how long from `git push` until it is known which applications
// have to be rendered again. `node tools/run.mjs bench source [apps] [runs]`.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createGit, startGitHost } from '@evenkeel/git';
import {
  type ReadRecord,
  type Snapshot,
  createSourceStore,
  recordReads,
  stillSame,
  withSnapshot,
} from '@evenkeel/source';

const URL = 'https://github.com/your-org/monorepo.git';
const appCount = Number(process.argv[2] ?? 500);
const runCount = Number(process.argv[3] ?? 30);

const directory = await mkdtemp(join(tmpdir(), 'evenkeel-bench-source-'));
const work = join(directory, 'work');
const environment = { PATH: process.env['PATH'] ?? '', HOME: directory };
const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com'];
const user = (...args: string[]): Promise<unknown> =>
  promisify(execFile)('git', [...identity, ...args], { cwd: work, env: environment });

try {
  await run();
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const git = createGit({ directory: join(directory, 'private'), environment: { PATH: environment.PATH } });
  const clock = { now: Date.now, sleep: () => Promise.resolve(), after: () => () => undefined };
  await using store = createSourceStore({ git, directory: join(directory, 'mirrors'), clock });
  await using host = await startGitHost(git, {
    stateDirectory: join(directory, 'state'),
    repositories: [{ name: 'monorepo' }],
    listen: { port: 0 },
    onPush: (event) => store.poke(URL, [event]),
  });
  const hosted = host.repositories.get('monorepo');
  if (!hosted?.url) throw new Error('nothing is hosted');
  store.map(URL, { repository: hosted.repository });
  await writeMonorepo();
  await user('push', '--quiet', hosted.url, 'HEAD:main');

  const snapshot = await store.tree(URL, (await store.resolve(URL, 'main')).sha);
  const coldStart = performance.now();
  const records: ReadRecord[] = [];
  for (let app = 0; app < appCount; app += 1) records.push(await withSnapshot(snapshot, (tree) => readApp(tree, app)));
  const coldMs = performance.now() - coldStart;

  const wholeMs: number[] = [];
  const decideMs: number[] = [];
  for (let at = 0; at < runCount; at += 1) {
    const app = at % appCount;
    await commitTo(app, `tag-${at}`);
    const decided = new Promise<number>((resolve, reject) => {
      const stop = store.watch(URL, () => {
        stop();
        const poked = performance.now();
        decide(records, app).then(() => resolve(performance.now() - poked), reject);
      });
    });
    const pushed = performance.now();
    await Promise.all([user('push', '--quiet', hosted.url, 'HEAD:main'), decided]);
    wholeMs.push(performance.now() - pushed);
    decideMs.push(await decided);
  }
  await report({ coldMs, wholeMs, decideMs });

  /** Answers for every application whether it is unchanged, and checks that exactly the right one is not. */
  async function decide(known: ReadRecord[], changed: number): Promise<void> {
    const next = await store.tree(URL, (await store.resolve(URL, 'main')).sha);
    const dirty = known.flatMap((record, app) => (stillSame(record, next) ? [] : [app]));
    if (dirty.length !== 1 || dirty[0] !== changed)
      throw new Error(`expected ${changed} to change, got ${dirty.join()}`);
    known[changed] = await withSnapshot(next, (tree) => readApp(tree, changed));
  }
}

/** What a Kustomize build of one overlay reads, roughly: the overlay, its base, and a few looks for what is not there. */
function readApp(snapshot: Snapshot, app: number): ReadRecord {
  const recording = recordReads(snapshot);
  const { tree } = recording;
  for (const at of [`apps/app-${app}/overlays/production`, `apps/app-${app}/base`]) {
    tree.stat(at);
    for (const name of ['kustomization.yml', 'Kustomization', 'kustomization.yaml']) tree.read(`${at}/${name}`);
    for (const { name, kind } of tree.list(at) ?? []) if (kind === 'file') tree.read(`${at}/${name}`);
  }
  return recording.reads();
}

async function writeMonorepo(): Promise<void> {
  await mkdir(work);
  await user('init', '--quiet', '--initial-branch', 'main');
  for (let app = 0; app < appCount; app += 1) {
    const files = {
      'base/kustomization.yaml': 'resources: [deployment.yaml, service.yaml]\n',
      'base/deployment.yaml': `kind: Deployment\nmetadata: { name: app-${app} }\n`,
      'base/service.yaml': `kind: Service\nmetadata: { name: app-${app} }\n`,
      'overlays/production/kustomization.yaml': `resources: [../../base]\nimages: [{ name: app, newTag: 'first' }]\n`,
      'overlays/staging/kustomization.yaml': 'resources: [../../base]\n',
    };
    for (const [path, content] of Object.entries(files)) await writeIn(`apps/app-${app}/${path}`, content);
  }
  await user('add', '--all');
  await user('commit', '--quiet', '--message', 'everything');
}

async function commitTo(app: number, tag: string): Promise<void> {
  const path = `apps/app-${app}/overlays/production/kustomization.yaml`;
  await writeIn(path, `resources: [../../base]\nimages: [{ name: app, newTag: '${tag}' }]\n`);
  await user('add', path);
  await user('commit', '--quiet', '--message', tag);
}

async function writeIn(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(work, path)), { recursive: true });
  await writeFile(join(work, path), content);
}

async function report(measured: {
  readonly coldMs: number;
  readonly wholeMs: readonly number[];
  readonly decideMs: readonly number[];
}): Promise<void> {
  const result = {
    apps: appCount,
    runs: runCount,
    cold_read_ms: round(measured.coldMs),
    push_to_decided_p50_ms: percentile(measured.wholeMs, 0.5),
    push_to_decided_p95_ms: percentile(measured.wholeMs, 0.95),
    poke_to_decided_p50_ms: percentile(measured.decideMs, 0.5),
    poke_to_decided_p95_ms: percentile(measured.decideMs, 0.95),
    rss_mb: round(process.memoryUsage.rss() / 1e6),
  };
  await mkdir('.results', { recursive: true });
  await writeFile('.results/source.json', `${JSON.stringify(result, null, 2)}\n`);
  const pairs = Object.entries(result).map(([key, value]) => `${key}=${value}`);
  console.log(`RESULT source ${pairs.join(' ')}`);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
