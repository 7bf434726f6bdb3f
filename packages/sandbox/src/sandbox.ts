// The embedded cluster: starts, hands out ways to reach it, stops.

import type { KubeTransport } from '@evenkeel/kube';
import type { Clock } from '@evenkeel/std';
import { type Identity, adminIdentity } from './access/identity.ts';
import { createChance, wallClock } from './clock.ts';
import { type Cluster, startCluster } from './cluster.ts';
import type { ProxyCertificate } from './aggregation/remote.ts';
import type { Listening } from './http/listen.ts';
import { openStateFile, type StateFile } from './store/sqlite-journal.ts';
import { Store } from './store/store.ts';
import { inProcessTransport } from './transport.ts';
import { type PodTraffic, type TrafficRequest, simulateTraffic } from './workloads/traffic.ts';

export interface SandboxOptions {
  /** The source of time; the system's when not given. */
  readonly clock?: Clock;
  /** How many times faster than life simulated workloads run (image pulls, start-up, back-off). Default 1. */
  readonly speed?: number;
  /** A SQLite file that holds the cluster; created when absent, resumed when present. Memory only when not given. */
  readonly stateFile?: string;
  /** Where HTTPS listens; default 127.0.0.1 and any free port. `false` for an in-process cluster without sockets. */
  readonly listen?: { readonly host?: string; readonly port?: number } | false;
  /** How many simulated nodes. Default 1. */
  readonly nodes?: number;
  /** False for the API server alone, as kube-apiserver with etcd: nothing acts on objects. Default true. */
  readonly controllers?: boolean;
  /** Seeds names and uids, so that a test is the same each time it runs. Random when not given. */
  readonly seed?: number;
  /** Told of defects of the sandbox itself; by default they end up on standard error. */
  readonly onError?: (error: unknown) => void;
}

// Made when the first request is passed on: most clusters aggregate nothing.
function onceMade(make: () => ProxyCertificate | undefined): () => ProxyCertificate | undefined {
  let made: ProxyCertificate | undefined;
  return () => (made ??= make());
}

/** A running cluster. `await using sandbox = await Sandbox.start({ listen: false })`. */
export class Sandbox implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #closing: AbortController;
  readonly #listening: Listening | undefined;

  private constructor(cluster: Cluster, listening: Listening | undefined, closing: AbortController) {
    this.#cluster = cluster;
    this.#listening = listening;
    this.#closing = closing;
  }

  /** Starts a cluster; resolves when it answers requests. Rejects when the port is taken or the state file is unusable. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const clock = options.clock ?? wallClock;
    const state: StateFile | undefined = options.stateFile === undefined ? undefined : openStateFile(options.stateFile);
    const store = new Store({ journal: state?.journal, restored: state?.restored, now: () => clock.now() });
    const closing = new AbortController();
    // Sockets and certificates are loaded only where they are wanted: an in-process cluster starts in a few milliseconds.
    const credentials =
      options.listen === false
        ? undefined
        : (await import('./http/credentials.ts')).openCredentials(state, options.listen?.host ?? '127.0.0.1');
    const proxy = credentials === undefined ? undefined : await import('./http/proxy-certificate.ts');
    const cluster = startCluster({
      store,
      state,
      clock,
      chance: createChance(options.seed),
      speed: options.speed ?? 1,
      nodes: options.nodes ?? 1,
      controllers: options.controllers ?? true,
      onError:
        options.onError ??
        ((error) => process.emitWarning(error instanceof Error ? error : String(error), 'SandboxDefect')),
      certificate: credentials?.authority.certificate ?? '',
      proxyCertificate: onceMade(() => credentials && proxy?.issueProxyCertificate(credentials)),
      certify: credentials && proxy?.certifyBy(credentials),
    });
    if (credentials === undefined || options.listen === false) return new Sandbox(cluster, undefined, closing);
    const { listen } = await import('./http/listen.ts');
    const listening = await listen({ cluster, credentials, at: options.listen ?? {}, closed: closing.signal });
    cluster.address = listening.address;
    return new Sandbox(cluster, listening, closing);
  }

  /** "https://127.0.0.1:PORT"; throws where the cluster was started with `listen: false`. */
  get url(): string {
    return this.#socket().url;
  }

  /** A kubeconfig (YAML) for the administrator; throws where the cluster was started with `listen: false`. */
  kubeconfig(): string {
    return this.#socket().kubeconfig;
  }

  /** Reaches the API server within this process: no sockets, no serialisation. The administrator when no identity is given. */
  transport(identity: Identity = adminIdentity): KubeTransport {
    return inProcessTransport((request) => this.#cluster.answer(request), identity, this.#closing.signal);
  }

  /** Forgets what happened up to now, as etcd's compaction does: whoever asks for an earlier revision gets 410. */
  compact(): void {
    this.#cluster.compact();
  }

  /** Sends simulated requests to a Service; see `simulateTraffic`. */
  traffic(request: TrafficRequest): readonly PodTraffic[] {
    return simulateTraffic(this.#cluster.store, request);
  }

  /** Ends all watches, stops the simulated workloads, closes the state file and the socket. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new DOMException('the sandbox cluster was closed', 'AbortError'));
    await this.#listening?.close();
    this.#cluster.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #socket(): Listening {
    if (this.#listening === undefined)
      throw new Error('this sandbox was started with listen: false and has no address');
    return this.#listening;
  }
}
