// `evenkeel cluster add`: registers the cluster of a kubeconfig context as argocd does: with a service account of its own,
// or with a command that grants credentials.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/cluster.go and cmd/util/cluster.go (3.6).

import { type ClusterRequest, accepted, apiPaths } from '@evenkeel/api';
import { type ClusterAccess, inClusterServer } from '@evenkeel/argo';
import {
  type ClusterConfig,
  createHttpTransport,
  createKubeClient,
  listContexts,
  loadKubeconfig,
} from '@evenkeel/kube';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { installManager } from './cluster-manager.ts';
import { pairs } from './pairs.ts';

export interface AddOptions {
  readonly server?: string;
  readonly kubeconfig?: string;
  readonly name?: string;
  readonly upsert?: boolean;
  readonly namespace?: readonly string[];
  readonly clusterResources?: boolean;
  readonly project?: string;
  readonly shard?: string;
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
  readonly inCluster?: boolean;
  readonly serviceAccount?: string;
  readonly systemNamespace: string;
  readonly execCommand?: string;
  readonly execCommandArgs?: readonly string[];
  readonly execCommandEnv?: readonly string[];
  readonly execCommandApiVersion: string;
  readonly execCommandInstallHint?: string;
  readonly awsClusterName?: string;
  readonly awsRoleArn?: string;
  readonly awsProfile?: string;
  readonly proxyUrl?: string;
  readonly serverProxyUrl?: string;
  readonly disableCompression?: boolean;
}

/** Registers the cluster; what has to be in it for that is put there first. */
export async function clusterAdd(context: string, options: AddOptions, io: Io): Promise<void> {
  const config = await configOf(context, options, io);
  const login = await loginOf(config, options, io);
  const cluster: ClusterRequest['cluster'] = {
    server: options.inCluster === true ? inClusterServer : config.server,
    name: options.name ?? context,
    config: { ...accessOf(config, options, login) },
    namespaces: [...(options.namespace ?? [])],
    ...(options.clusterResources === true ? { clusterResources: true } : {}),
    ...(options.project === undefined ? {} : { project: options.project }),
    ...(options.shard === undefined ? {} : { shard: Number(options.shard) }),
    labels: pairs(options.label),
    annotations: pairs(options.annotation),
  };
  const body = { cluster, upsert: options.upsert === true };
  const { message } = await send(io, options, { path: apiPaths.clusters(), method: 'POST', body, schema: accepted });
  io.out(`${message}\n`);
}

async function configOf(context: string, { kubeconfig, proxyUrl }: AddOptions, io: Io): Promise<ClusterConfig> {
  const where = { environment: io.environment, ...(kubeconfig === undefined ? {} : { files: [kubeconfig] }) };
  const { contexts } = await listContexts(where);
  if (!contexts.includes(context)) {
    throw new CommandFailure(
      `context ${context} does not exist in kubeconfig; one of: ${contexts.join(', ')}`,
      exitCodes.generic,
    );
  }
  const config = await loadKubeconfig({ ...where, context });
  return proxyUrl === undefined ? config : { ...config, proxyUrl };
}

async function loginOf(config: ClusterConfig, options: AddOptions, io: Io): Promise<ClusterAccess> {
  const { awsClusterName, awsRoleArn, awsProfile, execCommand, serviceAccount, systemNamespace } = options;
  if (awsClusterName !== undefined) {
    const more = {
      ...(awsRoleArn === undefined ? {} : { roleARN: awsRoleArn }),
      ...(awsProfile === undefined ? {} : { profile: awsProfile }),
    };
    return { awsAuthConfig: { clusterName: awsClusterName, ...more } };
  }
  if (execCommand !== undefined) {
    const hint = options.execCommandInstallHint;
    return {
      execProviderConfig: {
        command: execCommand,
        args: options.execCommandArgs ?? [],
        env: pairs(options.execCommandEnv),
        apiVersion: options.execCommandApiVersion,
        ...(hint === undefined ? {} : { installHint: hint }),
      },
    };
  }
  await using transport = createHttpTransport(config, { environment: io.environment });
  const wish = { systemNamespace, namespaces: options.namespace ?? [], serviceAccount };
  const token = await installManager(createKubeClient(transport), wish, io);
  const { clientCertificate, clientKey } = config.user;
  // A certificate of the context is kept, and a token beside it would never be used.
  return clientCertificate !== undefined && clientKey !== undefined ? {} : { bearerToken: token };
}

function accessOf(
  config: ClusterConfig,
  { disableCompression, serverProxyUrl }: AddOptions,
  login: ClusterAccess,
): ClusterAccess {
  const { certificateAuthority, tlsServerName, insecureSkipTlsVerify, user } = config;
  const proxyUrl = serverProxyUrl ?? config.proxyUrl ?? '';
  const compressed = disableCompression !== true && config.disableCompression !== true;
  return {
    ...login,
    tlsClientConfig: {
      insecure: insecureSkipTlsVerify === true,
      ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
      ...(certificateAuthority === undefined ? {} : { caData: base64(certificateAuthority) }),
      ...(user.clientCertificate === undefined ? {} : { certData: base64(user.clientCertificate) }),
      ...(user.clientKey === undefined ? {} : { keyData: base64(user.clientKey) }),
    },
    ...(proxyUrl === '' ? {} : { proxyUrl }),
    ...(compressed ? {} : { disableCompression: true }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
