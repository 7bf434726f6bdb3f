// What a cluster serves. Two requests where the server speaks aggregated discovery, one per group version where not.

import type { GroupKind, GroupVersionKind, Json, KubeObject } from '@evenkeel/resource';
import { parseApiVersion } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { Discovery, ResourceType } from './client.ts';
import { errorOfResponse, isJsonObject } from './status.ts';
import type { KubeRequest, KubeResponse } from './transport.ts';

/** How long a miss is believed before the server is asked again. */
const NEGATIVE_CACHE_MS = 1000;

/** kubernetes:client-go/discovery/discovery_client.go, v1.35: newest first, the plain list last. */
const ACCEPT_AGGREGATED = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** Sends one request; rejects only where no answer came. */
export type Send = (request: KubeRequest) => Promise<KubeResponse>;

interface Catalogue {
  readonly fetchedAtMs: number;
  readonly byKind: ReadonlyMap<string, ResourceType>;
  readonly preferredByKind: ReadonlyMap<string, ResourceType>;
  readonly everything: readonly ResourceType[];
}

/** Discovery over `send`. Everything is fetched at first use, then on a miss (at most once a second) or after `invalidate`. */
export function createDiscovery(send: Send, clock: Clock): Discovery {
  let catalogue: Catalogue | undefined;
  let pending: Promise<Catalogue> | undefined;
  let generation = 0;
  let version: Promise<string> | undefined;

  const fetchNow = (): Promise<Catalogue> => {
    if (pending) return pending;
    const startedIn = generation;
    const started = fetchCatalogue(send, clock).then(
      (fetched) => {
        if (pending === started) pending = undefined;
        if (startedIn === generation) catalogue = fetched;
        return fetched;
      },
      (error: unknown) => {
        if (pending === started) pending = undefined;
        throw error;
      },
    );
    pending = started;
    return started;
  };
  const current = async (): Promise<Catalogue> => catalogue ?? fetchNow();
  const find = async (pick: (from: Catalogue) => ResourceType | undefined): Promise<ResourceType | undefined> => {
    const known = await current();
    const hit = pick(known);
    if (hit || clock.now() - known.fetchedAtMs < NEGATIVE_CACHE_MS) return hit;
    return pick(await fetchNow());
  };
  return {
    resolve: (gvk) => find((from) => from.byKind.get(versionedKey(gvk))),
    preferred: (kind) => find((from) => from.preferredByKind.get(kindKey(kind))),
    all: async () => [...(await current()).preferredByKind.values()],
    everyVersion: async () => (await current()).everything,
    invalidate() {
      generation += 1;
      catalogue = undefined;
      pending = undefined;
    },
    serverVersion() {
      version ??= fetchVersion(send).catch((error: unknown) => {
        version = undefined;
        throw error;
      });
      return version;
    },
  };
}

async function fetchVersion(send: Send): Promise<string> {
  const body = await fetchJson(send, { method: 'GET', path: '/version' });
  const told = isJsonObject(body) ? body['gitVersion'] : undefined;
  return typeof told === 'string' ? told : '';
}

function versionedKey(gvk: GroupVersionKind): string {
  return `${gvk.group}/${gvk.version}/${gvk.kind}`;
}

function kindKey(kind: GroupKind): string {
  return `${kind.group}/${kind.kind}`;
}

async function fetchCatalogue(send: Send, clock: Clock): Promise<Catalogue> {
  const [core, named] = await Promise.all([fetchRoot(send, '/api'), fetchRoot(send, '/apis')]);
  const everything = [...core, ...named];
  const byKind = new Map<string, ResourceType>();
  const preferredByKind = new Map<string, ResourceType>();
  // Versions come in the server's order of preference, so the first one that has a kind is the preferred one.
  for (const type of everything) {
    if (!byKind.has(versionedKey(type))) byKind.set(versionedKey(type), type);
    if (!preferredByKind.has(kindKey(type))) preferredByKind.set(kindKey(type), type);
  }
  return { fetchedAtMs: clock.now(), byKind, preferredByKind, everything };
}

