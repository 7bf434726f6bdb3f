#!/usr/bin/env node
// The `evenkeel` command. Runs the bundle where there is one, else the sources; under an older Node it hands over to the
// one that was installed with it.

// getBuiltinModule and not `import`: an import statement reads every property of a module, and with them loads a dozen more.
const { existsSync } = process.getBuiltinModule('node:fs');
const path = process.getBuiltinModule('node:path');
const { fileURLToPath, pathToFileURL } = process.getBuiltinModule('node:url');

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bundle = path.join(here, 'dist', 'bundle');
const source = path.join(here, 'src', 'main.ts');
const isBundled = existsSync(path.join(bundle, 'main.cjs'));
const isModern = Number(process.versions.node.split('.')[0]) >= 24;

if (isModern && isBundled) {
  const { openBundle } = await import('./bundle-loader.mjs');
  openBundle(bundle).load('main.cjs');
} else if (isModern && process.execArgv.includes('--conditions=development')) {
  process.getBuiltinModule('node:module').enableCompileCache();
  await import(pathToFileURL(source).href);
} else {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const installed = path.join(here, '..', '..', 'node_modules', '.bin', 'node');
  const program = existsSync(installed) ? installed : process.execPath;
  const entry = isBundled ? [fileURLToPath(import.meta.url)] : ['--conditions=development', source];
  // A Node that is too old itself must not hand over to itself for ever.
  if (isBundled && program === process.execPath) throw new Error('evenkeel needs Node 24 or newer');
  const { status, signal } = spawnSync(program, [...entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
