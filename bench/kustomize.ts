// How fast our kustomize is beside the original (v5.8.1): all corpus roots in one warm process, a cold command, and an
// overlay of two thousand objects. Both sides get the same number of runs, and the best one counts. CPU time is what is
// compared; wall time and peak memory are printed beside it. "Read anew": every file comes from the disk and is parsed
// again, which is the work the original does, so the target is measured on it. "Seen before": the tree hands out bytes it
// handed out in an earlier round, so the parse cache answers for them; that is a server building again what it has built.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { rolldown } from 'rolldown';

import { build } from '../packages/kustomize/src/build.ts';
import { directoryTree } from '../tools/oracles/directory-tree.ts';
import { printResult } from './results.ts';

const root = dirname(import.meta.dirname);
const corpus = join(dirname(root), 'shared', 'corpus');
const acceptance = join(dirname(root), 'shared', 'acceptance', 'infrastructure');
const original = join(
  process.env['EVENKEEL_TOOLS'] ?? join(homedir(), '.cache', 'evenkeel', 'tools', 'bin'),
  'kustomize',
);
/** How often each side runs. */
const RUNS = 2;
/** Rounds before anything is measured: a warm process has compiled what it runs often. */
const WARM_ROUNDS = 4;
const figures: Record<string, number> = {};
const overlay = 'apps/payment-api/overlays/production';

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

function measure(action: () => void): Cost {
  const cpu = process.cpuUsage();
  const start = performance.now();
  action();
  const used = process.cpuUsage(cpu);
  return { cpuMs: (used.user + used.system) / 1000, wallMs: performance.now() - start };
}

function best(times: number, action: () => void): Cost {
  return Array.from({ length: times }, () => measure(action)).reduce((a, b) => (b.cpuMs < a.cpuMs ? b : a));
}

/** Runs a program; CPU time of children is what the kernel says of them. */
function spawned(program: string, args: readonly string[], times: number): Cost & { readonly peakMiB: number } {
  const runs = Array.from({ length: times }, () => {
    const timed = spawnSync(
      '/usr/bin/env',
      ['bash', '-c', 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>/dev/null', 'bash', program, ...args],
      {
        encoding: 'utf8',
      },
    );
    const [user = '0', system = '0', wall = '0'] = timed.stderr.trim().split(/\s+/);
    return { cpuMs: (Number(user) + Number(system)) * 1000, wallMs: Number(wall) * 1000 };
  });
  const fastest = runs.reduce((a, b) => (b.wallMs < a.wallMs ? b : a));
  return { ...fastest, peakMiB: peakOf(program, args) };
}

function peakOf(program: string, args: readonly string[]): number {
  const script =
    'import resource,subprocess,sys\nsubprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)';
  const run = spawnSync('python3', ['-c', script, program, ...args], { encoding: 'utf8' });
  return Number(run.stdout.trim()) || 0;
}

function line(name: string, text: string): void {
  process.stdout.write(`${name.padEnd(44)} ${text}\n`);
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

function benchCorpus(): void {
  if (!existsSync(corpus)) return;
  const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
    readonly kustomize: readonly { readonly root: string }[];
  };
  const tree = directoryTree(corpus);
  const all = (origins: boolean, from = tree): void => {
    for (const entry of index.kustomize) build(from, entry.root, { origins }).yaml();
  };
  for (let round = 0; round < WARM_ROUNDS; round += 1) all(false, directoryTree(corpus));
  all(false);
  const ours = best(RUNS, () => all(false));
  const anew = best(RUNS, () => all(false, directoryTree(corpus)));
  const withOrigins = best(RUNS, () => all(true));
  let theirs = { cpuMs: 0, wallMs: 0 };
  for (const entry of index.kustomize) {
    const run = spawned(original, ['build', join(corpus, entry.root)], RUNS);
    theirs = { cpuMs: theirs.cpuMs + run.cpuMs, wallMs: theirs.wallMs + run.wallMs };
  }
  const factor = theirs.cpuMs / anew.cpuMs;
  line(
    `corpus, ${String(index.kustomize.length)} roots, ours warm, seen before`,
    `${ms(ours.cpuMs)} CPU, ${ms(ours.wallMs)} wall`,
  );
  line('corpus, ours warm, every file read anew', `${ms(anew.cpuMs)} CPU, ${ms(anew.wallMs)} wall`);
  line('corpus, the original once per root', `${ms(theirs.cpuMs)} CPU, ${ms(theirs.wallMs)} wall`);
  line(
    'corpus, how many times faster',
    `CPU: ${factor.toFixed(1)} read anew (target 20), ${(theirs.cpuMs / ours.cpuMs).toFixed(1)} seen before; wall: ${(theirs.wallMs / anew.wallMs).toFixed(1)} and ${(theirs.wallMs / ours.wallMs).toFixed(1)}`,
  );
  line(
    'corpus, with origins',
    `${ms(withOrigins.cpuMs)} CPU, ${(withOrigins.cpuMs / ours.cpuMs).toFixed(2)} times (target 2)`,
  );
  line('peak memory of this process', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  figures['corpus_cpu_ratio'] = factor;
  figures['corpus_wall_ratio'] = theirs.wallMs / anew.wallMs;
  figures['corpus_cpu_ratio_seen_before'] = theirs.cpuMs / ours.cpuMs;
  figures['origins_cost'] = withOrigins.cpuMs / ours.cpuMs;
  figures['peak_rss_mib'] = process.resourceUsage().maxRSS / 1024;
}

/** One file with our engine in it, as a packaged command would have. */
async function bundleCommand(directory: string): Promise<string> {
  const entry = join(directory, 'entry.ts');
  writeFileSync(
    entry,
    `import { enableCompileCache } from 'node:module';
enableCompileCache(${JSON.stringify(join(directory, 'cache'))});
const { build } = await import(${JSON.stringify(join(root, 'packages/kustomize/src/build.ts'))});
const { directoryTree } = await import(${JSON.stringify(join(root, 'tools/oracles/directory-tree.ts'))});
process.stdout.write(build(directoryTree(process.argv[2]), process.argv[3]).yaml());
`,
  );
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    resolve: { conditionNames: ['development', 'import', 'node'] },
  });
  const out = join(directory, 'out');
  await bundle.write({ dir: out, format: 'esm', minify: true });
  return join(out, 'entry.js');
}

