// Programs that misbehave: what they learn of us, how long they may, and that nothing of them stays.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Program, runProgram } from './run-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-program-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function shell(script: string, change: Partial<Program> = {}): Promise<string> {
  return runProgram({
    command: ['/bin/sh', '-c', script],
    directory,
    environment: { PATH: '/usr/bin:/bin', WORD: 'told' },
    timeoutMs: 20_000,
    outputBytesMax: 1024 * 1024,
    signal: new AbortController().signal,
    ...change,
  });
}

/** Whether a process is still there; one that has ended and is not yet collected counts as gone. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'));
}

/** The system takes a moment for what it has been told to end. */
async function gone(pid: number): Promise<boolean> {
  const deadline = performance.now() + 10_000;
  while (isAlive(pid) && performance.now() < deadline) await sleep(5);
  return !isAlive(pid);
}

test('it has the environment it is given and no other, and works where it is put', async () => {
  process.env['EVENKEEL_TEST_SECRET'] = 'hidden';
  assert.equal(await shell('echo "$WORD ${EVENKEEL_TEST_SECRET:-none}"; pwd'), `told none\n${directory}\n`);
  delete process.env['EVENKEEL_TEST_SECRET'];
});

test('it fails with what it said', async () => {
  await assert.rejects(shell('echo first >&2; echo second >&2; exit 4'), {
    message: '`/bin/sh` failed (4): first second',
  });
  await assert.rejects(shell('', { command: ['no-such-program'] }), {
    message: '`no-such-program` is not installed where Evenkeel runs',
  });
});

test('it ends when its time is over, and its children with it', async () => {
  const script = 'sleep 300 & echo $! > child; trap "" TERM; sleep 300; sleep 300';
  await assert.rejects(shell(script, { timeoutMs: 300 }), { message: '`/bin/sh` took longer than 0.3 s' });
  assert.ok(await gone(Number(readFileSync(join(directory, 'child'), 'utf8'))));
});

test('a child that is left behind keeps nobody waiting and does not stay', async () => {
  assert.equal(await shell('sleep 300 & echo $! > left; echo done'), 'done\n');
  assert.ok(await gone(Number(readFileSync(join(directory, 'left'), 'utf8'))));
});

test('it may not print without end', async () => {
  await assert.rejects(shell('yes'), { message: '`/bin/sh` printed more than 1 MiB' });
});

test('it ends with whoever asked', async () => {
  const asker = new AbortController();
  const run = shell('sleep 300', { signal: asker.signal });
  asker.abort(new Error('gone'));
  await assert.rejects(run, { message: 'gone' });
});
