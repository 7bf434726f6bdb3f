// Runs after `npm install` and `npm ci`: builds the command's bundle, and the page. A failure here costs speed only (the
// command runs from its sources), so it is told and does not fail the installation.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundled = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(bundled) ? bundled : process.execPath;
if (existsSync(join(root, 'node_modules', 'rolldown'))) {
  const result = spawnSync(node, ['--conditions=development', join(root, 'tools', 'tasks.ts'), 'bundle'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0)
    process.stderr.write('the command was not bundled; it runs from its sources, a little slower\n');
}
