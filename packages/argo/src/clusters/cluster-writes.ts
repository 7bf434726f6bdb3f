// Cluster Secrets as people write them, in the form and under the names that Argo CD gives them.
// Mirrors argoproj/argo-cd:util/db/cluster.go clusterToSecret and util/db/secrets.go (3.6).

import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import type { ClusterAccess } from './access.ts';
import { type KnownCluster, clusterSecretLabel, inClusterAddress, readClusterSecret } from './known-cluster.ts';

/** A cluster as somebody describes it. */
export interface NewCluster {
  readonly server: string;
  readonly name?: string | undefined;
  readonly config: ClusterAccess;
  readonly namespaces?: readonly string[] | undefined;
  readonly clusterResources?: boolean | undefined;
  readonly shard?: number | undefined;
  readonly project?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** A write that is not done. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused';
}

/** The Secret of a cluster; `name` keeps that of one that exists. */
export function clusterSecret(cluster: NewCluster, namespace: string, name?: string): KubeObject {
  const server = cluster.server.replace(/\/+$/, '');
  const text: Record<string, string> = {
    server,
    name: cluster.name === undefined || cluster.name === '' ? server : cluster.name,
    config: JSON.stringify({
      ...cluster.config,
      tlsClientConfig: { insecure: false, ...cluster.config.tlsClientConfig },
    }),
  };
  if ((cluster.namespaces ?? []).length > 0) text['namespaces'] = (cluster.namespaces ?? []).join(',');
  if (cluster.shard !== undefined) text['shard'] = String(cluster.shard);
  if (cluster.clusterResources === true) text['clusterResources'] = 'true';
  if (cluster.project !== undefined && cluster.project !== '') text['project'] = cluster.project;
  const data = Object.fromEntries(
    Object.entries(text).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: name ?? clusterSecretName(server),
      namespace,
      labels: { ...cluster.labels, [clusterSecretLabel]: 'cluster' },
      annotations: { ...cluster.annotations, 'managed-by': 'argocd.argoproj.io' },
    },
    data,
  };
}

/** "cluster-<host>-<hash of the server>" */
export function clusterSecretName(server: string): string {
  const { hostname } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').replaceAll(':', '-');
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(server)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `cluster-${host.toLowerCase()}-${hash}`;
}

/** Where Secrets are written, and what holds there. */
export interface ClusterStore {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly inClusterEnabled: boolean;
  readonly known: readonly KnownCluster[];
}

/** Registers a cluster; one that exists is changed with `upsert` only, and kept where it says the same. */
export async function writeCluster(cluster: NewCluster, upsert: boolean, store: ClusterStore): Promise<KnownCluster> {
  const server = cluster.server.replace(/\/+$/, '');
  if (!URL.canParse(server)) throw new ClusterRefused(`parse ${JSON.stringify(server)}: invalid URI for request`);
  if (server === inClusterAddress && !store.inClusterEnabled)
    throw new ClusterRefused('cannot register cluster: in-cluster has been disabled');
  const { client, namespace } = store;
  const type = await secretType(client);
  const known = store.known.find((other) => other.server === server && other.secret !== undefined);
  const secret = clusterSecret(cluster, namespace, known?.secret);
  const wanted = readBack(secret);
  if (!known) {
    try {
      return readBack(await client.create(type, secret));
    } catch (error) {
      if (isKubeError(error, 409)) throw new ClusterRefused(`cluster ${JSON.stringify(server)} already exists`);
      throw error;
    }
  }
  if (sameCluster(known, wanted)) return known;
  if (!upsert) throw new ClusterRefused('existing cluster spec is different; use upsert flag to force update');
  const existing = await client.get(type, { namespace, name: secret.metadata.name ?? '' });
  const { resourceVersion } = existing?.metadata ?? {};
  const metadata = { ...secret.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return readBack(await client.update(type, { ...secret, metadata }));
}

/** What may be changed of a cluster without saying again how it is reached. */
export type ClusterChange = Partial<Pick<NewCluster, 'name' | 'namespaces' | 'labels' | 'annotations'>>;

/** Changes what is given, and nothing else. */
export async function changeCluster(known: KnownCluster, change: ClusterChange, store: ClusterStore): Promise<void> {
  if (known.secret === undefined) throw new ClusterRefused(`cluster ${JSON.stringify(known.server)} not found`);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as ClusterChange;
  const { server, name, namespaces, clusterResources, shard, project, labels, annotations, access } = known;
  const before = { server, name, namespaces, clusterResources, shard, project, labels, annotations };
  await writeCluster({ ...before, config: access, ...given }, true, store);
}

/** Forgets a cluster: what it holds stays. */
export async function removeCluster(cluster: KnownCluster, { client, namespace }: ClusterStore): Promise<void> {
  if (cluster.secret === undefined) throw new ClusterRefused(`cluster ${JSON.stringify(cluster.server)} not found`);
  await client.delete(await secretType(client), { namespace, name: cluster.secret });
}

function readBack(secret: KubeObject): KnownCluster {
  const read = readClusterSecret(secret);
  if (read.kind === 'problem') throw new ClusterRefused(read.sentence);
  return read.cluster;
}

function sameCluster(left: KnownCluster, right: KnownCluster): boolean {
  const identity = ({ secret: _secret, refreshRequestedAt: _at, ...rest }: KnownCluster): string =>
    JSON.stringify(Object.entries(rest).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return identity(left) === identity(right);
}

async function secretType(client: KubeClient): Promise<ResourceType> {
  return present(await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' }), 'the kind Secret');
}
