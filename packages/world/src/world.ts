// The whole system in one process: cluster, git host, controllers, API and page. Tests, benches and `evenkeel up` start
// exactly this.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Info } from '@evenkeel/api';
import {
  startHydrator,
  type ArgoController,
  type ClusterDirectory,
  type ClusterPool,
  type Gate,
  type SetController,
  type SetControllerOptions,
  type SettingsSource,
  type Verifier,
  createArgoFrontEnd,
  createClusterPool,
  createVerifier,
  controlPlaneNamespace,
  deliveryKey,
  createWebhookHandler,
  sightOf,
  startApplicationSets,
  startArgo,
  type RepositoryDirectory,
  type RepositoryDirectoryOptions,
  type WorkloadIdentity,
  watchClusters,
  createRepositoryManager,
  watchRepositories,
  watchSettings,
} from '@evenkeel/argo';
import { systemClock } from '@evenkeel/controller';
import {
  type PluginLimits,
  createDryRenderer,
  type Cluster,
  Deliveries,
  type FrontEnd,
  connectCluster,
  createRecorder,
  defaultPluginLimits,
} from '@evenkeel/delivery';
import { type ArtifactPublisher, type FluxController, fluxFrontEnd, startFlux } from '@evenkeel/flux';
import { type Git, type GitHost, type HostedRepository, createGit, startGitHost } from '@evenkeel/git';
import { type History, openHistory } from '@evenkeel/history';
import { type ClusterConfig, type KubeClient, type KubeTransport, createKubeClient } from '@evenkeel/kube';
import type { Sandbox } from '@evenkeel/sandbox';
import { type Backend, type Server, argoFace, fluxFace, startServer } from '@evenkeel/server';
import {
  type ChartStore,
  type ChartStoreOptions,
  type SourceStore,
  createArtifactStorage,
  createChartStore,
  createSourceStore,
  startArtifactServer,
} from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import { applicationBackend } from './application-backend.ts';
import { bootstrapCluster } from './bootstrap.ts';
import { accessBackend, startGate } from './access-backend.ts';
import { type RepositoryMap, guessRepositories, uniqueNames } from './repositories.ts';
import { clusterBackend } from './cluster-backend.ts';
import { projectBackend } from './project-backend.ts';
import { repositoryBackend } from './repository-backend.ts';
import { setBackend } from './set-backend.ts';

/** A cluster that is there already, instead of a sandbox of our own. */
export interface ExternalCluster {
  readonly transport: KubeTransport;
  readonly kubeconfig?: string;
}

export interface WorldOptions {
  /** A working tree or directory that is served as a repository. */
  readonly directory?: string;
  /** URLs and the directories they stand for, besides what is guessed. */
  readonly repositories?: readonly { readonly url: string; readonly directory: string }[];
  /** Where everything is kept; a temporary directory that is removed at the end when not given. */
  readonly stateDirectory?: string;
  readonly clock?: Clock;
  /** How much faster than life the simulated workloads run. */
  readonly speed?: number;
  readonly seed?: number;
  /** Port of API and page; any free one by default. `false`: no server. */
  readonly port?: number | false;
  /** Port of the cluster; any free one by default. `false`: reached in process only. */
  readonly clusterPort?: number | false;
  readonly gitPort?: number;
  /**
   * Serves every GitRepository's content as an archive, as Flux's source-controller does, for programs that fetch
   * artifacts. Off by default: nothing in this process needs the archives, and building them costs at every commit.
   */
  readonly artifacts?: { readonly port?: number; readonly advertised?: string };
  /** Only Flux resources with such labels are reconciled; see `FluxOptions`. */
  readonly fluxLabelSelector?: string;
  readonly host?: string;
  /** Requests of other machines to the API need a token. */
  readonly requireToken?: boolean;
  readonly pageDirectory?: string;
  readonly version?: string;
  readonly cluster?: ExternalCluster;
  /** How clusters other than this one are reached; HTTPS where not given. */
  readonly connect?: (config: ClusterConfig) => KubeTransport;
  /** What commands see that grant credentials for clusters, which is all that those of AWS and others may look for. */
  readonly credentialEnvironment?: Readonly<Record<string, string | undefined>>;
  /** What git may see of the outside: PATH, proxy settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The identity that the platform gives this process, for repositories that ask for it. */
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly onNotice?: (sentence: string) => void;
}

