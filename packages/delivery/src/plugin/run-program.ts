// Runs one program to its end in a process group of its own, with nothing of our environment, a deadline and a limit on
// what it prints.

import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** What is run, and where. */
export interface Program {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly signal: AbortSignal;
}

const STDERR_BYTES_MAX = 4096;
/** Between the request to end and the end. */
const GRACE_MS = 2000;

/** What the program printed. Rejects with one sentence where it fails, takes too long or prints too much. */
export async function runProgram(program: Program): Promise<string> {
  const { command, directory, environment, signal } = program;
  const [file = '', ...args] = command;
  signal.throwIfAborted();
  const child = spawn(file, args, {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  yieldTo(child.pid);
  let reason: string | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: string): void => {
    if (reason !== undefined) return;
    reason = why;
    killGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const deadline = setTimeout(() => end(`took longer than ${program.timeoutMs / 1000} s`), program.timeoutMs);
  const onAbort = (): void => end('was stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  const printed: Buffer[] = [];
  let bytes = 0;
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > program.outputBytesMax) end(`printed more than ${program.outputBytesMax / 1024 / 1024} MiB`);
    else printed.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-STDERR_BYTES_MAX);
  });
  try {
    const status = await ended(child);
    signal.throwIfAborted();
    if (reason === undefined && status === 0) return Buffer.concat(printed).toString('utf8');
    const said = complaint.trim().replaceAll(/\s*\n\s*/g, ' ');
    throw new Error(`\`${file}\` ${reason ?? `failed (${status})`}${said === '' ? '' : `: ${said}`}`);
  } finally {
    clearTimeout(deadline);
    clearTimeout(killTimer);
    signal.removeEventListener('abort', onAbort);
    // What it left behind goes with it.
    killGroup(child.pid, 'SIGKILL');
  }
}

function ended(child: ReturnType<typeof spawn>): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const file = child.spawnfile;
      reject(
        error.code === 'ENOENT'
          ? new Error(`\`${file}\` is not installed where Evenkeel runs`, { cause: error })
          : new Error(`\`${file}\` cannot be run: ${error.message}`, { cause: error }),
      );
    });
    // 'exit' and not 'close': a helper that keeps our pipes open must not keep us waiting for ever.
    child.on('exit', (code, killedBy) => {
      killGroup(child.pid, 'SIGKILL');
      child.once('close', () => resolve(code ?? killedBy ?? 'unknown'));
    });
  });
}

/** Reconciling goes before rendering by programs. */
function yieldTo(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system has no priorities.
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
