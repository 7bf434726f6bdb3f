// The rules of ARCHITECTURE.md as tests. A failure names the file, the line and the cure.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import {
  bannedFileNames,
  catalogues,
  fileLinesMax,
  frontEndWords,
  functionLinesMax,
  layers,
  pure,
  rimFiles,
  sideways,
} from './architecture.ts';
import { overlongFiles, overlongFunctions } from './ratchet.ts';
import { longFunctions, spokenWords } from './source-shape.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const layerOf = new Map(layers.flatMap((names, index) => names.map((name) => [name, index] as const)));
const present = [...layerOf.keys()].filter((name) => existsSync(join(root, 'packages', name, 'package.json')));

interface SourceFile {
  readonly path: string;
  readonly owner: string;
  readonly isTest: boolean;
  readonly text: string;
  readonly program: ReturnType<typeof parseSync>;
}

const files: readonly SourceFile[] = globSync('packages/*/{src,e2e,testing}/**/*.{ts,tsx}', { cwd: root })
  .sort()
  .filter((path) => !path.endsWith('.gen.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return {
      path,
      owner: path.split('/')[1] ?? '',
      isTest: /\.(test|e2e|test-d)\.tsx?$|\/(e2e|testing)\//.test(path),
      text,
      program: parseSync(path, text),
    };
  });

function importsOf(file: SourceFile): readonly { readonly specifier: string; readonly line: number }[] {
  const { staticImports, staticExports, dynamicImports } = file.program.module;
  const lineAt = (offset: number): number => file.text.slice(0, offset).split('\n').length;
  return [
    ...staticImports.map((entry) => ({ specifier: entry.moduleRequest.value, line: lineAt(entry.start) })),
    ...staticExports.flatMap((entry) =>
      entry.entries.flatMap((item) =>
        item.moduleRequest ? [{ specifier: item.moduleRequest.value, line: lineAt(entry.start) }] : [],
      ),
    ),
    ...dynamicImports.flatMap((entry) => {
      const quoted = file.text.slice(entry.moduleRequest.start, entry.moduleRequest.end);
      return /^['"]/.test(quoted) ? [{ specifier: quoted.slice(1, -1), line: lineAt(entry.start) }] : [];
    }),
  ];
}

function allows(from: string, to: string): boolean {
  if (from === to) return true;
  const fromLayer = layerOf.get(from) ?? -1;
  const toLayer = layerOf.get(to) ?? Infinity;
  return toLayer < fromLayer || sideways[from]?.[to] !== undefined;
}

function report(problems: readonly string[]): void {
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
}

test('every package has its place in a layer', () => {
  const found = globSync('packages/*/package.json', { cwd: root }).map((path) => path.split('/')[1] ?? '');
  report(
    found
      .filter((name) => !layerOf.has(name))
      .map((name) => `packages/${name}: give it a layer in tools/architecture.ts`),
  );
});

test('imports go down the layers, and through the front door', () => {
  report(
    files.flatMap((file) =>
      importsOf(file).flatMap(({ specifier, line }) => {
        const match = /^@evenkeel\/([^/]+)(\/.*)?$/.exec(specifier);
        if (!match)
          return crossesPackages(file, specifier)
            ? [`${file.path}:${line}: relative import leaves the package; use @evenkeel/<name>`]
            : [];
        const [, name = '', deep] = match;
        if (deep !== undefined && !declaredExport(name, `.${deep}`))
          return [`${file.path}:${line}: ${specifier} is not an export of @evenkeel/${name}`];
        if (name === 'world' && !file.isTest && file.owner !== 'cli')
          return [`${file.path}:${line}: world is for tests, benches and the command only`];
        if (file.owner === 'ui' && name !== 'api')
          return [`${file.path}:${line}: the page knows the API only, not ${specifier}`];
        return allows(file.owner, name) || (file.isTest && name === 'world')
          ? []
          : [`${file.path}:${line}: ${file.owner} may not import ${name}; see tools/architecture.ts`];
      }),
    ),
  );
});

function crossesPackages(file: SourceFile, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false;
  const target = join(dirname(file.path), specifier);
  return !target.startsWith(`packages/${file.owner}/`) && !file.isTest;
}

function declaredExport(name: string, subpath: string): boolean {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
    exports?: Record<string, unknown>;
  };
  return manifest.exports?.[subpath] !== undefined;
}

