// Bundles the command into packages/cli/dist/bundle, so that a cold start reads a few files instead of hundreds.

import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'packages/cli/dist/bundle');

const bundle = await rolldown({
  input: { main: join(root, 'packages/cli/src/main.ts') },
  platform: 'node',
  external: [/^node:/],
  resolve: { conditionNames: ['development', 'import', 'node', 'default'] },
  logLevel: 'warn',
});
rmSync(output, { recursive: true, force: true });
await bundle.write({
  dir: output,
  format: 'esm',
  chunkFileNames: '[name]-[hash].js',
  minify: { compress: false, mangle: false },
});
process.stdout.write(`bundled ${output}\n`);
