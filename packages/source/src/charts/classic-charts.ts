// Charts of classic repositories: the index by ETag, archives by digest.

import { type RepositoryIndex, readRepositoryIndex } from '@evenkeel/helm';
import { RemoteError, type RemoteErrorCode, withoutSecrets } from '@evenkeel/oci';
import { createSharing } from '../sharing.ts';
import type { Fetching, PackedChart } from './fetching.ts';
import type { ChartRequest, FetchedFile, FileRequest, ResolvedChart } from './contract.ts';
import { type Download, askFor, download, indexUrl, provenanceUrl } from './download.ts';
import { findArchive } from './find-archive.ts';
import { identityOf } from './remote-identity.ts';

/** The part of the store that knows classic repositories. */
export interface ClassicCharts {
  resolveChart(request: ChartRequest): Promise<ResolvedChart>;
  fetchChart(request: ChartRequest, resolved: ResolvedChart, provenance: boolean): Promise<PackedChart>;
  fetchFile(request: FileRequest): Promise<FetchedFile>;
}

/** What is remembered of a file that was fetched. */
interface FileNote {
  readonly digest: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly atMs: number;
}

interface Taken {
  readonly content: Uint8Array;
  readonly digest: string;
}

/** Parsed indexes kept in memory: large ones take seconds to parse. */
const INDEXES_MAX = 16;

/** Makes it. */
export function createClassicCharts(fetching: Fetching): ClassicCharts {
  const parsed = new Map<string, RepositoryIndex>();
  const indexes = createSharing<RepositoryIndex>();
  const readIndex = (request: ChartRequest): Promise<RepositoryIndex> => {
    const url = indexUrl(repositoryOf(request));
    const key = JSON.stringify([url, identityOf(request), request.access, request.maxAgeMs]);
    return indexes(key, undefined, async () => {
      const { content, digest } = await takeFile(fetching, { ...wantedOf(request, fetching), url }, request);
      const index = parsed.get(digest) ?? readRepositoryIndex(new TextDecoder().decode(content));
      parsed.delete(digest);
      parsed.set(digest, index);
      for (const [oldest] of parsed) {
        if (parsed.size <= INDEXES_MAX) break;
        parsed.delete(oldest);
      }
      return index;
    });
  };
  return {
    async fetchFile({ url, ...request }) {
      const asChart = { ...request, repoURL: url, chart: '', version: '' };
      return takeFile(fetching, { ...wantedOf(asChart, fetching), url }, asChart);
    },
    async resolveChart(request) {
      const index = await readIndex(request).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        const shown = JSON.stringify(withoutSecrets(request.repoURL));
        throw new RemoteError(
          codeOf(error),
          `looks like ${shown} is not a valid chart repository or cannot be reached: ${reason}`,
          { cause: error },
        );
      });
      const wanted = { chart: request.chart, constraint: request.version };
      const { url, version, digest } = findArchive(request.repoURL, index, wanted);
      return { name: version.name, version: version.version, digest, url };
    },
    async fetchChart(request, resolved, withProvenance) {
      const wanted = wantedOf(request, fetching);
      const archive = await takeArchive(fetching, { ...wanted, url: resolved.url }, request, resolved);
      if (!withProvenance) return { archive: archive.content, archiveDigest: archive.digest, provenance: undefined };
      const url = provenanceUrl(resolved.url);
      // A signature beside a content is as old as the content: it is kept under the content's digest.
      const key = JSON.stringify(['provenance', url, identityOf(request), archive.digest]);
      const signed = await takeKnown(fetching, key, async () => download(fetching.http, { ...wanted, url })).catch(
        (error: unknown) => {
          if (codeOf(error) === 'not-found') return undefined;
          throw error;
        },
      );
      return { archive: archive.content, archiveDigest: archive.digest, provenance: signed?.content };
    },
  };
}

function repositoryOf({ repoURL }: ChartRequest): string {
  if (URL.canParse(repoURL)) return repoURL;
  throw new RemoteError('unsupported', `${JSON.stringify(repoURL)} is not the URL of a chart repository`);
}

function codeOf(error: unknown): RemoteErrorCode {
  return error instanceof RemoteError ? error.code : 'protocol';
}

function wantedOf(request: ChartRequest, { signal }: Fetching): Omit<Download, 'url'> {
  const { repoURL: owner, access } = request;
  return { owner, signal, ...(access === undefined ? {} : { access }) };
}

/** A file as it is now: asked for only if it changed. */
async function takeFile(fetching: Fetching, wanted: Download, request: ChartRequest): Promise<Taken> {
  const { cache, http, now } = fetching;
  const key = JSON.stringify(['file', wanted.url, identityOf(request)]);
  const known = asFileNote(await cache.recall(key));
  const content = known === undefined ? undefined : await cache.read(known.digest);
  if (known !== undefined && content !== undefined && now() - known.atMs < (request.maxAgeMs ?? 0)) {
    return { content, digest: known.digest };
  }
  const headers = known === undefined || content === undefined ? {} : conditions(known);
  const answer = await askFor(http, { ...wanted, headers });
  if (answer.status === 304 && known !== undefined && content !== undefined) {
    await cache.remember(key, { ...known, atMs: now() });
    return { content, digest: known.digest };
  }
  const digest = await cache.write(answer.body);
  const [etag, lastModified] = [textOf(answer.headers['etag']), textOf(answer.headers['last-modified'])];
  await cache.remember(key, { digest, etag, lastModified, atMs: now() });
  return { content: answer.body, digest };
}

/** An archive of a known digest is never asked for twice; one without is like any other file. */
async function takeArchive(
  fetching: Fetching,
  wanted: Download,
  request: ChartRequest,
  resolved: ResolvedChart,
): Promise<Taken> {
  if (resolved.digest === '') return takeFile(fetching, wanted, { ...request, maxAgeMs: 0 });
  const key = JSON.stringify(['archive', wanted.url, identityOf(request), resolved.digest]);
  const taken = await takeKnown(fetching, key, () => download(fetching.http, wanted), resolved.digest);
  return taken;
}

async function takeKnown(
  { cache }: Fetching,
  key: string,
  fetch: () => Promise<Uint8Array>,
  expected?: string,
): Promise<Taken> {
  const known = asFileNote(await cache.recall(key));
  const content = known === undefined ? undefined : await cache.read(known.digest);
  if (known !== undefined && content !== undefined) return { content, digest: known.digest };
  const fetched = await fetch();
  const digest = await cache.write(fetched);
  if (expected !== undefined && digest !== expected) {
    const name = (JSON.parse(key) as readonly string[])[1] ?? '';
    throw new RemoteError(
      'digest-mismatch',
      `${withoutSecrets(name)} does not have the digest that the repository's index states`,
    );
  }
  await cache.remember(key, { digest, etag: '', lastModified: '', atMs: 0 });
  return { content: fetched, digest };
}

function conditions({ etag, lastModified }: FileNote): Readonly<Record<string, string>> {
  if (etag !== '') return { 'if-none-match': etag };
  return lastModified === '' ? {} : { 'if-modified-since': lastModified };
}

function asFileNote(note: unknown): FileNote | undefined {
  if (typeof note !== 'object' || note === null) return undefined;
  const { digest, etag, lastModified, atMs } = note as Readonly<Record<string, unknown>>;
  if (typeof digest !== 'string') return undefined;
  return {
    digest,
    etag: typeof etag === 'string' ? etag : '',
    lastModified: typeof lastModified === 'string' ? lastModified : '',
    atMs: typeof atMs === 'number' ? atMs : 0,
  };
}

function textOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
