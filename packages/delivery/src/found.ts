// What a reconciliation found, as a report: the state of a delivery and of everything that belongs to it.

import type { ResourceType } from '@evenkeel/kube';
import { type ObjectRef, refKey } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import { aggregateHealth } from './decide.ts';
import { imagesOf } from './images.ts';
import type { CommitReport, Delivery, DeliveryMemory, DeliveryReport, OperationReport } from './model.ts';
import { KindDenied } from './live/denied-kinds.ts';
import { orphansFound, watchOrphans } from './orphans.ts';
import type { Prepared } from './prepare.ts';
import { orLost } from './reach.ts';
import type { Operation } from './run/operation.ts';
import { type World, namespaceStep } from './turn.ts';
import type { Warning } from './warning.ts';

/** What is remembered of a delivery between two reconciliations, and shows in its report. */
export interface Found {
  delivery: Delivery;
  commit?: CommitReport | undefined;
  operation?: Operation;
  /** The revision and intention last seen in sync. */
  settled?: { readonly revision: string; readonly fingerprint: string };
}

/** The report of what was found. */
export function reportFound(
  state: Found,
  { rendered, prepared, compared, cluster }: World,
  memory: DeliveryMemory,
): DeliveryReport {
  const drifted = compared.resources.some(
    (resource) => resource.sync !== 'synced' && !resource.hook && resource.extraneous !== true,
  );
  const { namespaceMetadata } = state.delivery.policy;
  const { warnings: orphanWarnings, ...orphaned } = orphansFound(state.delivery, cluster);
  const namespaceDiffers =
    namespaceMetadata !== undefined && namespaceStep(state.delivery, prepared, cluster)?.action === 'update';
  return {
    key: state.delivery.key,
    revisions: rendered.revisions,
    commit: state.commit,
    renderers: rendered.sources.map((source) => source.rendering.renderer),
    sync: drifted || namespaceDiffers || prepared.refusals.length > 0 ? 'drifted' : 'synced',
    health: aggregateHealth(compared.resources),
    resources: compared.resources,
    images: imagesOf(prepared.objects.map((object) => object.desired.object)),
    links: linksOf(state.delivery, compared),
    farewells: [...new Set(prepared.farewells.map(({ when }) => when))],
    ...(namespaceMetadata ? { namespaceMetadata } : {}),
    ...orphaned,
    refusals: [...prepared.refusals, ...compared.refusals],
    warnings: [
      ...prepared.warnings,
      ...compared.warnings,
      ...orphanWarnings,
      ...rendered.sources.flatMap((source) => source.rendering.warnings.map(ofRenderer)),
    ],
    operation: state.operation?.report ?? memory.lastOperation,
  };
}

function ofRenderer(sentence: string): Warning {
  return { kind: 'rendering', sentence };
}

function linksOf({ frontEnd }: Delivery, { objects }: World['compared']): readonly string[] {
  const links = objects.flatMap(({ live }) => (live && frontEnd.links?.(live)) ?? []);
  return [...new Set(links)].toSorted();
}

/** Whose objects are to be seen, and until when that is waited for. */
interface Watcher {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly signal: AbortSignal;
}

/** Everything a delivery has or had is watched before it is compared. Rejects where the cluster is lost meanwhile. */
export async function watchTypes(
  prepared: Prepared,
  { delivery, memory, signal }: Watcher,
  cluster: Cluster,
): Promise<void> {
  const types = new Map<string, ResourceType>();
  const add = (type: ResourceType | undefined): void => {
    if (type) types.set(`${type.group}/${type.kind}`, type);
  };
  for (const object of prepared.objects) add(object.type);
  const inventory = memory.inventory.filter((entry) => !types.has(`${entry.group}/${entry.kind}`));
  const kinds = [...new Map(inventory.map((entry) => [`${entry.group}/${entry.kind}`, entry])).values()];
  for (const kind of kinds) add(await cluster.client.discovery.preferred(kind));
  if (delivery.policy.createNamespace) add(await cluster.client.discovery.preferred({ group: '', kind: 'Namespace' }));
  await orLost(cluster, cluster.live.watch([...types.values()]), signal);
  await readLeftOut(prepared, { delivery, memory, signal }, cluster);
  await watchOrphans(delivery, cluster);
}

/** What is wanted has to be seen, be it one by one; what was ours once is let be where we may see it no more. */
async function readLeftOut(prepared: Prepared, { delivery, memory, signal }: Watcher, cluster: Cluster): Promise<void> {
  const wanted: ObjectRef[] = prepared.objects.map(({ ref }) => ref);
  const { namespace } = delivery.destination;
  if (delivery.policy.createNamespace && namespace !== '') {
    wanted.push({ group: '', kind: 'Namespace', namespace: '', name: namespace });
  }
  const keys = new Set(wanted.map(refKey));
  const former = memory.inventory.filter((entry) => cluster.live.leavesOut(entry) && !keys.has(refKey(entry)));
  await orLost(cluster, cluster.live.read(wanted), signal);
  for (const entry of former) {
    try {
      await orLost(cluster, cluster.live.read([entry]), signal);
    } catch (error) {
      if (!(error instanceof KindDenied)) throw error;
    }
  }
}

/** What this process saw in sync counts, unless the intention has changed since; else what the resource remembers. */
export function settledRevision({ settled, delivery }: Found, memory: DeliveryMemory): string | undefined {
  return settled?.fingerprint === delivery.fingerprint ? settled.revision : memory.settledRevision;
}

/** The later one of two operations. */
export function newest(
  left: OperationReport | undefined,
  right: OperationReport | undefined,
): OperationReport | undefined {
  if (!left || !right) return left ?? right;
  // What this process runs is known to the millisecond, what is on record to the second.
  return left.startedAtMs >= right.startedAtMs - 999 ? left : right;
}

/** True for an operation under way; one that waits for its next attempt is not. */
export function isRunning(operation: OperationReport | undefined): boolean {
  if (operation?.phase === 'terminating') return true;
  return operation?.phase === 'running' && operation.finishedAtMs === undefined;
}
