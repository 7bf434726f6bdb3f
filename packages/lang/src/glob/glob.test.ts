// Globs beside the answers of gobwas/glob 1.0.0, Go's path.Match and doublestar 4.10.0, taken down once by the programs
// themselves. `npm run oracle -- glob` asks them, and git, of a hundred thousand pairs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Glob, compileGlob, compilePath, matchesGlob, matchesPath } from './glob.ts';

interface Case {
  readonly pattern: string;
  readonly separators?: string;
  /** What fits; null where the pattern cannot be read. */
  readonly matches: readonly string[] | null;
}

const { texts, ...recorded } = JSON.parse(
  readFileSync(new URL('../../testdata/globs.json', import.meta.url), 'utf8'),
) as {
  readonly texts: readonly string[];
  readonly globs: readonly Case[];
  readonly paths: readonly Case[];
  readonly doublestars: readonly Case[];
};

function compare(cases: readonly Case[], read: (one: Case) => Glob | undefined): void {
  for (const one of cases) {
    const glob = read(one);
    const found = glob ? texts.filter((text) => glob(text)) : null;
    assert.deepEqual(found, one.matches, `${one.pattern} with separators "${one.separators ?? ''}"`);
  }
}

test('globs fit what gobwas/glob says', () =>
  compare(recorded.globs, ({ pattern, separators }) => compileGlob(pattern, separators)));

test('paths fit what path.Match says', () => compare(recorded.paths, ({ pattern }) => compilePath('path', pattern)));

test('paths fit what doublestar says', () =>
  compare(recorded.doublestars, ({ pattern }) => compilePath('doublestar', pattern)));

test("git's patterns cross directories, and know classes by name", () => {
  const fits = (pattern: string, text: string): boolean => compilePath('git', pattern)?.(text) === true;
  assert.ok(fits('*.yaml', 'a/b.yaml'));
  assert.ok(fits('a?b', 'a/b'));
  assert.ok(fits('[[:digit:]]*', '1/x'));
  assert.ok(!fits('[![:digit:]]*', '1/x'));
  assert.ok(fits('[]a]', ']'));
  assert.ok(!fits('{a,b}', 'a'));
});

test('a pattern that cannot be read fits nothing', () => {
  assert.equal(matchesGlob('[a', '[a'), false);
  assert.equal(matchesGlob('{a', '{a'), false);
  assert.equal(matchesPath('[a', '[a'), false);
  assert.equal(compilePath('doublestar', 'a}'), undefined);
});

test('nothing takes for ever', () => {
  const stars = `${'*a'.repeat(200)}b`;
  const text = 'a'.repeat(2000);
  assert.equal(matchesGlob(stars, text), false);
  assert.equal(matchesGlob(`${'{a,aa}'.repeat(60)}b`, text), false);
  assert.equal(matchesPath(stars, text), false);
  assert.equal(compilePath('doublestar', `${'**/*a*/'.repeat(50)}b`)?.('a/'.repeat(200)), false);
  assert.equal(compilePath('doublestar', `${'{a,aa}'.repeat(60)}b`)?.(text), false);
});
