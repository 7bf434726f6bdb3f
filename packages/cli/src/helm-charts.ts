// Charts and values from elsewhere: classic repositories, registries, URLs; and the provenance of packaged charts.
// Mirrors helm:pkg/action/install.go LocateChart and helm:pkg/downloader/chart_downloader.go (v4.3.0).

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  chartArchiveUrl,
  findChartVersion,
  isOci,
  isSameOrigin,
  readRepositoryIndex,
  verifyProvenance,
} from '@evenkeel/helm';
import { type FileTree, memoryTree } from '@evenkeel/std';
import { type Access, HttpClient, openAccess } from './helm-http.ts';
import { gpgVerifier } from './helm-programs.ts';
import { RegistryClient } from './helm-registry.ts';
import { type KnownRepository, cachedIndex, knownRepositories } from './helm-repositories.ts';
import type { HelmSettings } from './helm-settings.ts';
import { resolveOciVersion } from './helm-versions.ts';
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
  await using http = new HttpClient(io);
  const access = accessOf(settings);
  return await reported(async () => {
    if (request.repo === '' && isOci(request.reference)) return pullChart(request, { http, access, settings, io });
    const found = await findArchive(request, { http, access, settings, io });
    const archive = await http.fetch(found.url, found.owner, found.access);
    const digest = found.digest.replace(/^sha256:/, '');
    if (digest !== '' && digest !== createHash('sha256').update(archive).digest('hex')) {
      throw new Error(`${found.url} does not have the digest that the repository's index states`);
    }
    const name = basename(new URL(found.url).pathname);
    if (settings.on('verify')) {
      const provenance = await http.fetch(withSuffix(found.url, '.prov'), found.owner, found.access).catch(() => {
        throw new Error(`failed to fetch provenance ${JSON.stringify(withSuffix(found.url, '.prov'))}`);
      });
      await verify({ archive, provenance, name }, settings, io);
    }
    return { tree: memoryTree({ [name]: archive }), path: name, verified: settings.on('verify') };
  });
}

/** A values file behind a URL. Rejects with CommandFailure. */
export async function fetchValues(url: string, io: Io): Promise<Uint8Array> {
  await using http = new HttpClient(io);
  return await reported(() => http.fetch(url, url, openAccess));
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
  const text =
    cachedIndex(repository, outside.settings) ??
    decode(await outside.http.fetch(indexUrl(repository.url), repository.url, access));
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
  const { http, access } = outside;
  let text: string;
  try {
    text = decode(await http.fetch(indexUrl(repo), repo, access));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new Error(
      `looks like ${JSON.stringify(repo)} is not a valid chart repository or cannot be reached: ${reason}`,
      {
        cause: error,
      },
    );
  }
  const index = readRepositoryIndex(text);
  const shown = `chart "${reference}"${constraint === '' ? '' : ` version "${constraint}"`}`;
  let version;
  try {
    version = findChartVersion(index, reference, constraint);
  } catch (error) {
    throw new Error(`${shown} not found in ${repo} repository`, { cause: error });
  }
  if (version.urls.length === 0) throw new Error(`${shown} has no downloadable URLs`);
  const url = chartArchiveUrl(repo, version);
  const may = access.passCredentials || isSameOrigin(repo, url);
  return { url, owner: repo, access: may ? access : { ...access, username: '', password: '' }, digest: version.digest };
}

/** The URL of a repository's index; the query of the repository (tokens of some hosts) goes along. */
export function indexUrl(repositoryUrl: string): string {
  const url = new URL(repositoryUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/index.yaml`;
  return url.href;
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

async function pullChart(request: ChartRequest, outside: Outside): Promise<FetchedChart> {
  const { http, access, settings, io } = outside;
  const registry = new RegistryClient(http, access, settings, io);
  const pulled = await registry.pull(await resolveOciVersion(request, registry));
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
  await verifyProvenance({ archive, provenance: decode(provenance), fileName: name }, gpgVerifier(settings, io));
}

function withSuffix(url: string, suffix: string): string {
  const parsed = new URL(url);
  parsed.pathname += suffix;
  return parsed.href;
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
