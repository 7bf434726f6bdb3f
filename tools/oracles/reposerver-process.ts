// Argo CD's own code as a process that is asked (tools/go/reposerver): one JSON request a line, one answer a line, in order.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseJson } from '@evenkeel/resource';
import type { Readable, Writable } from 'node:stream';

const tools = process.env['EVENKEEL_TOOLS'] ?? join(homedir(), '.cache/evenkeel/tools/bin');

/** What the original says, or why it does not. */
export type Told<Value> = { readonly value: Value; readonly error?: never } | { readonly error: string };

/** The original. Disposing ends it. */
export class Original implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor() {
    const program = join(tools, 'reposerver-oracle');
    if (!existsSync(program)) throw new Error(`${program} is not there: bash tools/go/build.sh "" --argo builds it`);
    const env = { ...process.env, PATH: `${tools}:${process.env['PATH']}` };
    this.#process = spawn(program, [], { stdio: ['pipe', 'pipe', process.env['DEBUG'] ? 'inherit' : 'ignore'], env });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.(line));
  }

  ask<Value>(op: string, request: object): Promise<Told<Value>> {
    return new Promise((resolve) => {
      this.#waiting.push((line) => resolve(parseJson(line) as unknown as Told<Value>));
      this.#process.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await new Promise((resolve) => this.#process.on('exit', resolve));
  }
}
