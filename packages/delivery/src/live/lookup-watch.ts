// Wakes deliveries when something changes that their charts have looked up: what was found is part of what was read.

import type { ObjectChange } from '@evenkeel/kube';
import { gvkOf, parseApiVersion } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import { type Lookups, isLookedUp } from '../render/cluster-world.ts';

/** Who looked up what, and the subscriptions to the clusters that were asked. */
export class LookupWatch implements Disposable {
  readonly #onWake: (key: string) => void;
  /** By cluster and kind, and by the key of the delivery. */
  readonly #lookups = new Map<string, Map<string, Lookups>>();
  readonly #watched = new Map<string, { readonly live: Cluster['live']; readonly stop: () => void }>();

  constructor(onWake: (key: string) => void) {
    this.#onWake = onWake;
  }

  /** Notes what a delivery has looked up now; what it looked up before counts no longer. */
  note(cluster: Cluster, key: string, lookups: readonly Lookups[]): void {
    for (const [place, seekers] of this.#lookups) {
      seekers.delete(key);
      if (seekers.size === 0) this.#lookups.delete(place);
    }
    for (const [text, lookup] of lookups.flatMap((each) => [...each])) {
      this.#watch(cluster);
      const { group } = parseApiVersion(lookup.query.apiVersion);
      const place = placeOf(cluster, group, lookup.query.kind);
      const seekers = this.#lookups.get(place) ?? new Map<string, Lookups>();
      seekers.set(key, new Map([...(seekers.get(key) ?? []), [text, lookup]]));
      this.#lookups.set(place, seekers);
    }
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
  }

  /** Subscribes once; a cluster that was opened anew is another one. */
  #watch(cluster: Cluster): void {
    const known = this.#watched.get(cluster.name);
    if (known?.live === cluster.live) return;
    known?.stop();
    const stop = cluster.live.onChange((change) => this.#onChange(change, cluster));
    this.#watched.set(cluster.name, { live: cluster.live, stop });
  }

  #onChange({ object }: ObjectChange, cluster: Cluster): void {
    const { group, kind } = gvkOf(object);
    for (const [key, lookups] of this.#lookups.get(placeOf(cluster, group, kind)) ?? []) {
      if ([...lookups.values()].some(({ query }) => isLookedUp(query, object.metadata))) this.#onWake(key);
    }
  }
}

function placeOf(cluster: Cluster, group: string, kind: string): string {
  return `${cluster.name}\n${group}/${kind}`;
}
