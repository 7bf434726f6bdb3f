// One cluster put together: store, API server, built-in controllers, and the objects every cluster starts with.

import type { Clock } from '@evenkeel/std';
import { AccessRules } from './access/rules.ts';
import { TokenIssuer } from './access/tokens.ts';
import { type RemoteResources, watchAvailability } from './aggregation/availability.ts';
import { apiServices, registerLocalServices } from './aggregation/local-services.ts';
import { type ProxyCertificate, RemoteApis, groupVersion, isAvailable } from './aggregation/remote.ts';
import type { RemoteVersion } from './api/discovery.ts';
import { type Draft, bagAt } from './store/draft.ts';
import { Admission } from './admission/chain.ts';
import { Replay, Replays, Suspended } from './admission/replay.ts';
import { Registry } from './api/registry.ts';
import { Remover } from './api/remover.ts';
import type { ApiAnswer, ApiRequest } from './api/request.ts';
import { ApiServer } from './api/server.ts';
import { Writer } from './api/writer.ts';
import { bootstrap } from './bootstrap.ts';
import type { Chance } from './clock.ts';
import { definitionCollection, servedTypesOf, settleDefinition } from './crd/definitions.ts';
import { kubeTime } from '@evenkeel/std';
import type { StateFile } from './store/sqlite-journal.ts';
import type { Store } from './store/store.ts';
import type { ControllerDeps } from './workloads/actor.ts';
import type { Certify } from './workloads/signing-requests.ts';
import { startOwnControllers, startWorkloads } from './workloads/start.ts';
import { ContainerLogs } from './workloads/logs.ts';

export interface ClusterOptions {
  readonly store: Store;
  readonly state: StateFile | undefined;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly speed: number;
  readonly nodes: number;
  readonly controllers: boolean;
  readonly onError: (error: unknown) => void;
  /** The CA in PEM; '' where nothing listens. */
  readonly certificate: string;
  /** With which requests to other servers are passed on; made on first use. */
  readonly proxyCertificate: () => ProxyCertificate | undefined;
  /** Certifies keys of others; undefined where the cluster has no authority. */
  readonly certify?: Certify | undefined;
}

/** A cluster that answers requests. */
export interface Cluster {
  /** host:port, for discovery; set once a socket listens. */
  address: string;
  readonly registry: Registry;
  readonly tokens: TokenIssuer;
  readonly access: AccessRules;
  readonly store: Store;
  readonly logs: ContainerLogs;
  now(): number;
  /** The 403 of a request that its identity may not make; undefined where it may. */
  refuse(request: ApiRequest): ApiAnswer | undefined;
  /** At once, unless a webhook has to be asked first. */
  answer(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
  compact(): void;
  stop(): void;
}

/** Puts a cluster together and starts its controllers. */
export function startCluster(options: ClusterOptions): Cluster {
  const { store } = options;
  const replays = new Replays();
  const clock = replays.clock(options.clock);
  const chance = replays.chance(options.chance);
  store.committed = () => replays.current?.committed();
  const registry = new Registry();
  const access = new AccessRules(store);
  const admission = new Admission({ store, registry, replays, chance, access, makesAccounts: options.controllers });
  const remover = new Remover(store, clock, (...removal) => admission.admitRemoval(...removal));
  const tokens = tokenIssuer(options);
  const writer = new Writer({
    store,
    clock,
    chance,
    finishDeletion: (type, object) => void remover.finish(type, object),
    admit: (...write) => admission.admit(...write),
    approve: (...write) => admission.approve(...write),
    settleDefinition: (draft, old) => settleDefinition(draft, old, registry, kubeTime(clock.now())),
  });
  const remote = new RemoteApis({ store, certificate: options.proxyCertificate });
  const logs = new ContainerLogs(store, clock);
  const cluster: Cluster = {
    address: 'sandbox',
    registry,
    tokens,
    access,
    store,
    logs,
    now: () => clock.now(),
    refuse: (request) => server.refuse(request),
    answer: (request) => {
      const service = remote.serviceOf(request.path);
      if (service !== undefined) return server.refuse(request) ?? remote.answer(service, request);
      return answerReplayed(replays, server, request);
    },
    compact: () => store.compact(),
    stop: () => {
      stopOwn();
      stopWorkloads();
      availability.stop();
      store.close();
    },
  };
  const server = new ApiServer({
    store,
    registry,
    writer,
    remover,
    clock,
    chance,
    logs,
    tokens,
    access,
    address: () => cluster.address,
    remoteVersions: () => remoteVersions(store, availability.resources),
  });
  const deps: ControllerDeps = {
    store,
    registry,
    writer,
    remover,
    clock,
    chance,
    replays,
    speed: options.speed,
  };
  let settleServices: () => void = () => undefined;
  serveDefinitions(store, registry, () => settleServices());
  bootstrap(deps, options.nodes, options.certificate);
  settleServices = registerLocalServices(deps, registry);
  const availability = watchAvailability(deps, remote, options.onError);
  const stopOwn = startOwnControllers(deps, options.onError);
  const stopWorkloads = !options.controllers
    ? () => undefined
    : startWorkloads(deps, {
        onError: options.onError,
        certificate: options.certificate,
        logs,
        tokens,
        certify: options.certify,
      });
  return cluster;
}

function answerReplayed(replays: Replays, server: ApiServer, request: ApiRequest): ApiAnswer | Promise<ApiAnswer> {
  const replay = new Replay();
  const work = (): ApiAnswer => withWarnings(server.answer(request), replay.warnings);
  try {
    return replays.run(replay, work);
  } catch (error) {
    if (error instanceof Suspended) return replays.settle(replay, error, work);
    throw error;
  }
}

function withWarnings(answer: ApiAnswer, warnings: readonly string[]): ApiAnswer {
  if (warnings.length === 0 || answer.kind !== 'object') return answer;
  return { ...answer, warnings: [...new Set([...(answer.warnings ?? []), ...warnings])] };
}

function tokenIssuer({ clock, store, state }: ClusterOptions): TokenIssuer {
  return new TokenIssuer({
    clock,
    store,
    readKey: () => state?.setting('token-key'),
    keepKey: (pem) => state?.keepSetting('token-key', pem),
  });
}

function remoteVersions(store: Store, resources: RemoteResources): readonly RemoteVersion[] {
  return store
    .collection(apiServices)
    .list()
    .filter((each) => bagAt(bagAt(each as unknown as Draft, 'spec'), 'service') !== undefined)
    .map((each) => ({
      ...groupVersion(each),
      available: isAvailable(each),
      resources: resources.get(each.metadata.name ?? '') ?? [],
    }));
}

// A definition is served from the write that establishes it, before anybody is told of it.
function serveDefinitions(store: Store, registry: Registry, changed: () => void): void {
  const definitions = store.collection(definitionCollection);
  for (const definition of definitions.list())
    registry.setCustom(definition.metadata.name ?? '', servedTypesOf(definition));
  definitions.subscribe({
    event: ({ type, object }) => {
      const name = object.metadata.name ?? '';
      const before = registry.all().filter((each) => each.custom?.crd === name);
      const after = type === 'DELETED' ? [] : servedTypesOf(object);
      registry.setCustom(name, after);
      const gone = before.filter((each) => !after.some((next) => next.collection === each.collection));
      for (const each of gone) {
        store.collection(each.collection).end();
        if (type === 'DELETED') store.drop(each.collection);
      }
      changed();
    },
  });
}
