// Loads files and further roots relative to one root, with the rules about what may be reached from it
// (api:internal/loader/fileloader.go, loadrestrictions.go, v0.21.1).

import { type FileTree, joinTreePath, treeDirname } from '@evenkeel/std';

import { KustomizeError } from '../problems.ts';
import { type RepoSpec, cloneUrl, parseRepoSpec } from './repo-spec.ts';
import { type RealPath, isWithin, realPath } from './tree-paths.ts';

/** Which files a root may read: those in or below it, or any. */
export type LoadRestrictor = 'rootOnly' | 'none';

/** Brings remote content. Both may throw ContentNotLoaded, or a plain Error that says why not. */
export interface Remote {
  /** The tree of a repository at the spec's ref; undefined where it cannot be had. */
  directory?(spec: RepoSpec): FileTree | undefined;
  /** The bytes behind an http or https address; undefined where there is no such file. */
  file?(url: string): Uint8Array | undefined;
}

/** What all loaders of one build share. */
export interface LoadContext {
  readonly restrictor: LoadRestrictor;
  readonly remote: Remote;
  /** Put before tree paths in messages: the absolute path of the tree's root. */
  readonly displayRoot: string;
  readonly fileBytesMax: number;
  readonly reads: Set<string>;
}

/** A file's content and where it was found. */
export interface LoadedFile {
  readonly bytes: Uint8Array;
  /** Tree path, or the address of a remote file. */
  readonly file: string;
}

/** One root. */
export class Loader {
  readonly #context: LoadContext;
  readonly #referrer: Loader | undefined;
  readonly #repo: RepoSpec | undefined;
  readonly tree: FileTree;
  /** Tree path of the root. */
  readonly root: string;

  private constructor(context: LoadContext, place: Place) {
    this.#context = context;
    this.#referrer = place.referrer;
    this.#repo = place.repo;
    this.tree = place.tree;
    this.root = place.root;
  }

  /** A loader for the root of a build: a tree path, or the address of a remote root. */
  static open(context: LoadContext, tree: FileTree, target: string): Loader {
    const spec = parseRepoSpec(target);
    if (spec !== undefined) return Loader.#openRemote(context, spec, undefined);
    const path = joinTreePath(target);
    const display = (each: string): string =>
      each === '' ? context.displayRoot || '/' : `${context.displayRoot}/${each}`;
    const place = confirmDirectory(tree, path, { shown: path === undefined ? target : display(path), display });
    return new Loader(context, { tree, root: place.path, referrer: undefined, repo: undefined });
  }

