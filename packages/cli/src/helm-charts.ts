// Charts and values from elsewhere: classic repositories, registries, URLs; and the provenance of packaged charts.
// Mirrors helm:pkg/action/install.go LocateChart and helm:pkg/downloader/chart_downloader.go (v4.3.0).

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { chartArchiveUrl, findChartVersion, isOci, readRepositoryIndex, verifyProvenance } from '@evenkeel/helm';
import { type HttpClient, digestOf, pullChart } from '@evenkeel/oci';
import { download, findArchive as findInIndex, indexUrl, provenanceUrl, resolveOciVersion } from '@evenkeel/source';
import { type FileTree, memoryTree } from '@evenkeel/std';
import { type Access, openAccess, openHttp, remoteAccess } from './helm-http.ts';
import { keyringVerifier } from './helm-programs.ts';
import { openRegistry } from './helm-registry.ts';
import { type KnownRepository, cachedIndex, knownRepositories } from './helm-repositories.ts';
import type { HelmSettings } from './helm-settings.ts';
import { CommandFailure, type Io } from './io.ts';

/** What the user named. */
export interface ChartRequest {
  readonly reference: string;
  /** A version, a constraint, or '' for the newest. */
  readonly constraint: string;
  /** --repo, or ''. */
  readonly repo: string;
}

/** A fetched archive as a tree of one file. */
export interface FetchedChart {
  readonly tree: FileTree;
  readonly path: string;
  readonly verified: boolean;
}

/** Fetches a chart. Rejects with CommandFailure. */
export async function fetchChart(request: ChartRequest, settings: HelmSettings, io: Io): Promise<FetchedChart> {
  await using http = openHttp(io);
  const access = accessOf(settings);
  return await reported(async () => {
    if (request.repo === '' && isOci(request.reference)) return pullOci(request, { http, access, settings, io });
    const found = await findArchive(request, { http, access, settings, io });
    const wanted = { owner: found.owner, access: remoteAccess(found.access, io) };
    const archive = await download(http, { ...wanted, url: found.url });
    const digest = found.digest.replace(/^sha256:/, '');
    if (digest !== '' && `sha256:${digest}` !== digestOf(archive)) {
      throw new Error(`${found.url} does not have the digest that the repository's index states`);
    }
    const name = basename(new URL(found.url).pathname);
    if (settings.on('verify')) {
      const url = provenanceUrl(found.url);
      const provenance = await download(http, { ...wanted, url }).catch(() => {
        throw new Error(`failed to fetch provenance ${JSON.stringify(url)}`);
      });
      await verify({ archive, provenance, name }, settings, io);
    }
    return { tree: memoryTree({ [name]: archive }), path: name, verified: settings.on('verify') };
  });
}

/** A values file behind a URL. Rejects with CommandFailure. */
export async function fetchValues(url: string, io: Io): Promise<Uint8Array> {
  await using http = openHttp(io);
  return await reported(() => download(http, { url, owner: url, access: remoteAccess(openAccess, io) }));
}

/** Verifies a packaged chart on the disk against the .prov file beside it. Rejects with CommandFailure. */
export async function verifyLocalChart(place: string, settings: HelmSettings, io: Io): Promise<void> {
  await reported(async () => {
    if (statSync(place).isDirectory()) throw new Error('unpacked charts cannot be verified');
    if (!/\.(?:tgz|tar\.gz)$/.test(place)) throw new Error('chart must be a tgz file');
    if (!existsSync(`${place}.prov`)) {
      throw new Error(`could not load provenance file ${place}.prov: stat ${place}.prov: no such file or directory`);
    }
    const [archive, provenance] = [readFileSync(place), readFileSync(`${place}.prov`)];
    await verify({ archive, provenance, name: basename(place) }, settings, io);
  });
}

/** The TLS material and credentials that the flags name. */
export function accessOf(settings: HelmSettings): Access {
  return {
    username: settings.text('username'),
    password: settings.text('password'),
    passCredentials: settings.on('pass-credentials'),
    certFile: settings.text('cert-file'),
    keyFile: settings.text('key-file'),
    caFile: settings.text('ca-file'),
    insecure: settings.on('insecure-skip-tls-verify'),
  };
}

interface Outside {
  readonly http: HttpClient;
  readonly access: Access;
  readonly settings: HelmSettings;
  readonly io: Io;
}

interface FoundArchive {
  readonly url: string;
  /** The URL whose origin may see the credentials. */
  readonly owner: string;
  readonly access: Access;
  readonly digest: string;
}

