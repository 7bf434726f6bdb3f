// What others see of charts and artifacts: requests, answers, the store.

import type { TagChoice } from '@evenkeel/oci';
import type { ProxySettings, RemoteAccess, UntarOptions } from '@evenkeel/oci';
import type { FileTree } from '@evenkeel/std';

/** How a remote is reached, and how long one may wait. */
export interface RemoteRequest {
  /** Credentials, TLS material, proxy. One set of credentials never gets what only another may read. */
  readonly access?: RemoteAccess;
  /** Registries: HTTP instead of HTTPS. */
  readonly plainHttp?: boolean;
  /** Registries: the text of a docker config.json, asked where `access` has no credentials. */
  readonly dockerConfig?: string;
  readonly signal?: AbortSignal;
}

/** Which chart. */
export interface ChartRequest extends RemoteRequest {
  /** `https://…` of a classic repository, or `oci://host/path`. */
  readonly repoURL: string;
  /** The chart's name; '' where an `oci://` URL names the chart itself. */
  readonly chart: string;
  /** A version, a range as Masterminds/semver reads it, or '' for the newest that is no pre-release. */
  readonly version: string;
  /** How old the knowledge of a repository's index may be, in milliseconds. Default 0: the repository is asked (by ETag). */
  readonly maxAgeMs?: number;
}

/** What a request means at this moment: plain data, fit to be kept in a status and used later. */
export interface ResolvedChart {
  readonly name: string;
  readonly version: string;
  /** Of the manifest in a registry, of the archive in a classic repository; '' where its index states none. */
  readonly digest: string;
  /** The archive's URL, or `oci://host/path/chart:tag`. */
  readonly url: string;
}

/** A chart's bytes. */
export interface FetchedChart extends ResolvedChart {
  /** The packed chart, as `loadChartArchive` takes it. */
  readonly archive: Uint8Array;
  /** Of `archive`, always there. */
  readonly archiveDigest: string;
  /** The .prov file; undefined where it was not asked for, or there is none. */
  readonly provenance: Uint8Array | undefined;
  /** The unpacked chart; its root holds Chart.yaml. Throws ArchiveError. */
  readonly tree: () => FileTree;
}

/** Which single file. */
export interface FileRequest extends RemoteRequest {
  /** `https://…` or `http://…` */
  readonly url: string;
  /** How old the knowledge of it may be, in milliseconds. Default 0: it is asked for (by ETag). */
  readonly maxAgeMs?: number;
}

/** A file as it is now. */
export interface FetchedFile {
  readonly content: Uint8Array;
  /** Of `content`. */
  readonly digest: string;
}

/** Which artifact of a registry (Flux's OCIRepository, Argo CD's OCI sources). */
export interface ArtifactRequest extends RemoteRequest {
  /** `oci://host/path` */
  readonly url: string;
  /** The digest wins over the range, the range over the tag; none of them is "latest". */
  readonly digest?: string;
  readonly semver?: TagChoice;
  readonly tag?: string;
}

/** What an artifact request means at this moment. */
export interface ResolvedArtifact {
  /** Of the manifest. */
  readonly digest: string;
  readonly tag: string;
  /** "tag@sha256:…", or the digest alone. */
  readonly revision: string;
}

/** How the content is taken. */
export interface LayerChoice extends UntarOptions {
  /** The first layer of this type; '' or absent for the first layer of all. */
  readonly mediaType?: string;
}

/** A layer. */
export interface FetchedArtifact {
  readonly digest: string;
  readonly mediaType: string;
  readonly layer: Uint8Array;
  readonly layerDigest: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The unpacked layer. Throws RemoteError where it is no gzipped tar archive. */
  readonly tree: () => FileTree;
}

/**
 * Charts and artifacts by URL, cached on disk by content. Safe for concurrent use; equal questions asked at once are asked
 * once. All methods reject with RemoteError (code and sentence), RepositoryError, OciReferenceError or the signal's reason.
 */
export interface ChartStore extends AsyncDisposable {
  /** One request at most where the version is exact; a conditional one for an index. */
  resolveChart(request: ChartRequest): Promise<ResolvedChart>;
  /** No request at all where this digest was fetched before with the same access. */
  fetchChart(
    request: ChartRequest,
    resolved: ResolvedChart,
    options?: { readonly provenance?: boolean },
  ): Promise<FetchedChart>;
  /** A file behind a URL, such as values of a chart. */
  fetchFile(request: FileRequest): Promise<FetchedFile>;
  /** All tags of `oci://host/path`. */
  listTags(request: Pick<ArtifactRequest, 'url'> & RemoteRequest): Promise<readonly string[]>;
  resolveArtifact(request: ArtifactRequest): Promise<ResolvedArtifact>;
  fetchArtifact(request: ArtifactRequest, resolved: ResolvedArtifact, layer?: LayerChoice): Promise<FetchedArtifact>;
}

/** Where the store keeps things, and how it reaches out. */
export interface ChartStoreOptions {
  /** The directory of the cache; it may be shared between processes. */
  readonly directory: string;
  /** Contents beyond this are dropped, the least recently used first. Default 1 GiB. */
  readonly bytesMax?: number;
  /** As HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; a request may have its own. */
  readonly proxy?: ProxySettings;
  /** For credential helper programs: PATH above all. Without it none is run. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly userAgent?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}
