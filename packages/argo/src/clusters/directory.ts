// All clusters that Applications may go to, by the Secrets that describe them. One watch; reading costs no request.
// Mirrors argoproj/argo-cd:util/db/cluster.go and util/argo/argo.go GetDestinationCluster (3.6).

import { type KubeClient, createInformer } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import {
  type KnownCluster,
  type UnreadCluster,
  clusterSecretLabel,
  inCluster,
  inClusterAddress,
  inClusterName,
  readClusterSecret,
} from './known-cluster.ts';

/** The destination of an Application as its spec names it. */
export interface NamedDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** The cluster that a destination means, or why it means none. */
export type ResolvedDestination =
  | { readonly kind: 'cluster'; readonly cluster: KnownCluster }
  /** `isUnread`: a Secret names the cluster, but cannot be read. */
  | { readonly kind: 'problem'; readonly sentence: string; readonly isUnread: boolean };

export interface ClusterDirectory extends AsyncDisposable {
  /** Every cluster, that of this process included. */
  list(): readonly KnownCluster[];
  byServer(server: string): KnownCluster | undefined;
  /** Clusters that belong to a project. */
  ofProject(project: string): readonly KnownCluster[];
  resolve(destination: NamedDestination): ResolvedDestination;
  /** Secrets that cannot be read, and the like; one sentence each. */
  problems(): readonly string[];
  /** Calls the listener after clusters have come, gone or changed. */
  onChange(listener: () => void): () => void;
}

export interface DirectoryOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** `cluster.inClusterEnabled` of argocd-cm. */
  readonly inClusterEnabled: () => boolean;
}

/** Starts watching; resolves when the Secrets have been read. */
export async function watchClusters(options: DirectoryOptions): Promise<ClusterDirectory> {
  const { client, namespace, signal, inClusterEnabled } = options;
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' });
  if (!type) return fixedClusters([], { inClusterEnabled });
  const labelSelector = `${clusterSecretLabel}=cluster`;
  const informer = createInformer(client, type, { namespace, labelSelector, signal });
  await informer.synced;
  const listeners = new Set<() => void>();
  let current = readSecrets(informer.list());
  informer.onChange(() => {
    current = readSecrets(informer.list());
    for (const listener of listeners) listener();
  });
  return {
    ...directoryOver(() => current, inClusterEnabled),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => informer[Symbol.asyncDispose](),
  };
}

/** Clusters that never change. */
export function fixedClusters(
  clusters: readonly KnownCluster[] = [],
  {
    inClusterEnabled = () => true,
    unread = [],
  }: { readonly inClusterEnabled?: () => boolean; readonly unread?: readonly UnreadCluster[] } = {},
): ClusterDirectory {
  return {
    ...directoryOver(() => ({ clusters, unread }), inClusterEnabled),
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface ReadSecrets {
  readonly clusters: readonly KnownCluster[];
  readonly unread: readonly UnreadCluster[];
}

/** Reads all Secrets. Of two for one server the first by name counts. */
export function readSecrets(secrets: readonly KubeObject[]): ReadSecrets {
  const clusters = new Map<string, KnownCluster>();
  const unread: UnreadCluster[] = [];
  const named = secrets.toSorted((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1));
  for (const secret of named) {
    const read = readClusterSecret(secret);
    if (read.kind === 'problem') {
      unread.push(read);
      continue;
    }
    const other = clusters.get(read.cluster.server);
    if (other) {
      const { name, secret: own } = read.cluster;
      const sentence = `cluster Secrets "${other.secret}" and "${own}" both name ${other.server}; the first counts`;
      // Its server is known; what nobody can go by is its name.
      unread.push({ name, server: '', sentence });
      continue;
    }
    clusters.set(read.cluster.server, read.cluster);
  }
  return { clusters: [...clusters.values()], unread };
}

type Reading = Pick<ClusterDirectory, 'list' | 'byServer' | 'ofProject' | 'resolve' | 'problems'>;

type Problem = Extract<ResolvedDestination, { readonly kind: 'problem' }>;

function directoryOver(current: () => ReadSecrets, inClusterEnabled: () => boolean): Reading {
  const list = (): readonly KnownCluster[] => {
    const { clusters } = current();
    if (!inClusterEnabled()) return clusters.filter(({ server }) => server !== inClusterAddress);
    return clusters.some(({ server }) => server === inClusterAddress) ? clusters : [...clusters, inCluster];
  };
  const byServer = (server: string): KnownCluster | undefined => list().find((cluster) => cluster.server === server);
  const problem = (sentence: string, fits?: (one: UnreadCluster) => boolean): Problem => {
    const unread = fits && current().unread.find(fits);
    const because = unread ? ` (${unread.sentence})` : '';
    return { kind: 'problem', sentence: `${sentence}${because}`, isUnread: unread !== undefined };
  };
  const serverOf = (destination: NamedDestination): string | Problem => {
    const { server = '', name = '' } = destination;
    if (name !== '' && server !== '') {
      return problem(`application destination can't have both name and server defined: ${name} ${server}`);
    }
    if (server !== '') return server.replace(/\/+$/, '');
    if (name === '') return problem('Destination server missing from app spec');
    const servers = current()
      .clusters.filter((cluster) => cluster.name === name)
      .map((cluster) => cluster.server)
      .filter((found) => found !== inClusterAddress || inClusterEnabled());
    const [found, ...more] =
      servers.length === 0 && name === inClusterName && inClusterEnabled() ? [inClusterAddress] : servers;
    if (found === undefined)
      return problem(`there are no clusters with this name: ${name}`, (one) => one.name === name);
    if (more.length === 0) return found;
    return problem(`there are ${servers.length} clusters with the same name: [${servers.join(' ')}]`);
  };
  return {
    list,
    byServer,
    ofProject: (project) => current().clusters.filter((cluster) => cluster.project === project),
    problems: () => current().unread.map(({ sentence }) => sentence),
    resolve(destination) {
      const server = serverOf(destination);
      if (typeof server !== 'string') return server;
      const cluster = byServer(server);
      if (cluster) return { kind: 'cluster', cluster };
      const why = `rpc error: code = NotFound desc = cluster "${server}" ${server === inClusterAddress ? 'is disabled' : 'not found'}`;
      const named = (destination.server ?? '') === '' ? 'URL' : `server ${JSON.stringify(destination.server)}`;
      return problem(`error getting cluster by ${named}: ${why}`, (one) => one.server === server);
    },
  };
}
