// What wakes deliveries from the side of their clusters: objects of theirs that change, kinds that appear, objects that
// nobody owns, and a cluster that is lost or back.

import type { ObjectChange } from '@evenkeel/kube';
import { type GroupKind, type KubeObject, refKey, refOf } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import type { Delivery, DeliveryReport } from './model.ts';
import { belongsToNobody } from './orphans.ts';

/** A delivery and what was last found of it. */
export interface WatchedDelivery {
  readonly delivery: Delivery;
  readonly report?: DeliveryReport;
}

/** The subscriptions to all clusters in use. */
export class ClusterWatches implements Disposable {
  readonly #deliveries: ReadonlyMap<string, WatchedDelivery>;
  readonly #onWake: (key: string) => void;
  readonly #watched = new Map<string, { readonly live: Cluster['live']; readonly stop: () => void }>();
  /** Keys of deliveries that look for orphans, by cluster and namespace. */
  readonly #orphanSeekers = new Map<string, Set<string>>();

  constructor(deliveries: ReadonlyMap<string, WatchedDelivery>, onWake: (key: string) => void) {
    this.#deliveries = deliveries;
    this.#onWake = onWake;
  }

  /** Subscribes to the cluster of a delivery, once. A cluster that was opened anew is another one. */
  watch(cluster: Cluster, delivery: Delivery): void {
    this.#noteSeeker(cluster, delivery);
    const known = this.#watched.get(cluster.name);
    if (known?.live === cluster.live) return;
    known?.stop();
    const stops = [
      cluster.live.onOwnedChange((key, change) => this.#onOwned(key, change)),
      cluster.onKindsChange(() => this.#wake(({ report }) => lacksKind(report))),
      cluster.onReachChange(() => this.#wake(({ delivery: { destination } }) => destination.cluster === cluster.name)),
      cluster.live.onSightChange((kind) =>
        this.#wake((watched) => watched.delivery.destination.cluster === cluster.name && mayNeed(watched.report, kind)),
      ),
      cluster.live.onChange((change) => {
        this.#onUnowned(change, cluster);
        if (isDefinition(change.object)) this.#onDefinition(change.object, cluster);
      }),
    ];
    this.#watched.set(cluster.name, {
      live: cluster.live,
      stop: () => {
        for (const stop of stops) stop();
      },
    });
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
  }

  #wake(which: (watched: WatchedDelivery) => boolean): void {
    for (const [key, watched] of this.#deliveries) if (which(watched)) this.#onWake(key);
  }

  #onOwned(key: string, { kind, object, previous }: ObjectChange): void {
    const { frontEnd } = this.#deliveries.get(key)?.delivery ?? {};
    if (kind === 'updated' && previous && frontEnd?.ignoresUpdate?.(previous, object) === true) return;
    this.#onWake(key);
  }

  #noteSeeker(cluster: Cluster, { key, destination, limits }: Delivery): void {
    const place = placeOf(cluster, destination.namespace);
    const seekers = this.#orphanSeekers.get(place) ?? new Set<string>();
    if (limits?.orphans) seekers.add(key);
    else seekers.delete(key);
    if (seekers.size > 0) this.#orphanSeekers.set(place, seekers);
    else this.#orphanSeekers.delete(place);
  }

  /** Definitions may stand in a source without being marked as its delivery's. */
  #onDefinition(object: KubeObject, cluster: Cluster): void {
    const changed = refKey(refOf(object));
    this.#wake(
      ({ delivery, report }) =>
        delivery.destination.cluster === cluster.name &&
        report?.resources.some(({ ref }) => isDefinition(ref) && refKey(ref) === changed) === true,
    );
  }

  #onUnowned({ kind, object, previous }: ObjectChange, cluster: Cluster): void {
    if (this.#orphanSeekers.size === 0) return;
    const seekers = this.#orphanSeekers.get(placeOf(cluster, object.metadata.namespace ?? ''));
    if (!seekers) return;
    const isOrphan = belongsToNobody(object, cluster);
    const was = kind === 'updated' && previous !== undefined && belongsToNobody(previous, cluster);
    // Only one that comes or goes changes how many there are.
    if (kind === 'updated' ? isOrphan !== was : isOrphan) for (const key of seekers) this.#onWake(key);
  }
}

function isDefinition({ kind }: { readonly kind: string }): boolean {
  return kind === 'CustomResourceDefinition';
}

function placeOf(cluster: Cluster, namespace: string): string {
  return `${cluster.name}\n${namespace}`;
}

/** One that was refused may have been for want of this very kind. */
function mayNeed(report: DeliveryReport | undefined, kind: GroupKind): boolean {
  if (!report || report.refusals.length > 0) return true;
  return report.resources.some(({ ref }) => ref.group === kind.group && ref.kind === kind.kind);
}

function lacksKind(report: DeliveryReport | undefined): boolean {
  return report?.refusals.some(({ code }) => code === 'UNKNOWN_KIND') === true;
}
