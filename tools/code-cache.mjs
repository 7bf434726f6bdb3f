// Stores V8's compiled code beside each chunk of the bundle, after a run over real charts and kustomizations has compiled
// what such runs need. Called by bundle.ts: node tools/code-cache.mjs BUNDLE INPUTS

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { codeFile, openBundle } from '../packages/cli/bin/bundle-loader.mjs';

const [bundle = '', root = ''] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-code-'));
const io = {
  cwd: directory,
  environment: {},
  homeDirectory: directory,
  pid: process.pid,
  signal: new AbortController().signal,
  colour: false,
  interactive: false,
  out() {},
  err() {},
  stdin: async () => '',
};

/** Writes the files of a txtar archive and answers their directory. */
function unpack(file, name) {
  const place = join(directory, name);
  mkdirSync(place, { recursive: true });
  // The cases leave out what is the same for all.
  writeFileSync(join(place, 'Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 0.1.0\n');
  for (const part of readFileSync(file, 'utf8')
    .split(/^-- (?=.+ --$)/m)
    .slice(1)) {
    const end = part.indexOf('\n');
    const path = join(place, part.slice(0, end).replace(/ --$/, ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, part.slice(end + 1));
  }
  return place;
}

/** Writes a chart that uses what charts use of the libraries evaluated late (bundle.ts), and answers its directory. */
function chartOfLateLibraries() {
  const place = join(directory, 'late');
  mkdirSync(join(place, 'templates'), { recursive: true });
  writeFileSync(join(place, 'Chart.yaml'), 'apiVersion: v2\nname: late\nversion: 0.1.0\n');
  writeFileSync(
    join(place, 'templates', 'sums.yaml'),
    `sums: {{ printf "%s%s" (sha256sum "a") (sha1sum "a") | quote }}
found: {{ regexReplaceAll "[^a-z0-9]+-?" "A b" "-" }}{{ regexMatch "^v\\\\d+$" "v1" }}{{ regexFind "a|b" "b" }}
`,
  );
  return place;
}

const running = [];

/** Starts a command that runs on until the signal, and waits until it says that it is up. */
async function untilSaid(args, signal) {
  const { promise, resolve } = Promise.withResolvers();
  const ended = runProgram(args, { ...io, signal, out: resolve, err: (text) => process.stderr.write(text) });
  running.push(ended);
  await Promise.race([promise, ended]);
}

/** Fails where V8 would not take what was stored; commands would only be slower, and nobody would see why. */
function refuseRejected(scripts) {
  const check = `const { Script } = require('node:vm'); const { readFileSync } = require('node:fs');
for (const file of process.argv.slice(1)) {
  const source = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(file, 'utf8') + '\\n})';
  const { cachedDataRejected } = new Script(source, { filename: file, cachedData: readFileSync(file + '.code') });
  if (cachedDataRejected) throw new Error('the stored code of ' + file + ' is not taken');
}`;
  const { status } = spawnSync(process.execPath, ['-e', check, ...scripts.keys()], { stdio: 'inherit' });
  if (status !== 0) throw new Error('code was stored under other flags than those commands start with');
}

// What one command compiled is not to be thrown away while the next one runs.
setFlagsFromString('--no-flush-bytecode');
const { load, scripts } = openBundle(bundle);
const { runProgram } = load('run.cjs');
try {
  const charts = join(root, 'packages/helm/testdata');
  for (const file of readdirSync(charts).filter((name) => name.endsWith('.txtar'))) {
    const place = unpack(join(charts, file), file);
    await runProgram(['helm', 'template', 'x', place], io);
  }
  await runProgram(['helm', 'template', 'x', chartOfLateLibraries()], io);
  await runProgram(['helm', 'template', 'x', join(root, 'examples/shop/charts/mailer')], io);
  await runProgram(['kustomize', 'build', join(root, 'examples/shop/apps/storefront')], io);
  const stop = new AbortController();
  const kubeconfig = join(directory, 'kubeconfig');
  await untilSaid(['sandbox', 'start', '--port', '0', '--kubeconfig', kubeconfig], stop.signal);
  await untilSaid(['controller', '--port', '0', '--kubeconfig', kubeconfig, '--state', directory], stop.signal);
  // Both set flags of V8 when they are up, and code is taken only under the flags it was stored under.
  for (const flag of [
    'flush-bytecode',
    'no-optimize-for-size',
    'semi-space-growth-factor=2',
    'heap-growing-percent=0',
    'memory-reducer-gc-count=2',
    'wasm-tier-up',
    'wasm-dynamic-tiering',
  ]) {
    setFlagsFromString(`--${flag}`);
  }
  for (const [file, script] of scripts) writeFileSync(codeFile(file), script.createCachedData());
  stop.abort();
  await Promise.all(running);
  refuseRejected(scripts);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
