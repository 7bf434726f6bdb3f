// Compares our YAML engine with Go's: the cases of packages/resource/testdata/yaml, every YAML file of the corpus, and
// any directories given as arguments. UPDATE=1 rewrites the expected answers of the cases. Needs Go.
//
//   npm run oracle -- yaml [directory …]

import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import {
  type Json,
  type JsonObject,
  type YamlNode,
  YamlError,
  emitSigsYaml,
  emitYamlNodes,
  emitYamlV3,
  parseJson,
  parseYaml,
  parseYamlNodes,
  stringifyJson,
  yamlNodeToJson,
} from '@evenkeel/resource';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Real repositories and charts beside this one; where they are not, only the cases are compared. */
const shared = join(dirname(root), 'shared');
const caseDirectory = join(root, 'packages/resource/testdata/yaml');
const SHOWN_MAX = 40;

interface Input {
  readonly id: string;
  readonly data: Uint8Array;
}

/** One side's result for one question: a value, a text or an error. */
type Outcome = { readonly value?: Json; readonly text?: string; readonly error?: string };

type Answer = Readonly<Record<string, Outcome | readonly Outcome[] | undefined>>;

const QUESTIONS = ['sigs', 'sigsStrict', 'sigsText', 'v3', 'v3Text', 'nodes', 'roundTrip', 'wide', 'indent4'] as const;

