// Acts as scheduler and kubelets on a real API server that has neither, such as envtest's: the sandbox's own controllers run
// on a copy of what they read, and what they write is said to the server.

import {
  type KubeClient,
  type KubeTransport,
  type ResourceType,
  createInformer,
  createKubeClient,
} from '@evenkeel/kube';
import type { Clock } from '@evenkeel/std';
import { Replays } from '../admission/replay.ts';
import { Registry } from '../api/registry.ts';
import { Remover } from '../api/remover.ts';
import { Writer } from '../api/writer.ts';
import { createChance, wallClock } from '../clock.ts';
import { Store } from '../store/store.ts';
import type { ControllerDeps } from '../workloads/actor.ts';
import { startController } from '../workloads/controller.ts';
import { kubelet } from '../workloads/kubelet.ts';
import { ContainerLogs } from '../workloads/logs.ts';
import { scheduler } from '../workloads/scheduler.ts';
import { sendEvents } from './event-sender.ts';
import { joinNodes } from './joined-nodes.ts';
import { listenAsKubelet } from './kubelet-server.ts';
import { announceMetrics, scalerCollection } from './metrics.ts';
import { Mirror } from './mirror.ts';
import { PodLink } from './pod-link.ts';
import { startProvisioner } from './provisioner.ts';

export interface PodSimulatorOptions {
  /** How the server is reached, as an administrator. The caller disposes of it, after the simulator. */
  readonly transport: KubeTransport;
  /** How many times faster than life pods run. Default 1. */
  readonly speed?: number;
  /** How many nodes join. Default 1. */
  readonly nodes?: number;
  readonly clock?: Clock;
  readonly seed?: number;
  /** Told of requests that failed for no reason in the cluster itself; ends up on standard error by default. */
  readonly onError?: (error: unknown) => void;
}

/** The types that are only read, and the names of their collections here where those are others. */
const mirrored: readonly (readonly [plural: string, collection?: string])[] = [
  ['nodes'],
  ['namespaces'],
  ['configmaps'],
  ['secrets'],
  ['persistentvolumeclaims'],
  ['horizontalpodautoscalers', scalerCollection],
];

/** Joins the nodes and runs pods until disposed. Resolves when pods are taken; rejects where the server refuses the nodes. */
export async function startPodSimulator(options: PodSimulatorOptions): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { transport, clock = wallClock } = options;
  const onError =
    options.onError ??
    ((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error), 'PodSimulator'));
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const client = createKubeClient(transport);
  const deps = controllerDeps(options, clock);
  const logs = new ContainerLogs(deps.store, clock);
  const server = stack.use(await listenAsKubelet(deps.store, logs, stop.signal));
  await joinNodes({ transport, deps, count: options.nodes ?? 1, port: server.port, signal: stop.signal, onError });
  await startProvisioner(client, stop.signal, onError);
  await announceMetrics(transport, server.port);
  for (const [plural, collection = plural] of mirrored) {
    const informer = stack.use(createInformer(client, await typeOf(client, plural), { signal: stop.signal }));
    stack.use(new Mirror(deps.store.collection(collection), informer));
    await informer.synced;
  }
  const pods = stack.use(createInformer(client, await typeOf(client, 'pods'), { signal: stop.signal }));
  const link = new PodLink({ transport, collection: deps.store.collection('pods'), informer: pods, onError });
  stack.use(link);
  stack.defer(sendEvents(transport, deps.store.collection('events'), onError));
  await pods.synced;
  for (const spec of [scheduler(deps), kubelet(deps, logs)]) stack.defer(startController(deps, spec, onError));
  const owned = stack.move();
  return { [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

// Nothing is admitted or refused here: the server does that.
function controllerDeps({ speed = 1, seed }: PodSimulatorOptions, clock: Clock): ControllerDeps {
  const store = new Store({ now: () => clock.now() });
  const chance = createChance(seed);
  const remover = new Remover(store, clock);
  const writer = new Writer({
    store,
    clock,
    chance,
    finishDeletion: (type, object) => void remover.finish(type, object),
    admit: (_write, draft) => draft,
    approve: () => undefined,
    settleDefinition: () => [],
  });
  return { store, registry: new Registry(), writer, remover, clock, chance, replays: new Replays(), speed };
}

async function typeOf(client: KubeClient, plural: string): Promise<ResourceType> {
  const types = await client.discovery.everyVersion();
  const type = types.find((each) => each.plural === plural && !/metrics/.test(each.group));
  if (type === undefined) throw new Error(`the server serves no ${plural}`);
  return type;
}