test('everything imported is declared, and references equal dependencies', () => {
  const problems: string[] = [];
  const workspace = manifestOf('.');
  for (const name of present) {
    const manifest = manifestOf(`packages/${name}`);
    const declared = new Set(Object.keys(manifest.dependencies ?? {}));
    const forTests = new Set([
      ...declared,
      ...Object.keys(manifest.devDependencies ?? {}),
      ...Object.keys(workspace.devDependencies ?? {}),
    ]);
    for (const file of files.filter((candidate) => candidate.owner === name)) {
      for (const { specifier, line } of importsOf(file)) {
        if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('virtual:')) continue;
        const parts = specifier.split('/');
        const dependency = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
        const known = file.isTest ? forTests : declared;
        if (dependency !== `@evenkeel/${name}` && !known.has(dependency)) {
          problems.push(`${file.path}:${line}: ${dependency} is not declared in packages/${name}/package.json`);
        }
      }
    }
    const references =
      (
        JSON.parse(readFileSync(join(root, 'packages', name, 'tsconfig.json'), 'utf8')) as {
          references?: { path: string }[];
        }
      ).references ?? [];
    const wanted = [...declared]
      .filter((entry) => entry.startsWith('@evenkeel/'))
      .map((entry) => entry.slice('@evenkeel/'.length));
    // A second project of the same package ("../gotemplate/host") stands for the package.
    const actual = [...new Set(references.map((entry) => entry.path.split('/')[1] ?? ''))];
    if (wanted.toSorted().join() !== actual.toSorted().join()) {
      problems.push(
        `packages/${name}/tsconfig.json: references [${actual.toSorted().join(', ')}] differ from dependencies [${wanted.toSorted().join(', ')}]`,
      );
    }
  }
  report(problems);
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Manifest;
}

test('every dependency has its line of why', () => {
  const decisions = readFileSync(join(root, 'docs/decisions/dependencies.md'), 'utf8');
  const named = (dependency: string): boolean =>
    decisions.includes(dependency) ||
    decisions.includes(`\`${dependency.replace(/^@[^/]+\//, '')}\``) ||
    decisions.includes(`\`-${dependency.split('-').at(-1)}\``);
  const problems: string[] = [];
  for (const directory of ['.', ...present.map((name) => `packages/${name}`)]) {
    const { dependencies = {}, devDependencies = {} } = manifestOf(directory);
    for (const dependency of [...Object.keys(dependencies), ...Object.keys(devDependencies)]) {
      if (dependency.startsWith('@evenkeel/') || dependency.startsWith('@types/')) continue;
      if (!named(dependency))
        problems.push(`${directory}/package.json: ${dependency} has no line in docs/decisions/dependencies.md`);
    }
  }
  report(problems);
});

test('pure packages touch nothing outside themselves', () => {
  const outside = /\b(Date\.now|Math\.random|setTimeout|setInterval|setImmediate|process\.|fetch\()|new Date\(\)/;
  report(
    files
      .filter((file) => pure.has(file.owner) && !file.isTest)
      .flatMap((file) => [
        ...importsOf(file)
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(
            ({ specifier, line }) => `${file.path}:${line}: ${file.owner} is pure and imports ${specifier}; inject it`,
          ),
        ...spokenWords(file.text, outside).map(
          ({ line, word }) => `${file.path}:${line}: ${file.owner} is pure and mentions ${word}; inject it`,
        ),
      ]),
  );
});

test('the environment, arguments and signals are read at the rim only', () => {
  const outside = /\bprocess\.(env|argv|on\(|exit)/;
  report(
    files
      .filter((file) => !file.isTest && !rimFiles.has(file.path) && file.owner !== 'ui')
      .flatMap((file) =>
        spokenWords(file.text, outside).map(
          ({ line, word }) => `${file.path}:${line}: ${word} belongs in main.ts; pass the value in`,
        ),
      ),
  );
});

test('the engine names no front end', () => {
  report(
    frontEndWords.flatMap(({ word, packages }) =>
      files
        .filter((file) => !packages.has(file.owner) && !file.isTest && !catalogues.test(file.path))
        .flatMap((file) =>
          spokenWords(file.text, new RegExp(word.replace('.', '\\.'))).map(
            ({ line }) => `${file.path}:${line}: ${word} belongs in packages/${[...packages].join(', ')}`,
          ),
        ),
    ),
  );
});

test('file names say what is inside', () => {
  report(
    files
      .filter((file) => bannedFileNames.test(file.path))
      .map((file) => `${file.path}: banned word in the name; name what the file holds`),
  );
});

test('functions fit on a screen and files hold one idea (a ratchet: the list may only shrink)', () => {
  const problems: string[] = [];
  const stillLong = new Set<string>();
  for (const file of files.filter((candidate) => !candidate.isTest)) {
    const lines = file.text.split('\n').length - 1;
    if (lines > fileLinesMax && !overlongFiles.has(file.path))
      problems.push(`${file.path}: ${lines} lines (at most ${fileLinesMax}); is there a second idea in it?`);
    if (lines > fileLinesMax) stillLong.add(file.path);
    for (const { name, line, length } of longFunctions(file.program, file.text, functionLinesMax)) {
      const key = `${file.path}#${name}`;
      stillLong.add(key);
      if (!overlongFunctions.has(key))
        problems.push(`${file.path}:${line}: ${name} has ${length} lines (at most ${functionLinesMax})`);
    }
  }
  for (const key of [...overlongFiles, ...overlongFunctions]) {
    if (!stillLong.has(key)) problems.push(`tools/ratchet.ts: ${key} is short enough now; take it off the list`);
  }
  report(problems);
});
