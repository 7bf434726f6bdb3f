// From a comparison to the plan of one turn: what is asked for, and the namespace it goes to.

import { type Plan, makePlan, planSummary } from '@evenkeel/engine';
import type { Cluster } from './cluster.ts';
import type { Comparison } from './compare/compare.ts';
import type { Delivery, SyncRequest } from './model.ts';
import type { Prepared } from './prepare.ts';
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

interface Wanted {
  readonly delivery: Delivery;
  readonly request?: SyncRequest | undefined;
}

/** Plans a turn. A request for some objects plans those alone. */
export function planTurn(
  { delivery, request }: Wanted,
  { compared, prepared, cluster }: World,
  { heals }: { readonly heals: boolean },
): Plan {
  const { policy } = delivery;
  const only = request?.only;
  const chosen = only
    ? compared.objects.filter(({ desired }) =>
        only.some(
          (ref) =>
            ref.kind === desired.object.kind &&
            ref.name === desired.object.metadata.name &&
            (ref.namespace === '' || ref.namespace === desired.object.metadata.namespace),
        ),
      )
    : compared.objects;
  const strays = only
    ? compared.strays.filter(({ live }) =>
        only.some((ref) => ref.kind === live.kind && ref.name === live.metadata.name),
      )
    : compared.strays;
  const plan = makePlan({
    objects: chosen,
    strays,
    policy: {
      prune: request?.prune ?? policy.prune,
      ordering: policy.ordering,
      pruneLast: policy.pruneLast,
      applyInSync: policy.applyInSync,
      skipHooks: only !== undefined || heals || request?.skipHooks === true,
    },
  });
  return withNamespace(plan, delivery, prepared, cluster);
}

/** Puts the destination namespace before everything else, where it is wanted and not there. */
function withNamespace(plan: Plan, delivery: Delivery, prepared: Prepared, cluster: Cluster): Plan {
  const { namespace } = delivery.destination;
  const ref = { group: '', kind: 'Namespace', namespace: '', name: namespace };
  const defined = prepared.objects.some((object) => object.ref.kind === 'Namespace' && object.ref.name === namespace);
  if (!delivery.policy.createNamespace || namespace === '' || defined || cluster.live.get(ref)) return plan;
  if (plan.stages.length === 0) return plan;
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const step = { action: 'create', ref, apiVersion: 'v1', phase: 'before', object } as const;
  return {
    ...plan,
    stages: [{ phase: 'before', wave: -Infinity, groups: [[step]], waitHealthy: false }, ...plan.stages],
  };
}

/** A plan in one sentence, for a dry run. */
export function describePlan(plan: Plan): string {
  const { create, update, prune, hook } = planSummary(plan);
  return `dry run: ${create} to create, ${update} to change, ${prune} to prune, ${hook} hooks to run`;
}
