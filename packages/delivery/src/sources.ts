// From a delivery's sources to rendered objects: resolves revisions, reads trees, renders, and remembers by content.

import { type Refusal, type RefusalCode } from '@evenkeel/engine';
import { GitError } from '@evenkeel/git';
import type { ResourceType } from '@evenkeel/kube';
import type { LookupQuery } from '@evenkeel/helm';
import { type GroupKind, type JsonObject, type KubeObject, parseApiVersion } from '@evenkeel/resource';
import {
  type ReadRecord,
  SourceError,
  type SourceStore,
  readFiles,
  recordReads,
  stillSame,
  withSnapshot,
} from '@evenkeel/source';
import type { Cluster } from './cluster.ts';
import { templateHost } from './template-host.ts';
import type { CommitReport, Delivery, DeliverySource } from './model.ts';
import type { ChartWorld } from './render/chart.ts';
import { renderSource } from './render/render.ts';
import type { Rendering } from './render/rendering.ts';

/** A source at a commit, rendered. */
export interface RenderedSource {
  readonly sha: string;
  readonly rendering: Rendering;
  readonly reads: ReadRecord;
  /** What else the rendering depended on. */
  readonly inputs: string;
  /** Objects the templates asked the cluster for, with the version that was seen ('' for none). */
  readonly lookups: ReadonlyMap<string, { readonly query: LookupQuery; readonly version: string }>;
}

/** Everything a delivery renders to, or why it does not. */
export interface RenderedDelivery {
  readonly sources: readonly RenderedSource[];
  readonly revisions: readonly string[];
  readonly refusals: readonly Refusal[];
}

export interface RenderInput {
  readonly delivery: Delivery;
  readonly sources: readonly DeliverySource[];
  readonly store: SourceStore;
  readonly cluster: Cluster;
  readonly previous: RenderedDelivery | undefined;
  /** Ask remotes for their references now. */
  readonly refresh?: boolean;
  readonly signal: AbortSignal;
}

/** Renders all sources of a delivery at their newest revision. Failures are refusals, never exceptions. */
export async function renderDelivery(input: RenderInput): Promise<RenderedDelivery> {
  const sources: RenderedSource[] = [];
  const revisions: string[] = [];
  const refusals: Refusal[] = [];
  for (const [index, source] of input.sources.entries()) {
    try {
      const head = await input.store.resolve(source.url, source.revision, {
        signal: input.signal,
        access: source.access,
        ...(input.refresh === true ? { maxAgeMs: 0 } : {}),
      });
      const sha = source.hold?.whileHead === head.sha ? source.hold.sha : head.sha;
      revisions.push(sha);
      const previous = input.previous?.sources[index];
      const rendered = await renderAt(sha, source, previous, input);
      sources.push(rendered);
      refusals.push(...rendered.rendering.refusals);
    } catch (error) {
      input.signal.throwIfAborted();
      refusals.push(sourceRefusal(error, source));
    }
  }
  return { sources, revisions, refusals };
}

async function renderAt(
  sha: string,
  source: DeliverySource,
  previous: RenderedSource | undefined,
  { store, cluster, signal }: RenderInput,
): Promise<RenderedSource> {
  const inputs = JSON.stringify([source.path, source.render, source.filter?.key]);
  const usable = previous?.inputs === inputs && lookupsStillSame(previous, cluster) ? previous : undefined;
  if (usable?.sha === sha) return usable;
  const snapshot = await store.tree(source.url, sha, {
    signal,
    access: source.access,
    ...(source.filter ? { filter: source.filter } : {}),
  });
  if (usable && stillSame(usable.reads, snapshot)) return { ...usable, sha };
  const asked = new Map<string, { query: LookupQuery; version: string }>();
  const world = await chartWorld(cluster, asked);
  // What was read at the last commit is nearly always what is read at this one: one load, one run.
  const hint = previous ? { signal, hint: readFiles(previous.reads) } : { signal };
  for (;;) {
    let reads: ReadRecord = {};
    asked.clear();
    try {
      const rendering = await withSnapshot(
        snapshot,
        (tree) => {
          const recording = recordReads(tree);
          const result = renderSource(recording.tree, source.path, source.render, world);
          reads = recording.reads();
          return result;
        },
        hint,
      );
      return { sha, rendering, reads, inputs, lookups: new Map(asked) };
    } catch (error) {
      if (!(error instanceof TypeNotWatched)) throw error;
      const type = await cluster.client.discovery.preferred(error.kind);
      if (type) await cluster.live.watch([type]);
      else world.absent.add(`${error.kind.group}/${error.kind.kind}`);
      signal.throwIfAborted();
    }
  }
}

