// Writes packages/helm/src/schema/metaschemas.gen.ts: the metaschemas that Helm's schema library carries, without prose.
// They are read from the module that the helm oracle is built with. `node tools/schema/metaschemas.ts` rewrites the file,
// `--check` only compares. Ends with `RESULT metaschemas …`; exit 1 where --check finds the committed file stale.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const target = join(root, 'packages', 'helm', 'src', 'schema', 'metaschemas.gen.ts');
const library = 'github.com/santhosh-tekuri/jsonschema/v6';

const older = ['draft-04/schema', 'draft-06/schema', 'draft-07/schema'];
const vocabularies: Readonly<Record<string, readonly string[]>> = {
  'draft/2019-09': ['applicator', 'content', 'core', 'format', 'meta-data', 'validation'],
  'draft/2020-12': [
    'applicator',
    'content',
    'core',
    'format-annotation',
    'format-assertion',
    'meta-data',
    'unevaluated',
    'validation',
  ],
};

function main(): void {
  const check = process.argv.includes('--check');
  const text = sourceText();
  const isStale = !existsSync(target) || readFileSync(target, 'utf8') !== text;
  if (isStale && !check) writeFileSync(target, text);
  const outcome = isStale ? (check ? 'stale' : 'rewritten') : 'current';
  console.log(`RESULT metaschemas ${outcome}: ${names().length} documents, ${Buffer.byteLength(text)} bytes`);
  if (isStale && check) process.exitCode = 1;
}

function names(): readonly string[] {
  const newer = Object.entries(vocabularies).flatMap(([draft, parts]) => [
    `${draft}/schema`,
    ...parts.map((part) => `${draft}/meta/${part}`),
  ]);
  return [...older, ...newer];
}

function sourceText(): string {
  const directory = execFileSync('go', ['list', '-mod=mod', '-m', '-f', '{{.Dir}}', library], {
    cwd: join(root, 'tools', 'go', 'helm'),
    encoding: 'utf8',
  }).trim();
  const entries = names().map((name) => {
    const schema: unknown = JSON.parse(readFileSync(join(directory, 'metaschemas', name), 'utf8'));
    const scheme = older.includes(name) ? 'http' : 'https';
    return `  '${scheme}://json-schema.org/${name}':\n    ${quoted(JSON.stringify(withoutProse(schema)))},\n`;
  });
  return `// The metaschemas of JSON Schema drafts 4 to 2020-12 as JSON text by URL, published at json-schema.org; their titles,
// descriptions and comments are left out. Texts, so that nothing is parsed before a chart with a schema comes.
// Written by tools/schema/metaschemas.ts.

export const metaschemas: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
}

/** A literal in the quotes that the formatter would choose. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const prose: ReadonlySet<string> = new Set(['title', 'description', '$comment']);
/** Below these keywords stand names that somebody chose, and "title" is one of them. */
const named: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependencies']);

function withoutProse(schema: unknown, isNamed = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withoutProse(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key]) => isNamed || !prose.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutProse(value, !isNamed && named.has(key))]));
}

main();
