// `npm run bench:apps -- 100`: generated overlay apps from nothing to all Synced, then a reconciliation that changes
// nothing. Prints wall time, CPU seconds, peak memory of the whole process, and requests per app.

import { startWorld } from '@evenkeel/world';
import { printResult } from './results.ts';
import { application, applyObject, generateRepository, repositoryUrl, until } from './scene.ts';

const count = Number(process.argv[2] ?? 100);
const objectsPerApp = 3;
const directory = generateRepository(count);
await using world = await startWorld({
  directory,
  repositories: [{ url: repositoryUrl, directory }],
  clusterPort: false,
  port: false,
  speed: 20,
});
const before = { ...world.client.requests };
const cpu = process.cpuUsage();
const started = performance.now();
await Promise.all(Array.from({ length: count }, (_, index) => applyObject(world, application(index))));
const reports = (): readonly ReturnType<typeof world.deliveries.report>[] =>
  Array.from({ length: count }, (_, index) => world.deliveries.report(`argo/argocd/app-${index}`));
await until(world, () =>
  reports().every((report) => report?.sync === 'synced' && report.operation?.phase === 'succeeded'),
);
const syncedMs = performance.now() - started;
const syncedCpu = process.cpuUsage(cpu);
await until(world, () => reports().every((report) => report?.health.status === 'healthy'));
const healthyMs = performance.now() - started;
await world.argo.controller.idle();

const after = { ...world.client.requests };
const writes = (['create', 'update', 'patch', 'apply', 'delete'] as const).reduce(
  (sum, verb) => sum + after[verb] - before[verb],
  0,
);
// The bench's own writes (one Application each) do not count.
const beyondObjects = (writes - count - count * objectsPerApp) / count;

const quiet = { ...world.client.requests };
for (let index = 0; index < count; index += 1) world.argo.wake(`argo/argocd/app-${index}`);
await world.argo.controller.idle();
const second = Object.entries(world.client.requests).reduce(
  (sum, [verb, sent]) => sum + sent - quiet[verb as keyof typeof quiet],
  0,
);

printResult('apps', {
  apps: count,
  synced_ms: syncedMs,
  healthy_ms: healthyMs,
  cpu_s: (syncedCpu.user + syncedCpu.system) / 1e6,
  peak_rss_mib: process.resourceUsage().maxRSS / 1024,
  writes_per_app_beyond_objects: beyondObjects,
  requests_second_reconcile: second,
});
