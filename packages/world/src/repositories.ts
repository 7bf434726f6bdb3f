// Which repository URLs a directory stands for: said by the user, told by its git remote, or named by its own manifests.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '@evenkeel/git';
import { type Json, type JsonObject, YamlError, parseYamlDocuments } from '@evenkeel/resource';

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
  const found = new Set<string>();
  let files = 0;
  const visit = (at: string, depth: number): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.name === '.git' || entry.name === 'node_modules') continue;
      const path = join(at, entry.name);
      if (entry.isDirectory() && depth < DEPTH_MAX) visit(path, depth + 1);
      if (!entry.isFile() || !/\.ya?ml$/.test(entry.name) || (files += 1) > FILES_MAX) continue;
      for (const url of urlsIn(readFileSync(path, 'utf8'))) found.add(url);
    }
  };
  visit(directory, 0);
  return [...found];
}

function urlsIn(text: string): readonly string[] {
  if (!/^\s*(- )?(repoURL|url):/m.test(text)) return [];
  try {
    return parseYamlDocuments(text, { dialect: 'sigs' }).flatMap((document) =>
      isMap(document) ? urlsOf(document) : [],
    );
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

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
