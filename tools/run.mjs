// The door to every npm script. Runs on any Node ≥ 20: installs what is missing, then hands over to the project's own
// Node (an npm package) with TypeScript read as it stands. `node tools/run.mjs <task> [args…]`.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

function installWhatIsMissing() {
  if (isInstalled()) return;
  const mine = join(root, '.installing');
  // Two installations at once would leave half of each: whoever comes second waits for the first.
  while (!taken(mine)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  try {
    if (!isInstalled()) install();
  } finally {
    rmSync(mine, { force: true });
  }
}

function isInstalled() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs;
}

/** Whether the file that says who installs is ours now. One left behind by a process that is gone, or long ago, is removed. */
function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    if (Date.now() - statSync(file).mtimeMs > 1_200_000) rmSync(file, { force: true });
    process.kill(Number(readFileSync(file, 'utf8')) || process.pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(file, { force: true });
    else if (error.code !== 'ENOENT') throw error;
  }
  return false;
}

function install() {
  process.stderr.write('Installing dependencies (once) …\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; the lines above say why. Nothing was started.\n');
    rmSync(join(root, '.installing'), { force: true });
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
