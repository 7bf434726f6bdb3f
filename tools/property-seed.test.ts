// Properties are tried with the seed of the run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function seedWith(seed: string | undefined): string {
  const program = "import fc from 'fast-check'; console.log(fc.readConfigureGlobal().seed)";
  const { EVENKEEL_SEED: _given, ...env } = process.env;
  const args = ['--import=./tools/property-seed.mjs', '--input-type=module', '-e', program];
  return execFileSync(process.execPath, args, {
    cwd: root,
    env: seed === undefined ? env : { ...env, EVENKEEL_SEED: seed },
    encoding: 'utf8',
  }).trim();
}

test('the seed of properties is 1, or the one of the environment, or left to chance', () => {
  assert.deepEqual([seedWith(undefined), seedWith('77'), seedWith('random')], ['1', '77', 'undefined']);
});
