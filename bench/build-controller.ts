// The controller as it is installed: bundled, so that its start costs what the start of the command costs.

import { mkdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Bundles it; answers the arguments that start it. */
export async function buildController(): Promise<readonly string[]> {
  const directory = fileURLToPath(new URL('../node_modules/.cache/evenkeel-bench', import.meta.url));
  mkdirSync(directory, { recursive: true });
  const bundle = await rolldown({
    platform: 'node',
    external: (id) => isBuiltin(id),
    resolve: { conditionNames: ['development', 'import', 'node', 'default'] },
    logLevel: 'silent',
    input: { controller: fileURLToPath(new URL('argo-controller.ts', import.meta.url)) },
  });
  await bundle.write({ dir: directory, format: 'esm', entryFileNames: '[name].mjs', sourcemap: true });
  return [join(directory, 'controller.mjs')];
}