async function findArchive(request: ChartRequest, outside: Outside): Promise<FoundArchive> {
  const { reference, repo } = request;
  if (repo !== '') return findInUrl(request, outside);
  const known = knownRepositories(outside.settings);
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]+\/./i.test(reference)) {
    const owner = known.find(({ url }) => isHttp(url) && reference.startsWith(`${url.replace(/\/$/, '')}/`));
    const access = owner === undefined ? outside.access : merged(outside.access, owner.access);
    return { url: reference, owner: owner?.url ?? reference, access, digest: '' };
  }
  const slash = reference.indexOf('/');
  if (slash < 0) {
    throw new Error(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${reference}`);
  }
  const repository = known.find(({ name }) => name === reference.slice(0, slash));
  if (repository === undefined) throw new Error(`repo ${reference.slice(0, slash)} not found`);
  return findInKnown(repository, request, outside);
}

function isHttp(url: string): boolean {
  return /^https?:\/\//.test(url);
}

async function findInKnown(
  repository: KnownRepository,
  request: ChartRequest,
  outside: Outside,
): Promise<FoundArchive> {
  const { reference, constraint } = request;
  const name = reference.slice(reference.indexOf('/') + 1);
  const access = merged(outside.access, repository.access);
  // `helm repo update` keeps the cache; where nobody ever ran it, the repository itself is asked.
  const text = cachedIndex(repository, outside.settings) ?? decode(await fetchIndex(repository.url, access, outside));
  const index = readRepositoryIndex(text);
  let version;
  try {
    version = findChartVersion(index, name, constraint);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new Error(
      `chart "${name}" matching ${constraint} not found in ${repository.name} index. (try 'helm repo update'): ${reason}`,
      { cause: error },
    );
  }
  return { url: chartArchiveUrl(repository.url, version), owner: repository.url, access, digest: version.digest };
}

async function findInUrl({ reference, constraint, repo }: ChartRequest, outside: Outside): Promise<FoundArchive> {
  const { access } = outside;
  let text: string;
  try {
    text = decode(await fetchIndex(repo, access, outside));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new Error(
      `looks like ${JSON.stringify(repo)} is not a valid chart repository or cannot be reached: ${reason}`,
      {
        cause: error,
      },
    );
  }
  const found = findInIndex(repo, readRepositoryIndex(text), { chart: reference, constraint });
  return { url: found.url, owner: repo, access, digest: found.digest };
}

function fetchIndex(repositoryUrl: string, access: Access, { http, io }: Outside): Promise<Uint8Array> {
  const wanted = { url: indexUrl(repositoryUrl), owner: repositoryUrl, access: remoteAccess(access, io) };
  return download(http, wanted);
}

/** What repositories.yaml says wins over the flags, as far as it says something. */
function merged(flags: Access, known: Access): Access {
  const login = known.username !== '' && known.password !== '' ? known : flags;
  const tls = known.certFile !== '' || known.keyFile !== '' || known.caFile !== '' ? known : flags;
  return {
    username: login.username,
    password: login.password,
    passCredentials: login.passCredentials,
    certFile: tls.certFile,
    keyFile: tls.keyFile,
    caFile: tls.caFile,
    insecure: flags.insecure || known.insecure,
  };
}

async function pullOci(request: ChartRequest, outside: Outside): Promise<FetchedChart> {
  const { http, access, settings, io } = outside;
  const registry = openRegistry(http, access, { settings, io });
  const pulled = await pullChart(registry, await resolveOciVersion(request, registry));
  io.err(`Pulled: ${pulled.reference}\nDigest: ${pulled.digest}\n`);
  const name = `${basename(pulled.reference).replace(/[:@]/, '-')}.tgz`;
  if (settings.on('verify')) {
    if (pulled.provenance === undefined)
      throw new Error(`failed to fetch provenance ${JSON.stringify(`${request.reference}.prov`)}`);
    await verify({ archive: pulled.archive, provenance: pulled.provenance, name }, settings, io);
  }
  return { tree: memoryTree({ [name]: pulled.archive }), path: name, verified: settings.on('verify') };
}

async function verify(
  packaged: { readonly archive: Uint8Array; readonly provenance: Uint8Array; readonly name: string },
  settings: HelmSettings,
  io: Io,
): Promise<void> {
  const { archive, provenance, name } = packaged;
  await verifyProvenance({ archive, provenance: decode(provenance), fileName: name }, keyringVerifier(settings, io));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Every reason is worded for the user; none ends in a stack. */
async function reported<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`Error: ${error instanceof Error ? error.message : String(error)}`);
  }
}
