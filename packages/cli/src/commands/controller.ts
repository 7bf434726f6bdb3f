// `evenkeel controller`: the controllers, API and page on a cluster that is there already, until a signal ends them.

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { controlPlaneNamespace } from '@evenkeel/argo';
import { type HeldLease, acquireLease } from '@evenkeel/controller';
import {
  KubeconfigError,
  type KubeTransport,
  createHttpTransport,
  createKubeClient,
  isKubeError,
  loadClusterConfig,
} from '@evenkeel/kube';
import { startWorld } from '@evenkeel/world';
import { gitEnvironment } from '../environment.ts';
import { CommandFailure, type Io } from '../io.ts';
import { pageDirectory } from '../page.ts';
import { version } from '../version.ts';

export interface ControllerOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly state?: string;
  readonly host: string;
  readonly requireToken?: boolean;
  readonly port: string;
  readonly leaderElect: boolean;
  readonly leaseDuration: string;
}

/** Runs until the signal aborts. Throws CommandFailure where there is no cluster to work on. */
export async function controller(options: ControllerOptions, io: Io): Promise<void> {
  stayYoung();
  parseUnoptimized();
  const config = await loadClusterConfig({
    environment: io.environment,
    ...(options.kubeconfig === undefined ? {} : { files: [resolve(io.cwd, options.kubeconfig)] }),
    ...(options.context === undefined ? {} : { context: options.context }),
  }).catch((error: unknown) => {
    throw error instanceof KubeconfigError ? new CommandFailure(error.message) : error;
  });
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port < 65536)) {
    throw new CommandFailure(`"${options.port}" is no port number`);
  }
  const stateDirectory = options.state === undefined ? undefined : resolve(io.cwd, options.state);
  if (stateDirectory !== undefined) mkdirSync(stateDirectory, { recursive: true });
  const transport = createHttpTransport(config, { environment: io.environment });
  await using lease = options.leaderElect ? await untilLeading(options, transport, io) : undefined;
  if (io.signal.aborted) return;
  await using world = await startWorld({
    cluster: { transport },
    ...(stateDirectory === undefined ? {} : { stateDirectory }),
    host: options.host,
    requireToken: options.requireToken === true,
    port,
    ...pageDirectory(),
    version,
    environment: gitEnvironment(io),
    onNotice: (sentence) => io.err(`${sentence}\n`),
  });
  preferMemory();
  io.out(`cluster       ${config.server}\npage and API  ${world.server?.url ?? ''}\n`);
  const interrupted = new Promise<undefined>((done) => {
    if (io.signal.aborted) done(undefined);
    io.signal.addEventListener('abort', () => done(undefined), { once: true });
  });
  const lost = await Promise.race([interrupted, ...(lease ? [lease.lost] : [])]);
  if (lost !== undefined) throw new CommandFailure(`${lost}; this process ends, so that no two lead`);
}

/** Waits until this process is the one that works on the cluster; undefined where it was interrupted before. */
async function untilLeading(
  options: ControllerOptions,
  transport: KubeTransport,
  io: Io,
): Promise<HeldLease | undefined> {
  const seconds = Number(options.leaseDuration);
  if (!(Number.isInteger(seconds) && seconds >= 1)) {
    throw new CommandFailure(`--lease-duration "${options.leaseDuration}" is no number of seconds from 1 on`);
  }
  const at = { namespace: controlPlaneNamespace, name: 'evenkeel-controller' };
  try {
    return await acquireLease({
      ...at,
      client: createKubeClient(transport),
      identity: `${hostname()}_${randomUUID()}`,
      durationMs: seconds * 1000,
      signal: io.signal,
      onWaiting: (holder) => io.err(`waiting for the lease ${at.namespace}/${at.name}, which ${holder} holds\n`),
    });
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    if (io.signal.aborted) return undefined;
    if (!isKubeError(error, 403)) throw error;
    throw new CommandFailure(`${error.message}; allow it, or run with --no-leader-elect where nobody else leads`);
  }
}

// Eight megabytes for what has just been made are as fast as sixteen (bench:argo), of which there are two. Set when all
// code is there, because V8 takes stored code only under the flags it was stored under.
function stayYoung(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

// The HTTP client's parser is one WebAssembly function, and optimizing it takes twelve megabytes that malloc never gives back
// and saves a twentieth of the processor time of 500 Applications that start at once (bench:argo).
function parseUnoptimized(): void {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
}

// Hundreds of Applications that start at once leave much behind that is soon of no use: collecting it earlier costs a
// quarter more processor time at the start and halves what the process holds (bench:argo). Of the collections that V8 makes
// when the process has become quiet the first gives back nearly all, and the second costs as much. Set when everything runs.
function preferMemory(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--memory-reducer-gc-count=1');
}
