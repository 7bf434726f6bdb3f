// What is taken on each node: kept up to date from the events of pods, so that placing one pod does not look at all others.

import { type KubeObject, type Quantity, compareQuantities } from '@evenkeel/resource';
import { type Amounts, addAmounts, amountsOf, count, growth } from '../admission/amounts.ts';
import { podAmounts } from '../admission/pod-amounts.ts';
import type { StoreEvent } from '../store/collection.ts';
import { type Draft, bagAt } from '../store/draft.ts';
import { keepsOthersAway } from './pod-affinity.ts';
import { type PodSpecView, type PodStatusView, specView, statusView } from './views.ts';

interface Taken {
  readonly node: string;
  readonly amounts: Amounts;
  readonly keepsOthersAway: boolean;
}

/** Pods and their requests by node. */
export class NodeLoads {
  readonly #pods = new Map<string, Taken>();
  readonly #counts = new Map<string, number>();
  readonly #amounts = new Map<string, Amounts>();
  #keepers = 0;

  /** Takes note of an event of a pod. True where room was made. */
  track({ type, object }: Pick<StoreEvent, 'type' | 'object'>): boolean {
    const uid = object.metadata.uid ?? '';
    const node = specView<PodSpecView>(object).nodeName ?? '';
    const { phase } = statusView<PodStatusView>(object);
    const holds = type !== 'DELETED' && node !== '' && phase !== 'Succeeded' && phase !== 'Failed';
    const known = this.#pods.get(uid);
    if (holds === (known !== undefined)) return false;
    if (known === undefined)
      this.#take(uid, { node, amounts: requestsOf(object), keepsOthersAway: keepsOthersAway(object) });
    else this.#free(uid, known);
    return !holds;
  }

  /** True where a pod that has a node wants some others elsewhere. */
  get someKeepOthersAway(): boolean {
    return this.#keepers > 0;
  }

  /** How many pods a node has. */
  count(node: string): number {
    return this.#counts.get(node) ?? 0;
  }

  /** What a node lacks for a pod, in the scheduler's words. */
  shortages(node: KubeObject, pod: KubeObject): readonly string[] {
    const allocatable = amountsOf(bagAt(bagAt(node as unknown as Draft, 'status'), 'allocatable'));
    const name = node.metadata.name ?? '';
    const result: string[] = [];
    const places = allocatable.get('pods');
    if (places !== undefined && compareQuantities(places, count(this.count(name) + 1)) < 0)
      result.push('Too many pods');
    const requests = requestsOf(pod);
    const wanted = addAmounts(this.#amounts.get(name) ?? new Map<string, Quantity>(), requests);
    for (const [resource, amount] of wanted) {
      const own = requests.get(resource);
      if (own === undefined || own.digits === 0n) continue;
      const room = allocatable.get(resource);
      if (room === undefined || compareQuantities(amount, room) > 0) result.push(`Insufficient ${resource}`);
    }
    return result;
  }

  #take(uid: string, taken: Taken): void {
    this.#pods.set(uid, taken);
    if (taken.keepsOthersAway) this.#keepers++;
    this.#counts.set(taken.node, this.count(taken.node) + 1);
    this.#amounts.set(
      taken.node,
      addAmounts(this.#amounts.get(taken.node) ?? new Map<string, Quantity>(), taken.amounts),
    );
  }

  #free(uid: string, { node, amounts, keepsOthersAway: kept }: Taken): void {
    this.#pods.delete(uid);
    if (kept) this.#keepers--;
    this.#counts.set(node, this.count(node) - 1);
    this.#amounts.set(node, growth(this.#amounts.get(node) ?? new Map<string, Quantity>(), amounts));
  }
}

function requestsOf(pod: KubeObject): Amounts {
  return podAmounts(bagAt(pod as unknown as Draft, 'spec'), 'requests');
}
