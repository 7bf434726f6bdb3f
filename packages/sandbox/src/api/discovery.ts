// Discovery: which groups, versions and types are served, in the legacy documents and in the aggregated one.

import { createHash } from 'node:crypto';
import type { Json, KubeObject } from '@evenkeel/resource';
import { type Bag, scalarText } from '../store/draft.ts';
import type { Registry } from './registry.ts';
import type { ServedSubresource, ServedType } from './served-type.ts';

export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** /version. */
export const versionInfo: Json = {
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'evenkeel-sandbox',
  platform: 'javascript/any',
};

/** /api. */
export function coreVersions(address: string): Json {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** /apis. */
export function groupList(registry: Registry, remote: readonly RemoteVersion[] = []): Json {
  const groups = [...registry.groups()]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => groupOf(group, versions));
  for (const [group, versions] of byGroup(remote))
    groups.push(
      groupOf(
        group,
        versions.map((each) => each.version),
      ),
    );
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** /apis/GROUP; undefined where it is not served. */
export function groupDocument(
  registry: Registry,
  group: string,
  remote: readonly RemoteVersion[] = [],
): Json | undefined {
  const elsewhere = byGroup(remote)
    .get(group)
    ?.map((each) => each.version);
  const versions = registry.groups().get(group) ?? elsewhere;
  if (versions === undefined || group === '') return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, versions) };
}

function groupOf(group: string, versions: readonly string[]): { readonly [key: string]: Json } {
  const list = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] ?? null };
}

/** /api/v1 and /apis/GROUP/VERSION; undefined where it is not served. */
export function resourceList(registry: Registry, group: string, version: string): Json | undefined {
  const types = registry.groupVersion(group, version);
  if (types === undefined) return undefined;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  const resources = types.flatMap((type) => [
    legacyType(type),
    ...[...type.subresources.values()].map((sub) => legacySubresource(type, sub)),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function legacyType(type: ServedType): Json {
  return {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: [...type.verbs],
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(type.verbs.has('get') ? { storageVersionHash: storageHash(type) } : {}),
  };
}

// What objects are stored as is told apart by a hash, which changes when that does
// (apiserver:pkg/storageversion/updater.go).
function storageHash(type: ServedType): string {
  const stored = storedElsewhere[type.collection] ?? type.custom?.storedApiVersion ?? `${type.group}/${type.version}`;
  const digest = createHash('sha256').update(`${stored}/${type.kind}`).digest();
  return digest.subarray(0, 8).toString('base64');
}

const storedElsewhere: Readonly<Record<string, string>> = {
  events: '/v1',
  'horizontalpodautoscalers.autoscaling': 'autoscaling/v2',
  'customresourcedefinitions.apiextensions.k8s.io': 'apiextensions.k8s.io/v1beta1',
  'volumeattributesclasses.storage.k8s.io': 'storage.k8s.io/v1beta1',
};

function legacySubresource(type: ServedType, sub: ServedSubresource): Json {
  return {
    name: `${type.plural}/${sub.name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(isOwn(type, sub) ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs],
  };
}

/** The aggregated document of /api (`core`) or /apis. */
export function aggregatedDiscovery(
  registry: Registry,
  core: boolean,
  remote: readonly RemoteVersion[] = [],
): KubeObject {
  const items = [...registry.groups()]
    .filter(([group]) => (group === '') === core)
    .map(([group, versions]) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: (registry.groupVersion(group, version) ?? []).map(aggregatedResource),
        freshness: 'Current',
      })),
    }));
  if (!core) {
    for (const [group, versions] of byGroup(remote))
      items.push({
        metadata: { name: group },
        versions: versions.map(remoteVersion) as (typeof items)[number]['versions'],
      });
  }
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: items as Json };
}

/** A group version that another server serves. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly available: boolean;
  /** Members of its APIResourceList. */
  readonly resources: readonly Bag[];
}

function byGroup(remote: readonly RemoteVersion[]): ReadonlyMap<string, readonly RemoteVersion[]> {
  return Map.groupBy(remote, ({ group }) => group);
}

// What a server that cannot be reached served before is stale, and nothing is said of it.
function remoteVersion({ group, version, available, resources }: RemoteVersion): Json {
  if (!available) return { version, freshness: 'Stale' };
  const kindOf = (each: Bag): Json => ({
    group: scalarText(each['group'] ?? '') || group,
    version: scalarText(each['version'] ?? '') || version,
    kind: scalarText(each['kind']),
  });
  const main = resources.filter((each) => !scalarText(each['name']).includes('/'));
  const listed = main.map((each) => {
    const prefix = `${scalarText(each['name'])}/`;
    const subresources = resources
      .filter((sub) => scalarText(sub['name']).startsWith(prefix))
      .map((sub) => ({
        subresource: scalarText(sub['name']).slice(prefix.length),
        responseKind: kindOf(sub),
        verbs: (sub['verbs'] ?? []) as Json,
      }));
    return {
      resource: scalarText(each['name']),
      responseKind: kindOf(each),
      scope: each['namespaced'] === true ? 'Namespaced' : 'Cluster',
      singularResource: scalarText(each['singularName'] ?? ''),
      verbs: (each['verbs'] ?? []) as Json,
      ...(each['shortNames'] === undefined ? {} : { shortNames: each['shortNames'] as Json }),
      ...(each['categories'] === undefined ? {} : { categories: each['categories'] as Json }),
      ...(subresources.length === 0 ? {} : { subresources }),
    };
  });
  return { version, resources: listed, freshness: 'Current' };
}

function aggregatedResource(type: ServedType): Json {
  const subresources = [...type.subresources.values()].map((sub) => ({
    subresource: sub.name,
    responseKind: responseKind(type, sub),
    verbs: [...sub.verbs],
  }));
  return {
    resource: type.plural,
    responseKind: responseKind(type, type),
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: [...type.verbs],
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

// Subresources say which kind they are of only where that is of another group or version.
function isOwn(type: ServedType, of: { readonly group: string; readonly version: string }): boolean {
  return of.version === '' || (of.group === type.group && of.version === type.version);
}

// Built-in types leave group and version empty where they are the parent's; custom types spell them out.
function responseKind(
  type: ServedType,
  of: { readonly group: string; readonly version: string; readonly kind: string },
): Json {
  if (isOwn(type, of)) {
    return type.custom === undefined
      ? { group: '', version: '', kind: of.kind }
      : { group: type.group, version: type.version, kind: of.kind };
  }
  return { group: of.group, version: of.version, kind: of.kind };
}
