// The rim of the command: the only file that reads arguments, the environment and signals.

import { homedir } from 'node:os';
import type { Io } from './io.ts';
import { runProgram } from './run.ts';

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
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

const io: Io = {
  cwd: process.cwd(),
  environment: process.env,
  homeDirectory: homedir(),
  pid: process.pid,
  signal: interrupt.signal,
  colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  interactive: process.stdout.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  async stdin() {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  },
};
// No await at the top: the bundle's chunks are CommonJS.
void runProgram(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
