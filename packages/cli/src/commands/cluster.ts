// `evenkeel cluster list|get|rm`: the verbs of argocd for clusters, with its exit codes.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/cluster.go (3.6).

import {
  type ClusterChange,
  type ClusterView,
  accepted,
  apiPaths,
  clusterList as clusterListSchema,
} from '@evenkeel/api';
import { createHttpTransport, createKubeClient, loadKubeconfig } from '@evenkeel/kube';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { formatTable } from '../output/table.ts';
import { uninstallManager } from './cluster-manager.ts';
import { pairs } from './pairs.ts';

export interface ClusterOptions {
  readonly server?: string;
  readonly output?: string;
}

export interface RemoveOptions extends ClusterOptions {
  readonly kubeconfig?: string;
}

export async function clusterList(options: ClusterOptions, io: Io): Promise<void> {
  const { items } = await send(io, options, { path: apiPaths.clusters(), schema: clusterListSchema });
  io.out(print(items, options.output, printTable));
}

export async function clusterGet(id: string, options: ClusterOptions, io: Io): Promise<void> {
  const cluster = await fetchCluster(id, options, io);
  io.out(
    options.output === 'server'
      ? `${cluster.server}\n`
      : (formatData(cluster, options.output) ?? printDetails(cluster)),
  );
}

export interface SetOptions extends ClusterOptions {
  readonly name?: string;
  readonly namespace?: readonly string[];
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
}

/** Changes what the flags give, and nothing else. */
export async function clusterSet(id: string, options: SetOptions, io: Io): Promise<void> {
  const { name, namespace, label, annotation } = options;
  const change: ClusterChange = {
    ...(name === undefined ? {} : { name }),
    ...(namespace ? { namespaces: namespace.length === 1 && namespace[0] === '*' ? [] : [...namespace] } : {}),
    ...(label ? { labels: pairs(label) } : {}),
    ...(annotation ? { annotations: pairs(annotation) } : {}),
  };
  if (Object.keys(change).length === 0) {
    io.out('Specify the cluster field to be updated.\n');
    return;
  }
  await send(io, options, { path: apiPaths.cluster(id), method: 'PATCH', body: change, schema: accepted });
  io.out(`Cluster '${id}' updated.\n`);
}

/** Has the server make another token for the service account by which it reaches a cluster. */
export async function clusterRotateAuth(id: string, options: ClusterOptions, io: Io): Promise<void> {
  await send(io, options, { path: apiPaths.rotateClusterAuth(id), method: 'POST', body: {}, schema: accepted });
  io.out(`Cluster '${id}' rotated auth\n`);
}

/** Forgets clusters, and takes back what `add` installed there where the kubeconfig still leads to them. */
export async function clusterRemove(ids: readonly string[], options: RemoveOptions, io: Io): Promise<void> {
  for (const id of ids) {
    const { name } = await fetchCluster(id, options, io);
    await send(io, options, { path: apiPaths.cluster(id), method: 'DELETE', body: {}, schema: accepted });
    io.out(`Cluster '${id}' removed\n`);
    const config = await loadKubeconfig({
      context: name,
      environment: io.environment,
      ...(options.kubeconfig === undefined ? {} : { files: [options.kubeconfig] }),
    }).catch(() => undefined);
    if (!config) {
      io.err(`note: no kubeconfig context "${name}", so the service account argocd-manager stays there\n`);
      continue;
    }
    await using transport = createHttpTransport(config, { environment: io.environment });
    await uninstallManager(createKubeClient(transport), io);
  }
}

async function fetchCluster(id: string, options: ClusterOptions, io: Io): Promise<ClusterView> {
  const [cluster] = (await send(io, options, { path: apiPaths.cluster(id), schema: clusterListSchema })).items;
  if (!cluster) throw new CommandFailure(`cluster "${id}" not found`, exitCodes.generic);
  return cluster;
}

function print(
  items: readonly ClusterView[],
  output: string | undefined,
  table: (items: readonly ClusterView[]) => string,
): string {
  if (output === 'server') return items.map(({ server }) => `${server}\n`).join('');
  return formatData(items, output) ?? table(items);
}

function printTable(items: readonly ClusterView[]): string {
  const rows = items.map(({ server, name, info, namespaces = [], project = '' }) => [
    namespaces.length === 0 ? server : `${server} (${namespaces.length} namespaces)`,
    name,
    info.serverVersion ?? '',
    info.connectionState.status,
    info.connectionState.message,
    project,
  ]);
  return formatTable(['SERVER', 'NAME', 'VERSION', 'STATUS', 'MESSAGE', 'PROJECT'], rows);
}

function printDetails({ server, name, info, namespaces = [], config }: ClusterView): string {
  const { tlsClientConfig, awsAuthConfig, disableCompression, proxyUrl } = config as {
    readonly tlsClientConfig?: { readonly insecure?: boolean };
    readonly awsAuthConfig?: unknown;
    readonly disableCompression?: boolean;
    readonly proxyUrl?: string;
  };
  const { connectionState, cacheInfo, applicationsCount } = info;
  return [
    'Cluster information\n',
    `  Server URL:            ${server}`,
    `  Server Name:           ${name === '' ? '-' : name}`,
    `  Server Version:        ${info.serverVersion ?? ''}`,
    `  Namespaces:            ${namespaces.length === 0 ? 'all namespaces' : namespaces.join(', ')}`,
    '\nConnection\n',
    `  Status:                ${connectionState.status}${connectionState.message === '' ? '' : `: ${connectionState.message}`}`,
    `  Applications:          ${applicationsCount}`,
    `  Kinds watched:         ${cacheInfo.apisCount ?? 0}`,
    `  Objects watched:       ${cacheInfo.resourcesCount ?? 0}`,
    '\nTLS configuration\n',
    `  Cert validation:       ${tlsClientConfig?.insecure !== true}`,
    '\nAuthentication\n',
    `  AWS authentication:    ${awsAuthConfig !== undefined}`,
    `\nDisable compression: ${disableCompression === true}`,
    `\nUse proxy: ${proxyUrl !== undefined && proxyUrl !== ''}\n\n`,
  ].join('\n');
}
