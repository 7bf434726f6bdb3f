// Jsonnet beside go-jsonnet: its own test programs, out of the Go module cache, with the outputs it keeps for them; and our
// cases asked anew of the library itself (tools/go/jsonnet, built with Go).
//
//   npm run oracle -- jsonnet [substring-of-a-program …]      VERBOSE=1 shows errors that are worded differently

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type JsonnetHost, JsonnetError, evaluateJsonnet } from '@evenkeel/lang';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const module = join(root, 'tools/go/jsonnet');

/** What differs and why; everything else has to be equal. */
const deviations: readonly (readonly [RegExp, string])[] = [
  [/^native/, 'functions written in Go are registered by the test of the original only'],
  [/^std\.thisFile|^stdlib_smoke_test/, 'the original names its files by relative paths'],
  [/^builtinObjectRemoveKey_super$/, 'a removed field is gone for the object itself as well'],
  [/^pow6$/, 'the last digits of a power near the largest double'],
  [/^tailstrict3$/, 'assertions of an argument that nobody looks into are not run'],
  [/recursive_evalutation_order_matters$/, 'more fits on our stack than the 500 frames of the original'],
];

const filters = process.argv.slice(2);
const directory = join(
  execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/google/go-jsonnet'], { cwd: module })
    .toString()
    .trim(),
  'testdata',
);

const host: JsonnetHost = {
  resolve(path, from) {
    for (const base of [dirname(from), directory]) {
      const file = join(base, path);
      if (isFile(file)) return { file, bytes: readFileSync(file) };
    }
    return undefined;
  },
  hash: (algorithm, bytes) =>
    createHash(algorithm === 'sha3' ? 'sha3-512' : algorithm)
      .update(bytes)
      .digest('hex'),
};

const extVars = [
  { name: 'stringVar', value: '2 + 2', code: false },
  { name: 'codeVar', value: '3 + 3', code: true },
  { name: 'selfRecursiveVar', value: `[42, std.extVar('selfRecursiveVar')[0] + 1]`, code: true },
  { name: 'mutuallyRecursiveVar1', value: `[42, std.extVar('mutuallyRecursiveVar2')[0] + 1]`, code: true },
  { name: 'mutuallyRecursiveVar2', value: `[42, std.extVar('mutuallyRecursiveVar1')[0] + 1]`, code: true },
  { name: 'errorVar', value: `error 'xxx'`, code: true },
  { name: 'staticErrorVar', value: ')', code: true },
  { name: 'UndeclaredX', value: 'x', code: true },
];

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

type Answer = { readonly value: unknown } | { readonly error: string };

function answer(text: string, file: string): Answer {
  try {
    return { value: JSON.parse(JSON.stringify(evaluateJsonnet(text, file, host, { extVars }))) };
  } catch (error) {
    if (error instanceof JsonnetError) return { error: error.message };
    throw error;
  }
}

function wantedOf(golden: string): Answer {
  try {
    return { value: JSON.parse(golden) };
  } catch {
    return { error: golden.split('\n')[0] ?? '' };
  }
}

const counts = { equal: 0, deviation: 0, wording: 0, different: 0 };

function compare(name: string, found: Answer, wanted: Answer): void {
  // JSON has no negative zero.
  const plain: unknown = 'value' in wanted ? JSON.parse(JSON.stringify(wanted.value)) : undefined;
  if ('value' in wanted ? 'value' in found && isDeepStrictEqual(found.value, plain) : 'error' in found) {
    const same = 'value' in wanted || ('error' in found && wanted.error.includes(found.error.split('\n')[0] ?? ''));
    counts[same ? 'equal' : 'wording'] += 1;
    if (!same && process.env['VERBOSE']) process.stdout.write(`${name}\n  ${show(wanted)}\n  ${show(found)}\n`);
    return;
  }
  const known = deviations.find(([pattern]) => pattern.test(name));
  counts[known ? 'deviation' : 'different'] += 1;
  if (!known) process.stdout.write(`DIFFERENT ${name}\n  wanted ${show(wanted)}\n  found  ${show(found)}\n`);
}

function show(each: Answer): string {
  return JSON.stringify(each).slice(0, 300);
}

for (const name of readdirSync(directory)) {
  const base = name.replace(/\.jsonnet$/, '');
  const golden = join(directory, `${base}.golden`);
  if (base === name || !isFile(golden)) continue;
  if (filters.length > 0 && !filters.some((filter) => base.includes(filter))) continue;
  const file = join(directory, name);
  compare(base, answer(readFileSync(file, 'utf8'), file), wantedOf(readFileSync(golden, 'utf8')));
}

const cases = JSON.parse(readFileSync(join(root, 'packages/lang/testdata/jsonnet.json'), 'utf8')) as readonly {
  readonly program: string;
}[];
const place = mkdtempSync(join(tmpdir(), 'evenkeel-jsonnet-'));
try {
  execFileSync('go', ['build', '-o', join(place, 'oracle'), '.'], { cwd: module, stdio: 'inherit' });
  const input = cases.map(({ program }) => `${JSON.stringify({ program })}\n`).join('');
  const { stdout } = spawnSync(join(place, 'oracle'), [], { input });
  for (const [index, line] of stdout.toString().trim().split('\n').entries()) {
    const program = cases[index]?.program ?? '';
    compare(program, answer(program, 'main.jsonnet'), JSON.parse(line) as Answer);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
process.exitCode = counts.different > 0 ? 1 : 0;