async function main(directories: readonly string[]): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'evenkeel-yaml-oracle-'));
  try {
    const program = join(work, 'oracle');
    const build = spawnSync('go', ['build', '-o', program, '.'], {
      cwd: join(root, 'tools/go/yaml'),
      stdio: 'inherit',
    });
    if (build.status !== 0) throw new Error('cannot build the oracle');
    const cases = readCases();
    const files = readFiles([join(shared, 'corpus'), join(shared, 'acceptance'), ...directories]);
    const tally = new Tally();
    const lines: string[] = [];
    await ask(program, cases, (input, line, answer) => {
      lines.push(line);
      tally.compare('cases', input, answer);
    });
    if (process.env['UPDATE'] === '1') writeFileSync(join(caseDirectory, 'expected.jsonl'), `${lines.join('\n')}\n`);
    await ask(program, files, (input, _line, answer) => tally.compare('files', input, answer));
    tally.report();
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Cases are JSON lines {"id", "yaml"} or, for bytes that are no text, {"id", "base64"}. */
function readCases(): Input[] {
  const inputs: Input[] = [];
  for (const line of readFileSync(join(caseDirectory, 'cases.jsonl'), 'utf8').split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as { id: string; yaml?: string; base64?: string };
    const data = entry.base64 === undefined ? Buffer.from(entry.yaml ?? '') : Buffer.from(entry.base64, 'base64');
    inputs.push({ id: entry.id, data });
  }
  return inputs;
}

function readFiles(directories: readonly string[]): Input[] {
  const inputs: Input[] = [];
  for (const directory of directories) {
    for (const path of globSync('**/*.{yaml,yml}', { cwd: directory }).sort()) {
      // Helm templates are not YAML yet.
      if (/(^|\/)templates\//.test(path)) continue;
      const file = join(directory, path);
      if (!statSync(file).isFile()) continue;
      inputs.push({ id: relative(shared, file), data: readFileSync(file) });
    }
  }
  return inputs;
}

async function ask(
  program: string,
  inputs: readonly Input[],
  take: (input: Input, line: string, answer: Answer) => void,
): Promise<void> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const feed = async (): Promise<void> => {
    for (const { id, data } of inputs) {
      const line = JSON.stringify({ id, data: Buffer.from(data).toString('base64'), nodes: true });
      if (!child.stdin.write(`${line}\n`)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    child.stdin.end();
  };
  const feeding = feed();
  let next = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const input = inputs[next++];
    if (input !== undefined) take(input, line, parseJson(line) as unknown as Answer);
  }
  await feeding;
  if (next !== inputs.length) throw new Error(`the oracle answered ${next} of ${inputs.length}`);
}

class Tally {
  readonly #counts: Map<string, { same: number; differ: number }> = new Map();
  readonly #inputs: Record<string, number> = {};
  #refused = 0;
  #unordered = 0;
  readonly #differences: { id: string; question: string; ours: string; theirs: string }[] = [];

  compare(group: string, input: Input, theirs: Answer): void {
    this.#inputs[group] = (this.#inputs[group] ?? 0) + 1;
    const ours = answer(input.data);
    for (const question of QUESTIONS) {
      const a = canonical(ours[question]);
      const b = canonical(theirs[question]);
      const key = `${group}.${question}`;
      const count = this.#counts.get(key) ?? { same: 0, differ: 0 };
      this.#counts.set(key, count);
      if (a === b) {
        count.same++;
      } else if (isRefusedByMarshal(question, ours[question], theirs[question])) {
        this.#refused++;
      } else if (isOrderOnly(question, a, b)) {
        this.#unordered++;
      } else {
        count.differ++;
        this.#differences.push({ id: input.id, question, ours: a, theirs: b });
      }
    }
  }

  report(): void {
    for (const { id, question, ours, theirs } of this.#differences.slice(0, SHOWN_MAX)) {
      const at = firstDifference(ours, theirs);
      const from = Math.max(0, at - 60);
      console.log(
        `${id} ${question}\n  ours   ${ours.slice(from, at + 160)}\n  theirs ${theirs.slice(from, at + 160)}`,
      );
    }
    const counts = Object.fromEntries(this.#counts);
    mkdirSync(join(root, '.results'), { recursive: true });
    const result = {
      inputs: this.#inputs,
      counts,
      differences: this.#differences.map(({ id, question }) => ({ id, question })),
    };
    writeFileSync(join(root, '.results/yaml.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    const parts = Object.entries(this.#inputs).map(([group, count]) => `${group}=${count}`);
    for (const [key, { same, differ }] of this.#counts) parts.push(`${key}=${same}/${same + differ}`);
    console.log(
      `RESULT yaml differences=${this.#differences.length} refusedByMarshal=${this.#refused} unorderedByGo=${this.#unordered} ${parts.join(' ')}`,
    );
    if (this.#differences.length > 0) process.exitCode = 1;
  }
}

/** sigs.Marshal goes through JSON text that it reads as YAML, and so fails on, or changes, some characters; see DEVIATIONS.md. */
function isRefusedByMarshal(question: string, ours: unknown, theirs: unknown): boolean {
  const [a, b] = [ours as Outcome, theirs as Outcome];
  if (question !== 'sigsText' || a.text === undefined) return false;
  return b.error !== undefined || /\\N|\\L|\\P|\\uFEFF/.test(a.text);
}

/** go-yaml's order of keys is no total order; where it is not, the result depends on Go's random map order. */
function isOrderOnly(question: string, ours: string, theirs: string): boolean {
  if (question !== 'sigsText' && question !== 'v3Text') return false;
  const sorted = (text: string): string => text.replaceAll('"text":"', '\\n').split('\\n').sort().join('\n');
  return sorted(ours) === sorted(theirs);
}

function firstDifference(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

function canonical(value: Outcome | readonly Outcome[] | undefined): string {
  return stringifyJson((value ?? null) as Json, { sortKeys: true });
}

/** Our answer, in the oracle's shape. */
function answer(data: Uint8Array): Answer {
  const sigs = attempt(() => ({ value: parseYaml(data, { dialect: 'sigs' }) ?? null }));
  const result: Record<string, Outcome | readonly Outcome[] | undefined> = {
    sigs,
    sigsStrict: attempt(() => ({ value: parseYaml(data, { dialect: 'sigs', strict: true }) ?? null })),
    sigsText: sigs.error === undefined ? attempt(() => ({ text: emitSigsYaml(sigs.value ?? null) })) : {},
  };
  let nodes: YamlNode[];
  try {
    nodes = parseYamlNodes(data);
  } catch (error) {
    const failed = { error: errorText(error) };
    return { ...result, v3: failed, nodes: failed, roundTrip: {}, wide: {}, indent4: {} };
  }
  const texts: Outcome[] = [];
  result['v3'] = attempt(() => {
    const values = nodes.map((node) => yamlNodeToJson(node));
    texts.push(...values.map((value) => attempt(() => ({ text: emitYamlV3(value) }))));
    return { value: values.map(finite) };
  });
  return {
    ...result,
    v3Text: texts.length > 0 ? texts : undefined,
    nodes: { value: nodes.map(dump) },
    roundTrip: attempt(() => ({ text: emitYamlNodes(nodes) })),
    wide: attempt(() => ({ text: emitYamlNodes(nodes, { compactSequences: false }) })),
    indent4: attempt(() => ({ text: emitYamlNodes(nodes, { indent: 4, compactSequences: false }) })),
  };
}

function attempt(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    return { error: errorText(error) };
  }
}

function errorText(error: unknown): string {
  return error instanceof YamlError ? error.message : `CRASH ${String(error)}`;
}

/** JSON has no infinities: the oracle writes them as objects. */
function finite(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { $float: Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf' };
  }
  if (Array.isArray(value)) return value.map(finite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : finite(item)]),
  );
}

function dump(node: YamlNode): JsonObject {
  const orUndefined = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
  return {
    kind: node.kind,
    style: node.style === 'plain' ? undefined : node.style,
    tagged: node.tagged === true ? true : undefined,
    tag: orUndefined(node.tag),
    value: orUndefined(node.value),
    anchor: orUndefined(node.anchor),
    head: orUndefined(node.headComment),
    line: orUndefined(node.lineComment),
    foot: orUndefined(node.footComment),
    at: [node.line, node.column],
    content: node.content.length > 0 ? node.content.map(dump) : undefined,
  };
}

await main(process.argv.slice(2));
