// The world of generators in a real cluster: watch caches, the source store, forges.

import { type Places, createPlaces } from '@evenkeel/delivery';
import { type ForgeAccess, ForgeError, GitError } from '@evenkeel/git';
import type { Informer, KubeClient, ResourceType } from '@evenkeel/kube';
import type { Json, KubeObject } from '@evenkeel/resource';
import { RemoteError } from '@evenkeel/oci';
import { type ChartStore, type RepositoryAccess, SourceError, type SourceStore, withSnapshot } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import { GenerationError } from './application-set.ts';
import type { GeneratorWorld, PluginQuestion } from './generators/world.ts';
import type { SetSettings } from './set-settings.ts';

export interface ClusterWorldInput {
  readonly client: KubeClient;
  readonly store: SourceStore;
  /** Where artifacts come from; artifacts are refused by name without it. */
  readonly charts?: ChartStore | undefined;
  readonly clock: Clock;
  /** Secrets labelled as clusters, in Argo CD's namespace. */
  readonly clusterSecrets: Informer;
  readonly settings: SetSettings;
  readonly access: ForgeAccess;
  readonly environment?: GeneratorWorld['environment'];
  /** The credentials that the set may use for its repositories. */
  readonly repositories?: RepositoryAccess | undefined;
  readonly controlNamespace: string;
  readonly signal: AbortSignal;
  /** Told of every repository that is read, so that it can be watched. */
  readonly onRepository?: (url: string) => void;
}

/** Makes the world for one generation. */
export function clusterWorld(input: ClusterWorldInput): GeneratorWorld {
  const { client, settings, access, signal } = input;
  // What an artifact's revision means is asked once for each generation.
  const places = createPlaces({ store: input.store, charts: input.charts, clock: input.clock });
  return {
    controlNamespace: input.controlNamespace,
    clusterSecrets: () => input.clusterSecrets.list(),
    secret: (namespace, name) => getCore(client, 'Secret', { namespace, name }, signal),
    configMap: (namespace, name) => getCore(client, 'ConfigMap', { namespace, name }, signal),
    decisions: (query) => listDecisions(input, query),
    readTree: (source, work) =>
      source.kind === 'oci' ? readArtifact(input, places, { source, work }) : readTree(input, source, work),
    hiddenDirectories: settings.hiddenDirectories,
    newFileGlobbing: settings.newFileGlobbing,
    askPlugin: (question) => askPlugin(access, question),
    forges: settings.forges,
    access,
    environment: input.environment,
    signal,
  };
}

async function getCore(
  client: KubeClient,
  kind: string,
  at: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind });
  return type && client.get(type, at, signal);
}

/** The kind of a decision is written as a resource name by some and as a kind by others. */
async function listDecisions(
  { client, controlNamespace, signal }: ClusterWorldInput,
  query: Parameters<GeneratorWorld['decisions']>[0],
): Promise<readonly KubeObject[]> {
  const types = await client.discovery.everyVersion();
  const wanted = query.resource.toLowerCase();
  const type: ResourceType | undefined = types.find(
    ({ group, version, plural, kind }) =>
      group === query.group && version === query.version && (plural === wanted || kind.toLowerCase() === wanted),
  );
  if (!type) {
    throw new GenerationError('failed to get dynamic resources: the server could not find the requested resource');
  }
  const { items } = await client.list(type, {
    namespace: controlNamespace,
    ...(query.name === '' ? { labelSelector: query.labelSelector } : { fieldSelector: `metadata.name=${query.name}` }),
    signal,
  });
  return items;
}

const readTree = async <T>(
  { store, signal, onRepository, repositories: access }: ClusterWorldInput,
  { url, revision, fresh }: Parameters<GeneratorWorld['readTree']>[0],
  work: Parameters<typeof withSnapshot<T>>[1],
): Promise<T> => {
  onRepository?.(url);
  try {
    const { sha } = await store.resolve(url, revision, { signal, access, ...(fresh ? { maxAgeMs: 0 } : {}) });
    return await withSnapshot(await store.tree(url, sha, { signal, access }), work, { signal });
  } catch (error) {
    if (error instanceof GitError || error instanceof SourceError)
      throw new GenerationError(error.message, { cause: error });
    throw error;
  }
};

interface ArtifactWork<T> {
  readonly source: Parameters<GeneratorWorld['readTree']>[0];
  readonly work: Parameters<typeof withSnapshot<T>>[1];
}

async function readArtifact<T>(
  { signal, repositories: access }: ClusterWorldInput,
  places: Places,
  { source: { url, revision, fresh }, work }: ArtifactWork<T>,
): Promise<T> {
  const at = { kind: 'artifact', url: url.includes('://') ? url : `oci://${url}`, path: '', revision, access } as const;
  try {
    const located = await places.locate(at, { refresh: fresh, signal });
    return await withSnapshot(await located.open(signal), work, { signal });
  } catch (error) {
    if (error instanceof RemoteError || error instanceof SourceError)
      throw new GenerationError(`unable to resolve OCI revision ${revision}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function askPlugin(access: ForgeAccess, { baseUrl, token, timeoutMs, body }: PluginQuestion): Promise<Json> {
  try {
    const answer = await access.send(
      {
        method: 'POST',
        url: `${baseUrl.replace(/\/+$/, '')}/api/v1/getparams.execute`,
        headers: { authorization: `Bearer ${token}` },
        body,
        timeoutMs,
      },
      {},
    );
    return (answer.body ?? null) as Json;
  } catch (error) {
    if (error instanceof ForgeError) throw new GenerationError(error.message, { cause: error });
    throw error;
  }
}
