// Which repository URLs a directory stands for: said by the user, told by its git remote, or named by its own manifests.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '@evenkeel/git';
import { type Json, type JsonObject, YamlError, isMap, parseYamlDocuments } from '@evenkeel/resource';

/** A URL as it stands in manifests, and the directory behind it. */
export interface RepositoryMap {
  readonly url: string;
  readonly directory: string;
  /** How we came to think so, for people. */
  readonly because: string;
}

const FILES_MAX = 2000;
const DEPTH_MAX = 8;

/** Every URL that leads to `directory`. Explicit ones come from the caller; these are the guesses. */
export async function guessRepositories(git: Git, directory: string): Promise<readonly RepositoryMap[]> {
  // A directory inside somebody else's working tree is not that repository; a remote on this disk names no repository
  // that manifests would name.
  const told = existsSync(join(directory, '.git')) ? await remoteUrls(git, directory) : [];
  const remotes = told.filter((url) => !/^(file:|\/|\.|[A-Za-z]:[\\/])/.test(url));
  if (remotes.length > 0) return remotes.map((url) => ({ url, directory, because: 'its git remote' }));
  const named = urlsInManifests(directory);
  if (named.length === 1)
    return named.map((url) => ({ url, directory, because: 'the only repository its manifests name' }));
  const base = directory.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  const fitting = named.filter((url) => url.replace(/\.git$/, '').endsWith(`/${base}`));
  return fitting.map((url) => ({ url, directory, because: 'its name' }));
}

async function remoteUrls(git: Git, directory: string): Promise<readonly string[]> {
  try {
    const { stdout } = await git.run(['-C', directory, 'config', '--get-regexp', '^remote\\..*\\.url$']);
    return [
      ...new Set(
        stdout
          .toString()
          .split('\n')
          .flatMap((line) => line.split(' ')[1] ?? []),
      ),
    ];
  } catch {
    // No remote, or no repository at all: both mean that nothing is known.
    return [];
  }
}

/** The git URLs that Applications and GitRepositories below a directory name. */
export function urlsInManifests(directory: string): readonly string[] {
  return [...new Set(manifestFiles(directory).flatMap((path) => urlsIn(readFileSync(join(directory, path), 'utf8'))))];
}

/** Files that hold a root: an Application or Kustomization whose own directory is part of what it deploys. */
export function rootManifests(directory: string): readonly string[] {
  return manifestFiles(directory).filter((path) => {
    const text = readFileSync(join(directory, path), 'utf8');
    if (!/^kind:\s*(Application|Kustomization)\s*$/m.test(text)) return false;
    return readDocuments(text).some((document) => {
      const spec = document['spec'];
      const source = isMap(spec) ? (isMap(spec['source']) ? spec['source'] : spec) : undefined;
      const deployed = source?.['path'];
      if (typeof deployed !== 'string') return false;
      const own = deployed.replace(/^\.?\//, '').replace(/\/$/, '');
      return own === '' || path.startsWith(`${own}/`);
    });
  });
}

/** YAML files below a directory, relative to it. */
function manifestFiles(directory: string): readonly string[] {
  const found: string[] = [];
  const visit = (at: string, depth: number): void => {
    for (const entry of readdirSync(join(directory, at), { withFileTypes: true })) {
      if (entry.name === '.git' || entry.name === 'node_modules' || found.length >= FILES_MAX) continue;
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory() && depth < DEPTH_MAX) visit(path, depth + 1);
      if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(path);
    }
  };
  visit('', 0);
  return found;
}

function urlsIn(text: string): readonly string[] {
  return /^\s*(- )?(repoURL|url):/m.test(text) ? readDocuments(text).flatMap(urlsOf) : [];
}

/** The documents of a manifest; none of a file that does not parse, which whoever deploys it will report. */
function readDocuments(text: string): readonly JsonObject[] {
  try {
    return parseYamlDocuments(text, { dialect: 'sigs' }).filter((document) => isMap(document));
  } catch (error) {
    if (error instanceof YamlError) return [];
    throw error;
  }
}

function urlsOf(document: JsonObject): readonly string[] {
  const spec = document['spec'];
  if (!isMap(spec)) return [];
  if (document['kind'] === 'GitRepository') return typeof spec['url'] === 'string' ? [spec['url']] : [];
  const sources = [spec['source'], ...(Array.isArray(spec['sources']) ? spec['sources'] : [])];
  return sources.flatMap((source: Json | undefined) =>
    isMap(source) && typeof source['repoURL'] === 'string' && source['chart'] === undefined ? [source['repoURL']] : [],
  );
}

/** A name for each directory: its last part, numbered where two share it. */
export function uniqueNames(directories: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const directory of directories) {
    const base =
      directory
        .split(/[\\/]/)
        .findLast((part) => part !== '')
        ?.replace(/\.git$/, '') || 'repository';
    const taken = new Set(names.values());
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
    names.set(directory, name);
  }
  return names;
}
