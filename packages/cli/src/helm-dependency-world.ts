// Where dependencies come from: the repositories the user has added, those that Chart.yaml names by URL, and registries.
// Mirrors helm:pkg/downloader/manager.go (v4.3.0).

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type ChartLock,
  type Dependency,
  type DependencyWorld,
  isOci,
  parseOciReference,
  tagToVersion,
  verifyProvenance,
} from '@evenkeel/helm';
import { type HttpClient, type RegistryClient, pullChart } from '@evenkeel/oci';
import { download, indexUrl, provenanceUrl } from '@evenkeel/source';
import type { DependencyContext } from './commands/helm-dependency.ts';
import { accessOf } from './helm-charts.ts';
import { type Access, openAccess, openHttp, remoteAccess } from './helm-http.ts';
import { keyringVerifier } from './helm-programs.ts';
import { openRegistry } from './helm-registry.ts';
import { type KnownRepository, cachedIndex, knownRepositories } from './helm-repositories.ts';

/** What is wanted of a chart. */
export interface DependencyPlan {
  readonly declared: readonly Dependency[];
  readonly lock: ChartLock | undefined;
  /** Whether versions are chosen anew, or taken from the lock. */
  readonly resolving: boolean;
  readonly place: string;
}

/** The world of one run. */
export interface OpenedDependencyWorld extends DependencyWorld, AsyncDisposable {
  /** Whether archives are being fetched already: errors are reported differently then. */
  readonly isSaving: boolean;
}

