// Loads the bundle's chunks with the code that V8 compiled when the bundle was made: a cold start then compiles no
// function it runs. Where the cache does not fit this V8, V8 refuses it and compiles as ever.

const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
const { createRequire } = process.getBuiltinModule('node:module');
const path = process.getBuiltinModule('node:path');
const { Script } = process.getBuiltinModule('node:vm');

/** The file that holds V8's code of a chunk. */
export const codeFile = (chunk) => `${chunk}.code`;

/**
 * Opens a bundle of CommonJS chunks. `load(name)` evaluates a chunk once and answers its exports; `scripts` holds every
 * chunk evaluated so far by its file, for whoever stores their code.
 */
export function openBundle(directory) {
  const modules = new Map();
  const scripts = new Map();
  const load = (file) => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
    const code = codeFile(file);
    const script = new Script(source, {
      filename: file,
      ...(existsSync(code) ? { cachedData: readFileSync(code) } : {}),
    });
    scripts.set(file, script);
    const outside = createRequire(file);
    const require = (id) => (/^(\.\/)?[^/]+\.cjs$/.test(id) ? load(path.join(path.dirname(file), id)) : outside(id));
    script.runInThisContext()(
      module.exports,
      Object.assign(require, { resolve: outside.resolve }),
      module,
      file,
      path.dirname(file),
    );
    return module.exports;
  };
  return { load: (name) => load(path.join(directory, name)), scripts };
}
