// The engine runs unchanged in a browser: Chromium builds the acceptance overlay and gets the text that Node gets.

import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { memoryTree } from '@evenkeel/std';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

import { build } from './build.ts';

const workspace = join(import.meta.dirname, '..', '..', '..');
const acceptance = join(workspace, '..', 'shared', 'acceptance', 'infrastructure', 'apps');
const browserPath = '/usr/bin/chromium';
const missing = [browserPath, acceptance].find((path) => !existsSync(path));

function filesBelow(directory: string): Record<string, string> {
  const paths = globSync('**/*', { cwd: directory }).filter((path) => statSync(join(directory, path)).isFile());
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
}

/** The engine as one script that leaves `build` and `memoryTree` behind as globals. */
async function bundled(directory: string): Promise<string> {
  const entry = '\0entry';
  const source = `import { build } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
import { memoryTree } from ${JSON.stringify(join(workspace, 'packages', 'std', 'src', 'index.ts'))};
globalThis.kustomize = (files, root) => { const made = build(memoryTree(files), root); return { text: made.yaml(), problems: made.problems }; };`;
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['development', 'import', 'browser'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? source : null),
      },
    ],
  });
  const { output } = await bundle.generate({ dir: directory, format: 'iife' });
  return output[0].code;
}

test(
  'Chromium builds the acceptance overlay',
  { skip: missing === undefined ? false : `${missing} is not there` },
  async () => {
    const root = 'payment-api/overlays/production';
    const files = filesBelow(acceptance);
    const directory = mkdtempSync(join(tmpdir(), 'kustomize-browser-'));
    const script = await bundled(directory);
    const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: script });
      const call = `kustomize(${JSON.stringify(files)}, ${JSON.stringify(root)})`;
      const made = (await page.evaluate(call)) as { readonly text: string; readonly problems: readonly unknown[] };
      assert.deepEqual(made.problems, []);
      assert.equal(made.text, build(memoryTree(files), root).yaml());
    } finally {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
