// `bench:argo --cluster sandbox`: the same Applications on our own cluster, in growing numbers, to see that time and memory
// grow with them and no faster. Cluster and controller are processes of their own.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGit, startGitHost } from '@evenkeel/git';
import {
  type KubeClient,
  KubeUnreachable,
  type ResourceType,
  createHttpTransport,
  createInformer,
  createKubeClient,
  isKubeError,
  loadKubeconfig,
} from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { bootstrapCluster } from '@evenkeel/world';
import { fleetApplication, isSynced } from './fleet.ts';
import { startMeasured } from './measured-process.ts';
import { printResult } from './results.ts';
import { generateRepository } from './scene.ts';

const lanes = 16;

/** Measures each count on a cluster of its own and prints a line for each. */
export async function measureOnSandbox(program: string, counts: readonly number[]): Promise<void> {
  const results: Record<string, number> = {};
  for (const apps of counts) {
    const figures = await measure(program, apps);
    const perApp = figures.wallMs / apps;
    process.stdout.write(
      `${apps} apps: ${Math.round(figures.wallMs)} ms (${perApp.toFixed(1)} each), ${figures.cpuSeconds.toFixed(1)} CPU s ` +
        `(${((figures.cpuSeconds * 1000) / apps).toFixed(1)} ms each), controller ${Math.round(figures.rssMib)} MiB, ` +
        `cluster ${figures.clusterCpuSeconds.toFixed(1)} CPU s and ${Math.round(figures.clusterRssMib)} MiB, ` +
        `together ${Math.round(figures.rssMib + figures.clusterRssMib)} MiB\n`,
    );
    results[`wall_ms_${apps}`] = figures.wallMs;
    results[`cpu_s_${apps}`] = figures.cpuSeconds;
    results[`rss_mib_${apps}`] = figures.rssMib;
    results[`cluster_rss_mib_${apps}`] = figures.clusterRssMib;
  }
  printResult('argo-sandbox', results);
}

/** On a machine that others use, a connection that is kept alive may go just as it is used. */
async function createApplication(client: KubeClient, type: ResourceType, object: KubeObject): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.create(type, object, { fieldManager: 'bench' });
      return;
    } catch (error) {
      if (attempt > 1 && isKubeError(error, 409)) return;
      if (!(error instanceof KubeUnreachable) || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

interface Figures {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly rssMib: number;
  readonly clusterCpuSeconds: number;
  readonly clusterRssMib: number;
}

async function measure(program: string, apps: number): Promise<Figures> {
  const directory = generateRepository(apps);
  const state = mkdtempSync(join(tmpdir(), 'evenkeel-bench-state-'));
  const kubeconfig = join(state, 'kubeconfig');
  const startCluster = [program, 'sandbox', 'start', '--port', '0', '--kubeconfig', kubeconfig];
  await using cluster = startMeasured(startCluster, { cwd: state });
  await cluster.line(/^kubeconfig /m);
  const config = await loadKubeconfig({ text: readFileSync(kubeconfig, 'utf8') });
  // A cluster that starts ten thousand Pods answers late on two cores.
  await using transport = createHttpTransport(config, { connectTimeoutMs: 120_000 });
  const client = createKubeClient(transport);
  await bootstrapCluster(client);
  await using host = await startGitHost(createGit({ directory: join(state, 'home') }), {
    stateDirectory: join(state, 'git'),
    repositories: [{ name: 'bench/apps', directory }],
    listen: { port: 0 },
  });
  const url = present([...host.repositories.values()][0]?.url, 'the address of the repository');
  const run = [
    'controller',
    '--port',
    '0',
    '--no-leader-elect',
    '--kubeconfig',
    kubeconfig,
    '--state',
    join(state, 'controller'),
  ];
  await using running = startMeasured([program, ...run], { cwd: state });
  await running.line(/^page and API /m);
  const type = present(
    await client.discovery.resolve({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' }),
    'Application',
  );
  const wanted = new Set(Array.from({ length: apps }, (_, index) => `app-${index}`));
  await using watched = createInformer(client, type, { namespace: 'argocd' });
  await watched.synced;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  watched.onChange(({ object }) => {
    if (isSynced(object)) wanted.delete(object.metadata.name ?? '');
    if (wanted.size === 0) resolve();
  });
  const [before, clusterBefore, begun] = [running.usage(), cluster.usage(), performance.now()];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < apps) await createApplication(client, type, fleetApplication(next++, url));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await done;
  const wallMs = performance.now() - begun;
  const [after, clusterAfter] = [running.usage(), cluster.usage()];
  rmSync(directory, { recursive: true, force: true });
  return {
    wallMs,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    rssMib: after.peakRssMib,
    clusterCpuSeconds: clusterAfter.cpuSeconds - clusterBefore.cpuSeconds,
    clusterRssMib: clusterAfter.peakRssMib,
  };
}
