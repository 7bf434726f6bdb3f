// Replays testdata/*.txtar: each renders a small chart with given arguments and compares with what the real Helm 4 and
// Helm 3 printed. UPDATE=1 records again (needs the helm and helm3 binaries in ~/.cache/evenkeel/tools/bin).

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { joinTreePath, memoryTree } from '@evenkeel/std';

import type { HelmVersion } from './chart/chart.ts';
import { type TemplateCommandHost, helmTemplate } from './command/template.ts';
import { packArchive } from './chart/pack-archive.ts';
import { type TestCase, parseCase, printCase } from './testing/test-case.ts';

const directory = join(import.meta.dirname, '../testdata');
const isUpdate = process.env['UPDATE'] === '1';

for (const file of readdirSync(directory).filter((name) => name.endsWith('.txtar'))) {
  const path = join(directory, file);
  const testCase = parseCase(readFileSync(path, 'utf8'));
  if (isUpdate) writeFileSync(path, printCase(record(testCase)));
  else {
    for (const version of [4, 3] as const) {
      test(`${file.replace('.txtar', '')} as helm ${version}`, () => replay(testCase, version));
    }
  }
}

function replay(testCase: TestCase, version: HelmVersion): void {
  const wanted = version === 3 ? (testCase.want3 ?? testCase.want) : testCase.want;
  const { stdout, stderr } = helmTemplate(testCase.args, caseHost(testCase), version);
  assert.equal(`${stdout}${stderr === '' ? '' : `STDERR\n${inOrder(stderr)}`}`, wanted);
}

function caseHost(testCase: TestCase): TemplateCommandHost {
  const files = filesOf(testCase);
  const tree = memoryTree(files, testCase.links);
  return {
    nowNanos: () => 0n,
    localZone: 'UTC',
    randomBytes: (count) => new Uint8Array(count),
    defaultNamespace: () => 'default',
    locateChart(reference) {
      const path = joinTreePath(reference.replace(/^\/case/, ''));
      if (path === undefined || tree.stat(path) === undefined) return undefined;
      return { tree, path, displayPath: (name) => `/case${name === '' ? '' : `/${name}`}` };
    },
    readFile(path) {
      const inside = joinTreePath(path);
      return inside === undefined ? undefined : tree.read(inside);
    },
  };
}

/** The case's files, with archives packed and base64 decoded. */
function filesOf(testCase: TestCase): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = { ...testCase.files };
  for (const path of testCase.base64) files[path] = Buffer.from(String(files[path]), 'base64');
  for (const { from, to } of testCase.pack) {
    const inside = Object.keys(files).filter((path) => path.startsWith(`${from}/`));
    files[to] = packArchive(
      inside.map((path) => ({
        name: path.slice(dirname(from) === '.' ? 0 : dirname(from).length + 1),
        data: files[path] ?? '',
      })),
    );
    for (const path of inside) delete files[path];
  }
  return files;
}

function record(testCase: TestCase): TestCase {
  const work = mkdtempSync(join(tmpdir(), 'helm-case-'));
  const home = mkdtempSync(join(tmpdir(), 'helm-home-'));
  try {
    for (const [path, content] of Object.entries(filesOf(testCase))) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
    for (const [path, target] of Object.entries(testCase.links)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      spawnSync('ln', ['-s', target, join(work, path)]);
    }
    const run = (program: string): string => {
      const env = { HOME: home, PATH: '/usr/bin:/bin', KUBECONFIG: join(home, 'none') };
      const bin = join(homedir(), '.cache/evenkeel/tools/bin', program);
      const args = ['template', ...testCase.args.map((arg) => arg.replaceAll('/case', work))];
      const { stdout, stderr } = spawnSync(bin, args, { cwd: work, encoding: 'utf8', env });
      const errors = normalised(stderr).replaceAll(work, '/case');
      return `${stdout}${errors === '' ? '' : `STDERR\n${errors}`}`;
    };
    const want = run('helm');
    const want3 = run('helm3');
    return { ...testCase, want, want3: want3 === want ? undefined : want3 };
  } finally {
    rmSync(work, { recursive: true });
    rmSync(home, { recursive: true });
  }
}

/** Log lines without their times and places, and without those for debugging. */
function normalised(stderr: string): string {
  const lines = stderr
    .replaceAll(/^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d |time=\S+ |\w+\.go:\d+: )+/gm, '')
    .replace(/^.*\[debug\] error[\s\S]*$/m, '')
    .replaceAll(/^(?:level=DEBUG|.* \[debug\]) .*\n+/gm, '');
  return inOrder(lines);
}

/** Go walks maps in random order, and warns in that order. */
function inOrder(lines: string): string {
  const isLog = (line: string): boolean => /^(?:level=|warning|Warning|info)/i.test(line);
  const logs = lines.split('\n').filter(isLog).sort();
  return lines
    .split('\n')
    .map((line) => (isLog(line) ? (logs.shift() ?? '') : line))
    .join('\n');
}
