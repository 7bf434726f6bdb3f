// Sources rendered for nobody's cluster: what they come to is written elsewhere instead of being applied.

import type { ChartStore, SourceStore } from '@evenkeel/source';
import type { KubeObject } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { DeliverySource } from './model.ts';
import { atCommit, createPlaces } from './places.ts';
import { type PluginLimits, defaultPluginLimits } from './plugin/plugin-host.ts';
import { type RenderedSource, renderAt } from './rendered-source.ts';

/** What a source comes to at a commit. */
export interface DryRendering {
  readonly renderer: RenderedSource['rendering']['renderer'];
  readonly objects: readonly KubeObject[];
  /** Why it comes to nothing; the objects are no answer then. */
  readonly problems: readonly string[];
  /** The same for as long as the rendering is the same. */
  readonly identity: object;
}

export interface DryRenderer extends Disposable {
  /** The commit that the source stands at. Rejects with one sentence. */
  resolve(
    source: DeliverySource,
    options: { readonly refresh: boolean; readonly signal: AbortSignal },
  ): Promise<string>;
  /**
   * Renders a source of Git at a commit; `key` names whoever asks, so that what the files at this commit answer as before is
   * not rendered again. Charts are told of no cluster, and look nothing up.
   */
  render(source: DeliverySource, at: DryMoment): Promise<DryRendering>;
  /** Forgets what was rendered for a key. */
  forget(key: string): void;
  /** Calls `listener` when the source may stand at another commit. Returns the way to stop. */
  watch(source: DeliverySource, listener: () => void): () => void;
}

export interface DryMoment {
  readonly key: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}

export interface DryOptions {
  readonly store: SourceStore;
  readonly charts?: ChartStore;
  readonly plugins?: PluginLimits;
  readonly clock: Clock;
}

/** Makes it. */
export function createDryRenderer({ store, charts, plugins = defaultPluginLimits, clock }: DryOptions): DryRenderer {
  const places = createPlaces({ store, charts, clock });
  const known = new Map<string, RenderedSource>();
  return {
    resolve: async (source, options) => (await places.locate(source, options)).revision,
    async render(source, { key, commit, signal }) {
      const before = known.get(key);
      const rendered = await renderAt(source, atCommit(store, source, commit), {
        places,
        plugins,
        cluster: undefined,
        references: new Map(),
        previous: before ? [before] : [],
        signal,
      });
      const { renderer, objects, refusals } = rendered.rendering;
      // What failed may be for want of something outside, and is tried again.
      if (refusals.length === 0) known.set(key, rendered);
      return {
        renderer,
        objects: objects.map(({ object }) => object),
        problems: refusals.map(({ sentence }) => sentence),
        identity: rendered.rendering,
      };
    },
    forget: (key) => void known.delete(key),
    watch: (source, listener) => places.watch(source, listener),
    [Symbol.dispose]: () => places[Symbol.dispose](),
  };
}
