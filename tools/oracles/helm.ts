// Renders the charts of the shared corpus as `helm template` was asked to, and compares with what the real Helm 4 and
// Helm 3 printed, byte by byte. Charts with generated randomness are compared by shape.
//
//   npm run oracle:helm [-- substring-of-a-chart …]      VERBOSE=1 shows the first differing lines

import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  lstatSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type HelmVersion, type TemplateCommandHost, type TemplateCommandResult, helmTemplate } from '@evenkeel/helm';
import type { FileTree } from '@evenkeel/std';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const corpus = resolve(root, '../shared/corpus');

interface CorpusCase {
  readonly chart: string;
  readonly case: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly expected?: string;
  readonly expected_helm3?: string;
  readonly error?: string;
  readonly random?: boolean;
}

/** A directory of the disk as a tree; symlinks may lead anywhere, as they may for Helm. */
export function diskTree(directory: string): FileTree {
  const at = (path: string): string => join(directory, path);
  const quiet = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  return {
    stat(path) {
      const info = quiet(() => lstatSync(at(path)));
      if (info === undefined) return undefined;
      return info.isSymbolicLink() ? 'symlink' : info.isDirectory() ? 'directory' : 'file';
    },
    read: (path) => quiet(() => readFileSync(at(path))),
    list(path) {
      const entries = quiet(() => readdirSync(at(path), { withFileTypes: true }));
      return entries
        ?.map((entry) => ({
          name: entry.name,
          kind: entry.isSymbolicLink()
            ? ('symlink' as const)
            : entry.isDirectory()
              ? ('directory' as const)
              : ('file' as const),
        }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    readlink: (path) => quiet(() => readlinkSync(at(path))),
  };
}

/** The command's world on this machine, with `directory` as working directory and no cluster. */
export function diskHost(directory: string): TemplateCommandHost {
  return {
    nowNanos: () => BigInt(Date.now()) * 1_000_000n,
    localZone: 'UTC',
    randomBytes: (count) => randomBytes(count),
    defaultNamespace: () => 'default',
    locateChart(reference) {
      const path = resolve(directory, reference);
      if (!existsSync(path)) return undefined;
      if (statSync(path).isDirectory())
        return { tree: diskTree(path), path: '', displayPath: (name) => join(path, name) };
      return { tree: diskTree(dirname(path)), path: basename(path), displayPath: (name) => join(dirname(path), name) };
    },
    readFile(path) {
      const full = resolve(directory, path);
      return existsSync(full) ? readFileSync(full) : undefined;
    },
  };
}

const WORD = /[A-Za-z0-9+/=$.]+/g;

/** Whether two lines differ only in generated words: equally long, and long enough to be generated. */
function sameShape(left: string, right: string): boolean {
  if (left === right) return true;
  const first = left.match(WORD) ?? [];
  const second = right.match(WORD) ?? [];
  if (left.replaceAll(WORD, '') !== right.replaceAll(WORD, '')) return false;
  return first.every((word, index) => {
    const other = second[index] ?? '';
    return word === other || (word.length === other.length && word.length >= 5);
  });
}

function agrees(found: string, wanted: string, random: boolean): boolean {
  if (found === wanted) return true;
  if (!random) return false;
  const left = found.split('\n');
  const right = wanted.split('\n');
  return left.length === right.length && left.every((line, index) => sameShape(line, right[index] ?? ''));
}

function firstDifference(found: string, wanted: string): string {
  const left = found.split('\n');
  const right = wanted.split('\n');
  const at = left.findIndex((line, index) => line !== right[index]);
  const from = at < 0 ? left.length : at;
  return [
    `line ${from + 1}`,
    ...right.slice(from, from + 4).map((line) => `  want ${JSON.stringify(line)}`),
    ...left.slice(from, from + 4).map((line) => `  got  ${JSON.stringify(line)}`),
  ].join('\n');
}

interface Tally {
  cases: number;
  equal: number;
  readonly differing: { readonly name: string; readonly what: string }[];
}

function check(entry: CorpusCase, version: HelmVersion, tally: Tally): void {
  const name = `${entry.chart} ${entry.case} (helm ${version})`;
  const expected = version === 3 ? (entry.expected_helm3 ?? entry.expected) : entry.expected;
  // For failures and randomness only Helm 4's output is recorded.
  if (version === 3 && (entry.exit !== 0 || (entry.random === true && entry.expected_helm3 === undefined))) return;
  tally.cases += 1;
  let result: TemplateCommandResult;
  try {
    result = helmTemplate(entry.args, diskHost(join(corpus, entry.chart)), version);
  } catch (error) {
    tally.differing.push({
      name,
      what: `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    });
    return;
  }
  if (entry.exit !== 0) {
    if (result.exitCode === entry.exit && result.stderr.trimEnd().endsWith((entry.error ?? '').trimEnd()))
      tally.equal += 1;
    else tally.differing.push({ name, what: `want ${entry.error}\ngot  ${result.stderr}` });
    return;
  }
  const wanted = readFileSync(join(corpus, expected ?? ''), 'utf8');
  if (result.exitCode === 0 && agrees(result.stdout, wanted, entry.random ?? false)) tally.equal += 1;
  else
    tally.differing.push({
      name,
      what: result.exitCode === 0 ? firstDifference(result.stdout, wanted) : result.stderr,
    });
}

function main(filters: readonly string[]): void {
  const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
    readonly helm: readonly CorpusCase[];
  };
  const chosen = index.helm.filter(
    (entry) => filters.length === 0 || filters.some((filter) => entry.chart.includes(filter)),
  );
  const tally: Tally = { cases: 0, equal: 0, differing: [] };
  const started = performance.now();
  for (const entry of chosen) for (const version of [4, 3] as const) check(entry, version, tally);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const { name, what } of tally.differing.slice(0, 30))
    console.log(`DIFFERS ${name}\n${what.slice(0, process.env['VERBOSE'] === '1' ? 4000 : 700)}`);
  const percent = tally.cases === 0 ? 0 : (100 * tally.equal) / tally.cases;
  mkdirSync(join(root, '.results'), { recursive: true });
  const record = {
    cases: tally.cases,
    equal: tally.equal,
    percent,
    differing: tally.differing.map(({ name }) => name),
  };
  writeFileSync(join(root, '.results/helm.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  console.log(`RESULT helm cases=${tally.cases} equal=${tally.equal} percent=${percent.toFixed(2)} seconds=${seconds}`);
  process.exitCode = percent >= 99.5 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
