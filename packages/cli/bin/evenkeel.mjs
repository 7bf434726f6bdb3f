#!/usr/bin/env node
// The `evenkeel` command. Runs the bundle where there is one, else the sources; under an older Node it hands over to the
// one that was installed with it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(here, 'dist', 'bundle', 'main.js');
const source = join(here, 'src', 'main.ts');
const entry = existsSync(bundle) ? bundle : source;

if (
  Number(process.versions.node.split('.')[0]) >= 24 &&
  (entry === bundle || process.execArgv.includes('--conditions=development'))
) {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  await import(pathToFileURL(entry).href);
} else {
  const bundled = join(here, '..', '..', 'node_modules', '.bin', 'node');
  const program = existsSync(bundled) ? bundled : process.execPath;
  const flags = entry === bundle ? [] : ['--conditions=development'];
  const { status, signal } = spawnSync(program, [...flags, entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
