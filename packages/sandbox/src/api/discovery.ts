// Discovery: which groups, versions and types are served, in the legacy documents and in the aggregated one.

import type { Json, KubeObject } from '@evenkeel/resource';
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
export function groupList(registry: Registry): Json {
  const groups = [...registry.groups()]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => groupOf(group, versions));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** /apis/GROUP; undefined where it is not served. */
export function groupDocument(registry: Registry, group: string): Json | undefined {
  const versions = registry.groups().get(group);
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
  };
}

function legacySubresource(type: ServedType, sub: ServedSubresource): Json {
  return {
    name: `${type.plural}/${sub.name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(sub.group === '' ? {} : { group: sub.group }),
    ...(sub.version === '' ? {} : { version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs],
  };
}

/** The aggregated document of /api (`core`) or /apis. */
export function aggregatedDiscovery(registry: Registry, core: boolean): KubeObject {
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
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: items as Json };
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

// Built-in types leave group and version empty where they are the parent's; custom types spell them out.
function responseKind(
  type: ServedType,
  of: { readonly group: string; readonly version: string; readonly kind: string },
): Json {
  if (of.version === '' || (of === type && type.custom === undefined)) {
    return type.custom === undefined
      ? { group: '', version: '', kind: of.kind }
      : { group: type.group, version: type.version, kind: of.kind };
  }
  return { group: of.group, version: of.version, kind: of.kind };
}
