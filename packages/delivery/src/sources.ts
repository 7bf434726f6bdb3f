// From a delivery's sources to rendered objects: resolves the revision of each, applies holds, and renders them together.

import type { Refusal, RefusalCode } from '@evenkeel/engine';
import { GitError } from '@evenkeel/git';
import { SourceError, type SourceStore } from '@evenkeel/source';
import type { Cluster } from './cluster.ts';
import type { CommitReport, Delivery, DeliverySource } from './model.ts';
import { type Located, type Places, atCommit } from './places.ts';
import type { PluginLimits } from './plugin/plugin-host.ts';
import { type RenderedSource, renderAt } from './rendered-source.ts';

export type { RenderedSource } from './rendered-source.ts';

/** Everything a delivery renders to, or why it does not. */
export interface RenderedDelivery {
  readonly sources: readonly RenderedSource[];
  /** One for each source; '' where one of several could not be resolved. */
  readonly revisions: readonly string[];
  readonly refusals: readonly Refusal[];
}

export interface RenderInput {
  readonly delivery: Delivery;
  readonly sources: readonly DeliverySource[];
  readonly places: Places;
  readonly plugins: PluginLimits;
  /** Called for every source that is really rendered. */
  readonly onRender?: () => void;
  readonly cluster: Cluster;
  readonly previous: RenderedDelivery | undefined;
  /** Ask remotes for their references now. */
  readonly refresh?: boolean;
  readonly signal: AbortSignal;
}

/** Renders all sources of a delivery at their newest revision. Failures are refusals, never exceptions. */
export async function renderDelivery(input: RenderInput): Promise<RenderedDelivery> {
  const { places, plugins, cluster, signal } = input;
  const refusals: Refusal[] = [];
  const attempt = async <T>(source: DeliverySource, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      refusals.push(sourceRefusal(error, source));
      return undefined;
    }
  };
  const newest: (Located | undefined)[] = [];
  for (const source of input.sources) {
    newest.push(await attempt(source, () => places.locate(source, { signal, refresh: input.refresh === true })));
  }
  const located = applyHolds(input, newest);
  const revisions = located.map((place) => place?.revision ?? '');
  const references = referencesOf(input.sources, located);
  // Who asks for a refresh wants what failed to be tried again.
  const known = (input.previous?.sources ?? []).filter(
    ({ rendering }) => input.refresh !== true || rendering.refusals.length === 0,
  );
  const sources: RenderedSource[] = [];
  // Where one cannot be resolved the others have nothing to say: they may read from it.
  const failed = refusals.length > 0;
  for (const [index, source] of input.sources.entries()) {
    const place = located[index];
    if (!place || failed) continue;
    const { onRender } = input;
    const context = { places, plugins, cluster, references, previous: known, signal, onRender };
    const rendered = await attempt(source, () => renderAt(source, place, context));
    if (!rendered) continue;
    sources.push(rendered);
    refusals.push(...rendered.rendering.refusals);
  }
  return { sources, revisions: revisions.length === 1 && revisions[0] === '' ? [] : revisions, refusals };
}

/**
 * What is known for the next time. Failures are known as well: the same files fail alike. What failed for want of something
 * outside is not, and is tried again.
 */
export function remembered(before: RenderedDelivery | undefined, now: RenderedDelivery): RenderedDelivery | undefined {
  if (now.sources.length === 0) return before;
  const sources = now.sources.filter(({ rendering }) => !isPassing(rendering.refusals));
  return sources.length === now.sources.length ? now : { ...now, sources };
}

function isPassing(refusals: readonly Refusal[]): boolean {
  return refusals.some(({ code }) => code === 'SOURCE_UNREACHABLE');
}

/** A rollback holds until any of the sources has moved on. */
function applyHolds(
  { sources, places }: RenderInput,
  located: readonly (Located | undefined)[],
): readonly (Located | undefined)[] {
  const ended = sources.some(({ hold }, index) => hold && located[index]?.revision !== hold.whileHead);
  if (ended) return located;
  return located.map((place, index) => {
    const source = sources[index];
    if (!place || source?.hold === undefined || source.hold.sha === place.revision) return place;
    const { sha } = source.hold;
    return source.kind === undefined || source.kind === 'git'
      ? atCommit(places.store, source, sha)
      : atVersion(places, source, sha);
  });
}

/** A chart or an artifact at a version of which only the name is known. */
function atVersion(places: Places, source: DeliverySource, revision: string): Located {
  return {
    revision,
    content: `${source.url} ${source.chart ?? ''} ${revision}`,
    open: async (signal) => (await places.locate({ ...source, revision }, { signal })).open(signal),
  };
}

function referencesOf(
  sources: readonly DeliverySource[],
  located: readonly (Located | undefined)[],
): ReadonlyMap<string, Located> {
  const found = new Map<string, Located>();
  for (const [index, { reference }] of sources.entries()) {
    const place = located[index];
    if (reference !== undefined && place) found.set(`$${reference}`, place);
  }
  return found;
}

/** The commit a delivery stands at, for people; undefined where it cannot be read, and for what is no commit. */
export async function describeCommit(
  store: SourceStore,
  source: DeliverySource,
  sha: string,
): Promise<CommitReport | undefined> {
  if (source.kind !== undefined && source.kind !== 'git') return undefined;
  try {
    const { author, message } = await store.commit(source.url, sha, { access: source.access });
    return { sha, author: author.name, email: author.email, dateMs: Date.parse(author.date), message };
  } catch (error) {
    if (error instanceof GitError || error instanceof SourceError) return undefined;
    throw error;
  }
}

function sourceRefusal(error: unknown, source: DeliverySource): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const noChart = error instanceof Error && /^(?:no chart version found|chart .* not found)/.test(error.message);
  const missing = noChart || /revision|not-found|unknown-ref/i.test(code);
  const kind: RefusalCode = missing ? 'REVISION_NOT_FOUND' : 'SOURCE_UNREACHABLE';
  const what = source.chart === undefined ? `"${source.revision}"` : `version "${source.revision}" of ${source.chart}`;
  return {
    code: kind,
    sentence: message,
    remedy:
      kind === 'REVISION_NOT_FOUND'
        ? `Check that ${what} exists in ${source.url}.`
        : 'Check the URL, the credentials and the network; what is live stays as it is.',
  };
}