async function benchCold(directory: string): Promise<void> {
  if (!existsSync(acceptance)) return;
  const program = await bundleCommand(directory);
  const args = [program, acceptance, overlay];
  spawned(process.execPath, args, 2);
  const ours = spawned(process.execPath, args, 10);
  const theirs = spawned(original, ['build', join(acceptance, overlay)], 10);
  line('acceptance overlay, ours cold', `${ms(ours.wallMs)} wall, ${ms(ours.cpuMs)} CPU, peak ${ours.peakMiB} MiB`);
  line(
    'acceptance overlay, the original cold',
    `${ms(theirs.wallMs)} wall, ${ms(theirs.cpuMs)} CPU, peak ${theirs.peakMiB} MiB`,
  );
  figures['cold_wall_part'] = ours.wallMs / theirs.wallMs;
  line('acceptance overlay, our part of its time', `${(ours.wallMs / theirs.wallMs).toFixed(2)} (target 1)`);
}

const OBJECTS = 2000;

function writeLargeOverlay(directory: string): void {
  mkdirSync(join(directory, 'base'), { recursive: true });
  mkdirSync(join(directory, 'over'), { recursive: true });
  const documents = Array.from({ length: OBJECTS / 2 }, (_, index) => {
    const name = `app-${String(index)}`;
    return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: main
        image: registry.example.com/${name}:1.0
        env:
        - {name: MODE, value: plain}
        envFrom:
        - configMapRef: {name: ${name}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  key: value-${String(index)}
`;
  });
  writeFileSync(join(directory, 'base', 'all.yaml'), documents.join('---\n'));
  writeFileSync(join(directory, 'base', 'kustomization.yaml'), 'resources: [all.yaml]\n');
  writeFileSync(
    join(directory, 'over', 'kustomization.yaml'),
    `resources: [../base]
namePrefix: prod-
namespace: production
labels: [{pairs: {team: blue}, includeSelectors: true}]
images: [{name: "registry.example.com/app-7", newTag: "2.0"}]
patches:
- target: {kind: Deployment}
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec: {replicas: 3}
`,
  );
}

function benchLarge(directory: string): void {
  writeLargeOverlay(directory);
  build(directoryTree(directory), 'over').yaml();
  const ours = best(RUNS, () => build(directoryTree(directory), 'over').yaml());
  const theirs = spawned(original, ['build', join(directory, 'over')], RUNS);
  line(`${String(OBJECTS)} objects, ours warm, read anew`, `${ms(ours.wallMs)} wall, ${ms(ours.cpuMs)} CPU`);
  line(
    `${String(OBJECTS)} objects, the original`,
    `${ms(theirs.wallMs)} wall, ${ms(theirs.cpuMs)} CPU, peak ${theirs.peakMiB} MiB`,
  );
  figures['large_wall_part'] = ours.wallMs / theirs.wallMs;
  line(`${String(OBJECTS)} objects, our part of its time`, `${(ours.wallMs / theirs.wallMs).toFixed(3)} (target 1)`);
}

const directory = mkdtempSync(join(tmpdir(), 'kustomize-bench-'));
try {
  benchCorpus();
  await benchCold(directory);
  benchLarge(join(directory, 'large'));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
printResult('bench-kustomize', figures);