async function fetchRoot(send: Send, path: string): Promise<readonly ResourceType[]> {
  const body = await fetchJson(send, { method: 'GET', path, headers: { accept: ACCEPT_AGGREGATED } });
  if (!isJsonObject(body)) return [];
  const kind = typeof body['kind'] === 'string' ? body['kind'] : '';
  switch (kind) {
    case 'APIGroupDiscoveryList':
      return readAggregated(body as unknown as AggregatedList);
    case 'APIVersions':
      return fetchLegacy(send, path, (body as unknown as { versions?: readonly string[] }).versions ?? []);
    case 'APIGroupList':
      return fetchLegacy(send, path, groupVersionsByPreference(body as unknown as LegacyGroupList));
    default:
      return [];
  }
}

interface AggregatedList {
  readonly items?: readonly AggregatedGroup[] | null;
}
interface AggregatedGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly AggregatedVersion[] | null;
}
interface AggregatedVersion {
  readonly version: string;
  readonly resources?: readonly AggregatedResource[] | null;
}
interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string } | null;
  readonly scope?: string;
  readonly singularResource?: string;
  readonly verbs?: readonly string[] | null;
  readonly shortNames?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly subresources?: readonly { readonly subresource: string }[] | null;
}

function readAggregated(list: AggregatedList): readonly ResourceType[] {
  const types: ResourceType[] = [];
  for (const group of list.items ?? []) {
    for (const version of group.versions ?? []) {
      for (const resource of version.resources ?? []) {
        const kind = resource.responseKind?.kind;
        // A resource that exists only through its subresources (no kind of its own) is not a type of objects.
        if (kind === undefined || kind === '') continue;
        types.push(typeOfAggregated(group.metadata?.name ?? '', version.version, { ...resource, kind }));
      }
    }
  }
  return types;
}

function typeOfAggregated(
  group: string,
  version: string,
  resource: AggregatedResource & { readonly kind: string },
): ResourceType {
  return {
    group,
    version,
    kind: resource.kind,
    plural: resource.resource,
    singular: resource.singularResource ?? '',
    namespaced: resource.scope === 'Namespaced',
    verbs: resource.verbs ?? [],
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    subresources: (resource.subresources ?? []).map((sub) => sub.subresource),
  };
}

interface LegacyGroupList {
  readonly groups?: readonly {
    readonly preferredVersion?: { readonly groupVersion?: string };
    readonly versions?: readonly { readonly groupVersion: string }[];
  }[];
}

function groupVersionsByPreference(list: LegacyGroupList): readonly string[] {
  return (list.groups ?? []).flatMap((group) => {
    const all = (group.versions ?? []).map((version) => version.groupVersion);
    const preferred = group.preferredVersion?.groupVersion;
    return preferred === undefined ? all : [preferred, ...all.filter((name) => name !== preferred)];
  });
}

interface LegacyResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly singularName?: string;
  readonly verbs?: readonly string[] | null;
  readonly shortNames?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
}

/** One list per group version. A group version whose server is down is left out, as client-go's partial discovery does. */
async function fetchLegacy(
  send: Send,
  root: string,
  groupVersions: readonly string[],
): Promise<readonly ResourceType[]> {
  const lists = await Promise.all(
    groupVersions.map(async (groupVersion) => {
      const response = await send({ method: 'GET', path: `${root}/${groupVersion}` });
      if (response.status !== 200 || !isJsonObject(response.body)) return [];
      const { resources } = response.body as unknown as { readonly resources?: readonly LegacyResource[] };
      return readLegacy(groupVersion, resources ?? []);
    }),
  );
  return lists.flat();
}

function readLegacy(groupVersion: string, resources: readonly LegacyResource[]): readonly ResourceType[] {
  const { group, version } = parseApiVersion(groupVersion);
  const subresources = new Map<string, string[]>();
  for (const { name } of resources) {
    const slash = name.indexOf('/');
    if (slash < 0) continue;
    const plural = name.slice(0, slash);
    subresources.set(plural, [...(subresources.get(plural) ?? []), name.slice(slash + 1)]);
  }
  return resources
    .filter((resource) => !resource.name.includes('/'))
    .map((resource) => ({
      group,
      version,
      kind: resource.kind,
      plural: resource.name,
      singular: resource.singularName ?? '',
      namespaced: resource.namespaced === true,
      verbs: resource.verbs ?? [],
      shortNames: resource.shortNames ?? [],
      categories: resource.categories ?? [],
      subresources: subresources.get(resource.name) ?? [],
    }));
}

async function fetchJson(send: Send, request: KubeRequest): Promise<Json | KubeObject | undefined> {
  const response = await send(request);
  if (response.status !== 200) throw errorOfResponse(response);
  return response.body;
}
