#!/usr/bin/env node
// The `evenkeel` command. Runs the bundle where there is one, else the sources; under an older Node it hands over to the
// one that was installed with it.

// getBuiltinModule and not `import`: an import statement reads every property of a module, and with them loads a dozen more.
const { existsSync } = process.getBuiltinModule('node:fs');
const { dirname, join } = process.getBuiltinModule('node:path');
const { fileURLToPath, pathToFileURL } = process.getBuiltinModule('node:url');

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(here, 'dist', 'bundle', 'main.js');
const source = join(here, 'src', 'main.ts');
const entry = existsSync(bundle) ? bundle : source;

if (
  Number(process.versions.node.split('.')[0]) >= 24 &&
  (entry === bundle || process.execArgv.includes('--conditions=development'))
) {
  process.getBuiltinModule('node:module').enableCompileCache();
  // A chart fills the young generation at once; let it grow in one step instead of by many small collections.
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=16');
  await import(pathToFileURL(entry).href);
} else {
  const bundled = join(here, '..', '..', 'node_modules', '.bin', 'node');
  const program = existsSync(bundled) ? bundled : process.execPath;
  const flags = entry === bundle ? [] : ['--conditions=development'];
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, signal } = spawnSync(program, [...flags, entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
