// Chart.lock and the charts it locks: `helm dependency update` and `helm dependency build` over a file tree, with
// downloads injected. Mirrors helm:internal/resolver/resolver.go and helm:pkg/downloader/manager.go (v4.3.0).

import { type Json, emitSigsYaml } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';

import { unpackChart } from '../chart/archive.ts';
import { type Chart, type ChartLock, type Dependency, type HelmVersion, chartName } from '../chart/chart.ts';
import { ChartLoadError, loadChart } from '../chart/load.ts';
import { packArchive } from '../chart/pack-archive.ts';
import { ConstraintError, parseConstraint, parseVersion, versionSatisfies } from '../chart/version.ts';
import { RepositoryError, chartArchiveUrl, findChartVersion, readRepositoryIndex } from './index-file.ts';
import { isOci, versionToTag } from './oci-reference.ts';
import { sha256Hex } from './provenance.ts';

/** How charts are fetched. Everything may fail by throwing an Error with a sentence for the user. */
export interface DependencyWorld {
  /** index.yaml of a classic repository. */
  fetchIndex(repositoryUrl: string): Promise<string>;
  /** An archive of a classic repository, with the repository's credentials where the origin is the same. */
  fetchArchive(url: string, repositoryUrl: string): Promise<Uint8Array>;
  /** The tags of a repository in a registry: "oci://host/path/chart". */
  listTags(reference: string): Promise<readonly string[]>;
  /** The chart layer of "oci://host/path/chart:tag". */
  fetchOciChart(reference: string): Promise<Uint8Array>;
  /** The URL of a repository named "@name" or "alias:name"; undefined when it is not known. */
  repositoryUrl?(name: string): string | undefined;
  /** The tree path of an absolute directory of "file:///…"; absent or undefined refuses it. */
  treePath?(directory: string): string | undefined;
  /** Receives the lines that Helm prints while it fetches, without their ends. */
  report?(line: string): void;
}

/** What has to be put below the chart. */
export interface DependencyFiles {
  /** Paths relative to the chart: charts/NAME-VERSION.tgz, and Chart.lock when it is new. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Archives in charts/ that no dependency needs any longer. */
  readonly obsolete: readonly string[];
  readonly lock: ChartLock;
}

/** Why dependencies cannot be had; the message is Helm's where Helm has one. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
}

interface BuildContext {
  readonly tree: FileTree;
  readonly chartPath: string;
  readonly world: DependencyWorld;
  readonly version: HelmVersion;
}

/**
 * `helm dependency build`: fetches exactly what Chart.lock says; without a lock file it resolves first. Throws
 * DependencyError when the lock does not fit Chart.yaml any longer.
 */
export async function buildDependencies(
  source: { readonly tree: FileTree; readonly chartPath: string; readonly version?: HelmVersion },
  world: DependencyWorld,
  now: string,
): Promise<DependencyFiles> {
  const context = { tree: source.tree, chartPath: source.chartPath, world, version: source.version ?? 4 };
  const chart = loadChart(context.tree, context.chartPath, { version: context.version });
  if (chart.lock === undefined) return updateDependencies(source, world, now);
  const declared = withUrls(chart.metadata.dependencies ?? [], context);
  if (lockDigest(declared, chart.lock.dependencies) !== chart.lock.digest) {
    const isOld = chart.metadata.apiVersion === 'v1';
    throw new DependencyError(
      isOld
        ? 'the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies'
        : "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'",
    );
  }
  return { ...(await fetchLocked(chart, chart.lock.dependencies, context)), lock: chart.lock };
}

/** `helm dependency update`: resolves constraints, fetches, and writes a new lock file. Throws DependencyError. */
export async function updateDependencies(
  source: { readonly tree: FileTree; readonly chartPath: string; readonly version?: HelmVersion },
  world: DependencyWorld,
  now: string,
): Promise<DependencyFiles> {
  const context = { tree: source.tree, chartPath: source.chartPath, world, version: source.version ?? 4 };
  const chart = loadChart(context.tree, context.chartPath, { version: context.version });
  const declared = withUrls(chart.metadata.dependencies ?? [], context);
  const locked = await resolveAll(declared, context);
  const lock = { generated: now, digest: lockDigest(declared, locked), dependencies: locked };
  const fetched = await fetchLocked(chart, locked, context);
  const name = chart.metadata.apiVersion === 'v1' ? 'requirements.lock' : 'Chart.lock';
  const files = new Map(fetched.files);
  // A lock that says the same keeps its date.
  const isNew = chart.lock?.digest !== lock.digest;
  if (declared.length > 0 && isNew) files.set(name, new TextEncoder().encode(printLock(lock)));
  return { files, obsolete: fetched.obsolete, lock: isNew ? lock : (chart.lock ?? lock) };
}

