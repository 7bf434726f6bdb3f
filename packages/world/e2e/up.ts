// `evenkeel up` as a child process: started, read, interrupted and killed as a person would.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tiedToParent } from '@evenkeel/kube/testing';
import { commandLine } from './story.ts';

/** A running `evenkeel up`. */
export interface Up extends AsyncDisposable {
  /** What it printed: page and API, git host, kubeconfig. */
  readonly server: string;
  readonly gitHost: string;
  readonly kubeconfig: string;
  readonly output: () => string;
  readonly pid: number;
  /** Sends a signal and resolves with how the process ended. */
  end(signal: 'SIGINT' | 'SIGKILL' | 'SIGTERM'): Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

/** Starts it and resolves when it says that it is up; rejects with its output when it ends before. */
export async function startUp(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Up> {
  const [program, tied] = tiedToParent(process.execPath, [...commandLine, 'up', ...args]);
  const child = spawn(program, tied, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('Ctrl-C stops everything.')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`up ended with ${code}\n${text}`)));
  });
  await ready;
  return {
    server: field(text, 'page and API'),
    gitHost: field(text, 'git host'),
    kubeconfig: field(text, 'kubeconfig'),
    output: () => text,
    pid: child.pid ?? 0,
    end: (signal) => end(child, signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL');
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }> {
  const started = performance.now();
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return { code: child.exitCode, tookMs: performance.now() - started };
}

function field(text: string, name: string): string {
  const [, value = ''] = new RegExp(`^ +${name} +(\\S+)$`, 'm').exec(text) ?? [];
  return value;
}
