// A cluster as Argo CD's API shows it: what its Secret says without what is secret in it, and how it fares.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go Cluster.Sanitized and controller/clusterinfoupdater.go (3.6).

import type { Cluster, ClusterFigures } from '@evenkeel/delivery';
import { type Json, type JsonObject, formatApiVersion } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { ClusterAccess } from './access.ts';
import type { KnownCluster } from './known-cluster.ts';

const statusWords: Readonly<Record<ClusterFigures['reach'], string>> = {
  unknown: 'Unknown',
  reachable: 'Successful',
  lost: 'Failed',
};

/** Describes a cluster. `cluster` is undefined while nobody has asked for it; resolves without a request where it is lost. */
export async function describeCluster(
  known: KnownCluster,
  cluster: Cluster | undefined,
  { applications, nowMs }: { readonly applications: number; readonly nowMs: number },
): Promise<JsonObject> {
  const info = await infoOf(cluster, { applications, nowMs });
  const { connectionState, serverVersion } = info as {
    readonly connectionState: Json;
    readonly serverVersion?: string;
  };
  return {
    server: known.server,
    name: known.name,
    config: sanitized(known.access),
    connectionState,
    ...(serverVersion === undefined ? {} : { serverVersion }),
    info,
    ...(known.namespaces.length > 0 ? { namespaces: known.namespaces } : {}),
    ...(known.clusterResources ? { clusterResources: true } : {}),
    ...(known.shard === undefined ? {} : { shard: known.shard }),
    ...(known.project === '' ? {} : { project: known.project }),
    ...(Object.keys(known.labels).length > 0 ? { labels: known.labels } : {}),
    ...(Object.keys(known.annotations).length > 0 ? { annotations: known.annotations } : {}),
  };
}

async function infoOf(
  cluster: Cluster | undefined,
  { applications, nowMs }: { readonly applications: number; readonly nowMs: number },
): Promise<JsonObject> {
  const state = (status: string, message: string): JsonObject => ({ status, message, attemptedAt: kubeTime(nowMs) });
  if (!cluster) {
    const idle = applications === 0 ? 'Cluster has no applications and is not being monitored.' : '';
    return { connectionState: state('Unknown', idle), applicationsCount: applications, cacheInfo: {} };
  }
  const { reach, message = '', serverVersion, kinds, objects, sinceMs } = cluster.figures();
  const types = reach === 'reachable' ? await cluster.client.discovery.everyVersion().catch(() => []) : [];
  return {
    connectionState: state(statusWords[reach], message),
    ...(serverVersion === undefined ? {} : { serverVersion: serverVersion.replace(/^v/, '') }),
    applicationsCount: applications,
    cacheInfo: {
      resourcesCount: objects,
      apisCount: kinds,
      ...(reach === 'reachable' ? { lastCacheSyncTime: kubeTime(sinceMs) } : {}),
    },
    ...(types.length > 0 ? { apiVersions: apiVersions(types) } : {}),
  };
}

function apiVersions(
  types: readonly { readonly group: string; readonly version: string; readonly kind: string }[],
): readonly string[] {
  const groups = types.map(({ group, version }) => formatApiVersion(group, version));
  const kinds = types.map(({ group, version, kind }) => `${formatApiVersion(group, version)}/${kind}`);
  return [...new Set([...groups, ...kinds])].toSorted();
}

/** Nothing that lets anybody in: commands are left out whole, because their arguments may. */
function sanitized({ tlsClientConfig, awsAuthConfig, proxyUrl, disableCompression }: ClusterAccess): JsonObject {
  const { insecure = false, serverName = '' } = tlsClientConfig ?? {};
  return {
    tlsClientConfig: { insecure, ...(serverName === '' ? {} : { serverName }) },
    ...(awsAuthConfig ? { awsAuthConfig: { ...awsAuthConfig } } : {}),
    ...(proxyUrl === undefined || proxyUrl === '' ? {} : { proxyUrl: proxyUrl.replace(/\/\/[^/@]*@/, '//') }),
    ...(disableCompression === true ? { disableCompression } : {}),
  };
}
