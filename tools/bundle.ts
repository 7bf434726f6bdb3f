// Bundles the command into packages/cli/dist/bundle, so that a cold start reads a few files instead of hundreds and
// evaluates nothing that the command at hand does not need.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, type RolldownOptions, rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'packages/cli/dist/bundle');
const conditionNames = ['development', 'import', 'node', 'default'];

/** Libraries whose mere evaluation takes milliseconds (tables, ciphers), and which few charts need. */
const lateLibraries: readonly string[] = [
  '@noble/ciphers/aes.js',
  '@noble/hashes/hmac.js',
  '@noble/hashes/legacy.js',
  '@noble/hashes/scrypt.js',
  '@noble/hashes/sha2.js',
  'bcryptjs',
  'fflate',
  're2js',
];

/** The file of a late library beside the chunks. */
const lateFile = (library: string): string => `late-${library.replaceAll(/[^a-z0-9]+/g, '-')}.cjs`;

/**
 * Lets a late library be imported like any other, but evaluated when the first of its functions is called: each export
 * is a proxy that loads the library from its own file.
 */
const lateEvaluation: Plugin = {
  name: 'late-evaluation',
  resolveId: (id, importer) =>
    importer !== undefined && lateLibraries.includes(id) && !importer.includes('node_modules')
      ? { id: `\0late:${id}`, moduleSideEffects: false }
      : undefined,
  async load(id) {
    if (!id.startsWith('\0late:')) return undefined;
    const library = id.slice('\0late:'.length);
    const exports = Object.entries((await import(library)) as Record<string, unknown>)
      .filter(([name, value]) => typeof value === 'function' && name !== 'default')
      .map(([name]) => `export const ${name} = /* @__PURE__ */ late('${name}');`);
    return [
      `let loaded;`,
      `const library = () => (loaded ??= require('${lateFile(library)}'));`,
      `const late = (name) => new Proxy(function () {}, {`,
      `  get: (_, key) => Reflect.get(library()[name], key),`,
      `  apply: (_, self, args) => Reflect.apply(library()[name], self, args),`,
      `  construct: (_, args) => Reflect.construct(library()[name], args),`,
      `});`,
      ...exports,
    ].join('\n');
  },
};

const takenPlainly = (id: string, importer: string | undefined): boolean =>
  id.startsWith('node:') && importer !== undefined && !importer.includes('node_modules');

/**
 * Takes Node's own modules by getBuiltinModule. An import statement reads every property of the module, and the getter
 * `fs.promises` alone loads streams, workers and the line editor.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  // One copy for each file that imports it, so that no chunk exists for it alone.
  resolveId: (id, importer) =>
    takenPlainly(id, importer) ? { id: `\0builtin:${id}?${importer}`, moduleSideEffects: false } : undefined,
  load(id) {
    if (!id.startsWith('\0builtin:')) return undefined;
    const name = id.slice('\0builtin:'.length, id.indexOf('?'));
    const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter(
      (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default',
    );
    return [
      `const builtin = /* @__PURE__ */ process.getBuiltinModule('${name}');`,
      `export default builtin;`,
      ...names.map((key) => `export const ${key} = builtin.${key};`),
    ].join('\n');
  },
};

const shared: RolldownOptions = {
  platform: 'node',
  external: (id, importer) => /^late-.*\.cjs$/.test(id) || (isBuiltin(id) && !takenPlainly(id, importer)),
  resolve: { conditionNames },
  treeshake: {
    propertyReadSideEffects: false,
    // Our modules do nothing when they are imported, so that whoever takes one function of a package loads no more.
    moduleSideEffects: (id) => !/packages\/[a-z]+\/(src|host)\//.test(id),
  },
  logLevel: 'warn',
};

rmSync(output, { recursive: true, force: true });
const commands = await rolldown({
  ...shared,
  input: { main: join(root, 'packages/cli/src/main.ts'), run: join(root, 'packages/cli/src/run.ts') },
  plugins: [lateEvaluation, plainBuiltins],
});
await commands.write({
  dir: output,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  minify: { compress: false, mangle: false },
});
for (const library of lateLibraries) {
  const late = await rolldown({ ...shared, input: { late: library } });
  await late.write({
    file: join(output, lateFile(library)),
    format: 'cjs',
    exports: 'named',
    minify: { compress: false, mangle: false },
  });
}
for (const name of readdirSync(output)) {
  const file = join(output, name);
  // One character beyond Latin-1 would make V8 keep the whole text at two bytes a character.
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replaceAll(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}
const { status } = spawnSync(process.execPath, [join(root, 'tools/code-cache.mjs'), output, root], {
  stdio: 'inherit',
});
if (status !== 0) throw new Error('the bundle does not run; its code could not be stored');
process.stdout.write(`bundled ${output}\n`);