/** The running system. */
export interface World extends AsyncDisposable {
  readonly client: KubeClient;
  readonly cluster: Cluster;
  readonly sandbox: Sandbox | undefined;
  readonly git: Git;
  readonly gitHost: GitHost;
  readonly store: SourceStore;
  readonly deliveries: Deliveries;
  readonly argo: ArgoController;
  readonly sets: SetController;
  readonly flux: FluxController;
  readonly history: History;
  readonly server: Server | undefined;
  readonly repositories: readonly (RepositoryMap & { readonly hosted: HostedRepository })[];
  readonly credentials: RepositoryDirectory;
  /** Every cluster that Applications may go to, and the connections to those in use. */
  readonly clusters: ClusterDirectory;
  readonly pool: ClusterPool;
  readonly settings: SettingsSource;
  /** Who bears a token, and what they may. */
  readonly gate: Gate;
  readonly stateDirectory: string;
  readonly clock: Clock;
  /** Calls the listener whenever a delivery has a new report. */
  onReport(listener: (key: string) => void): () => void;
}

/** Starts everything; rejects with one sentence where a part cannot start, after stopping the others. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const clock = options.clock ?? systemClock;
  const abort = new AbortController();
  stack.defer(() => abort.abort());
  const stateDirectory = options.stateDirectory ?? (await temporaryState(stack));
  const history = stack.use(openHistory({ file: join(stateDirectory, 'history.db'), clock, ...noticed(options) }));
  const git = createGit({
    directory: join(stateDirectory, 'git-home'),
    ...(options.environment ? { environment: options.environment } : {}),
  });
  const store = stack.use(createSourceStore({ git, directory: join(stateDirectory, 'mirrors'), clock }));
  const charts = stack.use(createChartStore({ directory: join(stateDirectory, 'charts'), ...outside(options) }));
  const maps = await repositoryMaps(git, options);
  const [{ sandbox, transport }, { gitHost, repositories }] = await Promise.all([
    startCluster(options, stateDirectory, stack),
    startHost({ git, maps, options, stateDirectory, store, stack }),
  ]);
  const client = createKubeClient(transport);
  await bootstrapCluster(client);
  const settings = stack.use(
    await watchSettings(client, controlPlaneNamespace, abort.signal, { now: () => clock.now() }),
  );
  const own = { client, namespace: controlPlaneNamespace, clock, signal: abort.signal };
  const credentials = stack.use(await watchRepositories({ ...own, ...exchange(options) }));
  const argoFrontEnd = createArgoFrontEnd(() => settings.current(), settings.scripts);
  const frontEnds = (): readonly FrontEnd[] => [argoFrontEnd, fluxFrontEnd];
  const cluster = stack.use(await connectCluster('in-cluster', client, frontEnds, sightOf(settings)));
  const { clusters, pool } = await startClusters({ ...own, settings, cluster, frontEnds, stack }, options);
  const verifier = stack.use(createVerifier({ git, store, keys: () => credentials.trust().gpgKeys }));
  const core = { git, client, cluster, clusters, pool, store, charts, history, credentials, stateDirectory, clock };
  const controllers = await startControllers(
    { ...core, verifier, settings, argoFrontEnd, signal: abort.signal, stack },
    options,
  );
  const gate = stack.use(startGate({ ...own, argo: controllers.argo, onProblem: options.onNotice }));
  const parts = { ...core, settings, gate, sandbox, gitHost, repositories, ...controllers };
  const server = options.port === false ? undefined : stack.use(await startServer(serverOptions(parts, options)));
  const owned = stack.move();
  return { ...parts, server, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

interface ClustersInput {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly settings: SettingsSource;
  readonly cluster: Cluster;
  readonly frontEnds: () => readonly FrontEnd[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly stack: AsyncDisposableStack;
}

/** The clusters that Applications may go to, and the connections to them, of which there is none yet. */
async function startClusters(
  { client, namespace, settings, cluster: own, frontEnds, clock, signal, stack }: ClustersInput,
  { environment, credentialEnvironment = environment, connect }: WorldOptions,
): Promise<Pick<World, 'clusters' | 'pool'>> {
  const inClusterEnabled = (): boolean => settings.current().inClusterEnabled;
  const directory = stack.use(await watchClusters({ client, namespace, signal, inClusterEnabled }));
  const how = {
    ...(credentialEnvironment ? { environment: credentialEnvironment } : {}),
    ...(connect ? { connect } : {}),
  };
  const pool = stack.use(createClusterPool({ directory, own, frontEnds, clock, ...sightOf(settings), ...how }));
  return { clusters: directory, pool };
}