/** Fetches the indexes that are needed, saying so as Helm does. Rejects with an Error worded for the user. */
export async function openDependencyWorld(
  plan: DependencyPlan,
  context: DependencyContext,
): Promise<OpenedDependencyWorld> {
  const known = knownRepositories(context.settings);
  requireRepositories(plan, known);
  const world = new World(known, context);
  try {
    await world.refresh(plan);
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/** Names must be known; to build from a lock, URLs must be too. */
function requireRepositories(plan: DependencyPlan, known: readonly KnownRepository[]): void {
  const unnamed = plan.declared
    .map(({ repository }) => repository)
    .filter((repository) => isRemote(repository) && !isUrl(repository) && aliasOf(repository, known) === undefined);
  if (unnamed.length > 0) {
    const hint = unnamed.some((name) => !/\/\/|^@|^alias:/.test(name))
      ? `\nNote that repositories must be URLs or aliases. For example, to refer to the "example"\nrepository, use "https://charts.example.com/" or "@example" instead of\n"example". Don't forget to add the repo, too ('helm repo add').`
      : '';
    throw new Error(`no repository definition for ${unnamed.join(', ')}. Please add them via 'helm repo add'${hint}`);
  }
  if (plan.resolving) return;
  const missing = (plan.lock?.dependencies ?? [])
    .map(({ repository }) => repository)
    .filter((repository) => isRemote(repository) && ownerOf(repository, known) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `no repository definition for ${missing.join(', ')}. Please add the missing repos via 'helm repo add'`,
    );
  }
}

function isRemote(repository: string): boolean {
  return repository !== '' && !repository.startsWith('file://') && !isOci(repository);
}

function isUrl(repository: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(repository);
}

function aliasOf(repository: string, known: readonly KnownRepository[]): KnownRepository | undefined {
  const name = /^(?:@|alias:)(.+)$/.exec(repository)?.[1];
  return known.find((entry) => entry.name === name);
}

function ownerOf(url: string, known: readonly KnownRepository[]): KnownRepository | undefined {
  const plain = (text: string): string => text.replace(/\/$/, '');
  return known.find((entry) => plain(entry.url) === plain(url)) ?? aliasOf(url, known);
}

/** The URLs nobody added, each once; of several dependencies with one name the first counts. */
function unmanagedUrls(declared: readonly Dependency[], known: readonly KnownRepository[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const { name, repository } of declared) {
    if (repository !== '' && !byName.has(name)) byName.set(name, repository);
  }
  const remote = [...byName.values()].filter((url) => isRemote(url) && ownerOf(url, known) === undefined);
  return [...new Map(remote.map((url) => [url.replace(/\/$/, ''), url])).values()];
}

class World implements OpenedDependencyWorld {
  readonly #known: readonly KnownRepository[];
  readonly #context: DependencyContext;
  readonly #http: HttpClient;
  readonly #registry: RegistryClient;
  readonly #indexes = new Map<string, string>();
  isSaving = false;

  constructor(known: readonly KnownRepository[], context: DependencyContext) {
    this.#known = known;
    this.#context = context;
    this.#http = openHttp(context.io);
    this.#registry = openRegistry(this.#http, accessOf(context.settings), context);
  }

  /** First the repositories nobody added (when resolving), then all that were, as Helm does. */
  async refresh({ declared, resolving }: DependencyPlan): Promise<void> {
    if (this.#context.settings.on('skip-refresh')) return;
    const unmanaged = unmanagedUrls(declared, this.#known);
    if (resolving && unmanaged.length > 0) {
      this.report('Getting updates for unmanaged Helm repositories...');
      for (const url of unmanaged) await this.#refreshOne(url, undefined);
    }
    if (this.#known.length === 0) return;
    this.report('Hang tight while we grab the latest from your chart repositories...');
    for (const repository of this.#known) await this.#refreshOne(repository.url, repository);
    this.report('Update Complete. ⎈Happy Helming!⎈');
  }

  async #refreshOne(url: string, known: KnownRepository | undefined): Promise<void> {
    const shown = known === undefined ? JSON.stringify(url) : JSON.stringify(known.name);
    try {
      const index = await this.#download(indexUrl(url), url, known?.access ?? openAccess);
      this.#indexes.set(url, new TextDecoder().decode(index));
      if (known !== undefined) this.#keep(known, index);
      this.report(`...Successfully got an update from the ${shown} chart repository`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const where = known === undefined ? '' : ` (${url})`;
      this.report(`...Unable to get an update from the ${shown} chart repository${where}:\n\t${reason}`);
    }
  }

  /** The cache is Helm's own, so that `helm template repo/chart` sees what was fetched here. */
  #keep(known: KnownRepository, index: Uint8Array): void {
    const file = join(this.#context.settings.repositoryCache, `${known.name}-index.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, index);
  }

  report(line: string): void {
    if (line.startsWith('Saving ')) this.isSaving = true;
    this.#context.io.out(`${line}\n`);
  }

  repositoryUrl(name: string): string | undefined {
    return this.#known.find((entry) => entry.name === name)?.url;
  }

  treePath(directory: string): string {
    return directory.slice(1);
  }

  async fetchIndex(url: string): Promise<string> {
    const owner = ownerOf(url, this.#known);
    const fetched = this.#indexes.get(owner?.url ?? url) ?? (owner && cachedIndex(owner, this.#context.settings));
    return fetched ?? new TextDecoder().decode(await this.#download(indexUrl(url), url, this.#access(owner)));
  }

  async fetchArchive(url: string, repositoryUrl: string): Promise<Uint8Array> {
    const access = this.#access(ownerOf(repositoryUrl, this.#known));
    const archive = await this.#download(url, repositoryUrl, access);
    await this.#verify(url, archive, () => this.#download(provenanceUrl(url), repositoryUrl, access));
    return archive;
  }

  #download(url: string, owner: string, access: Access): Promise<Uint8Array> {
    return download(this.#http, { url, owner, access: remoteAccess(access, this.#context.io) });
  }

  #access(owner: KnownRepository | undefined): Access {
    return owner?.access ?? openAccess;
  }

  async listTags(reference: string): Promise<readonly string[]> {
    return (await this.#registry.tags(parseOciReference(reference))).map(tagToVersion);
  }

  async fetchOciChart(reference: string): Promise<Uint8Array> {
    const pulled = await pullChart(this.#registry, reference);
    this.#context.io.err(`Pulled: ${pulled.reference}\nDigest: ${pulled.digest}\n`);
    await this.#verify(`${pulled.reference.replace(/:([^:/]+)$/, '-$1')}.tgz`, pulled.archive, async () => {
      if (pulled.provenance === undefined) throw new Error('the manifest has no provenance layer');
      return pulled.provenance;
    });
    return pulled.archive;
  }

  /** `--verify`: a missing signature is an error to update and a warning to build, as in Helm; we refuse in both cases. */
  async #verify(url: string, archive: Uint8Array, provenance: () => Promise<Uint8Array>): Promise<void> {
    const { settings, io } = this.#context;
    if (!settings.on('verify')) return;
    const signed = await provenance().catch(() => {
      throw new Error(`failed to fetch provenance ${JSON.stringify(`${url}.prov`)}`);
    });
    const packaged = { archive, provenance: new TextDecoder().decode(signed), fileName: basename(url) };
    await verifyProvenance(packaged, keyringVerifier(settings, io));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#http[Symbol.asyncDispose]();
  }
}
