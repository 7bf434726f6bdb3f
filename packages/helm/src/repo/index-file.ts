// index.yaml of a classic chart repository. Mirrors helm:pkg/repo/v1/index.go (v4.3.0).

import { type Json, type JsonObject, parseYaml } from '@evenkeel/resource';

import { ConstraintError, compareVersions, parseConstraint, parseVersion } from '../chart/version.ts';

/** One version of a chart in a repository. */
export interface ChartVersion {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  /** Absolute, or relative to the repository. */
  readonly urls: readonly string[];
  /** SHA-256 of the archive in hex; '' when the index does not say. */
  readonly digest: string;
  readonly created: string;
  readonly deprecated: boolean;
}

/** A repository's charts, each with its versions from the newest on. */
export interface RepositoryIndex {
  readonly generated: string;
  readonly entries: ReadonlyMap<string, readonly ChartVersion[]>;
}

/** Why an index or a chart in it cannot be used; the message is Helm's. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError';
}

/** Reads an index (YAML or JSON). Entries that make no sense are left out. Throws RepositoryError or YamlError. */
export function readRepositoryIndex(text: string): RepositoryIndex {
  if (text === '') throw new RepositoryError('empty index.yaml file');
  const json = asObject(parseYaml(text, { dialect: 'sigs' }));
  const entries = new Map<string, readonly ChartVersion[]>();
  for (const [name, versions] of Object.entries(asObject(json['entries']))) {
    const list: readonly Json[] = Array.isArray(versions) ? versions : [];
    const known = list
      .map((entry) => chartVersion(asObject(entry)))
      .filter((entry) => entry.name !== '' && parseVersion(entry.version) !== undefined);
    entries.set(name, known.sort(newestFirst));
  }
  if (textOf(json['apiVersion']) === '') throw new RepositoryError('no API version specified');
  return { generated: textOf(json['generated']), entries };
}

/**
 * The version that a request means: the exact one if there is one, else the newest that satisfies the constraint; ''
 * means the newest that is no pre-release. Throws RepositoryError.
 */
export function findChartVersion(index: RepositoryIndex, name: string, version: string): ChartVersion {
  const versions = index.entries.get(name);
  if (versions === undefined) throw new RepositoryError('no chart name found');
  if (versions.length === 0) throw new RepositoryError('no chart version found');
  const exact = versions.find((entry) => version !== '' && entry.version === version);
  if (exact !== undefined) return exact;
  const satisfies = constraintOf(version === '' ? '*' : version);
  const found = versions.find((entry) => {
    const parsed = parseVersion(entry.version);
    return parsed !== undefined && satisfies(parsed);
  });
  if (found === undefined) throw new RepositoryError(`no chart version found for ${name}-${version}`);
  return found;
}

/** The absolute URL of a version's archive. Throws RepositoryError when the index names none. */
export function chartArchiveUrl(repositoryUrl: string, version: ChartVersion): string {
  const [url] = version.urls;
  if (url === undefined) throw new RepositoryError(`chart "${version.name}" has no downloadable URLs`);
  const base = repositoryUrl.endsWith('/') ? repositoryUrl : `${repositoryUrl}/`;
  // The repository's query (tokens of some hosts) goes along with relative URLs.
  const resolved = new URL(url, base);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url) && resolved.search === '') resolved.search = new URL(repositoryUrl).search;
  return resolved.href;
}

/** Whether credentials of a repository may be sent to a URL: same scheme, host and port. */
export function isSameOrigin(repositoryUrl: string, url: string): boolean {
  return new URL(repositoryUrl).origin === new URL(url).origin;
}

function constraintOf(text: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(text);
  } catch (error) {
    if (error instanceof ConstraintError) throw new RepositoryError(error.message);
    throw error;
  }
}

function chartVersion(json: JsonObject): ChartVersion {
  const urls = json['urls'];
  return {
    name: textOf(json['name']),
    version: textOf(json['version']),
    appVersion: textOf(json['appVersion']),
    description: textOf(json['description']),
    urls: Array.isArray(urls) ? urls.filter((url: unknown) => typeof url === 'string') : [],
    digest: textOf(json['digest']),
    created: textOf(json['created']),
    deprecated: json['deprecated'] === true,
  };
}

function newestFirst(left: ChartVersion, right: ChartVersion): number {
  const first = parseVersion(left.version);
  const second = parseVersion(right.version);
  return first === undefined || second === undefined ? 0 : compareVersions(second, first);
}

function textOf(json: Json | undefined): string {
  return json === undefined || json === null || typeof json === 'object' ? '' : String(json);
}

function asObject(json: Json | undefined): JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : {};
}
