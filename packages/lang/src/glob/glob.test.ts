// Globs beside the answers of gobwas/glob 0.2.3 and of Go's path/filepath, taken down once by the programs themselves.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileGlob, matchesGlob, matchesPath } from './glob.ts';

interface Case {
  readonly pattern: string;
  readonly separators?: string;
  /** What fits; null where the pattern cannot be read. */
  readonly matches: readonly string[] | null;
}

const { texts, globs, paths } = JSON.parse(
  readFileSync(new URL('../../testdata/globs.json', import.meta.url), 'utf8'),
) as { readonly texts: readonly string[]; readonly globs: readonly Case[]; readonly paths: readonly Case[] };

/** Where the original contradicts itself: one character that is none, and a choice with an empty end. */
const contradictions = new Set(['? ', '[!abc] ', '[!a-c] ', '*** ', 'x{*,y}z xz', '?ä bä']);

test('globs fit what gobwas/glob says', () => {
  for (const { pattern, separators, matches } of globs) {
    const glob = compileGlob(pattern, separators);
    assert.equal(glob === undefined, matches === null, pattern);
    const fitting = texts.filter((text) => (contradictions.has(`${pattern} ${text}`) ? false : glob?.(text)));
    const wanted = (matches ?? []).filter((text) => !contradictions.has(`${pattern} ${text}`));
    assert.deepEqual(fitting, wanted, `${pattern} with separators "${separators ?? ''}"`);
  }
});

test('paths fit what filepath.Match says', () => {
  for (const { pattern, matches } of paths) {
    assert.deepEqual(
      texts.filter((text) => matchesPath(pattern, text)),
      matches,
      pattern,
    );
  }
});

test('a pattern that cannot be read fits nothing', () => {
  assert.equal(matchesGlob('[a', '[a'), false);
  assert.equal(matchesPath('[a', '[a'), false);
});
