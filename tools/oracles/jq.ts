// Compares @evenkeel/lang's jq with gojq (the one Argo CD uses): every program of packages/lang/testdata/jq/cases.txt is run
// by both on its inputs, and values and error text must be the same. UPDATE=1 rewrites the recorded answers that the unit
// test replays. Needs Go.
//
//   npm run oracle:jq

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileJq } from '@evenkeel/lang';
import { type Json, stringifyJson } from '@evenkeel/resource';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const testdata = join(root, 'packages/lang/testdata/jq');
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 30);

interface Case {
  readonly program: string;
  readonly input: string;
}

interface Answer {
  /** As JSON text, so that numbers are compared as they are written. */
  readonly values: readonly string[];
  readonly error: string;
}

/** Programs that this one answers otherwise on purpose, each with its reason. */
const deviations = JSON.parse(readFileSync(join(testdata, 'deviations.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

function main(): void {
  const cases = readCases(readFileSync(join(testdata, 'cases.txt'), 'utf8'));
  const theirs = askGo(cases);
  const answers: string[] = [];
  let [equal, deviating] = [0, 0];
  let shown = 0;
  for (const [index, item] of cases.entries()) {
    const their = theirs[index] ?? { values: [], error: 'no answer' };
    if (deviations[item.program] !== undefined) {
      deviating += 1;
      continue;
    }
    const ours = answer(item);
    answers.push(JSON.stringify([item.program, item.input, their.values, their.error]));
    if (JSON.stringify(ours) === JSON.stringify(their)) equal += 1;
    else if ((shown += 1) <= SHOWN_MAX) {
      console.log(`${item.program}\n  input  ${item.input}\n  gojq   ${print(their)}\n  ours   ${print(ours)}`);
    }
  }
  if (process.env['UPDATE'] === '1') writeFileSync(join(testdata, 'answers.jsonl'), `${answers.join('\n')}\n`);
  mkdirSync(join(root, '.results'), { recursive: true });
  const total = cases.length - deviating;
  writeFileSync(join(root, '.results/jq.json'), `${JSON.stringify({ total, equal, deviating }, null, 2)}\n`);
  console.log(`RESULT jq cases=${total} equal=${equal} deviating=${deviating}`);
  if (equal !== total) process.exitCode = 1;
}

function print({ values, error }: Answer): string {
  return `${values.join(' ')}${error === '' ? '' : ` ! ${error}`}`;
}

function answer({ program, input }: Case): Answer {
  const compiled = compileJq(program);
  if (!compiled.ok) return { values: [], error: compiled.error.message };
  const { values, error } = compiled.value.run(JSON.parse(input) as Json, { nowSeconds: () => 0 });
  return { values: values.map(written), error: error?.message ?? '' };
}

function written(value: Json): string {
  const clean = (inner: Json): Json => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) {
      return Number.isNaN(inner) ? null : Math.sign(inner) * Number.MAX_VALUE;
    }
    if (Array.isArray(inner)) return (inner as readonly Json[]).map(clean);
    if (inner === null || typeof inner !== 'object') return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, clean(member ?? null)]));
  };
  return stringifyJson(clean(value), { sortKeys: true }).replaceAll('\u007f', '\\u007f');
}

function readCases(text: string): readonly Case[] {
  const cases: Case[] = [];
  let inputs: readonly string[] = ['null'];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('< ')) inputs = line.slice(2).split(' ;; ');
    else for (const input of inputs) cases.push({ program: line, input });
  }
  return cases;
}

function askGo(cases: readonly Case[]): readonly Answer[] {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-jq-oracle-'));
  try {
    const program = join(work, 'oracle');
    const build = spawnSync('go', ['build', '-o', program, '.'], { cwd: join(root, 'tools/go/jq'), stdio: 'inherit' });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    const lines = cases.map(({ program: text, input }) => `{"program":${JSON.stringify(text)},"input":${input}}`);
    const run = spawnSync(program, { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => readAnswer(line));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Keeps each value as it is written. */
function readAnswer(line: string): Answer {
  const { values, error } = JSON.parse(line) as { values: readonly Json[]; error?: string };
  const texts = values.length === 0 ? [] : splitValues(line.slice(line.indexOf('[') + 1));
  return { values: texts, error: error ?? '' };
}

function splitValues(text: string): readonly string[] {
  const found: string[] = [];
  let [depth, start, isText] = [0, 0, false];
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (isText) {
      if (char === '\\') index += 1;
      else if (char === '"') isText = false;
    } else if (char === '"') isText = true;
    else if (char === '[' || char === '{') depth += 1;
    else if ((char === ',' || char === ']') && depth === 0) {
      found.push(normal(text.slice(start, index)));
      start = index + 1;
      if (char === ']') return found;
    } else if (char === ']' || char === '}') depth -= 1;
  }
  return found;
}

/** Go's RawMessage escapes for HTML again; the text itself does not. */
function normal(text: string): string {
  return text
    .replaceAll('\\ufffd', '\ufffd')
    .replaceAll('\\u003c', '<')
    .replaceAll('\\u003e', '>')
    .replaceAll('\\u0026', '&')
    .replaceAll('\\u2028', '\u2028')
    .replaceAll('\\u2029', '\u2029');
}

main();
