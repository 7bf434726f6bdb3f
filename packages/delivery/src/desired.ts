// What deliveries want: their sources rendered, prepared and watched, and remembered for as long as they stay the same.

import type { ChartStore, SourceStore } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import type { Cluster } from './cluster.ts';
import { LookupWatch } from './live/lookup-watch.ts';
import type { CommitReport, Delivery, DeliverySource, SyncRequest } from './model.ts';
import { type Prepared, prepareObjects } from './prepare.ts';
import { asRequested, renderManifests } from './request.ts';
import { type Places, createPlaces, watchKey, watchSources } from './places.ts';
import { type PluginLimits, defaultPluginLimits } from './plugin/plugin-host.ts';
import { type RenderedDelivery, describeCommit, remembered, renderDelivery } from './sources.ts';
import { isTouched } from './touched.ts';

/** What is remembered of one delivery. */
export interface Wanted {
  /** A refresh that was asked for while the cluster was away: it is done when it is back. */
  owed?: 'normal' | 'hard' | undefined;
  delivery: Delivery;
  commit?: CommitReport | undefined;
  rendered?: RenderedDelivery | undefined;
  prepared?: {
    readonly rendered: RenderedDelivery;
    readonly fingerprint: string;
    readonly compare: Delivery['compare'];
    readonly value: Prepared;
  };
  /** What somebody was told who insisted on an answer of now, and for how long it counts for whoever does not insist. */
  told?: { readonly fingerprint: string; readonly rendered: RenderedDelivery; readonly untilMs: number } | undefined;
  stopWatching: readonly (() => void)[];
  watchedUrls: string;
  watchedAccess: DeliverySource['access'];
}

/** Nothing is known yet. */
export function nothingWanted(): Pick<Wanted, 'stopWatching' | 'watchedUrls' | 'watchedAccess'> {
  return { stopWatching: [], watchedUrls: '', watchedAccess: undefined };
}

/** The next rendering begins anew. */
export function forgetRendered(state: Wanted): void {
  delete state.rendered;
  delete state.prepared;
  delete state.told;
}

export interface DesiredOptions {
  readonly store: SourceStore;
  readonly charts?: ChartStore;
  readonly plugins?: PluginLimits;
  readonly clock: Clock;
  readonly onWake: (key: string, urgency?: 'change' | 'background') => void;
}

interface RenderWish {
  readonly delivery: Delivery;
  readonly refresh?: 'normal' | 'hard' | undefined;
  readonly signal: AbortSignal;
}

/** What was refused is asked about again a little later than this, and then what is known may count again. */
const TOLD_MS = 55_000;

/** Until those that a commit touches have been compared and written. */
const NOTE_AFTER_MS = 500;

export class DesiredState implements Disposable {
  readonly #options: DesiredOptions;
  readonly #places: Places;
  readonly #lookups: LookupWatch;
  /** Deliveries that a commit did not touch, and how not to tell of them. */
  readonly #untouched = new Set<string>();
  #cancelNotes: (() => void) | undefined;
  #renders = 0;

  constructor(options: DesiredOptions) {
    this.#options = options;
    this.#places = createPlaces({ store: options.store, charts: options.charts, clock: options.clock });
    this.#lookups = new LookupWatch(options.onWake);
  }

  /** How many sources have been rendered since the start. */
  get renders(): number {
    return this.#renders;
  }

  async render(
    { delivery, refresh, signal }: RenderWish,
    state: Wanted,
    { cluster, request }: { readonly cluster: Cluster; readonly request: SyncRequest | undefined },
  ): Promise<RenderedDelivery> {
    if (request?.manifests) return renderManifests(request.manifests);
    const nowMs = this.#options.clock.now();
    const { fingerprint } = delivery;
    // What was known before a refresh that failed must not take its answer back a moment later.
    const { told } = state;
    if (told && !request && !refresh && told.fingerprint === fingerprint && nowMs < told.untilMs) return told.rendered;
    const asked = asRequested(delivery, request);
    const rendered = await renderDelivery({
      delivery: asked,
      sources: asked.sources,
      places: this.#places,
      plugins: this.#options.plugins ?? defaultPluginLimits,
      onRender: () => (this.#renders += 1),
      cluster,
      previous: state.rendered,
      refresh: refresh !== undefined,
      signal,
    });
    state.rendered = remembered(state.rendered, rendered);
    const isUnanswered = refresh !== undefined && rendered.sources.length === 0 && !request;
    state.told = isUnanswered ? { fingerprint, rendered, untilMs: nowMs + TOLD_MS } : undefined;
    const lookups = rendered.sources.map((source) => source.lookups);
    if (rendered.refusals.length === 0) this.#lookups.note(cluster, delivery.key, lookups);
    return rendered;
  }

  async prepare(state: Wanted, rendered: RenderedDelivery, cluster: Cluster): Promise<Prepared> {
    const { delivery } = state;
    const known = state.prepared;
    const complete =
      known?.value.refusals.length === 0 && known.value.objects.every((object) => object.type !== undefined);
    const same =
      known !== undefined &&
      known.fingerprint === delivery.fingerprint &&
      known.compare === delivery.compare &&
      known.rendered.sources.length === rendered.sources.length &&
      known.rendered.sources.every((source, index) => source.rendering === rendered.sources[index]?.rendering);
    if (same && complete) return known.value;
    const objects = rendered.sources.flatMap((source) => source.rendering.objects);
    const value = await prepareObjects(objects, delivery, cluster.client.discovery);
    state.prepared = { rendered, fingerprint: delivery.fingerprint, compare: delivery.compare, value };
    return value;
  }

  async describe(state: Wanted, rendered: RenderedDelivery): Promise<void> {
    const [sha] = rendered.revisions;
    const [source] = state.delivery.sources;
    if (sha === undefined || source === undefined || state.commit?.sha === sha) return;
    state.commit = await describeCommit(this.#options.store, source, sha);
  }

  watch(state: Wanted): void {
    const { delivery } = state;
    const key = watchKey(delivery.sources);
    // All sources of a delivery may use the same credentials.
    const access = delivery.sources[0]?.access;
    if (key === state.watchedUrls && access === state.watchedAccess) return;
    for (const stop of state.stopWatching) stop();
    delete state.told;
    state.watchedUrls = key;
    state.watchedAccess = access;
    state.stopWatching = watchSources(this.#places, delivery.sources, () => void this.#sourceMoved(state));
  }

  /** A commit that touches nothing of a delivery is only noted, when those that it touches are on their way. */
  async #sourceMoved(state: Wanted): Promise<void> {
    const { key } = state.delivery;
    delete state.told;
    if (await isTouched(state.delivery, state.rendered, this.#places)) {
      this.#options.onWake(key, 'change');
      return;
    }
    this.#untouched.add(key);
    this.#cancelNotes ??= this.#options.clock.after(NOTE_AFTER_MS, () => this.#note());
  }

  #note(): void {
    this.#cancelNotes = undefined;
    const keys = [...this.#untouched];
    this.#untouched.clear();
    for (const key of keys) this.#options.onWake(key, 'background');
  }

  [Symbol.dispose](): void {
    this.#cancelNotes?.();
    this.#lookups[Symbol.dispose]();
    this.#places[Symbol.dispose]();
  }
}
