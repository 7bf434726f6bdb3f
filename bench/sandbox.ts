// The sandbox against a real kube-apiserver with etcd: the same client, the same script, both over HTTPS, each in
// processes of its own. `npm run bench:sandbox`, or `node tools/run.mjs bench sandbox [writes] [objects] [watchers]`.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type KubeTransport, createHttpTransport, loadKubeconfig } from '@evenkeel/kube';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import type { Json, KubeObject } from '@evenkeel/resource';
import { percentile, printResult } from './results.ts';

interface Task {
  readonly writes: number;
  readonly objects: number;
  readonly watchers: number;
}

interface Target extends AsyncDisposable {
  readonly name: string;
  readonly transport: KubeTransport;
  readonly startMs: number;
}

interface Figures {
  readonly start_ms: number;
  readonly creates_per_s: number;
  readonly applies_per_s: number;
  readonly list_ms: number;
  readonly watch_p50_ms: number;
  readonly watch_p99_ms: number;
  readonly rss_mb: number;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const maps = '/api/v1/namespaces/default/configmaps';
const lanes = 16;
const changes = 50;
const [first = '2000', objects = '10000', watchers = '100'] = process.argv.slice(2);
spawnSync(process.execPath, [join(root, 'tools/run.mjs'), 'bundle'], { stdio: 'inherit' });
await compare({ writes: Number(first), objects: Number(objects), watchers: Number(watchers) });

async function compare(task: Task): Promise<void> {
  const missing = referenceClusterMissing();
  if (missing !== undefined) throw new Error(`nothing to compare with: ${missing}`);
  const real = await measure(startReal, task);
  const sandbox = await measure(startSandbox, task);
  const ratios = {
    start_sooner: real.start_ms / sandbox.start_ms,
    creates: sandbox.creates_per_s / real.creates_per_s,
    applies: sandbox.applies_per_s / real.applies_per_s,
    list: sandbox.list_ms / real.list_ms,
    watch_p99: sandbox.watch_p99_ms / real.watch_p99_ms,
    rss: sandbox.rss_mb / real.rss_mb,
  };
  console.log('              real      sandbox');
  for (const key of Object.keys(real) as (keyof Figures)[]) {
    console.log(`${key.padEnd(14)}${real[key].toFixed(1).padStart(8)}${sandbox[key].toFixed(1).padStart(11)}`);
  }
  const named = (prefix: string, values: object): [string, number][] =>
    Object.entries(values).map(([key, value]) => [`${prefix}_${key}`, value as number]);
  printResult('sandbox', {
    ...Object.fromEntries(named('ratio', ratios)),
    ...Object.fromEntries([...named('real', real), ...named('sandbox', sandbox)]),
    ...task,
  });
}

async function startReal(): Promise<Target> {
  const started = performance.now();
  const cluster = await startReferenceCluster({ authorization: 'RBAC' });
  const startMs = performance.now() - started;
  const transport = createHttpTransport(cluster.config);
  return {
    name: 'real',
    transport,
    startMs,
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The command as it is installed: the bundle, its controllers running, over HTTPS. */
async function startSandbox(): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const started = performance.now();
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'packages/cli/bin/evenkeel.mjs'), 'sandbox', 'start', '--port', '0', '--kubeconfig', kubeconfig],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout ?? child, 'data');
  const transport = createHttpTransport(await loadKubeconfig({ text: readFileSync(kubeconfig, 'utf8') }));
  await transport.send({ method: 'GET', path: '/readyz' });
  const startMs = performance.now() - started;
  return {
    name: 'sandbox',
    transport,
    startMs,
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(directory, { recursive: true });
    },
  };
}

