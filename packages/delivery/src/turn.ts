// From a comparison to the plan of one turn: what is asked for, and the namespace it goes to.

import { type Hook, type Plan, type Step, diffObject, makePlan, planSummary } from '@evenkeel/engine';
import { type KubeObject, type ObjectRef, gvkOf } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import type { Comparison } from './compare/compare.ts';
import type { Delivery, DeliveryMemory, SyncRequest } from './model.ts';
import type { Prepared } from './prepare.ts';
import type { Operation } from './run/operation.ts';
import type { RenderedDelivery } from './sources.ts';

/** What one reconciliation found. */
export interface World {
  readonly rendered: RenderedDelivery;
  readonly prepared: Prepared;
  readonly compared: Comparison;
  readonly cluster: Cluster;
  /** Compares anew, with what is live by then. */
  readonly compare: () => Promise<Comparison>;
}

/** A comparison that an operation ended under would show its writes as missing, and have them made again. */
export async function comparedAtRest(
  state: { readonly operation?: Operation },
  compare: () => Promise<Comparison>,
): Promise<Comparison> {
  for (;;) {
    const before = state.operation?.report.phase;
    const compared = await compare();
    if (before === undefined || before === state.operation?.report.phase) return compared;
  }
}

interface Wanted {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly request?: SyncRequest | undefined;
}

/** Plans a turn. A request for some objects plans those alone, and undoing drift what has drifted. */
export function planTurn(
  { delivery, request, memory }: Wanted,
  { compared, prepared, cluster }: World,
  { heals }: { readonly heals: boolean },
): Plan {
  const { policy } = delivery;
  const only = request?.only;
  const isChosen = (object: KubeObject): boolean => only === undefined || only.some((ref) => isMeant(ref, object));
  const chosen = compared.objects.filter(
    ({ desired, live, diff }) =>
      isChosen(desired.object) && isDue(desired.hook, memory) && !(heals && !desired.hook && live && !diff.changed),
  );
  const strays = compared.strays.filter(({ live }) => isChosen(live));
  const plan = makePlan({
    objects: chosen,
    strays,
    policy: {
      prune: request?.prune ?? policy.prune,
      ordering: policy.ordering,
      pruneLast: policy.pruneLast,
      applyInSync: policy.applyInSync,
      keepInSync: policy.keepInSync === true,
      skipHooks: only !== undefined || heals || request?.skipHooks === true,
    },
  });
  return withNamespace(plan, delivery, prepared, cluster);
}

/** Empty fields of a choice mean any. */
function isMeant(ref: ObjectRef, object: KubeObject): boolean {
  const { group, kind } = gvkOf(object);
  return (
    ref.kind === kind &&
    ref.group === group &&
    (ref.name === '' || ref.name === object.metadata.name) &&
    (ref.namespace === '' || ref.namespace === (object.metadata.namespace ?? ''))
  );
}

/** Hooks of a first installation and those of every later one take turns. */
function isDue(hook: Hook | undefined, { installed }: Pick<DeliveryMemory, 'installed'>): boolean {
  if (hook?.at === undefined) return true;
  return (hook.at === 'install') === (installed !== true);
}

/** Puts the destination namespace before everything else, where it is wanted and not as it should be. */
function withNamespace(plan: Plan, delivery: Delivery, prepared: Prepared, cluster: Cluster): Plan {
  const step = namespaceStep(delivery, prepared, cluster);
  if (!step || (plan.stages.length === 0 && step.action === 'create')) return plan;
  return {
    ...plan,
    stages: [{ phase: 'before', wave: -Infinity, groups: [[step]], waitFor: 'nothing' }, ...plan.stages],
  };
}

/** What has to be done to the destination namespace; undefined where nothing has. One that stands in the source is its own. */
export function namespaceStep(delivery: Delivery, prepared: Prepared, cluster: Cluster): Step | undefined {
  const { namespace } = delivery.destination;
  const { createNamespace, namespaceMetadata } = delivery.policy;
  const ref = { group: '', kind: 'Namespace', namespace: '', name: namespace };
  const defined = prepared.objects.some((object) => object.ref.kind === 'Namespace' && object.ref.name === namespace);
  if (!createNamespace || namespace === '' || defined) return undefined;
  const live = cluster.live.get(ref);
  if (live && !namespaceMetadata) return undefined;
  const metadata = { name: namespace, ...namespaceMetadata };
  // Argo CD owns the empty spec as well: without it the first apply after a takeover would give it up.
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata,
    ...(namespaceMetadata ? { spec: {} } : {}),
  };
  if (live && !lacksMetadata(object, live, { delivery, cluster })) return undefined;
  const options = namespaceMetadata ? ({ apply: 'server' } as const) : undefined;
  return { action: live ? 'update' : 'create', ref, apiVersion: 'v1', phase: 'before', object, options };
}

/** What others wrote beside ours is theirs; what we wrote and want no more is taken back. */
function lacksMetadata(
  object: KubeObject,
  live: KubeObject,
  { delivery, cluster }: { readonly delivery: Delivery; readonly cluster: Cluster },
): boolean {
  const schema = cluster.schemaOf({ group: '', version: 'v1', kind: 'Namespace' });
  return diffObject(object, live, { manager: delivery.frontEnd.fieldManager, schema }).changed;
}

/** A plan in one sentence, for a dry run. */
export function describePlan(plan: Plan): string {
  const { create, update, prune, hook } = planSummary(plan);
  return `dry run: ${create} to create, ${update} to change, ${prune} to prune, ${hook} hooks to run`;
}
