// The live cluster behind `--dry-run=server`, `--validate` and `lookup`. Loaded only when a chart or a flag asks for it.
// Mirrors helm:pkg/engine/lookup_func.go and helm:pkg/action/action.go (v4.3.0).

import { GoError } from '@evenkeel/gotemplate';
import type { LookupQuery } from '@evenkeel/helm';
import {
  type ClusterConfig,
  type KubeClient,
  KubeError,
  type KubeTransport,
  createHttpTransport,
  createKubeClient,
  loadClusterConfig,
} from '@evenkeel/kube';
import { type JsonObject, formatApiVersion, parseApiVersion } from '@evenkeel/resource';
import { readFile } from 'node:fs/promises';
import { type HelmSettings, kubeconfigFiles } from './helm-settings.ts';
import type { Io } from './io.ts';

/** What rendering asks of a cluster. */
export interface HelmCluster extends AsyncDisposable {
  /** Rejects with what stands behind "cluster reachability check failed". */
  versions(): Promise<{ readonly kubeVersion: string; readonly apiVersions: readonly string[] }>;
  /** Rejects with GoError, which a template reports where it stands. */
  lookup(query: LookupQuery): Promise<JsonObject | undefined>;
}

/** Connects as the kubeconfig flags say. Rejects with KubeconfigError. */
export async function openHelmCluster(settings: HelmSettings, io: Io): Promise<HelmCluster> {
  const transport = createHttpTransport(await clusterConfig(settings, io), { environment: io.environment });
  return clusterOver(transport, io.signal);
}

function clusterOver(transport: KubeTransport, signal: AbortSignal): HelmCluster {
  const client = createKubeClient(transport);
  return {
    async versions() {
      const [kubeVersion, types] = [await client.discovery.serverVersion(), await client.discovery.everyVersion()];
      const versions = types.map((type) => formatApiVersion(type.group, type.version));
      const kinds = types.map((type) => `${formatApiVersion(type.group, type.version)}/${type.kind}`);
      return { kubeVersion, apiVersions: [...new Set([...versions, ...kinds])].sort() };
    },
    async lookup(query) {
      try {
        return await answer(client, query, signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof Error)) throw error;
        throw error instanceof GoError ? error : new GoError(error.message, { cause: error });
      }
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

async function answer(client: KubeClient, query: LookupQuery, signal: AbortSignal): Promise<JsonObject | undefined> {
  const { apiVersion, kind, namespace, name } = query;
  const gvk = { ...parseApiVersion(apiVersion), kind };
  const type = await client.discovery.resolve(gvk);
  if (type === undefined) {
    const shown = `${gvk.group}/${gvk.version}, Kind=${kind}`;
    throw new GoError(
      `unable to get apiresource from unstructured: ${shown}: the server could not find the requested resource`,
    );
  }
  const where = type.namespaced && namespace !== '' ? { namespace } : {};
  try {
    if (name !== '') return (await client.get(type, { ...where, name }, signal)) as JsonObject | undefined;
    const { items, resourceVersion } = await client.list(type, { ...where, signal });
    return { apiVersion, kind: `${kind}List`, metadata: { resourceVersion }, items: items as never };
  } catch (error) {
    if (error instanceof KubeError && error.code === 404) return undefined;
    throw error;
  }
}

async function clusterConfig(settings: HelmSettings, io: Io): Promise<ClusterConfig> {
  const context = settings.text('kube-context');
  const named = settings.text('kubeconfig') !== '';
  const server = settings.text('kube-apiserver');
  const base = await loadClusterConfig({
    ...(named ? { files: kubeconfigFiles(settings, io) } : {}),
    ...(context === '' ? {} : { context }),
    environment: { HOME: io.homeDirectory, ...io.environment },
  }).catch((error: unknown): ClusterConfig => {
    // An address on the command line needs no kubeconfig.
    if (server === '' || context !== '') throw error;
    return { server, user: {}, namespace: 'default', context: '' };
  });
  return overridden(base, settings, io);
}

async function overridden(base: ClusterConfig, settings: HelmSettings, io: Io): Promise<ClusterConfig> {
  const [server, token, name] = ['kube-apiserver', 'kube-token', 'kube-tls-server-name'].map((flag) =>
    settings.text(flag),
  );
  const authority = settings.text('kube-ca-file');
  const insecure = settings.on('kube-insecure-skip-tls-verify');
  const user = settings.text('kube-as-user');
  const groups = settings.all('kube-as-group');
  const { certificateAuthority, ...rest } = base;
  const { tokenFile, ...person } = base.user;
  const trusted = authority === '' ? certificateAuthority : await readFile(resolveIn(io, authority), 'utf8');
  return {
    ...rest,
    ...(trusted === undefined || insecure ? {} : { certificateAuthority: trusted }),
    ...(insecure ? { insecureSkipTlsVerify: true } : {}),
    ...(server ? { server } : {}),
    ...(name ? { tlsServerName: name } : {}),
    user: {
      ...person,
      ...(token ? { token } : tokenFile === undefined ? {} : { tokenFile }),
      ...(user === '' && groups.length === 0 ? {} : { impersonate: { ...(user === '' ? {} : { user }), groups } }),
    },
  };
}

function resolveIn(io: Io, path: string): string {
  return path.startsWith('/') ? path : `${io.cwd}/${path}`;
}
