// What a cluster tells a rendering: its version, what it serves, and the objects that charts look up, which are noted with
// the version that was seen.

import type { LookupQuery } from '@evenkeel/helm';
import type { ResourceType } from '@evenkeel/kube';
import { type GroupKind, type JsonObject, type KubeObject, parseApiVersion } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import { templateHost } from '../template-host.ts';
import { type Answers, Needed, RenderRefused } from './needed.ts';
import type { ChartWorld } from './world.ts';

/** Objects the templates asked the cluster for, with the version that was seen ('' for none), or those of a list. */
export type Lookups = ReadonlyMap<string, { readonly query: LookupQuery; readonly version: string }>;

/** The world of a rendering that is for no cluster: versions are those that the engines know, and nothing is looked up. */
export const nowhere: ChartWorld = { kubeVersion: '', apiVersions: [], host: templateHost, lookup: () => undefined };

/** The world of one rendering; `asked` takes down the lookups. */
export async function clusterWorld(
  cluster: Cluster,
  asked: Map<string, { query: LookupQuery; version: string }>,
  answers: Answers,
): Promise<ChartWorld> {
  const [kubeVersion, types] = await Promise.all([
    cluster.client.discovery.serverVersion(),
    cluster.client.discovery.everyVersion(),
  ]);
  const lookup = (query: LookupQuery): JsonObject | undefined => {
    const { group } = parseApiVersion(query.apiVersion);
    const kind = { group, kind: query.kind };
    if (cluster.live.leavesOut(kind)) return lookUpAlone(query, { kind, cluster, asked, answers });
    const served = cluster.live.watches(kind) || answers.of(watchKey(kind), () => watchKind(cluster, kind));
    if (!served) return undefined;
    // Served, and the watch was given up meanwhile: it is taken up again.
    if (!cluster.live.watches(kind)) {
      if (cluster.live.leavesOut(kind)) return lookUpAlone(query, { kind, cluster, asked, answers });
      answers.forget(watchKey(kind));
      throw new Needed(watchKey(kind), () => watchKind(cluster, kind));
    }
    asked.set(JSON.stringify(query), { query, version: versionOf(cluster, query) });
    if (query.name !== '') return liveObject(cluster, query) as JsonObject | undefined;
    const items = cluster.live.list(kind, query.namespace) as unknown as readonly JsonObject[];
    return { apiVersion: query.apiVersion, kind: `${query.kind}List`, metadata: {}, items };
  };
  return { kubeVersion, apiVersions: apiVersionsOf(types), host: templateHost, lookup };
}

interface AloneInput {
  readonly kind: GroupKind;
  readonly cluster: Cluster;
  readonly asked: Map<string, { query: LookupQuery; version: string }>;
  readonly answers: Answers;
}

/** A lookup of a kind that may not be watched: one object is read by itself, all of them cannot be. */
function lookUpAlone(query: LookupQuery, { kind, cluster, asked, answers }: AloneInput): JsonObject | undefined {
  const { name, namespace } = query;
  if (name === '') {
    throw new RenderRefused({
      code: 'RENDER_FAILED',
      sentence: `lookup: may not list and watch ${query.kind} of ${query.apiVersion}`,
      remedy: 'Permit it, or look up one object by its name.',
    });
  }
  answers.of(`read ${JSON.stringify(query)}`, async () => {
    await cluster.live.read([{ ...kind, namespace, name }]);
    return true;
  });
  asked.set(JSON.stringify(query), { query, version: versionOf(cluster, query) });
  return liveObject(cluster, query) as JsonObject | undefined;
}

/** Whether the cluster answers every lookup as it did. */
export function lookupsStillSame(lookups: Lookups, cluster: Cluster): boolean {
  for (const { query, version } of lookups.values()) {
    if (versionOf(cluster, query) !== version) return false;
  }
  return true;
}

/** True where an object that changed is the answer to a lookup, or part of it. */
export function isLookedUp(query: LookupQuery, { namespace = '', name }: KubeObject['metadata']): boolean {
  if (query.name !== '') return query.name === name && query.namespace === namespace;
  return query.namespace === '' || query.namespace === namespace;
}

function versionOf(cluster: Cluster, query: LookupQuery): string {
  if (query.name !== '') return liveObject(cluster, query)?.metadata.resourceVersion ?? '';
  const { group } = parseApiVersion(query.apiVersion);
  const items = cluster.live.list({ group, kind: query.kind }, query.namespace);
  return items.map(({ metadata }) => `${metadata.uid}@${metadata.resourceVersion}`).join();
}

function watchKey({ group, kind }: GroupKind): string {
  return `watch ${group}/${kind}`;
}

/** Answers whether the kind is served at all. */
async function watchKind(cluster: Cluster, kind: GroupKind): Promise<boolean> {
  const type = await cluster.client.discovery.preferred(kind);
  if (type) await cluster.live.watch([type]);
  return type !== undefined;
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
