// The door to every npm script. Runs on any Node ≥ 20: installs what is missing, then hands over to the project's own
// Node (an npm package) with TypeScript read as it stands. `node tools/run.mjs <task> [args…]`.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

function installWhatIsMissing() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('Installing dependencies (once) …\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; the lines above say why. Nothing was started.\n');
    process.exit(result.status ?? 1);
  }
}

/** The bundled Node where there is one for this platform, else the Node that runs this file if it is new enough. */
function nodePath() {
  const bundled = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `Node ${process.versions.node} is too old and no bundled Node fits this platform; install Node 24 or newer.\n`,
  );
  process.exit(1);
}

installWhatIsMissing();
const tasks = join(root, 'tools', 'tasks.ts');
const child = spawn(nodePath(), ['--conditions=development', tasks, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` },
});
// The child shares the terminal and gets Ctrl-C itself; this process only waits for it to finish cleanly.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => name !== 'SIGINT' && child.kill(name));
}
child.on('exit', (status, signal) => process.exit(status ?? (signal === 'SIGINT' ? 130 : 1)));
