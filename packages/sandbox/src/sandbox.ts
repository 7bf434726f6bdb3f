// The embedded cluster: starts, hands out ways to reach it, stops.

import type { KubeTransport } from '@evenkeel/kube';
import type { Clock } from '@evenkeel/std';
import type { Identity } from './access/identity.ts';

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
  /** Seeds names and uids, so that a test is the same each time it runs. Random when not given. */
  readonly seed?: number;
}

/** A running cluster. `await using sandbox = await Sandbox.start({ listen: false })`. */
export class Sandbox implements AsyncDisposable {
  /** Starts a cluster; resolves when it answers requests. Rejects when the port is taken or the state file is unusable. */
  static start(_options: SandboxOptions = {}): Promise<Sandbox> {
    return Promise.reject(new Error('not there yet'));
  }

  /** "https://127.0.0.1:PORT"; throws where the cluster was started with `listen: false`. */
  get url(): string {
    throw new Error('not there yet');
  }

  /** A kubeconfig (YAML) for the administrator; throws where the cluster was started with `listen: false`. */
  kubeconfig(): string {
    throw new Error('not there yet');
  }

  /** Reaches the API server within this process: no sockets, no serialisation. The administrator when no identity is given. */
  transport(_identity?: Identity): KubeTransport {
    throw new Error('not there yet');
  }

  /** Ends all watches, stops the simulated workloads, closes the state file and the socket. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