  static #openRemote(context: LoadContext, spec: RepoSpec, referrer: Loader | undefined): Loader {
    const tree = context.remote.directory?.(spec);
    if (tree === undefined) {
      throw new KustomizeError('REMOTE', `remote root '${spec.raw}' is not available: no loader for ${cloneUrl(spec)}`);
    }
    const found = realPath(tree, joinTreePath(spec.rootPath) ?? '');
    if (found === undefined || found.kind !== 'directory') {
      throw new KustomizeError('NOT_FOUND', `'${spec.rootPath}' refers to no directory of ${cloneUrl(spec)}`);
    }
    return new Loader({ ...context, restrictor: 'rootOnly' }, { tree, root: found.path, referrer, repo: spec });
  }

  /** The root as messages name it. */
  get rootText(): string {
    return this.display(this.root);
  }

  /** A tree path as messages name it. */
  display(path: string): string {
    const repo = this.#containingRepo();
    const base = repo === undefined ? this.#context.displayRoot : cloneUrl(repo);
    if (path === '') return base === '' ? '/' : base;
    return `${base}/${path}`;
  }

  /** A tree path as origins name it: unlike in messages, local paths stay relative to the tree. */
  originPath(path: string): string {
    const repo = this.#containingRepo();
    if (repo === undefined) return path;
    return `${cloneUrl(repo)}//${path}${repo.ref === '' ? '' : `?ref=${repo.ref}`}`;
  }

  #containingRepo(): RepoSpec | undefined {
    if (this.#repo !== undefined || this.#referrer === undefined) return this.#repo;
    return this.#referrer.#containingRepo();
  }

  /** True where the path leads to a directory; cheap, for the usual case of a base. */
  isDirectory(path: string): boolean {
    if (path.startsWith('/') || path === '') return false;
    const target = joinTreePath(this.root, path);
    return target !== undefined && realPath(this.tree, target)?.kind === 'directory';
  }

  /** True where anything has this name in the root. */
  isThere(name: string): boolean {
    return this.tree.stat(this.root === '' ? name : `${this.root}/${name}`) !== undefined;
  }

  /** A loader for another root, named relative to this one. Throws KustomizeError for cycles and escapes. */
  child(path: string): Loader {
    if (path === '') throw new KustomizeError('NOT_FOUND', 'new root cannot be empty');
    const spec = parseRepoSpec(path);
    if (spec !== undefined) {
      this.#refuseRepoCycle(spec);
      return Loader.#openRemote(this.#context, spec, this);
    }
    if (path.startsWith('/')) throw new KustomizeError('FORBIDDEN_PATH', `new root '${path}' cannot be absolute`);
    const place = confirmDirectory(this.tree, joinTreePath(this.root, path), {
      shown: this.#joined(path),
      display: (each) => this.display(each),
    });
    this.#refuseVisited(place.path);
    return new Loader(this.#context, { tree: this.tree, root: place.path, referrer: this, repo: undefined });
  }

  #joined(path: string): string {
    const joined = joinTreePath(this.root, path);
    return joined === undefined ? cleanPath(`${this.rootText}/${path}`) : this.display(joined);
  }

  #refuseVisited(candidate: string): void {
    if (isWithin(this.root, candidate)) {
      throw new KustomizeError(
        'CYCLE',
        `cycle detected: candidate root '${this.display(candidate)}' contains visited root '${this.rootText}'`,
      );
    }
    if (this.#referrer?.tree === this.tree) this.#referrer.#refuseVisited(candidate);
  }

  #refuseRepoCycle(spec: RepoSpec): void {
    if (this.#repo?.raw.startsWith(spec.raw) === true) {
      throw new KustomizeError(
        'CYCLE',
        `cycle detected: URI '${spec.raw}' referenced by previous URI '${this.#repo.raw}'`,
      );
    }
    if (this.#referrer !== undefined) this.#referrer.#refuseRepoCycle(spec);
  }

  /** Reads a file named relative to this root, or a remote one. Throws KustomizeError. */
  load(path: string): LoadedFile {
    if (/^https?:/i.test(path)) return this.#loadRemote(path);
    const target = this.#treePath(path);
    const shown = target === undefined ? cleanPath(this.#absolute(path)) : this.display(target);
    if (target === undefined) throw path.startsWith('/') ? nothingAt(path) : forbidden(shown, this.rootText);
    const found = realPath(this.tree, target);
    if (this.#context.restrictor === 'rootOnly') this.#restrict(found, target, shown);
    if (found === undefined) throw notFound(`open ${shown}: no such file or directory`);
    if (found.kind !== 'file') throw notFound(`read ${shown}: is a directory`);
    const bytes = this.tree.read(found.path);
    if (bytes === undefined) throw notFound(`open ${shown}: no such file or directory`);
    if (bytes.length > this.#context.fileBytesMax) {
      const limit = String(this.#context.fileBytesMax);
      throw new KustomizeError('LIMIT', `file '${shown}' has ${String(bytes.length)} bytes; the limit is ${limit}`);
    }
    this.#context.reads.add(this.originPath(found.path));
    return { bytes, file: this.originPath(found.path) };
  }

  #treePath(path: string): string | undefined {
    if (!path.startsWith('/')) return joinTreePath(this.root, path);
    const base = this.#containingRepo() === undefined ? this.#context.displayRoot : undefined;
    const clean = cleanPath(path);
    if (base === undefined || !(clean === base || clean.startsWith(`${base}/`))) return undefined;
    return joinTreePath(clean.slice(base.length));
  }

  #absolute(path: string): string {
    return path.startsWith('/') ? path : `${this.rootText}/${path}`;
  }

  #restrict(found: RealPath | undefined, target: string, shown: string): void {
    if (found === undefined) {
      const missing = this.display(firstMissing(this.tree, target));
      throw notFound(`evalsymlink failure on '${shown}' : lstat ${missing}: no such file or directory`);
    }
    if (found.kind !== 'file') throw notFound(`'${shown}' must resolve to a file`);
    if (!isWithin(treeDirname(found.path), this.root)) throw forbidden(shown, this.rootText);
  }

  #loadRemote(url: string): LoadedFile {
    const bytes = this.#context.remote.file?.(url);
    if (bytes !== undefined) return { bytes, file: url };
    if (parseRepoSpec(url) !== undefined) throw new KustomizeError('REMOTE', 'URL is a git repository');
    throw new KustomizeError('REMOTE', `remote file '${url}' is not available`);
  }
}

interface Place {
  readonly tree: FileTree;
  readonly root: string;
  readonly referrer: Loader | undefined;
  readonly repo: RepoSpec | undefined;
}

interface Wording {
  readonly shown: string;
  readonly display: (path: string) => string;
}

function confirmDirectory(tree: FileTree, path: string | undefined, { shown, display }: Wording): RealPath {
  const found = path === undefined ? undefined : realPath(tree, path);
  if (found?.kind === 'directory') return found;
  if (found !== undefined) throw notFound(`must build at directory: '${shown}': file is not directory`);
  const missing = path === undefined ? shown : display(firstMissing(tree, path));
  throw notFound(
    `must build at directory: not a valid directory: evalsymlink failure on '${shown}' : lstat ${missing}: no such file or directory`,
  );
}

function firstMissing(tree: FileTree, path: string): string {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const prefix = parts.slice(0, count).join('/');
    if (realPath(tree, prefix) === undefined) return prefix;
  }
  return path;
}

/** Cleans an absolute path as Go's filepath.Clean does. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Outside of the tree there is nothing, as far as this build can know. */
function nothingAt(path: string): KustomizeError {
  const clean = cleanPath(path);
  const first = clean.split('/', 2).join('/');
  return notFound(`evalsymlink failure on '${path}' : lstat ${first}: no such file or directory`);
}

function notFound(message: string): KustomizeError {
  return new KustomizeError('NOT_FOUND', message);
}

function forbidden(path: string, root: string): KustomizeError {
  return new KustomizeError('FORBIDDEN_PATH', `security; file '${path}' is not in or below '${root}'`);
}
