// docs/settings.md names every key that is read, so that nobody has to guess what counts.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const source = dirname(import.meta.dirname);
const documented = readFileSync(join(source, '../../../docs/settings.md'), 'utf8');

/** Names of keys in the code that reads the two ConfigMaps. */
function keysOf(file: string, pattern: RegExp): readonly string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

test('every key that is read is named in the documentation', () => {
  const files = readdirSync(join(source, 'settings')).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test.'),
  );
  const read = files.flatMap((name) =>
    keysOf(`settings/${name}`, /\(\s*(?:cmd?, )?'((?:[a-zA-Z]+\.)+[a-zA-Z.]+|installationID|globalProjects)'/g),
  );
  const sets = keysOf('applicationset/set-settings.ts', /(?:said|flag|list)\('([a-zA-Z.]+)'/g);
  assert.ok(read.length > 30 && sets.length > 8, `${read.length} and ${sets.length} keys were found`);
  const missing = [...read, ...sets].filter((key) => !documented.includes(key));
  assert.deepEqual([...new Set(missing)], []);
});
