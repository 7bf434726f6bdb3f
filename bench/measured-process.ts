// A process under measurement: started by the bench, its processor time and memory read from /proc.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tiedToParent } from '@evenkeel/kube/testing';

/** What a process has used so far. */
export interface Usage {
  /** Its own processor time, user and system. */
  readonly ownSeconds: number;
  /** Its own and that of the children it has waited for (git). */
  readonly cpuSeconds: number;
  readonly rssMib: number;
  readonly peakRssMib: number;
}

export interface MeasuredProcess extends AsyncDisposable {
  readonly pid: number;
  usage(): Usage;
  /** Resolves with the first line of its output that matches; rejects where the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number>;
}

/** Linux counts processor time in hundredths of a second, whatever the kernel was built with (man 5 proc, USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Starts `node` with these arguments. Its standard error goes where ours goes. */
export function startMeasured(args: readonly string[], options: { readonly cwd: string }): MeasuredProcess {
  const [program, tied] = tiedToParent(process.execPath, args);
  const child: ChildProcess = spawn(program, tied, {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const pid = child.pid ?? 0;
  return {
    pid,
    usage: () => usageOf(pid),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void ended.then((code) => reject(new Error(`the process under measurement ended (${code}):\n${output}`)));
        look();
      }),
    ended,
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(kill, 5000);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Reads /proc. Throws where the process is gone. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold anything; fields are counted from the bracket that ends it (man 5 proc: utime is the 14th).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]) / TICKS_PER_SECOND;
  const own = ticks(14) + ticks(15);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return {
    ownSeconds: own,
    cpuSeconds: own + ticks(16) + ticks(17),
    rssMib: kib('VmRSS') / 1024,
    peakRssMib: kib('VmHWM') / 1024,
  };
}
