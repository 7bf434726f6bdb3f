// Where sources are: Git repositories, chart repositories, registries. Says what a source's revision means now, opens its
// content, and tells when a revision may mean something else.

import {
  type ArtifactRequest,
  type ChartRequest,
  type ChartStore,
  type RemoteRequest,
  type ResolvedArtifact,
  type ResolvedChart,
  type Snapshot,
  SourceError,
  type SourceStore,
  createRemoteWatches,
  isRange,
  plainSnapshot,
  watchRemoteAccess,
} from '@evenkeel/source';
import { unpackChart } from '@evenkeel/helm';
import { type Clock, memoryTree } from '@evenkeel/std';
import type { DeliverySource } from './model.ts';

/** A source as a place, whatever is rendered of it. */
export type PlaceSource = Omit<DeliverySource, 'render' | 'adapt'>;

/** What a source stands at. */
export interface Located {
  /** A commit, a chart's version, an artifact's digest: what a status shows. */
  readonly revision: string;
  /** Names the content: equal names, equal files. */
  readonly content: string;
  open(signal: AbortSignal): Promise<Snapshot>;
}

export interface LocateOptions {
  /** Ask the remote now. */
  readonly refresh?: boolean;
  readonly signal: AbortSignal;
}

/** All places of a process. */
export interface Places extends Disposable {
  locate(source: PlaceSource, options: LocateOptions): Promise<Located>;
  /** Calls `listener` when the source may stand at another revision. Returns the way to stop. */
  watch(source: PlaceSource, listener: () => void): () => void;
  readonly store: SourceStore;
  /** Refuses by name where this process has none. */
  charts(): ChartStore;
}

/** How often remotes of charts and artifacts are asked, like repositories of Git. */
const INTERVAL_MS = 3 * 60_000;
/** What a timer can wait at most. */
const TIMER_MS_MAX = 2 ** 31 - 1;

function intervalOf({ pollMs = INTERVAL_MS }: PlaceSource): number {
  return Math.min(pollMs, TIMER_MS_MAX);
}

/** How old an index may be for those who do not ask for it themselves. */
const INDEX_AGE_MS = 60_000;

const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Makes it. What was resolved is remembered for an interval, exact versions of charts for ever. */
export function createPlaces(options: {
  readonly store: SourceStore;
  readonly charts: ChartStore | undefined;
  readonly clock: Clock;
}): Places {
  const { store, clock } = options;
  const watches = createRemoteWatches({ clock });
  const resolved = new Map<string, { readonly value: ResolvedChart | ResolvedArtifact; readonly atMs: number }>();
  const charts = (): ChartStore => {
    if (options.charts) return options.charts;
    throw new SourceError('access', 'charts and registries are not reached by this process');
  };
  const remembered = async <T extends ResolvedChart | ResolvedArtifact>(
    key: string,
    ask: () => Promise<T>,
    { refresh, lasting }: { readonly refresh: boolean; readonly lasting: boolean },
  ): Promise<T> => {
    const known = resolved.get(key);
    const isFresh = known !== undefined && (lasting || clock.now() - known.atMs < INTERVAL_MS);
    if (isFresh && !refresh) return known.value as T;
    const value = await ask();
    resolved.set(key, { value, atMs: clock.now() });
    return value;
  };
  const asking = { charts, remembered, opened: createOpened() };
  return {
    store,
    charts,
    locate(source, { refresh = false, signal }) {
      if (source.kind === 'chart') return locateChart(source, { ...asking, refresh, signal });
      if (source.kind === 'artifact') return locateArtifact(source, { ...asking, refresh, signal });
      return locateCommit(store, source, { refresh, signal });
    },
    watch(source, listener) {
      if (source.kind === undefined || source.kind === 'git') {
        return store.watch(source.url, listener, { access: source.access, intervalMs: intervalOf(source) });
      }
      if (isLasting(source)) return () => undefined;
      const question = {
        key: placeKey(source),
        ask: async () => {
          const signal = AbortSignal.timeout(INTERVAL_MS);
          const locate = source.kind === 'chart' ? locateChart : locateArtifact;
          return (await locate(source, { ...asking, refresh: true, polled: true, signal })).content;
        },
      };
      const stopAsking = watches.watch(question, listener, intervalOf(source));
      const forget = (): void => {
        resolved.delete(question.key);
        listener();
      };
      const stopListening = source.access && watchRemoteAccess(source.access, source.url, forget);
      return () => {
        stopAsking();
        stopListening?.();
      };
    },
    [Symbol.dispose]: () => watches[Symbol.dispose](),
  };
}

/** Watches every source once, repositories by their URLs. */
export function watchSources(
  places: Places,
  sources: readonly PlaceSource[],
  listener: () => void,
): readonly (() => void)[] {
  const distinct = new Map(sources.map((source) => [watchKey([source]), source] as const));
  return Array.from(distinct.values(), (source) => places.watch(source, listener));
}

/** Equal for sources that are watched alike. */
export function watchKey(sources: readonly PlaceSource[]): string {
  return sources
    .map(({ url, kind, chart, revision }) =>
      kind === undefined || kind === 'git' ? url : JSON.stringify([url, chart, revision]),
    )
    .join('\n');
}

/** How many unpacked contents are kept: a chart that hundreds of Applications share is unpacked once. */
const OPENED_MAX = 32;

type Opened = (key: string, open: () => Promise<Snapshot>) => Promise<Snapshot>;

