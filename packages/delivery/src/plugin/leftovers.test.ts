// A program that leaves a daemon behind, with a session and an environment of its own.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { endLeftovers } from './leftovers.ts';
import { runProgram } from './run-program.ts';

const skip = !existsSync('/proc/self/environ') && 'there is no /proc';

function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'));
}

for (const [what, daemon] of [
  ['a session of its own', 'setsid sleep 300'],
  ['a session and an environment of its own', 'setsid env -i sleep 300'],
  ['an environment of ours and another directory', '(cd / && exec setsid sleep 300)'],
] as const) {
  test(`a daemon with ${what} ends too`, { skip }, async () => {
    const place = mkdtempSync(join(tmpdir(), 'evenkeel-leftovers-'));
    const directory = join(place, 'source');
    mkdirSync(directory);
    await runProgram({
      command: ['sh', '-c', `${daemon} >/dev/null 2>&1 & sleep 0.2; echo $! > child`],
      directory,
      environment: { PATH: '/usr/bin:/bin', HOME: join(place, 'home') },
      timeoutMs: 20_000,
      outputBytesMax: 1024,
      signal: new AbortController().signal,
    });
    const pid = Number(readFileSync(join(directory, 'child'), 'utf8'));
    const deadline = performance.now() + 10_000;
    await endLeftovers(place);
    while (isAlive(pid) && performance.now() < deadline) await sleep(5);
    assert.ok(!isAlive(pid));
    rmSync(place, { recursive: true });
  });
}
