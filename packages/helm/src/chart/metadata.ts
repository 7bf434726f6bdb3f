// What Helm requires of Chart.yaml, and how it cleans it. Mirrors helm:pkg/chart/v2/{metadata,dependency}.go (v4.3.0).

import { quote } from '@evenkeel/gotemplate';

import { isGoPrint, isGoSpace, pathBase } from '../go-text.ts';
import type { ChartMetadata, Dependency } from './chart.ts';
import { isVersion } from './version.ts';

/** Thrown when metadata does not pass; the message starts with "validation: ". */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
  constructor(message: string) {
    super(`validation: ${message}`);
  }
}

/** Cleans the strings of a Chart.yaml in place and checks it. Throws ValidationError. */
export function validateMetadata(metadata: ChartMetadata): void {
  for (const field of [
    'name',
    'description',
    'home',
    'icon',
    'condition',
    'tags',
    'appVersion',
    'kubeVersion',
  ] as const) {
    metadata[field] = sanitize(metadata[field]);
  }
  metadata.sources = metadata.sources?.map(sanitize);
  metadata.keywords = metadata.keywords?.map(sanitize);
  validateIdentity(metadata);
  for (const maintainer of metadata.maintainers ?? []) {
    if (maintainer === undefined) throw new ValidationError('maintainers must not contain empty or null nodes');
    maintainer.name = sanitize(maintainer.name);
    maintainer.email = sanitize(maintainer.email);
    maintainer.url = sanitize(maintainer.url);
  }
  validateDependencies(metadata.dependencies ?? []);
}

function validateIdentity(metadata: ChartMetadata): void {
  const { apiVersion, name, version, type } = metadata;
  if (apiVersion === '') throw new ValidationError('chart.metadata.apiVersion is required');
  if (name === '') throw new ValidationError('chart.metadata.name is required');
  if (name === '.' || name === '..') throw new ValidationError(`chart.metadata.name ${quote(name)} is not allowed`);
  if (name !== pathBase(name)) throw new ValidationError(`chart.metadata.name ${quote(name)} is invalid`);
  if (version === '') throw new ValidationError('chart.metadata.version is required');
  if (!isVersion(version)) throw new ValidationError(`chart.metadata.version ${quote(version)} is invalid`);
  if (type !== '' && type !== 'application' && type !== 'library') {
    throw new ValidationError('chart.metadata.type must be application or library');
  }
}

function validateDependencies(dependencies: readonly (Dependency | undefined)[]): void {
  const names = new Set<string>();
  for (const dependency of dependencies) {
    if (dependency === undefined) throw new ValidationError('dependencies must not contain empty or null nodes');
    for (const field of ['name', 'version', 'repository', 'condition'] as const) {
      dependency[field] = sanitize(dependency[field]);
    }
    dependency.tags = dependency.tags.map(sanitize);
    if (dependency.alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(dependency.alias)) {
      throw new ValidationError(`dependency ${quote(dependency.name)} has disallowed characters in the alias`);
    }
    const key = dependency.alias === '' ? dependency.name : dependency.alias;
    if (names.has(key)) throw new ValidationError(`more than one dependency with name or alias ${quote(key)}`);
    names.add(key);
  }
}

/** White space becomes a space, what cannot be printed goes. */
function sanitize(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let out = '';
  for (const character of text) {
    if (isGoSpace(character.codePointAt(0) ?? 0)) out += ' ';
    else if (isGoPrint(character)) out += character;
  }
  return out;
}