async function measure(start: () => Promise<Target>, task: Task): Promise<Figures> {
  await using target = await start();
  const { transport } = target;
  const creates = await rate(task.writes, (index) => create(transport, `map-${index}`));
  const applies = await rate(task.writes, (index) => apply(transport, `map-${index}`));
  await rate(task.objects - task.writes, (index) => create(transport, `more-${index}`));
  const lists: number[] = [];
  for (let turn = 0; turn < 5; turn++) lists.push(await list(transport, task.objects));
  const delays = await fanOut(transport, task.watchers);
  return {
    start_ms: target.startMs,
    creates_per_s: creates,
    applies_per_s: applies,
    list_ms: percentile(lists, 0.5),
    watch_p50_ms: percentile(delays, 0.5),
    watch_p99_ms: percentile(delays, 0.99),
    rss_mb: childrenRss() / 1024,
  };
}

// Requests per second with a fixed number under way; the first tenth warms up and is not counted.
async function rate(total: number, request: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const run = async (until: number): Promise<void> => {
    while (next < until) await request(next++);
  };
  const warm = Math.floor(total / 10);
  await Promise.all(Array.from({ length: lanes }, () => run(warm)));
  const started = performance.now();
  await Promise.all(Array.from({ length: lanes }, () => run(total)));
  return ((total - warm) * 1000) / (performance.now() - started);
}

function configMap(name: string, value: string): KubeObject {
  const data = { value, text: 'x'.repeat(200) } as unknown as Json;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'bench' } }, data };
}

async function create(transport: KubeTransport, name: string): Promise<void> {
  expect(await transport.send({ method: 'POST', path: maps, body: configMap(name, '1') }), 201);
}

async function apply(transport: KubeTransport, name: string): Promise<void> {
  const answer = await transport.send({
    method: 'PATCH',
    path: `${maps}/${name}`,
    query: { fieldManager: 'bench', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: configMap(name, '2'),
  });
  expect(answer, 200);
}

async function list(transport: KubeTransport, least: number): Promise<number> {
  const started = performance.now();
  const answer = await transport.send({ method: 'GET', path: maps });
  expect(answer, 200);
  const { items } = answer.body as unknown as { readonly items: readonly unknown[] };
  if (items.length < least) throw new Error(`${items.length} objects listed, not ${least}`);
  return performance.now() - started;
}

function expect(answer: { readonly status: number; readonly body: unknown }, status: number): void {
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
}

// How long after a write was sent each watcher saw it.
async function fanOut(transport: KubeTransport, watchers: number): Promise<readonly number[]> {
  await create(transport, 'watched');
  const sent = new Map<string, number>();
  const delays: number[] = [];
  const stop = new AbortController();
  let ready = 0;
  let seen = 0;
  const { promise: allReady, resolve: setReady } = Promise.withResolvers<void>();
  let seenByAll = (): void => undefined;
  const follow = async (): Promise<void> => {
    const query = { watch: '1', fieldSelector: 'metadata.name=watched' };
    for await (const { object } of transport.watch({ method: 'GET', path: maps, query, signal: stop.signal })) {
      const value = (object['data'] as { readonly value?: string } | undefined)?.value ?? '';
      const at = sent.get(value);
      if (at !== undefined) {
        delays.push(performance.now() - at);
        if (++seen === watchers) seenByAll();
      } else if (++ready === watchers) setReady();
    }
  };
  const following = Array.from({ length: watchers }, () =>
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    }),
  );
  await Promise.race([allReady, Promise.all(following)]);
  for (let turn = 0; turn < changes; turn++) {
    const value = `turn-${turn}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    [seen, seenByAll] = [0, resolve];
    sent.set(value, performance.now());
    const patch = { method: 'PATCH', path: `${maps}/watched`, contentType: 'application/merge-patch+json' } as const;
    expect(await transport.send({ ...patch, body: { data: { value } } }), 200);
    await promise;
  }
  stop.abort();
  await Promise.all(following);
  return delays;
}

// Resident memory of this process's children, in kibibytes: kube-apiserver and etcd together, or the sandbox.
function childrenRss(): number {
  let total = 0;
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    try {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      if (!new RegExp(`^PPid:\\t${process.pid}$`, 'm').test(status)) continue;
      total += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  return total;
}
