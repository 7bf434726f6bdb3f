// A git host: repositories over smart HTTP, as a server of its own or mounted into another one. Whoever needs to know of
// a change is told the moment references have moved, before the pushing client has its answer.

import { existsSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { join, resolve } from 'node:path';
import type { Git } from './command.ts';
import { importDirectory } from './directory-snapshot.ts';
import { GitError } from './errors.ts';
import { type BareRepository, type Notify, openBare } from './hosted.ts';
import type { RefUpdate } from './push-report.ts';
import type { GitRepository } from './repository.ts';
import { type GitAuthenticate, createSmartHttp } from './smart-http.ts';
import { type Importer, importWorkingTree } from './worktree-import.ts';

/** A repository to serve. With `directory`, the user's working tree or plain directory is its origin. */
export interface HostedRepositoryOptions {
  /** The path in the URL, without `.git`: `infrastructure`, `your-org/infrastructure`. */
  readonly name: string;
  readonly directory?: string;
}

/** A reference that moved. All-zero names stand for "none". */
export interface PushEvent extends RefUpdate {
  readonly repository: string;
  readonly origin: 'push' | 'directory';
  readonly user: string | undefined;
}

export interface GitHostOptions {
  readonly stateDirectory: string;
  readonly repositories?: readonly HostedRepositoryOptions[];
  /** Listen on an address of its own. Without it, mount `handle`. */
  readonly listen?: { readonly host?: string; readonly port: number };
  /** The public base URL when mounted, for `urlOf`; e.g. `http://127.0.0.1:8080/git`. */
  readonly publicUrl?: string;
  readonly basePath?: string;
  readonly onPush?: (event: PushEvent) => void;
  readonly onNotice?: Notify;
  readonly authenticate?: GitAuthenticate;
  readonly pushBytesMax?: number;
  readonly signal?: AbortSignal;
}

export interface HostedRepository {
  readonly name: string;
  readonly gitDirectory: string;
  /** The user's directory behind it, if any. */
  readonly directory: string | undefined;
  readonly url: string | undefined;
  readonly repository: GitRepository;
  /** Takes over what is in the user's directory now; nothing to do for a repository without one. */
  refresh(): Promise<void>;
}

export interface GitHost extends AsyncDisposable {
  /** Where the host listens, without a trailing slash; undefined when it is only mounted and no public URL was given. */
  readonly url: string | undefined;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly repositories: ReadonlyMap<string, HostedRepository>;
  add(options: HostedRepositoryOptions): Promise<HostedRepository>;
}

interface Entry {
  readonly bare: BareRepository;
  readonly importer: Importer | undefined;
}

/**
 * Starts a host. It resolves when every repository has been imported and the port (if any) is open.
 * @throws GitError when a directory is missing or git is.
 */
export async function startGitHost(git: Git, options: GitHostOptions): Promise<GitHost> {
  const basePath = (options.basePath ?? '').replace(/\/+$/, '');
  const entries = new Map<string, Entry>();
  const hosted = new Map<string, HostedRepository>();
  const notify: Notify = (notice) => options.onNotice?.(notice);
  const announce = createAnnouncer(options.onPush, notify);
  const handle = createSmartHttp({
    git,
    basePath,
    directoryOf: (name) => entries.get(name)?.bare.directory,
    onUpdates: (name, updates, user) => announce('push', name, updates, user),
    ...(options.authenticate ? { authenticate: options.authenticate } : {}),
    ...(options.pushBytesMax === undefined ? {} : { pushBytesMax: options.pushBytesMax }),
  });
  const server = options.listen ? await listen(options.listen, handle) : undefined;
  const url = options.publicUrl?.replace(/\/+$/, '') ?? (server ? addressOf(server, basePath) : undefined);

  const add = async ({ name, directory }: HostedRepositoryOptions): Promise<HostedRepository> => {
    checkName(name);
    if (entries.has(name)) throw new GitError('invalid-argument', `a repository named ${name} is already hosted`);
    const bare = await openBare(git, options.stateDirectory, name);
    const importer = await startImport({ git, bare, directory, notify, announce });
    entries.set(name, { bare, importer });
    const repository: HostedRepository = {
      name,
      gitDirectory: bare.directory,
      directory,
      url: url === undefined ? undefined : `${url}/${name}.git`,
      repository: bare.repository,
      refresh: async () => importer?.refresh(),
    };
    hosted.set(name, repository);
    return repository;
  };
  const host: GitHost = {
    url,
    handle,
    repositories: hosted,
    add,
    async [Symbol.asyncDispose]() {
      await (server && close(server));
      for (const { bare, importer } of entries.values()) {
        await importer?.[Symbol.asyncDispose]();
        await bare.repository[Symbol.asyncDispose]();
      }
    },
  };
  try {
    for (const repository of options.repositories ?? []) await add(repository);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  options.signal?.addEventListener('abort', () => void host[Symbol.asyncDispose](), { once: true });
  return host;
}

type Announce = (origin: PushEvent['origin'], name: string, updates: readonly RefUpdate[], user?: string) => void;

function createAnnouncer(onPush: ((event: PushEvent) => void) | undefined, notify: Notify): Announce {
  return (origin, name, updates, user) => {
    for (const update of updates) {
      try {
        onPush?.({ ...update, repository: name, origin, user });
      } catch (error) {
        // A listener's fault must not fail the push that is already stored.
        notify(`a listener failed on a push to ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
}

interface ImportRequest {
  readonly git: Git;
  readonly bare: BareRepository;
  readonly directory: string | undefined;
  readonly notify: Notify;
  readonly announce: Announce;
}

async function startImport(request: ImportRequest): Promise<Importer | undefined> {
  const { git, bare, notify } = request;
  if (request.directory === undefined) return undefined;
  const directory = resolve(request.directory);
  if (!existsSync(directory)) throw new GitError('not-found', `there is no directory ${directory}`);
  const onUpdates = (updates: readonly RefUpdate[]): void => request.announce('directory', bare.name, updates);
  const isWorkingTree = existsSync(join(directory, '.git'));
  return (isWorkingTree ? importWorkingTree : importDirectory)({ git, bare, directory, onUpdates, notify });
}

function checkName(name: string): void {
  const parts = name.split('/');
  const isPlain = parts.every((part) => /^[\w.~ +@-]+$/u.test(part) && part !== '.' && part !== '..');
  if (!isPlain || name.endsWith('.git') || name.length > 200) {
    throw new GitError('invalid-argument', `${JSON.stringify(name)} cannot be the name of a hosted repository`);
  }
}

async function listen(
  address: { readonly host?: string; readonly port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (handle(request, response)) return;
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('not found\n');
  });
  // A large push over a slow line may take its time; headers may not.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host ?? '127.0.0.1', resolve);
  });
  return server;
}

function addressOf(server: Server, basePath: string): string | undefined {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return undefined;
  const { address, family, port } = bound;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${basePath}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
