// `npm run bench:latency`: how long a push takes to be live, and how long drift lasts. The push is finished when `git push`
// returns; drift begins when the API server has answered the write that made it. 50 runs each, for both front ends.

import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { World } from '@evenkeel/world';
import { startWorld } from '@evenkeel/world';
import { fluxDefinitions } from '@evenkeel/flux';
import type { KubeObject } from '@evenkeel/resource';
import { percentile, printResult } from './results.ts';
import {
  application,
  applyObject,
  commit,
  generateRepository,
  overlay,
  remoteGit,
  repositoryUrl,
  until,
} from './scene.ts';

const runs = Number(process.argv[2] ?? 50);
const directory = generateRepository(3);
await using world = await startWorld({
  directory,
  repositories: [{ url: repositoryUrl, directory }],
  clusterPort: false,
  port: false,
  speed: 50,
});
const [hosted] = world.gitHost.repositories.values();
const clone = `${directory}-clone`;
await remoteGit(directory, 'clone', '-q', hosted?.url ?? '', clone);

await applyObject(world, application(0));
for (const object of fluxObjects()) await applyObject(world, object);
const live = (name: string, namespace: string): KubeObject | undefined =>
  world.cluster.live.get({ group: 'apps', kind: 'Deployment', namespace, name });
const places = {
  argo: { name: 'app-0-web', namespace: 'apps' },
  flux: { name: 'app-1-web', namespace: 'flux-apps' },
} as const;
await until(world, () => live('app-0-web', 'apps') !== undefined && live('app-1-web', 'flux-apps') !== undefined);

const pushes = { argo: [] as number[], flux: [] as number[] };
const heals = { argo: [] as number[], flux: [] as number[] };
for (let run = 1; run <= runs; run += 1) {
  await measurePush(run);
  for (const front of ['argo', 'flux'] as const) heals[front].push(await measureHeal(world, places[front]));
}
for (const front of ['argo', 'flux'] as const) {
  printResult(`latency-${front}`, {
    runs,
    push_p50_ms: percentile(pushes[front], 0.5),
    push_p95_ms: percentile(pushes[front], 0.95),
    heal_p50_ms: percentile(heals[front], 0.5),
    heal_p95_ms: percentile(heals[front], 0.95),
  });
}

/** Pushes a new tag for both apps and times each until the live image has it, from the end of the push. */
async function measurePush(run: number): Promise<void> {
  const tag = `v2.0.${run}`;
  writeFileSync(join(clone, 'apps/app-0/kustomization.yaml'), overlay(0, tag));
  writeFileSync(
    join(clone, 'apps/app-1/kustomization.yaml'),
    overlay(1, tag).replace('namespace: apps', 'namespace: flux-apps'),
  );
  commit(clone, tag);
  const seen: Partial<Record<'argo' | 'flux', number>> = {};
  const arrived = until(world, () => {
    for (const front of ['argo', 'flux'] as const) {
      if (
        seen[front] === undefined &&
        imageOf(live(places[front].name, places[front].namespace)) === `registry.example.com/web:${tag}`
      ) {
        seen[front] = performance.now();
      }
    }
    return seen.argo !== undefined && seen.flux !== undefined;
  });
  await remoteGit(clone, 'push', '-q', 'origin', 'main');
  const pushed = performance.now();
  await arrived;
  for (const front of ['argo', 'flux'] as const) pushes[front].push(Math.max(0, (seen[front] ?? pushed) - pushed));
}

function imageOf(object: KubeObject | undefined): string | undefined {
  const spec = object?.['spec'] as { template?: { spec?: { containers?: readonly { image?: string }[] } } } | undefined;
  return spec?.template?.spec?.containers?.[0]?.image;
}

async function measureHeal(
  target: World,
  place: { readonly name: string; readonly namespace: string },
): Promise<number> {
  const type = await target.client.discovery.resolve({ group: 'apps', version: 'v1', kind: 'Deployment' });
  if (!type) throw new Error('no Deployment');
  const replicas = (): unknown =>
    (live(place.name, place.namespace)?.['spec'] as { replicas?: number } | undefined)?.replicas;
  await until(target, () => replicas() === 2);
  await target.client.patch(type, place, 'merge', { spec: { replicas: 7 } }, { fieldManager: 'kubectl-edit' });
  const drifted = performance.now();
  // The cache may still show the state before the drift: wait for the drift, then for its end.
  let wasSeen = false;
  await until(target, () => {
    if (replicas() === 7) wasSeen = true;
    return wasSeen && replicas() === 2;
  });
  return performance.now() - drifted;
}

function fluxObjects(): readonly KubeObject[] {
  const groups = fluxDefinitions().map(
    (definition) => (definition['spec'] as unknown as { readonly group: string }).group,
  );
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-apps' } },
    {
      apiVersion: `${groups[0]}/v1`,
      kind: 'GitRepository',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: { url: repositoryUrl, interval: '1h', ref: { branch: 'main' } },
    },
    {
      apiVersion: `${groups[1]}/v1`,
      kind: 'Kustomization',
      metadata: { name: 'app-1', namespace: 'flux-system' },
      spec: {
        interval: '1h',
        prune: true,
        path: './apps/app-1',
        targetNamespace: 'flux-apps',
        sourceRef: { kind: 'GitRepository', name: 'apps' },
      },
    },
  ];
}
