// A child of a killed parent goes too.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tiedToParent } from './tied-process.ts';

const [program] = tiedToParent('true', []);
const skip = program === 'true' ? 'this system has no way to tie a child to its parent' : false;

test('a child ends with its parent, even where that is killed', { skip }, async () => {
  const script = `
    const { tiedToParent } = await import(${JSON.stringify(join(import.meta.dirname, 'tied-process.ts'))});
    const { spawn } = await import('node:child_process');
    const [program, args] = tiedToParent('sleep', ['300']);
    console.log(spawn(program, args, { stdio: 'ignore' }).pid);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  while (isAlive(pid)) await sleep(20);
});

/** One that is dead and that nobody has asked about yet is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
