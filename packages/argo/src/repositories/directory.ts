// All repositories and credentials of an installation as they stand in its Secrets and ConfigMaps. They are watched; a change
// holds for the next question, and whoever asked before is told, so that it looks again where its own answer is another.

import { ForgeAccess, type ForgeAccessOptions, type GitLogin } from '@evenkeel/git';
import { type Informer, type KubeClient, type ResourceType, createInformer } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { ChartAccess, GitAccess, RepositoryAccess } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import { type CredentialWorld, type WorkloadIdentity, chartAccess, gitAccess, remoteAccess } from './credentials.ts';
import { type RepositoryEntry, entryKinds, readEntry, secretTypeLabel } from './entry.ts';
import { type EntrySet, type MatchedEntry, findRepository, matchEntry, sameUrl } from './match.ts';
import { type Trust, readTrust, trustConfigMaps } from './trust.ts';

const paramsName = 'argocd-cmd-params-cm';
const submodulesParam = 'reposerver.enable.git.submodule';

export interface RepositoryDirectoryOptions {
  readonly client: KubeClient;
  /** Where Argo CD's Secrets and ConfigMaps are. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  /** For the exchange of tokens, where a repository names none of its own. */
  readonly proxy?: { readonly https?: string | undefined; readonly none?: string | undefined };
}

/** Repositories and credentials, as they stand now. */
export interface RepositoryDirectory extends AsyncDisposable {
  /** What an Application of the project may use; the same object for the same project. */
  access(project: string, purpose?: 'read' | 'write'): RepositoryAccess;
  /**
   * Says which repositories a project permits as sources: for submodules that it does not, no credentials are used. To be
   * called again when the answers have changed.
   */
  govern(permits: (project: string, url: string) => boolean): void;
  /** What this process itself may use for a URL, whoever's it is: to describe commits that were found already. */
  ownAccess(url: string): RepositoryAccess;
  /** The same as it would be with an entry that is not written yet. */
  accessWith(entry: RepositoryEntry): RepositoryAccess;
  /** Every entry, unusable ones too. */
  entries(): readonly RepositoryEntry[];
  /** What holds for a URL in a project. */
  match(url: string, project: string, purpose?: 'read' | 'write'): MatchedEntry;
  trust(): Trust;
  /** What is wrong in Secrets, one sentence each. */
  problems(): readonly string[];
  onChange(listener: () => void): () => void;
}

