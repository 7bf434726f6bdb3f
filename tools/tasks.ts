// Every npm script by name. Runs under the project's own Node; see run.mjs.

import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What `npm start` alone shows: the example repository, with its root application applied. */
const exampleArguments: readonly string[] = ['examples/shop', '--apply', 'clusters/local/root.yaml'];

type Task = (args: readonly string[]) => Promise<number>;

const tasks: Readonly<Record<string, Task>> = {
  start: async (args) =>
    (await buildPage([])) || node(['packages/cli/src/main.ts', 'up', ...(args.length > 0 ? args : exampleArguments)]),
  'build:page': buildPage,
  bundle: () => node(['tools/bundle.ts']),
  build: (args) => command('tsc', ['-b', ...args]),
  lint: (args) => command('oxlint', ['--type-aware', ...args]),
  format: (args) => command('oxfmt', args.length > 0 ? args : ['.']),
  test: runTests,
  e2e: (args) => runStories('packages/world/e2e/**/*.e2e.ts', args),
  'e2e:argo': (args) => runStories('packages/world/e2e/argo/*.e2e.ts', args),
  bench: ([name = '', ...args]) => node([join('bench', `${name}.ts`), ...args]),
  fuzz: runProperties,
  oracle: ([name = '', ...args]) => node([join('tools', 'oracles', `${name}.ts`), ...args]),
  'crash:sandbox': (args) => node(['packages/sandbox/src/testing/crash.ts', ...args]),
  conformance: (args) => node([join('tools', 'conformance', 'run.ts'), ...args]),
  check: async () =>
    (await tasks['build']?.([])) ||
    (await command('tsc', ['-p', 'tools'])) ||
    (await tasks['lint']?.([])) ||
    (await command('oxfmt', ['--check', '.'])) ||
    (await command('knip', [])) ||
    (await runTests([])),
};

/** `npm test` runs everything; `npm test -- kustomize git` runs those packages; other arguments go to the runner. */
async function runTests(args: readonly string[]): Promise<number> {
  const packages = args.filter((arg) => !arg.startsWith('-'));
  const flags = args.filter((arg) => arg.startsWith('-'));
  const patterns =
    packages.length > 0
      ? packages.map((name) => (name === 'tools' ? 'tools/**/*.test.ts' : `packages/${name}/**/*.test.{ts,tsx}`))
      : ['tools/**/*.test.ts', 'packages/**/*.test.{ts,tsx}'];
  const files = globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') });
  if (packages.length === 0) {
    const types = (await command('tsc', ['-b'])) || (await command('tsc', ['-p', 'tools']));
    if (types !== 0) return types;
  }
  return runTestFiles(files, [`--test-timeout=${testMs}`, ...flags]);
}

/** The longest that one file of tests may take; one that waits for ever fails instead of holding up all. */
const testMs = 240_000;

/** Runs every file with properties many times, each time with a fresh seed; a failure prints the seed that shows it again. */
async function runProperties([rounds = '20']: readonly string[]): Promise<number> {
  process.env['EVENKEEL_SEED'] = 'random';
  process.env['FUZZ_FACTOR'] = '5';
  const files = globSync('packages/**/*.test.{ts,tsx}', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  });
  const properties = files.filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"));
  for (let round = 1; round <= Number(rounds); round += 1) {
    process.stdout.write(`\nround ${round}\n`);
    const code = await runTestFiles(properties, ['--test-reporter=dot']);
    if (code !== 0) return code;
  }
  return 0;
}

/** Builds the page, unless it is newer than all it is made from; `--force` builds it in any case. */
async function buildPage(args: readonly string[]): Promise<number> {
  const built = join(root, 'packages/ui/dist/page/index.html');
  const inputs = globSync(
    ['packages/{ui,api}/{src,public}/**/*', 'packages/ui/*.{html,ts,json}', 'package-lock.json'],
    {
      cwd: root,
    },
  );
  const fresh =
    existsSync(built) &&
    inputs.every((input) => statSync(join(root, input)).mtimeMs <= statSync(built).mtimeMs) &&
    !args.includes('--force');
  if (fresh) return 0;
  const code = await command('vite', ['build', '--logLevel', 'warn', 'packages/ui']);
  if (code === 0) printSizes(join(root, 'packages/ui/dist/page/assets'));
  return code;
}

/** What a browser fetches, compressed: everything, and what every page needs before anything is shown. */
function printSizes(directory: string): void {
  const sizeOf = (name: string): number => gzipSync(readFileSync(join(directory, name))).length;
  const scripts = readdirSync(directory).filter((name) => name.endsWith('.js'));
  const page = readFileSync(join(directory, '../index.html'), 'utf8');
  const first = scripts.filter((name) => page.includes(name));
  const sum = (names: readonly string[]): string =>
    `${(names.reduce((bytes, name) => bytes + sizeOf(name), 0) / 1000).toFixed(1)} kB`;
  process.stdout.write(`page built; scripts compressed: ${sum(first)} at first, ${sum(scripts)} in all\n`);
}

/** The longest that one file of end-to-end tests may take. */
const storyMs = 400_000;

/**
 * Runs end-to-end tests one file after the other. A file that fails is run a second time, and named: these tests wait for
 * servers and browsers with deadlines, which a busy machine can miss. Failing twice fails. Words are the beginnings of the
 * names of the files to run, all where there are none; other arguments go to the runner.
 */
async function runStories(pattern: string, args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const isAsked = (file: string): boolean =>
    names.length === 0 || names.some((name) => basename(file).startsWith(name));
  const options = args.filter((arg) => arg.startsWith('-'));
  const flags = ['--test-concurrency=1', `--test-timeout=${storyMs}`, ...options];
  const files = globSync(pattern, { cwd: root }).filter(isAsked).sort();
  if (files.length === 0) return runTestFiles(files, flags);
  const again: string[] = [];
  const failed: string[] = [];
  for (const file of files) {
    process.stdout.write(`\n${file}\n`);
    if ((await runTestFiles([file], flags)) === 0) continue;
    process.stdout.write(`\n${file}, a second time\n`);
    ((await runTestFiles([file], flags)) === 0 ? again : failed).push(file);
  }
  if (again.length > 0) process.stdout.write(`\na second run was needed by ${again.join(', ')}\n`);
  process.stdout.write(failed.length > 0 ? `\nfailed: ${failed.join(', ')}\n` : '\nall passed\n');
  return failed.length > 0 ? 1 : 0;
}

function runTestFiles(files: readonly string[], flags: readonly string[]): Promise<number> {
  if (files.length === 0) {
    process.stderr.write('no test files match\n');
    return Promise.resolve(1);
  }
  const reporter = flags.some((flag) => flag.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec'];
  return node(['--import=./tools/property-seed.mjs', '--test', ...reporter, ...flags, ...[...files].sort()]);
}

function node(args: readonly string[]): Promise<number> {
  return command(process.execPath, ['--conditions=development', ...args]);
}

function command(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const [name = '', ...args] = process.argv.slice(2);
const task = tasks[name];
if (!task) {
  process.stderr.write(`unknown task "${name}"; one of: ${Object.keys(tasks).join(', ')}\n`);
  process.exit(2);
}
process.exitCode = await task(args);
