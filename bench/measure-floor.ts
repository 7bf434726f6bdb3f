// Runs the floor: a fresh real cluster with the definitions in it, and the bare client as a process of its own.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHttpTransport, createKubeClient } from '@evenkeel/kube';
import { bootstrapCluster } from '@evenkeel/world';
import { type Requests, startAuditedCluster } from './audited-cluster.ts';
import type { Writing } from './fleet.ts';
import { startMeasured } from './measured-process.ts';

export interface Floor {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly peakRssMib: number;
  readonly requests: Requests;
}

/** As many apps under way at once as gave the shortest time on two cores; more only queue in the server. */
export const floorLanes = 32;

/**
 * Measures once, with objects written one way or the other. `beside` is processor time in seconds that another process uses up
 * meanwhile, on one core and as fast as it can: what a controller that thinks for so long cannot fall below.
 */
export async function measureFloor(apps: number, lanes: number, writing: Writing, beside = 0): Promise<Floor> {
  await using cluster = await startAuditedCluster();
  await using transport = createHttpTransport(cluster.config);
  await bootstrapCluster(createKubeClient(transport));
  const client = fileURLToPath(new URL('floor-client.ts', import.meta.url));
  const url = 'http://127.0.0.1:40000/apps.git';
  const thinking = `while (process.cpuUsage().user < ${Math.round(beside * 1e6)});`;
  await using _thinker = beside > 0 ? startMeasured(['-e', thinking], { cwd: dirname(client) }) : undefined;
  await using running = startMeasured(
    ['--conditions=development', client, cluster.kubeconfig, String(apps), String(lanes), url, writing],
    { cwd: dirname(client) },
  );
  const [, text = ''] = await running.line(/^floor (.*)$/m);
  await running.ended;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return { ...(JSON.parse(text) as Omit<Floor, 'requests'>), requests: cluster.requests() };
}