/** Starts watching; resolves when everything has been read once. */
export async function watchRepositories(options: RepositoryDirectoryOptions): Promise<RepositoryDirectory> {
  await using stack = new AsyncDisposableStack();
  const watched = await watchAll(options, stack);
  const exchange = stack.use(new ForgeAccess(exchangeOptions(options)));
  const state = new DirectoryState(watched, options, exchange);
  const owned = stack.move();
  return {
    access: (project, purpose = 'read') => state.access(project, purpose),
    govern: (permits) => state.govern(permits),
    ownAccess: (url) => state.access(findEntry(url, state.set('read').repositories)?.project ?? '', 'read'),
    accessWith: (entry) => state.accessWith(entry),
    entries: () => state.entries,
    match: (url, project, purpose = 'read') => matchEntry(url, project, state.set(purpose)),
    trust: () => state.trust,
    problems: () =>
      state.entries.flatMap(({ secret: { namespace, name }, problems }) =>
        problems.map((problem) => `Secret ${namespace}/${name}: ${problem}`),
      ),
    onChange: (listener) => state.onChange(listener),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function exchangeOptions({ signal, clock, proxy = {} }: RepositoryDirectoryOptions): ForgeAccessOptions {
  return {
    signal,
    now: () => clock.now(),
    ...(proxy.https === undefined ? {} : { proxy: proxy.https }),
    ...(proxy.none === undefined ? {} : { noProxy: proxy.none }),
  };
}

/** The entry of all projects before that of one. */
function findEntry(url: string, repositories: readonly RepositoryEntry[]): RepositoryEntry | undefined {
  return findRepository(url, '', repositories) ?? repositories.find((entry) => sameUrl(entry.url, url));
}

interface Watched {
  readonly secrets: Informer;
  readonly maps: readonly Informer[];
}

async function watchAll(
  { client, namespace, signal }: RepositoryDirectoryOptions,
  stack: AsyncDisposableStack,
): Promise<Watched> {
  const typeOf = async (kind: string): Promise<ResourceType> => {
    const type = await client.discovery.resolve({ group: '', version: 'v1', kind });
    if (!type) throw new Error(`the cluster has no kind ${kind}`);
    return type;
  };
  const [secretType, mapType] = [await typeOf('Secret'), await typeOf('ConfigMap')];
  const labelSelector = `${secretTypeLabel} in (${entryKinds.join(',')})`;
  const secrets = stack.use(createInformer(client, secretType, { namespace, labelSelector, signal }));
  const names = [...Object.values(trustConfigMaps), paramsName];
  const maps = names.map((name) =>
    stack.use(createInformer(client, mapType, { namespace, fieldSelector: `metadata.name=${name}`, signal })),
  );
  await Promise.all([secrets, ...maps].map((informer) => informer.synced));
  return { secrets, maps };
}

class DirectoryState {
  entries: readonly RepositoryEntry[] = [];
  trust: Trust;
  readonly #watched: Watched;
  readonly #options: RepositoryDirectoryOptions;
  readonly #exchange: ForgeAccess;
  readonly #accesses = new Map<string, RepositoryAccess>();
  readonly #logins = new Map<string, GitLogin>();
  readonly #listeners = new Set<() => void>();
  #permits: (project: string, url: string) => boolean = () => true;
  /** Answers by purpose, project and URL; forgotten at every change. */
  readonly #answers = new Map<string, GitAccess>();

  constructor(watched: Watched, options: RepositoryDirectoryOptions, exchange: ForgeAccess) {
    this.#watched = watched;
    this.#options = options;
    this.#exchange = exchange;
    this.trust = this.#readTrust();
    this.#read();
    for (const informer of [watched.secrets, ...watched.maps]) {
      informer.onChange(({ kind, object, previous }) => {
        if (kind === 'updated' && JSON.stringify(saying(previous)) === JSON.stringify(saying(object))) return;
        this.#read();
        for (const listener of this.#listeners) listener();
      });
    }
  }

  set(purpose: 'read' | 'write'): EntrySet {
    const [repository, template] =
      purpose === 'read'
        ? (['repository', 'repo-creds'] as const)
        : (['repository-write', 'repo-write-creds'] as const);
    return {
      repositories: this.entries.filter(({ kind }) => kind === repository),
      templates: this.entries.filter(({ kind }) => kind === template),
    };
  }

  access(project: string, purpose: 'read' | 'write'): RepositoryAccess {
    const key = `${purpose} ${project}`;
    const known = this.#accesses.get(key);
    if (known) return known;
    const made: RepositoryAccess = {
      git: (url) => this.#git(url, project, purpose),
      submodule: (url) =>
        this.#permits(project, url)
          ? { how: this.#git(url, project, purpose) }
          : {
              how: this.#anonymous(url),
              withheld: `project "${project}" does not permit it, so no credentials are used`,
            },
      remote: (url) => this.#remote(url, project, purpose),
      dependency: (url) =>
        this.#permits(project, url) ? this.#remote(url, project, purpose) : Promise.resolve(this.#anonymousRemote(url)),
      named: (name) =>
        this.set(purpose).repositories.find(
          (entry) => entry.name === name && (entry.project === '' || entry.project === project),
        )?.url,
      onChange: (listener) => this.onChange(listener),
    };
    this.#accesses.set(key, made);
    return made;
  }

  govern(permits: (project: string, url: string) => boolean): void {
    this.#permits = permits;
    for (const listener of this.#listeners) listener();
  }

  /** How whoever has no credentials reaches a URL: authorities and host keys still count. */
  #anonymous(url: string): GitAccess {
    return gitAccess(matchEntry(url, '', { repositories: [], templates: [] }), this.#world());
  }

  #anonymousRemote(url: string): ChartAccess {
    return chartAccess(matchEntry(url, '', { repositories: [], templates: [] }), this.#world());
  }

  accessWith(entry: RepositoryEntry): RepositoryAccess {
    const { repositories, templates } = this.set('read');
    const set = { repositories: [entry, ...repositories], templates };
    return {
      git: (url) => gitAccess(matchEntry(url, entry.project, set), this.#world()),
      remote: (url) => remoteAccess(matchEntry(url, entry.project, set), this.#world()),
      onChange: () => () => undefined,
    };
  }

  onChange(listener: () => void): () => void {
    // Two askers may hand in the same function; each stops for itself.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  #git(url: string, project: string, purpose: 'read' | 'write'): GitAccess {
    const key = `${purpose}\n${project}\n${url}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const made = gitAccess(matchEntry(url, project, this.set(purpose)), this.#world());
    this.#answers.set(key, made);
    return made;
  }

  #remote(url: string, project: string, purpose: 'read' | 'write'): Promise<ChartAccess> {
    return remoteAccess(matchEntry(url, project, this.set(purpose)), this.#world());
  }

  #world(): CredentialWorld {
    const { workloadIdentity } = this.#options;
    return {
      trust: this.trust,
      access: this.#exchange,
      submodules: this.#map(paramsName)?.[submodulesParam] !== 'false',
      workloadIdentity,
      keepLogin: (login) => {
        const known = this.#logins.get(login.identity) ?? login;
        this.#logins.set(login.identity, known);
        return known;
      },
    };
  }

  #read(): void {
    this.trust = this.#readTrust();
    this.#answers.clear();
    this.entries = this.#watched.secrets
      .list()
      .flatMap((secret) => readEntry(secret) ?? [])
      .toSorted((left, right) => (left.secret.name < right.secret.name ? -1 : 1));
  }

  #readTrust(): Trust {
    const { knownHosts, tls, gpg } = trustConfigMaps;
    const [hosts, authorities, keys] = [this.#map(knownHosts), this.#map(tls), this.#map(gpg)];
    return readTrust({
      ...(hosts ? { knownHosts: hosts } : {}),
      ...(authorities ? { tls: authorities } : {}),
      ...(keys ? { gpg: keys } : {}),
    });
  }

  #map(name: string): Readonly<Record<string, string>> | undefined {
    for (const informer of this.#watched.maps) {
      const found = informer.get(this.#options.namespace, name);
      if (found) return (found['data'] ?? {}) as Readonly<Record<string, string>>;
    }
    return undefined;
  }
}

/** What counts of a Secret or ConfigMap. */
function saying(object: KubeObject | undefined): unknown {
  return object && [object['data'], object['stringData'], object.metadata.labels?.[secretTypeLabel]];
}