/** The text of Chart.lock. */
export function printLock(lock: ChartLock): string {
  return emitSigsYaml({
    dependencies: lock.dependencies.map(dependencyJson),
    digest: lock.digest,
    generated: lock.generated,
  });
}

/** The digest of Chart.lock: SHA-256 over what was declared and what was locked, as Go's JSON. */
export function lockDigest(declared: readonly Dependency[], locked: readonly Dependency[]): string {
  const json = JSON.stringify([declared.map(dependencyJson), locked.map(dependencyJson)]);
  // encoding/json escapes these three, so that JSON can stand in HTML.
  const escaped = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  return `sha256:${sha256Hex(new TextEncoder().encode(escaped))}`;
}

function dependencyJson(dependency: Dependency): Json {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  return {
    name,
    ...(version === '' ? {} : { version }),
    repository,
    ...(condition === '' ? {} : { condition }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(enabled ? { enabled } : {}),
    ...(importValues.length === 0 ? {} : { 'import-values': importValues.map(importJson) }),
    ...(alias === '' ? {} : { alias }),
  };
}

function importJson(entry: Dependency['importValues'][number]): Json {
  return typeof entry === 'string' ? entry : { child: entry.child, parent: entry.parent };
}

async function resolveAll(declared: readonly Dependency[], context: BuildContext): Promise<Dependency[]> {
  const locked: Dependency[] = [];
  const missing: string[] = [];
  for (const dependency of declared) {
    const version = await resolveOne(dependency, context);
    const { name, repository } = dependency;
    if (version === undefined) missing.push(`"${name}" (repository "${repository}", version "${dependency.version}")`);
    else locked.push(lockedDependency(name, repository, version));
  }
  if (missing.length === 0) return locked;
  throw new DependencyError(
    `can't get a valid version for ${missing.length} subchart(s): ${missing.join(', ')}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
  );
}

function lockedDependency(name: string, repository: string, version: string): Dependency {
  return { name, version, repository, condition: '', tags: [], enabled: false, importValues: [], alias: '' };
}

/** The version a dependency is locked at; undefined when none satisfies it. */
async function resolveOne(dependency: Dependency, context: BuildContext): Promise<string | undefined> {
  const { name, version, repository } = dependency;
  const satisfies = constraintOf(dependency);
  if (repository === '') {
    localPath(`charts/${name}`, context);
    return version;
  }
  if (repository.startsWith('file://')) {
    const local = loadChart(context.tree, localPath(repository, context), { version: context.version });
    const found = local.metadata.version;
    const parsed = parseVersion(found);
    return parsed !== undefined && satisfies(parsed) ? found : undefined;
  }
  if (isOci(repository)) {
    if (parseVersion(version) !== undefined) return version;
    const tags = await context.world.listTags(`${repository}/${name}`);
    return newest(
      tags.map((tag) => tag.replaceAll('_', '+')),
      satisfies,
    );
  }
  const index = readRepositoryIndex(await context.world.fetchIndex(urlOf(repository, context)));
  const versions = index.entries.get(name);
  if (versions === undefined) throw new DependencyError(`${name} chart not found in repo ${repository}`);
  return versions.find((entry) => {
    const parsed = parseVersion(entry.version);
    return parsed !== undefined && entry.urls.length > 0 && satisfies(parsed);
  })?.version;
}

function constraintOf(dependency: Dependency): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(dependency.version);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    const message = `dependency "${dependency.name}" has an invalid version/constraint format: ${error.message}`;
    throw new DependencyError(message);
  }
}

function newest(versions: readonly string[], satisfies: ReturnType<typeof parseConstraint>): string | undefined {
  const index = readRepositoryIndex(
    JSON.stringify({ apiVersion: 'v1', entries: { x: versions.map((version) => ({ name: 'x', version })) } }),
  );
  return index.entries.get('x')?.find(({ version }) => {
    const parsed = parseVersion(version);
    return parsed !== undefined && satisfies(parsed);
  })?.version;
}

/** The tree path of a file:// repository or of a chart beside; a way out of the tree is refused. */
function localPath(repository: string, context: BuildContext): string {
  const relative = repository.replace(/^file:\/\//, '');
  const isAbsolute = relative.startsWith('/');
  const path = isAbsolute ? context.world.treePath?.(relative) : joinTreePath(context.chartPath, relative);
  if (path === undefined && isAbsolute) {
    throw new DependencyError(`directory ${relative} not found: only directories of the same tree can be dependencies`);
  }
  if (path === undefined || context.tree.list(path) === undefined)
    throw new DependencyError(`directory ${relative} not found`);
  return path;
}

/** The declarations with "@name" and "alias:name" replaced by URLs: so they are locked, and so the digest is made. */
function withUrls(declared: readonly Dependency[], context: BuildContext): readonly Dependency[] {
  return declared.map((dependency) => ({ ...dependency, repository: urlOf(dependency.repository, context) }));
}

function urlOf(repository: string, context: BuildContext): string {
  const alias = /^(?:@|alias:)(.+)$/.exec(repository)?.[1];
  if (alias === undefined) return repository;
  const url = context.world.repositoryUrl?.(alias);
  if (url === undefined)
    throw new DependencyError(`no repository definition for ${repository}. Please add them via 'helm repo add'`);
  return url;
}

async function fetchLocked(
  chart: Chart,
  locked: readonly Dependency[],
  context: BuildContext,
): Promise<{ files: Map<string, Uint8Array>; obsolete: string[] }> {
  const files = new Map<string, Uint8Array>();
  const report = (line: string): void => context.world.report?.(line);
  report(`Saving ${locked.length} charts`);
  for (const dependency of locked) {
    const { name, repository } = dependency;
    if (repository === '') {
      report(`Dependency ${name} did not declare a repository. Assuming it exists in the charts directory`);
      checkLocal(chart, dependency);
      continue;
    }
    const fileName = `charts/${name}-${dependency.version}.tgz`;
    if (!repository.startsWith('file://')) {
      if (files.has(fileName)) {
        report(`Already downloaded ${name} from repo ${repository}`);
        continue;
      }
      report(`Downloading ${name} from repo ${repository}`);
    }
    const archive = await fetchOne(dependency, context);
    // What was fetched has to be a chart before it is put beside the others.
    unpackChart(archive);
    files.set(fileName, archive);
  }
  report('Deleting outdated charts');
  const present = context.tree.list(joinTreePath(context.chartPath, 'charts') ?? 'charts') ?? [];
  const obsolete = present
    .filter(({ name, kind }) => kind === 'file' && name.endsWith('.tgz') && !files.has(`charts/${name}`))
    .map(({ name }) => `charts/${name}`)
    .filter((name) => isOutdated(name, locked, context));
  return { files, obsolete };
}

/** Whether an archive in charts/ is a chart that no dependency without a repository means. */
function isOutdated(name: string, locked: readonly Dependency[], context: BuildContext): boolean {
  const path = joinTreePath(context.chartPath, name) ?? name;
  try {
    const chart = loadChart(context.tree, path, { version: context.version });
    return !locked.some((dependency) => dependency.repository === '' && dependency.name === chartName(chart));
  } catch (error) {
    if (!(error instanceof ChartLoadError)) throw error;
    context.world.report?.(`Could not verify ${name} for deletion: ${error.message} (Skipping)`);
    return false;
  }
}

function checkLocal(chart: Chart, dependency: Dependency): void {
  const local = chart.dependencies.find((subchart) => chartName(subchart) === dependency.name);
  if (local === undefined) throw new DependencyError(`unable to load chart 'charts/${dependency.name}'`);
  if (versionSatisfies(dependency.version, local.metadata.version)) return;
  throw new DependencyError(
    `dependency ${dependency.name} at version ${local.metadata.version} does not satisfy the constraint ${dependency.version}`,
  );
}

async function fetchOne(dependency: Dependency, context: BuildContext): Promise<Uint8Array> {
  const { name, version, repository } = dependency;
  if (repository.startsWith('file://')) return packLocal(dependency, context);
  if (isOci(repository)) return context.world.fetchOciChart(`${repository}/${name}:${versionToTag(version)}`);
  const repositoryUrl = urlOf(repository, context);
  const index = readRepositoryIndex(await context.world.fetchIndex(repositoryUrl));
  const found = findChartVersion(index, name, version);
  const archive = await context.world.fetchArchive(chartArchiveUrl(repositoryUrl, found), repositoryUrl);
  if (found.digest !== '' && found.digest.replace(/^sha256:/, '') !== sha256Hex(archive)) {
    throw new RepositoryError(
      `the archive of ${name} ${version} does not have the digest that the repository's index states`,
    );
  }
  return archive;
}

function packLocal(dependency: Dependency, context: BuildContext): Uint8Array {
  const chart = loadChart(context.tree, localPath(dependency.repository, context), { version: context.version });
  if (!versionSatisfies(dependency.version, chart.metadata.version)) {
    throw new DependencyError(`can't get a valid version for dependency ${dependency.name}`);
  }
  const name = chartName(chart);
  return packArchive(chart.raw.map((file) => ({ name: `${name}/${file.name}`, data: file.data })));
}