interface ControllerInput {
  readonly settings: SettingsSource;
  readonly argoFrontEnd: FrontEnd;
  readonly credentials: RepositoryDirectory;
  readonly client: KubeClient;
  readonly cluster: Cluster;
  readonly clusters: ClusterDirectory;
  readonly pool: ClusterPool;
  readonly verifier: Verifier;
  readonly store: SourceStore;
  readonly charts: ChartStore;
  readonly stateDirectory: string;
  readonly history: History;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly stack: AsyncDisposableStack;
}

type Controllers = Pick<World, 'deliveries' | 'argo' | 'sets' | 'flux' | 'onReport'>;

/** Starts the engine and both front ends, and ties them together: what changes wakes who must know. */
async function startControllers(input: ControllerInput, options: WorldOptions): Promise<Controllers> {
  const { client, clusters, verifier, store, clock, signal, stack, credentials: repositories } = input;
  const { tell, onReport } = createFollowers();
  const record = createRecorder(input.history);
  const fronts: { argo?: ArgoController; flux?: FluxController } = {};
  const deliveries = stack.use(
    new Deliveries({
      store,
      charts: input.charts,
      ...pluginsOf(options),
      clock,
      cluster: (name) => input.pool.get(name),
      onWake: (key, urgency) =>
        key.startsWith('argo/') ? fronts.argo?.wake(key, urgency) : fronts.flux?.wake(key, urgency),
      onReport(report, delivery) {
        record(report, delivery);
        tell(report.key);
      },
      onRecorded: tell,
    }),
  );
  const onFailure = (key: string, error: Error): void => options.onNotice?.(`${key}: ${error.message}`);
  const shared = { client, deliveries: () => deliveries, clock, signal, onFailure };
  const argo = stack.use(
    await startArgo({
      ...shared,
      repositories,
      clusters,
      verifier,
      onRollback: (app, what) => input.history.record({ kind: 'action', app, who: { name: 'Evenkeel' }, what }),
      settings: input.settings,
      frontEnd: input.argoFrontEnd,
    }),
  );
  const dry = stack.use(createDryRenderer({ store, charts: input.charts, ...pluginsOf(options), clock }));
  stack.use(startHydrator({ ...shared, argo, store, dry, settings: input.settings, repositories }));
  const sets = stack.use(await startApplicationSets({ ...shared, ...setSources(input, options) }));
  const artifacts = options.artifacts && (await startArtifacts(input, options));
  const flux = stack.use(
    await startFlux({
      ...shared,
      store,
      ...(artifacts ? { artifacts } : {}),
      ...(options.fluxLabelSelector === undefined ? {} : { watchLabelSelector: options.fluxLabelSelector }),
    }),
  );
  fronts.argo = argo;
  fronts.flux = flux;
  return { deliveries, argo, sets, flux, onReport };
}

/** What ApplicationSets generate from, and as whom they ask. */
function setSources(
  { store, charts, credentials: repositories }: ControllerInput,
  { environment, credentialEnvironment = environment }: WorldOptions,
): Pick<SetControllerOptions, 'store' | 'charts' | 'repositories' | 'environment' | 'controlNamespace'> {
  return { store, charts, repositories, environment: credentialEnvironment, controlNamespace: controlPlaneNamespace };
}

