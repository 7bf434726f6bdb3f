// A commit with what it only points at: submodules in their places, and the way to Git LFS contents.

import { join } from 'node:path';
import { type Git, type GitAuth, GitError, type GitRepository, displayUrl } from '@evenkeel/git';
import { HttpClient } from '@evenkeel/oci';
import type { GitAccess, RepositoryAccess } from './access.ts';
import { proxyOf } from './environment-proxy.ts';
import { SourceError } from './errors.ts';
import { fetchLfs } from './lfs.ts';
import type { FetchLarge } from './snapshot.ts';
import { type AssembledTree, type Contents, assembleSubmodules, hasSubmodules, readGitConfig } from './submodules.ts';
import type { DirectoryNode } from './tree-node.ts';

const TREES_MAX = 64;

/** What a commit is asked for with. */
export interface TreeQuestion {
  readonly url: string;
  readonly sha: string;
  readonly how: GitAccess;
  readonly access: RepositoryAccess | undefined;
  readonly root: DirectoryNode;
  readonly repository: GitRepository;
  readonly signal?: AbortSignal | undefined;
}

/** The tree and where its contents come from. */
export interface WholeTree {
  readonly root: DirectoryNode;
  readonly contents: Contents;
  readonly large: FetchLarge | undefined;
  /** False where a submodule could not be had: it may be there later. */
  readonly complete: boolean;
}

type LoadCommit = (
  url: string,
  sha: string,
  access: RepositoryAccess | undefined,
) => Promise<{ readonly root: DirectoryNode; readonly repository: GitRepository }>;

/** Puts commits together. */
export interface TreeAssembler extends AsyncDisposable {
  assemble(question: TreeQuestion): Promise<WholeTree>;
}

/** Makes an assembler; `load` loads a commit of any repository with what is known for its URL. */
export function createTreeAssembler(options: { readonly git: Git; readonly load: LoadCommit }): TreeAssembler {
  const { git, load } = options;
  const http = new HttpClient({ proxy: proxyOf(git) });
  const kept = new KeptTrees();
  const withSubmodules = (question: TreeQuestion): Promise<AssembledTree> => {
    const { access, url, root, repository, sha } = question;
    return kept.of(access, `${repository.directory} ${sha}`, () =>
      assembleSubmodules({
        url,
        root,
        repository,
        git,
        load: (at, commit) => loadSubmodule(at, commit, { load, access }),
      }),
    );
  };
  return {
    async assemble(question) {
      const { how, repository } = question;
      const large = how.lfs === true ? largeOf(question, git, http) : undefined;
      if (how.submodules !== true || !hasSubmodules(question.root)) {
        return { root: question.root, contents: repository, large, complete: true };
      }
      const { root, routes, complete } = await withSubmodules(question);
      return { root, contents: routed(repository, routes), large, complete };
    },
    async [Symbol.asyncDispose]() {
      kept.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** Loads a submodule's commit with what may be used for it, and says where something was held back. */
async function loadSubmodule(
  url: string,
  sha: string,
  { load, access }: { readonly load: LoadCommit; readonly access: RepositoryAccess | undefined },
): ReturnType<LoadCommit> {
  const allowed = access?.submodule?.(url);
  if (!access || !allowed) return load(url, sha, access);
  try {
    return await load(url, sha, { ...access, git: () => allowed.how });
  } catch (error) {
    if (allowed.withheld === undefined || !(error instanceof GitError)) throw error;
    throw new SourceError('submodule', `${error.message} (${allowed.withheld})`);
  }
}

/** Trees put together lately, until credentials change: what they let one read may have become less. */
class KeptTrees {
  readonly #trees = new Map<RepositoryAccess | undefined, Map<string, Promise<AssembledTree>>>();
  readonly #stops: (() => void)[] = [];

  of(access: RepositoryAccess | undefined, key: string, make: () => Promise<AssembledTree>): Promise<AssembledTree> {
    let trees = this.#trees.get(access);
    if (!trees) {
      trees = new Map();
      this.#trees.set(access, trees);
      const stop = access?.onChange(() => this.#trees.get(access)?.clear());
      if (stop) this.#stops.push(stop);
    }
    const known = trees.get(key);
    const tree = known ?? make();
    trees.delete(key);
    trees.set(key, tree);
    for (const [oldest] of trees) {
      if (trees.size <= TREES_MAX) break;
      trees.delete(oldest);
    }
    if (!known) {
      const forget = (): boolean =>
        this.#trees.get(access)?.get(key) === tree && this.#trees.get(access)?.delete(key) === true;
      // What could not be had is tried again by the next who asks.
      tree.then(({ complete }) => complete || forget(), forget);
    }
    return tree;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#trees.clear();
  }
}

/** Reads each content where it is. */
function routed(main: Contents, routes: ReadonlyMap<string, Contents>): Contents {
  const ask = async <T>(
    oids: readonly string[],
    question: (from: Contents, oids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  ): Promise<Map<string, T>> => {
    const groups = new Map<Contents, string[]>();
    for (const oid of oids) {
      const from = routes.get(oid) ?? main;
      groups.set(from, [...(groups.get(from) ?? []), oid]);
    }
    const answers = await Promise.all(Array.from(groups, ([from, group]) => question(from, group)));
    return new Map(answers.flatMap((answer) => [...answer]));
  };
  return {
    blobs: (oids) => ask(oids, (from, group) => from.blobs(group)),
    infos: (oids) => ask(oids, (from, group) => from.infos(group)),
  };
}

function largeOf(question: TreeQuestion, git: Git, http: HttpClient): FetchLarge {
  const { url, how, access, root, repository, signal } = question;
  const authOf = (other: string): GitAuth | undefined => access?.git(other).auth;
  return async (pointers) => {
    const endpoint = await configuredEndpoint(root, repository, { git, url });
    const directory = join(repository.directory, 'lfs', 'objects');
    return fetchLfs(pointers, { http, git, url, auth: how.auth, endpoint, authOf, directory, signal });
  };
}

/** `lfs.url` in .lfsconfig, where it is an address on the network. */
async function configuredEndpoint(
  root: DirectoryNode,
  repository: Contents,
  { git, url }: { readonly git: Git; readonly url: string },
): Promise<string | undefined> {
  const file = root.entries.get('.lfsconfig');
  if (file?.kind !== 'file') return undefined;
  const text = (await repository.blobs([file.oid])).get(file.oid) ?? new Uint8Array();
  const settings = await readGitConfig(git, text, `.lfsconfig of ${displayUrl(url)}`);
  const named = settings.findLast(([key]) => key === 'lfs.url')?.[1];
  return named !== undefined && /^(?:https?|ssh):\/\//.test(named) ? named : undefined;
}