function createOpened(): Opened {
  const known = new Map<string, Promise<Snapshot>>();
  return (key, open) => {
    const opening = known.get(key) ?? open();
    known.delete(key);
    known.set(key, opening);
    // A failure is not kept, and the next asker tries again.
    opening.catch(() => known.delete(key));
    for (const [oldest] of known) {
      if (known.size <= OPENED_MAX) break;
      known.delete(oldest);
    }
    return opening;
  };
}

interface Asking {
  readonly opened: Opened;
  readonly charts: () => ChartStore;
  readonly remembered: <T extends ResolvedChart | ResolvedArtifact>(
    key: string,
    ask: () => Promise<T>,
    how: { readonly refresh: boolean; readonly lasting: boolean },
  ) => Promise<T>;
  readonly refresh: boolean;
  /** Nobody asked for it: it is time to look. */
  readonly polled?: boolean;
  readonly signal: AbortSignal;
}

async function locateCommit(
  store: SourceStore,
  source: PlaceSource,
  { refresh, signal }: { readonly refresh: boolean; readonly signal: AbortSignal },
): Promise<Located> {
  const { access, tagPrefix, url } = source;
  const head = await store.resolve(url, source.revision, {
    signal,
    access,
    ...(tagPrefix === undefined ? {} : { tagPrefix }),
    ...(refresh ? { maxAgeMs: 0 } : {}),
  });
  return atCommit(store, source, head.sha);
}

/** A commit of a repository of which the name is known. */
export function atCommit(
  store: SourceStore,
  { access, filter, url }: Pick<PlaceSource, 'access' | 'filter' | 'url'>,
  sha: string,
): Located {
  return {
    revision: sha,
    content: sha,
    open: (signal) => store.tree(url, sha, { signal, access, ...(filter ? { filter } : {}) }),
  };
}

async function locateChart(source: PlaceSource, asking: Asking): Promise<Located> {
  const { charts, refresh, signal } = asking;
  const request: ChartRequest = {
    // As upstream has it, a place without a scheme is a registry.
    repoURL: source.url.includes('://') ? source.url : `oci://${source.url}`,
    chart: source.chart ?? '',
    version: source.revision === 'HEAD' ? '' : source.revision,
    // Many charts of one repository are one question about its index.
    maxAgeMs: refresh && asking.polled !== true ? 0 : INDEX_AGE_MS,
    ...(await remoteRequest(source, signal)),
  };
  const value = await asking.remembered(placeKey(source), () => charts().resolveChart(request), {
    refresh,
    lasting: isLasting(source),
  });
  const content = value.digest === '' ? `${value.url} ${value.version}` : value.digest;
  return {
    revision: value.version,
    content,
    open: () =>
      asking.opened(`${placeKey(source)} ${content}`, async () => {
        const fetched = await charts().fetchChart(withoutSignal(request), value);
        return plainSnapshot(fetched.tree(), fetched.archiveDigest);
      }),
  };
}

async function locateArtifact(source: PlaceSource, asking: Asking): Promise<Located> {
  const { charts, refresh, signal } = asking;
  const { revision } = source;
  const choice = revision.startsWith('sha256:')
    ? { digest: revision }
    : isRange(revision)
      ? { semver: { range: revision, chart: true } }
      : revision === '' || revision === 'HEAD'
        ? {}
        : { tag: revision.replaceAll('+', '_') };
  const request: ArtifactRequest = { url: source.url, ...choice, ...(await remoteRequest(source, signal)) };
  const value = await asking.remembered(placeKey(source), () => charts().resolveArtifact(request), {
    refresh,
    lasting: isLasting(source),
  });
  return {
    revision: value.digest,
    content: value.digest,
    open: () =>
      asking.opened(`${placeKey(source)} ${value.digest}`, async () => {
        const fetched = await charts().fetchArtifact(withoutSignal(request), value);
        if (fetched.mediaType !== CHART_LAYER) return plainSnapshot(fetched.tree(), fetched.layerDigest);
        const files = unpackChart(fetched.layer).map(({ name, data }) => [name, data] as const);
        return plainSnapshot(memoryTree(Object.fromEntries(files)), fetched.layerDigest);
      }),
  };
}

/** One asker that gives up must not end what others wait for. */
function withoutSignal<T extends RemoteRequest>({ signal: _signal, ...request }: T): Omit<T, 'signal'> {
  return request;
}

/** How a remote is reached with the credentials that hold now. */
export async function remoteRequest(
  { access, passCredentials, url }: Pick<PlaceSource, 'access' | 'passCredentials' | 'url'>,
  signal: AbortSignal,
  at: string = url,
): Promise<RemoteRequest> {
  const known = (await access?.remote(at)) ?? {};
  if (passCredentials !== true) return { ...known, signal };
  return { ...known, access: { ...known.access, passCredentials: true }, signal };
}

/** What can never mean anything else: a digest, an exact version of a chart. Tags of artifacts can be moved. */
function isLasting({ kind, revision }: PlaceSource): boolean {
  if (kind === 'artifact') return revision.startsWith('sha256:');
  return /^v?\d+\.\d+\.\d+/.test(revision) && !isRange(revision);
}

const askers = new WeakMap<object, number>();
let askersCount = 0;

/** What one set of credentials was told is not told to another. */
function placeKey({ access, kind, url, chart, revision }: PlaceSource): string {
  const known = access && askers.get(access);
  const asker = access && (known ?? (askersCount += 1));
  if (access && asker !== undefined) askers.set(access, asker);
  return JSON.stringify([asker, kind, url, chart, revision]);
}
