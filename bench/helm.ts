// How fast charts render: the shared corpus in one warm process against the real `helm template` run per chart, and the
// chart that takes the original longest, alone; then both commands cold, each in a process of its own.
//
//   npm run bench:helm

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { type TemplateCommandHost, helmTemplate } from '@evenkeel/helm';
import type { FileTree } from '@evenkeel/std';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const corpus = resolve(root, '../shared/corpus');
const helm = join(homedir(), '.cache/evenkeel/tools/bin/helm');
const WARM_RUNS = 3;
/** Every so many charts is also run cold, the better of so many runs on both sides. */
const COLD_STEP = 6;
const COLD_RUNS = 4;

interface CorpusCase {
  readonly chart: string;
  readonly case: string;
  readonly args: readonly string[];
  readonly exit: number;
}

function diskTree(directory: string): FileTree {
  const at = (path: string): string => join(directory, path);
  const info = (path: string): ReturnType<typeof lstatSync> => lstatSync(at(path), { throwIfNoEntry: false });
  return {
    stat(path) {
      const found = info(path);
      return found === undefined
        ? undefined
        : found.isSymbolicLink()
          ? 'symlink'
          : found.isDirectory()
            ? 'directory'
            : 'file';
    },
    read: (path) => (info(path)?.isDirectory() === false ? readFileSync(at(path)) : undefined),
    list(path) {
      if (info(path)?.isDirectory() !== true) return undefined;
      return readdirSync(at(path), { withFileTypes: true })
        .map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? ('directory' as const) : ('file' as const) }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    readlink: (path) => (info(path)?.isSymbolicLink() === true ? readlinkSync(at(path)) : undefined),
  };
}

function hostOf(directory: string): TemplateCommandHost {
  return {
    nowNanos: () => BigInt(Date.now()) * 1_000_000n,
    localZone: 'UTC',
    randomBytes: (count) => randomBytes(count),
    defaultNamespace: () => 'default',
    locateChart: (reference) => ({ tree: diskTree(resolve(directory, reference)), path: '' }),
    readFile(path) {
      const full = resolve(directory, path);
      return existsSync(full) ? readFileSync(full) : undefined;
    },
  };
}

function milliseconds(action: () => void): number {
  const started = performance.now();
  action();
  return performance.now() - started;
}

/** Our command's time over the original's, cold, chart by chart; needs the bundle. Sorted. */
function coldRatios(cases: readonly CorpusCase[]): readonly number[] {
  spawnSync(process.execPath, [join(root, 'tools/run.mjs'), 'bundle'], { stdio: 'inherit' });
  const command = join(root, 'packages/cli/bin/evenkeel.mjs');
  const best = (program: string, args: readonly string[], cwd: string): number =>
    Math.min(
      ...Array.from({ length: COLD_RUNS }, () =>
        milliseconds(() => spawnSync(program, args, { cwd, maxBuffer: 2 ** 28 })),
      ),
    );
  return cases
    .filter((_, at) => at % COLD_STEP === 0)
    .map(({ chart, args }) => {
      const cwd = join(corpus, chart);
      const ours = best(process.execPath, [command, 'helm', 'template', ...args], cwd);
      return ours / best(helm, ['template', ...args], cwd);
    })
    .sort((left, right) => left - right);
}

function main(): void {
  const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
    readonly helm: readonly CorpusCase[];
  };
  const cases = index.helm.filter(({ exit }) => exit === 0);
  const ours = (entry: CorpusCase): number =>
    milliseconds(() => helmTemplate(entry.args, hostOf(join(corpus, entry.chart))));
  const theirs = (entry: CorpusCase): number =>
    milliseconds(() =>
      spawnSync(helm, ['template', ...entry.args], { cwd: join(corpus, entry.chart), maxBuffer: 2 ** 28 }),
    );
  const sum = (times: readonly number[]): number => times.reduce((total, time) => total + time, 0);

  const cold = sum(cases.map(ours));
  const warmRuns = Array.from({ length: WARM_RUNS }, () => cases.map(ours));
  const warm = Math.min(...warmRuns.map(sum));
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const retained = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
  const original = cases.map(theirs);
  const slowest = original.indexOf(Math.max(...original));
  const largest = cases[slowest];
  if (largest === undefined) throw new Error('the corpus is empty');
  const largestOriginal = Math.min(original[slowest] ?? 0, theirs(largest), theirs(largest));
  const largestOurs = Math.min(ours(largest), ours(largest), ours(largest));
  const starts = coldRatios(cases);
  const coldMedian = starts[Math.floor(starts.length / 2)] ?? Number.NaN;
  const record = {
    coldMedian: Number(coldMedian.toFixed(2)),
    coldWorst: Number((starts.at(-1) ?? Number.NaN).toFixed(2)),
    cases: cases.length,
    originalMs: Math.round(sum(original)),
    coldMs: Math.round(cold),
    warmMs: Math.round(warm),
    ratio: Number((sum(original) / warm).toFixed(1)),
    largest: `${largest.chart} ${largest.case}`,
    largestOriginalMs: Math.round(largestOriginal),
    largestOursMs: Math.round(largestOurs),
    rssMiB: memory,
    retainedMiB: retained,
  };
  mkdirSync(join(root, '.results'), { recursive: true });
  writeFileSync(join(root, '.results/bench-helm.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  console.log(
    `original ${record.originalMs} ms, first pass ${record.coldMs} ms, warm ${record.warmMs} ms (${record.cases} charts)`,
  );
  console.log(
    `largest ${record.largest}: original ${record.largestOriginalMs} ms, ours ${record.largestOursMs} ms; RSS ${memory} MiB, retained ${retained} MiB`,
  );
  console.log(
    `cold, of the original's time: median ${record.coldMedian}, worst ${record.coldWorst} (${starts.length} charts)`,
  );
  const isFast = record.ratio >= 6 && largestOurs <= largestOriginal && coldMedian <= 1.5;
  console.log(
    `RESULT bench-helm ratio=${record.ratio} largest=${(largestOurs / largestOriginal).toFixed(2)} cold=${record.coldMedian} rss_mib=${memory} target=${isFast ? 'met' : 'missed'}`,
  );
  process.exitCode = isFast ? 0 : 1;
}

main();
