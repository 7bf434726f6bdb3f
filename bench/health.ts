// What a health check costs as a table of ours, beside the same check as Argo CD's Lua script: in the Lua engine that runs
// users' scripts here, and in gopher-lua, which reads the script each time here (Argo CD keeps it compiled). Asked on every
// recorded case of every kind that Argo CD has a script for, round after round. Needs Go, and the scripts, which are read
// from Argo CD's module and not kept here.
//
//   npm run bench:health [-- rounds]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOf, health } from '@evenkeel/engine';
import { loadLua } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { objectOf, readCases } from '../packages/engine/src/testing/health-cases.ts';
import { customizations, scriptsNamed } from '../tools/oracles/argo-cd.ts';
import { percentile, printResult } from './results.ts';

const LUA_ROUNDS = 5;
const TABLE_ROUNDS = Number(process.argv[2] ?? 200);

interface Subject {
  readonly script: string;
  readonly objects: readonly KubeObject[];
}

/** Microseconds of CPU for one answer, the best of three measurements after one that warms up. */
function costUs(answers: number, ask: () => void): number {
  ask();
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    ask();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / answers;
  });
  return Math.min(...times);
}

function subjects(): readonly Subject[] {
  return scriptsNamed(customizations(), 'health.lua').flatMap(({ group, kind, script }) => {
    const objects = readCases(group)
      .filter(({ folder }) => folder === kind)
      .map(objectOf);
    return objects.length > 0 ? [{ script, objects }] : [];
  });
}

function gopherUs(all: readonly Subject[], answers: number): number {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-health-bench-'));
  try {
    const program = join(work, 'lua');
    const source = join(import.meta.dirname, '../tools/go/lua');
    if (spawnSync('go', ['build', '-o', program, '.'], { cwd: source, stdio: 'inherit' }).status !== 0) {
      throw new Error('cannot build tools/go/lua');
    }
    const lines = all.flatMap(({ script, objects }) =>
      objects.map((object) => JSON.stringify({ script, object, openLibs: true })),
    );
    const input = Array.from({ length: LUA_ROUNDS }, () => lines.join('\n')).join('\n');
    // The child's own CPU time, what reading and printing JSON costs included: an upper bound of a few percent too much.
    const run = spawnSync('/usr/bin/env', ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$0" >/dev/null', program], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const [user = '0', system = '0'] = run.stderr.trim().split(/\s+/);
    return ((Number(user) + Number(system)) * 1e6) / (answers * LUA_ROUNDS);
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function main(): Promise<void> {
  const all = subjects();
  const answers = all.reduce((sum, { objects }) => sum + objects.length, 0);
  const lua = await loadLua();
  const ratios: number[] = [];
  let [tableUs, luaUs, worst] = [0, 0, Infinity];
  for (const { script, objects } of all) {
    const mine = costUs(objects.length * TABLE_ROUNDS, () => {
      for (let round = 0; round < TABLE_ROUNDS; round++) for (const object of objects) health(object);
    });
    const theirs = costUs(objects.length * LUA_ROUNDS, () => {
      for (let round = 0; round < LUA_ROUNDS; round++)
        for (const object of objects) lua.health(script, object, { openLibs: true });
    });
    tableUs += mine * objects.length;
    luaUs += theirs * objects.length;
    // Where the clock saw nothing, its resolution stands for the time.
    const ratio = theirs / Math.max(mine, 1 / (objects.length * TABLE_ROUNDS));
    ratios.push(ratio);
    worst = Math.min(worst, ratio);
  }
  const judged = all.flatMap(({ objects }) => objects).filter((object) => checkOf(object) !== undefined).length;
  const gopher = gopherUs(all, answers);
  printResult('health-bench', {
    kinds: all.length,
    cases: answers,
    judged,
    table_us: tableUs / answers,
    lua_us: luaUs / answers,
    gopher_us: gopher,
    ratio: luaUs / tableUs,
    ratio_median: percentile(ratios, 0.5),
    ratio_least: worst,
    ratio_gopher: (gopher * answers) / tableUs,
  });
}

await main();
