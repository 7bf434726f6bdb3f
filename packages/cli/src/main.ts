// The rim of the command: the only file that reads arguments, the environment and signals.

import { writeSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Io } from './io.ts';
import { runProgram } from './run.ts';

const args = process.argv.slice(2);

function interruption(): AbortSignal {
  const interrupt = new AbortController();
  let interrupts = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      interrupts += 1;
      // A second Ctrl-C means: now, whatever is under way.
      if (interrupts > 1) process.exit(130);
      interrupt.abort(new Error('interrupted'));
    });
  }
  return interrupt.signal;
}

/** Writes to standard output without ever waiting in this thread: commands that go on must. */
function writeLater(text: string | Uint8Array): void {
  if (process.stdout.listenerCount('error') === 0) {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
    });
  }
  process.stdout.write(text);
}

/** Writes to standard output at once. Making the stream `process.stdout` takes longer than most renderings. */
function writeNow(text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit(0);
    if (code !== 'EAGAIN') throw error;
    writeLater(rest);
  }
}

let lines: AsyncIterator<string> | undefined;
const printsAndEnds = args[0] === 'helm' || args[0] === 'kustomize';
const io: Io = {
  cwd: process.cwd(),
  environment: process.env,
  homeDirectory: homedir(),
  pid: process.pid,
  signal: interruption(),
  get colour() {
    return process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  },
  get interactive() {
    return process.stdout.isTTY === true;
  },
  out: printsAndEnds ? writeNow : writeLater,
  err: (text) => void process.stderr.write(text),
  async stdin() {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  },
  async line() {
    const { createInterface } = await import('node:readline');
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    return done === true ? '' : value;
  },
};
// No await at the top: the bundle's chunks are CommonJS.
void runProgram(args, io).then((code) => {
  process.exitCode = code;
  // A terminal that was read from would keep the process.
  if (lines) process.stdin.destroy();
});
