// A cluster as its Secret describes it, or the one this process stands in.
// Mirrors argoproj/argo-cd:util/db/cluster.go SecretToCluster (3.6).

import type { Json, KubeObject } from '@evenkeel/resource';
import { secretData } from '../applicationset/generators/world.ts';
import { conform } from '../crd/conform.ts';
import { type ClusterAccess, accessSchema } from './access.ts';

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

/** A cluster that no Application can go to, by what destinations would call it; '' where the Secret does not say. */
export interface UnreadCluster {
  readonly name: string;
  readonly server: string;
  /** What is wrong with the Secret. Names no secret value. */
  readonly sentence: string;
}

/** What a Secret says, or what is wrong with it. */
export type ReadCluster =
  | { readonly kind: 'cluster'; readonly cluster: KnownCluster }
  | ({ readonly kind: 'problem' } & UnreadCluster);

/** Reads a cluster Secret. */
export function readClusterSecret(secret: KubeObject): ReadCluster {
  const data = secretData(secret);
  const name = secret.metadata.name ?? '';
  const text = (key: string): string => data.get(key) ?? '';
  const server = text('server').replace(/\/+$/, '');
  const unread = (what: string): ReadCluster => ({
    kind: 'problem',
    name: text('name'),
    server,
    sentence: `cluster Secret "${name}"${what}`,
  });
  const access = readAccess(text('config'));
  if (typeof access === 'string') return unread(`: failed to unmarshal cluster config: ${access}`);
  if (server === '') return unread(' has no server');
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

/** The `config` of a Secret, or what is wrong with it. */
function readAccess(config: string): ClusterAccess | string {
  if (config === '') return {};
  let json: Json;
  try {
    json = JSON.parse(config) as Json;
  } catch {
    // What the parser complains of may quote the credentials.
    return 'it is not JSON';
  }
  const { value, problems } = conform(json, accessSchema, 'config');
  return problems.length > 0 ? problems.join(', ') : ((value ?? {}) as ClusterAccess);
}