/** Whoever wants to know of every report. */
function createFollowers(): { readonly tell: (key: string) => void; readonly onReport: World['onReport'] } {
  const listeners = new Set<(key: string) => void>();
  return {
    tell: (key) => listeners.forEach((listener) => listener(key)),
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Plugins find their programs where this process does. */
function pluginsOf({ environment = {} }: WorldOptions): { readonly plugins?: PluginLimits } {
  const { PATH: path } = environment;
  return path ? { plugins: { ...defaultPluginLimits, path } } : {};
}

/** The directory of archives and the server that others fetch them from. */
async function startArtifacts(
  { stateDirectory, clock, stack }: ControllerInput,
  { artifacts, host }: WorldOptions,
): Promise<ArtifactPublisher> {
  const storage = createArtifactStorage({ directory: join(stateDirectory, 'artifacts'), clock });
  const server = stack.use(
    await startArtifactServer({ storage, ...artifacts, ...(host === undefined ? {} : { host }) }),
  );
  return { storage, url: server.url };
}

/** How tokens of repositories are exchanged. */
function exchange(options: WorldOptions): Pick<RepositoryDirectoryOptions, 'proxy' | 'workloadIdentity'> {
  const { proxy = {} } = outside(options);
  return { workloadIdentity: options.workloadIdentity, proxy: { https: proxy.https, none: proxy.none } };
}

/** How charts are reached, as the environment says. */
function outside({ environment = {}, version }: WorldOptions): Omit<ChartStoreOptions, 'directory'> {
  const named = (name: string): string | undefined => environment[name] ?? environment[name.toLowerCase()];
  const [http, https, none] = [named('HTTP_PROXY'), named('HTTPS_PROXY'), named('NO_PROXY')];
  return {
    environment,
    ...(version === undefined ? {} : { userAgent: `evenkeel/${version}` }),
    proxy: {
      ...(http === undefined ? {} : { http }),
      ...(https === undefined ? {} : { https }),
      ...(none === undefined ? {} : { none }),
    },
  };
}

async function temporaryState(stack: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function noticed({ onNotice }: WorldOptions): { readonly onProblem?: (sentence: string) => void } {
  return onNotice ? { onProblem: onNotice } : {};
}

async function repositoryMaps(
  git: ReturnType<typeof createGit>,
  options: WorldOptions,
): Promise<readonly RepositoryMap[]> {
  const said = (options.repositories ?? []).map(({ url, directory }) => ({ url, directory, because: 'you said so' }));
  if (options.directory === undefined) return said;
  const known = new Set(said.map(({ url }) => url));
  const guessed = await guessRepositories(git, options.directory);
  return [...said, ...guessed.filter(({ url }) => !known.has(url))];
}

async function startCluster(
  options: WorldOptions,
  stateDirectory: string,
  stack: AsyncDisposableStack,
): Promise<{ readonly sandbox: Sandbox | undefined; readonly transport: KubeTransport }> {
  if (options.cluster) return { sandbox: undefined, transport: options.cluster.transport };
  const { clusterPort, host } = options;
  // A process that works on another cluster loads no server.
  const { Sandbox: Server } = await import('@evenkeel/sandbox');
  const sandbox = await Server.start({
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.speed === undefined ? {} : { speed: options.speed }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.stateDirectory === undefined ? {} : { stateFile: join(stateDirectory, 'cluster.db') }),
    listen:
      clusterPort === false
        ? false
        : { ...(host === undefined ? {} : { host }), ...(clusterPort === undefined ? {} : { port: clusterPort }) },
  });
  stack.use(sandbox);
  return { sandbox, transport: sandbox.transport() };
}

interface HostInput {
  readonly git: ReturnType<typeof createGit>;
  readonly maps: readonly RepositoryMap[];
  readonly options: WorldOptions;
  readonly stateDirectory: string;
  readonly store: SourceStore;
  readonly stack: AsyncDisposableStack;
}

async function startHost({
  git,
  maps,
  options,
  stateDirectory,
  store,
  stack,
}: HostInput): Promise<{ readonly gitHost: GitHost; readonly repositories: World['repositories'] }> {
  const directories = [
    ...new Set([
      ...maps.map(({ directory }) => directory),
      ...(options.directory === undefined ? [] : [options.directory]),
    ]),
  ];
  const names = uniqueNames(directories);
  const urlsOf = (name: string): readonly string[] =>
    maps.filter(({ directory }) => names.get(directory) === name).map(({ url }) => url);
  const gitHost = await startGitHost(git, {
    stateDirectory: join(stateDirectory, 'git'),
    repositories: directories.map((directory) => ({ name: names.get(directory) ?? 'repository', directory })),
    listen: { host: options.host ?? '127.0.0.1', port: options.gitPort ?? 0 },
    onPush({ repository, ref, before, after }) {
      for (const url of urlsOf(repository)) store.poke(url, [{ ref, before, after }]);
    },
    ...(options.onNotice ? { onNotice: options.onNotice } : {}),
  });
  stack.use(gitHost);
  const repositories = maps.flatMap((map) => {
    const hosted = gitHost.repositories.get(names.get(map.directory) ?? '');
    return hosted ? [{ ...map, hosted }] : [];
  });
  for (const { url, hosted } of repositories) {
    store.map(url, { repository: hosted.repository });
    if (hosted.url !== undefined) store.map(hosted.url, { repository: hosted.repository });
  }
  return { gitHost, repositories };
}

function serverOptions(
  parts: Omit<World, 'server' | typeof Symbol.asyncDispose>,
  options: WorldOptions,
): Parameters<typeof startServer>[0] {
  const { client, argo, flux, deliveries, history, clock } = parts;
  const backend: Backend = {
    faces: [argoFace(argo, client), fluxFace(flux, client, clock)],
    access: accessBackend(parts),
    applications: applicationBackend(client, clock),
    sets: setBackend(parts.sets, client),
    repositories: repositoryBackend(
      createRepositoryManager({ ...parts, namespace: controlPlaneNamespace, directory: parts.credentials }),
    ),
    webhook: createWebhookHandler({
      client,
      store: parts.store,
      applications: () => argo.applications(),
      sets: () => parts.sets.sets(),
      refreshSet: (namespace, name) => parts.sets.refresh(namespace, name),
      watchedHere: ({ namespace, name }) => deliveries.delivery(deliveryKey(namespace, name)) !== undefined,
      ...(options.onNotice ? { onNotice: options.onNotice } : {}),
    }),
    deliveries,
    cluster: (name) => parts.pool.opened(name),
    followClusters: (listener) => parts.pool.follow(listener),
    clusters: clusterBackend(parts),
    projects: projectBackend(parts),
    history,
    clock,
    onReport: parts.onReport,
    info: () => infoOf(parts, options),
    async commit(url, sha) {
      try {
        const { author, message } = await parts.store.commit(url, sha, { access: parts.credentials.ownAccess(url) });
        return { sha, author: author.name, email: author.email, dateMs: Date.parse(author.date), message };
      } catch {
        // A commit that is gone from the repository (force-pushed away) is shown by its name alone.
        return undefined;
      }
    },
  };
  return {
    backend,
    host: options.host ?? '127.0.0.1',
    requireToken: options.requireToken === true,
    port: options.port === false ? 0 : (options.port ?? 0),
    ...(options.pageDirectory === undefined ? {} : { pageDirectory: options.pageDirectory }),
  };
}

async function infoOf(parts: Omit<World, 'server' | typeof Symbol.asyncDispose>, options: WorldOptions): Promise<Info> {
  const { client, gitHost, history, repositories } = parts;
  return {
    version: options.version ?? 'development',
    cluster: {
      name: 'in-cluster',
      endpoint: client.transport.endpoint,
      version: await client.discovery.serverVersion(),
    },
    ...(gitHost.url === undefined ? {} : { gitHost: gitHost.url }),
    repositories: repositories.map(({ url, directory }) => ({ url, from: directory })),
    ...(history.problem === undefined ? {} : { historyProblem: history.problem }),
  };
}
