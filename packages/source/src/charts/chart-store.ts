// Charts and artifacts by URL, whatever serves them, each fetched once. See contract.ts for what it promises.

import { memoryTree } from '@evenkeel/std';
import { unpackChart } from '@evenkeel/helm';
import { HttpClient, untarLayer } from '@evenkeel/oci';
import { createSharing } from '../sharing.ts';
import { type ClassicCharts, createClassicCharts } from './classic-charts.ts';
import { openContentCache } from './content-cache.ts';
import type {
  ArtifactRequest,
  ChartRequest,
  ChartStore,
  ChartStoreOptions,
  FetchedArtifact,
  FetchedChart,
  FetchedFile,
  FileRequest,
  LayerChoice,
  ResolvedArtifact,
  ResolvedChart,
} from './contract.ts';
import type { Fetching } from './fetching.ts';
import { type RegistryContents, createRegistryContents } from './registry-contents.ts';

/** Makes a store. Nothing is read or asked before the first request. */
export function createChartStore(options: ChartStoreOptions): ChartStore {
  const lifetime = new AbortController();
  const http = new HttpClient({
    userAgent: options.userAgent ?? 'evenkeel',
    signal: lifetime.signal,
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  });
  const fetching: Fetching = {
    http,
    cache: openContentCache(options.directory, options.bytesMax),
    now: options.now ?? Date.now,
    signal: lifetime.signal,
  };
  const classic = createClassicCharts(fetching);
  const registries = createRegistryContents(fetching, options.environment);
  return {
    ...sharedMethods(classic, registries),
    async [Symbol.asyncDispose]() {
      lifetime.abort(new Error('the chart store is closed'));
      await http[Symbol.asyncDispose]();
    },
  };
}

function sharedMethods(
  classic: ClassicCharts,
  registries: RegistryContents,
): Omit<ChartStore, typeof Symbol.asyncDispose> {
  const resolving = createSharing<ResolvedChart>();
  const fetching = createSharing<FetchedChart>();
  const fetchingFiles = createSharing<FetchedFile>();
  const resolvingArtifacts = createSharing<ResolvedArtifact>();
  const fetchingArtifacts = createSharing<FetchedArtifact>();
  const kindOf = (url: string): ClassicCharts | RegistryContents => (url.startsWith('oci://') ? registries : classic);
  return {
    resolveChart: (request: ChartRequest) =>
      resolving(keyOf(request), request.signal, () => kindOf(request.repoURL).resolveChart(request)),
    fetchChart(request: ChartRequest, resolved: ResolvedChart, { provenance = false } = {}) {
      const key = keyOf({ ...request, maxAgeMs: 0 }, resolved, provenance);
      return fetching(key, request.signal, async () => {
        const packed = await kindOf(resolved.url).fetchChart(request, resolved, provenance);
        const { name, version, digest, url } = resolved;
        return { name, version, digest, url, ...packed, tree: () => chartTree(packed.archive) };
      });
    },
    fetchFile: (request: FileRequest) =>
      fetchingFiles(keyOf(request), request.signal, () => classic.fetchFile(request)),
    listTags: (request) => registries.listTags(request),
    resolveArtifact: (request: ArtifactRequest) => {
      const filter = request.semver?.filter;
      const work = (): Promise<ResolvedArtifact> => registries.resolveArtifact(request);
      // Two filters cannot be compared, so such questions are asked one by one.
      return filter === undefined ? resolvingArtifacts(keyOf(request), request.signal, work) : work();
    },
    fetchArtifact: (request: ArtifactRequest, resolved: ResolvedArtifact, layer: LayerChoice = {}) =>
      fetchingArtifacts(keyOf(request, resolved, layer), request.signal, async () => {
        const fetched = await registries.fetchArtifact(request, resolved.digest, layer.mediaType ?? '');
        return { ...fetched, digest: resolved.digest, tree: () => untarLayer(fetched.layer, layer) };
      }),
  };
}

function keyOf(request: ChartRequest | ArtifactRequest | FileRequest, ...more: readonly unknown[]): string {
  return JSON.stringify([{ ...request, signal: undefined }, ...more]);
}

function chartTree(archive: Uint8Array): ReturnType<typeof memoryTree> {
  const files = unpackChart(archive).map(({ name, data }) => [name, data] as const);
  return memoryTree(Object.fromEntries(files));
}
