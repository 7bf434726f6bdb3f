// `evenkeel sandbox`: the embedded cluster alone.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type SnapshotSummary, Sandbox, StateFileProblem, copySandboxState } from '@evenkeel/sandbox';
import { CommandFailure, type Io } from '../io.ts';

export interface SandboxStartOptions {
  readonly state?: string;
  readonly port?: string;
  readonly speed?: string;
  readonly nodes?: string;
  readonly kubeconfig: string;
}

/** Starts a cluster and runs it until the signal aborts. */
export async function sandboxStart(options: SandboxStartOptions, io: Io): Promise<void> {
  const started = performance.now();
  await using sandbox = await Sandbox.start({
    ...(options.state === undefined ? {} : { stateFile: resolve(io.cwd, options.state) }),
    ...numberOption('speed', options.speed),
    ...numberOption('nodes', options.nodes),
    listen: numberOption('port', options.port),
  }).catch(inOneSentence);
  const file = resolve(io.cwd, options.kubeconfig);
  writeFileSync(file, sandbox.kubeconfig(), { mode: 0o600 });
  io.out(
    `cluster    ${sandbox.url} (up in ${Math.round(performance.now() - started)} ms)\nkubeconfig ${file}\n\nCtrl-C stops it.\n`,
  );
  preferMemory();
  await new Promise<void>((done) => {
    if (io.signal.aborted) done();
    io.signal.addEventListener('abort', () => done(), { once: true });
  });
}

// A cluster keeps much and hurries little: collecting more often halves what it holds beyond its objects and costs no
// throughput (bench:sandbox). Set after the start, because V8 takes stored code only under the flags it was stored under.
function preferMemory(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Copies a cluster's state to a file, while the cluster runs or when it is stopped. */
export function sandboxSnapshot(file: string, options: { readonly state: string }, io: Io): void {
  const { objects, revision } = copied(resolve(io.cwd, options.state), resolve(io.cwd, file));
  io.out(`${file}: ${objects} objects at revision ${revision}\n`);
}

/** Puts a snapshot where a cluster can start from it. */
export function sandboxRestore(file: string, options: { readonly state: string }, io: Io): void {
  const { objects, revision } = copied(resolve(io.cwd, file), resolve(io.cwd, options.state));
  io.out(
    `${options.state}: ${objects} objects at revision ${revision}\nevenkeel sandbox start --state ${options.state}\n`,
  );
}

function copied(source: string, target: string): SnapshotSummary {
  try {
    return copySandboxState(source, target);
  } catch (error) {
    return inOneSentence(error);
  }
}

function inOneSentence(error: unknown): never {
  throw error instanceof StateFileProblem ? new CommandFailure(error.message) : error;
}

function numberOption<Name extends string>(name: Name, text: string | undefined): { readonly [key in Name]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new CommandFailure(`--${name} "${text}" is no number`);
  return { [name]: value } as { readonly [key in Name]?: number };
}
