// Charts and artifacts of registries: tags to digests by asking, digests to contents once.

import { type OciReference, parseOciReference, tagToVersion } from '@evenkeel/helm';
import {
  type Credentials,
  RegistryClient,
  digestOf,
  findCredentials,
  parseDockerConfig,
  pullArtifact,
  pullChart,
  resolveArtifact,
} from '@evenkeel/oci';
import type { Fetching, PackedChart } from './fetching.ts';
import type {
  ArtifactRequest,
  ChartRequest,
  FetchedArtifact,
  RemoteRequest,
  ResolvedArtifact,
  ResolvedChart,
} from './contract.ts';
import { resolveOciVersion } from './oci-version.ts';
import { identityOf } from './remote-identity.ts';

/** The part of the store that knows registries. */
export interface RegistryContents {
  resolveChart(request: ChartRequest): Promise<ResolvedChart>;
  fetchChart(request: ChartRequest, resolved: ResolvedChart, provenance: boolean): Promise<PackedChart>;
  listTags(request: Pick<ArtifactRequest, 'url'> & RemoteRequest): Promise<readonly string[]>;
  resolveArtifact(request: ArtifactRequest): Promise<ResolvedArtifact>;
  fetchArtifact(
    request: ArtifactRequest,
    digest: string,
    mediaType: string,
  ): Promise<Omit<FetchedArtifact, 'digest' | 'tree'>>;
}

/** Clients are kept for their tokens, for as many users. */
const CLIENTS_MAX = 256;

/** Makes it. */
export function createRegistryContents(
  fetching: Fetching,
  environment: Readonly<Record<string, string | undefined>> | undefined,
): RegistryContents {
  const { signal } = fetching;
  const clientOf = createClients(fetching, environment);
  return {
    async resolveChart(request) {
      const reference = chartReference(request);
      const client = clientOf(request);
      const chosen = await resolveOciVersion({ reference, constraint: request.version }, client, { signal });
      const parsed = parseOciReference(chosen);
      const name = parsed.repository.replace(/^.*\//, '');
      const { digest } = parsed.digest === '' ? await client.resolve(parsed, { signal }) : parsed;
      return { name, version: tagToVersion(parsed.tag), digest, url: chosen };
    },
    fetchChart: (request, resolved) => takeChart(fetching, clientOf(request), request, resolved),
    listTags: ({ url, ...request }) => clientOf(request).tags(parseOciReference(url), { signal }),
    resolveArtifact({ url, digest, semver, tag, ...request }) {
      const choice = {
        ...(digest === undefined ? {} : { digest }),
        ...(semver === undefined ? {} : { semver }),
        ...(tag === undefined ? {} : { tag }),
      };
      return resolveArtifact(clientOf(request), parseOciReference(url), choice, { signal });
    },
    async fetchArtifact(request, digest, mediaType) {
      const { cache } = fetching;
      const reference = atDigest(parseOciReference(request.url), digest);
      const key = JSON.stringify(['layer', hostOf(reference), identityOf(request), digest, mediaType]);
      const note = (await cache.recall(key)) as Partial<LayerNote> | undefined;
      const layer = note?.layer === undefined ? undefined : await cache.read(note.layer);
      if (note?.layer !== undefined && layer !== undefined) {
        const { annotations = {}, mediaType: found = '' } = note;
        return { layer, layerDigest: note.layer, mediaType: found, annotations };
      }
      const pulled = await pullArtifact(clientOf(request), reference, { mediaType }, { signal });
      const layerDigest = await cache.write(pulled.layer);
      const { annotations } = pulled;
      await cache.remember(key, { layer: layerDigest, mediaType: pulled.mediaType, annotations });
      return { layer: pulled.layer, layerDigest, mediaType: pulled.mediaType, annotations };
    },
  };
}

interface LayerNote {
  readonly layer: string;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface ChartNote {
  readonly archive: string;
  /** '' where the manifest has none. */
  readonly provenance: string;
}

async function takeChart(
  { cache, signal }: Fetching,
  client: RegistryClient,
  request: ChartRequest,
  resolved: ResolvedChart,
): Promise<PackedChart> {
  const reference = atDigest(parseOciReference(resolved.url), resolved.digest);
  const key = JSON.stringify(['chart', hostOf(reference), identityOf(request), resolved.digest]);
  const note = (await cache.recall(key)) as Partial<ChartNote> | undefined;
  const archive = note?.archive === undefined ? undefined : await cache.read(note.archive);
  const provenance =
    note?.provenance === undefined || note.provenance === '' ? undefined : await cache.read(note.provenance);
  if (note?.archive !== undefined && archive !== undefined && (note.provenance === '' || provenance !== undefined)) {
    return { archive, archiveDigest: note.archive, provenance };
  }
  const pulled = await pullChart(client, `oci://${hostOf(reference)}@${resolved.digest}`, { signal });
  const archiveDigest = await cache.write(pulled.archive);
  const signed = pulled.provenance === undefined ? '' : await cache.write(pulled.provenance);
  await cache.remember(key, { archive: archiveDigest, provenance: signed });
  return { archive: pulled.archive, archiveDigest, provenance: pulled.provenance };
}

/** `repoURL` may name the chart itself, or what it lies below. */
function chartReference({ repoURL, chart }: ChartRequest): string {
  return chart === '' ? repoURL : `${repoURL.replace(/\/$/, '')}/${chart}`;
}

function atDigest(reference: OciReference, digest: string): OciReference {
  return { ...reference, tag: '', digest };
}

function hostOf({ registry, repository }: OciReference): string {
  return `${registry}/${repository}`;
}

function createClients(
  { http }: Fetching,
  environment: Readonly<Record<string, string | undefined>> | undefined,
): (request: RemoteRequest) => RegistryClient {
  const clients = new Map<string, RegistryClient>();
  return (request) => {
    const { access = {}, plainHttp = false, dockerConfig } = request;
    const key = digestOf(new TextEncoder().encode(JSON.stringify([access, plainHttp, dockerConfig])));
    const known = clients.get(key);
    if (known !== undefined) return known;
    const made = new RegistryClient({
      http,
      access,
      plainHttp,
      ...(dockerConfig === undefined
        ? {}
        : {
            login: async (registry: string): Promise<Credentials | undefined> => {
              const config = parseDockerConfig(dockerConfig);
              return environment === undefined
                ? config.login(registry)
                : findCredentials(config, registry, { environment });
            },
          }),
    });
    clients.set(key, made);
    for (const [oldest] of clients) {
      if (clients.size <= CLIENTS_MAX) break;
      clients.delete(oldest);
    }
    return made;
  };
}
