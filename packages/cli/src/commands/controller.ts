// `evenkeel controller`: the controllers, API and page on a cluster that is there already, until a signal ends them.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { KubeconfigError, createHttpTransport, loadClusterConfig } from '@evenkeel/kube';
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
  readonly port: string;
}

/** Runs until the signal aborts. Throws CommandFailure where there is no cluster to work on. */
export async function controller(options: ControllerOptions, io: Io): Promise<void> {
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
  await using world = await startWorld({
    cluster: { transport: createHttpTransport(config, { environment: io.environment }) },
    ...(stateDirectory === undefined ? {} : { stateDirectory }),
    host: options.host,
    port,
    ...pageDirectory(),
    version,
    environment: gitEnvironment(io),
    onNotice: (sentence) => io.err(`${sentence}\n`),
  });
  preferMemory();
  io.out(`cluster       ${config.server}\npage and API  ${world.server?.url ?? ''}\n`);
  await new Promise<void>((done) => {
    if (io.signal.aborted) done();
    io.signal.addEventListener('abort', () => done(), { once: true });
  });
}

// Hundreds of Applications that start at once leave much behind that is soon of no use: collecting it earlier costs a
// quarter more processor time at the start and halves what the process holds (bench:argo). Set when everything runs,
// because V8 takes stored code only under the flags it was stored under.
function preferMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