function lookupsStillSame(previous: RenderedSource, cluster: Cluster): boolean {
  for (const { query, version } of previous.lookups.values()) {
    if ((liveObject(cluster, query)?.metadata.resourceVersion ?? '') !== version) return false;
  }
  return true;
}

/** Thrown out of a template that looks up a kind nobody watches yet; the caller watches it and renders again. */
class TypeNotWatched extends Error {
  override readonly name = 'TypeNotWatched';
  readonly kind: GroupKind;
  constructor(kind: GroupKind) {
    super(`${kind.kind} is not watched yet`);
    this.kind = kind;
  }
}

type Lookups = Map<string, { query: LookupQuery; version: string }>;

async function chartWorld(cluster: Cluster, asked: Lookups): Promise<ChartWorld & { readonly absent: Set<string> }> {
  const [kubeVersion, types] = await Promise.all([
    cluster.client.discovery.serverVersion(),
    cluster.client.discovery.everyVersion(),
  ]);
  const absent = new Set<string>();
  const lookup = (query: LookupQuery): JsonObject | undefined => {
    const { group } = parseApiVersion(query.apiVersion);
    const kind = { group, kind: query.kind };
    if (absent.has(`${group}/${query.kind}`)) return undefined;
    if (!cluster.live.watches(kind)) throw new TypeNotWatched(kind);
    const found = liveObject(cluster, query);
    asked.set(JSON.stringify(query), { query, version: found?.metadata.resourceVersion ?? '' });
    if (query.name !== '') return found as JsonObject | undefined;
    const items = cluster.live.list(kind, query.namespace) as unknown as readonly JsonObject[];
    return { apiVersion: query.apiVersion, kind: `${query.kind}List`, metadata: {}, items };
  };
  return { kubeVersion, apiVersions: apiVersionsOf(types), host: templateHost, lookup, absent };
}

/** By what discovery answered: it answers the same list until it asks the server again. */
const knownApiVersions = new WeakMap<readonly ResourceType[], readonly string[]>();

function apiVersionsOf(types: readonly ResourceType[]): readonly string[] {
  const known = knownApiVersions.get(types);
  if (known) return known;
  const versions = new Set<string>();
  for (const type of types) {
    const groupVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    versions.add(groupVersion);
    versions.add(`${groupVersion}/${type.kind}`);
  }
  const result = [...versions];
  knownApiVersions.set(types, result);
  return result;
}

function liveObject(cluster: Cluster, query: LookupQuery): KubeObject | undefined {
  const { group } = parseApiVersion(query.apiVersion);
  return cluster.live.get({ group, kind: query.kind, namespace: query.namespace, name: query.name });
}

/** The commit a delivery stands at, for people; undefined where it cannot be read. */
export async function describeCommit(
  store: SourceStore,
  source: DeliverySource,
  sha: string,
): Promise<CommitReport | undefined> {
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
  const kind: RefusalCode = /revision|not-found|unknown-ref/i.test(code) ? 'REVISION_NOT_FOUND' : 'SOURCE_UNREACHABLE';
  return {
    code: kind,
    sentence: message,
    remedy:
      kind === 'REVISION_NOT_FOUND'
        ? `Check that "${source.revision}" exists in ${source.url}.`
        : 'Check the URL, the credentials and the network; what is live stays as it is.',
  };
}
