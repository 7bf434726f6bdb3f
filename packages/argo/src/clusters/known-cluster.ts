// A cluster as its Secret describes it, or the one this process stands in.
// Mirrors argoproj/argo-cd:util/db/cluster.go SecretToCluster (3.6).

import type { KubeObject } from '@evenkeel/resource';
import { secretData } from '../applicationset/generators/world.ts';
import type { ClusterAccess } from './access.ts';

/** The address of the cluster that Argo CD itself runs in. */
export const inClusterAddress = 'https://kubernetes.default.svc';

/** What the cluster of this process is called where no Secret says otherwise. */
export const inClusterName = 'in-cluster';

export const clusterSecretLabel = 'argocd.argoproj.io/secret-type';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const managedBy = 'managed-by';

export interface KnownCluster {
  readonly server: string;
  readonly name: string;
  /** Namespaces it may be used in; empty for all of them. */
  readonly namespaces: readonly string[];
  /** Whether cluster-scoped objects are managed where `namespaces` limits the rest. */
  readonly clusterResources: boolean;
  readonly access: ClusterAccess;
  readonly shard: number | undefined;
  /** The project it belongs to; '' for none. */
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly refreshRequestedAt: string | undefined;
  /** The Secret it was read from; undefined for the cluster of this process without one. */
  readonly secret: string | undefined;
}

/** The name of a cluster in deliveries: its server, but for the one of this process. */
export function clusterKey({ server, namespaces }: Pick<KnownCluster, 'server' | 'namespaces'>): string {
  // One that is limited to some namespaces is another view of the same cluster.
  return server === inClusterAddress && namespaces.length === 0 ? inClusterName : server;
}

/** The cluster of this process, where no Secret stands for it. */
export const inCluster: KnownCluster = {
  server: inClusterAddress,
  name: inClusterName,
  namespaces: [],
  clusterResources: false,
  access: {},
  shard: undefined,
  project: '',
  labels: {},
  annotations: {},
  refreshRequestedAt: undefined,
  secret: undefined,
};

/** What a Secret says, or what is wrong with it in one sentence that names no secret value. */
export type ReadCluster =
  | { readonly kind: 'cluster'; readonly cluster: KnownCluster }
  | { readonly kind: 'problem'; readonly sentence: string };

/** Reads a cluster Secret. */
export function readClusterSecret(secret: KubeObject): ReadCluster {
  const data = secretData(secret);
  const name = secret.metadata.name ?? '';
  const text = (key: string): string => data.get(key) ?? '';
  const config = text('config');
  let access: ClusterAccess = {};
  try {
    if (config !== '') access = (JSON.parse(config) ?? {}) as ClusterAccess;
  } catch {
    // What the parser complains of may quote the credentials.
    return {
      kind: 'problem',
      sentence: `cluster Secret "${name}": failed to unmarshal cluster config: it is not JSON`,
    };
  }
  const server = text('server').replace(/\/+$/, '');
  if (server === '') return { kind: 'problem', sentence: `cluster Secret "${name}" has no server` };
  const { [clusterSecretLabel]: _type, ...labels } = secret.metadata.labels ?? {};
  const { [lastApplied]: _applied, [managedBy]: _by, ...annotations } = secret.metadata.annotations ?? {};
  return {
    kind: 'cluster',
    cluster: {
      server,
      name: text('name'),
      namespaces: text('namespaces')
        .split(',')
        .map((namespace) => namespace.trim())
        .filter((namespace) => namespace !== ''),
      clusterResources: text('clusterResources') === 'true',
      access,
      shard: /^[+-]?\d+$/.test(text('shard')) ? Number(text('shard')) : undefined,
      project: text('project'),
      labels,
      annotations,
      refreshRequestedAt: annotations['argocd.argoproj.io/refresh'],
      secret: name,
    },
  };
}
