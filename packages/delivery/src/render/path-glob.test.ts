// Globs of values files. The answers are those of github.com/bmatcuk/doublestar v4.10.4 FilepathGlob, without directories
// where `**` stands at the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from '@evenkeel/std';
import { globPaths } from './path-glob.ts';

const names = [
  'z.yaml',
  'a.yaml',
  'b.yml',
  'dir/c.yaml',
  'dir/deep/d.yaml',
  'dir/deep/e.yml',
  'other/f.yaml',
  '[x].yaml',
  'x1.yaml',
  'x2.yaml',
  '.hidden/g.yaml',
  '.h.yaml',
];
const tree = memoryTree(Object.fromEntries(names.map((name) => [name, 'x'])));

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['*.yaml', ['.h.yaml', '[x].yaml', 'a.yaml', 'x1.yaml', 'x2.yaml', 'z.yaml']],
  [
    '**/*.yaml',
    [
      '.h.yaml',
      '[x].yaml',
      'a.yaml',
      'x1.yaml',
      'x2.yaml',
      'z.yaml',
      '.hidden/g.yaml',
      'dir/c.yaml',
      'dir/deep/d.yaml',
      'other/f.yaml',
    ],
  ],
  ['dir/**', ['dir/c.yaml', 'dir/deep/d.yaml', 'dir/deep/e.yml']],
  ['dir/*', ['dir/c.yaml', 'dir/deep']],
  ['x[12].yaml', ['x1.yaml', 'x2.yaml']],
  ['x[!1].yaml', ['x2.yaml']],
  ['x[^2].yaml', ['x1.yaml']],
  ['x[1-2].yaml', ['x1.yaml', 'x2.yaml']],
  ['x?.yaml', ['x1.yaml', 'x2.yaml']],
  ['*.{yml,yaml}', ['.h.yaml', '[x].yaml', 'a.yaml', 'b.yml', 'x1.yaml', 'x2.yaml', 'z.yaml']],
  ['**/d*', ['dir', 'dir/deep', 'dir/deep/d.yaml']],
  ['dir/**/*.yaml', ['dir/c.yaml', 'dir/deep/d.yaml']],
  ['no/*', []],
  ['**/deep/*', ['dir/deep/d.yaml', 'dir/deep/e.yml']],
  ['{a,z}.yaml*', ['a.yaml', 'z.yaml']],
  ['\\[x\\]*', ['[x].yaml']],
  ['**/**/*.yml', ['b.yml', 'dir/deep/e.yml']],
  ['*/*.yaml', ['.hidden/g.yaml', 'dir/c.yaml', 'other/f.yaml']],
  ['{other/f,dir/c}.*', ['other/f.yaml', 'dir/c.yaml']],
];

for (const [pattern, found] of cases) {
  test(`${pattern} matches ${found.length}`, () => assert.deepEqual(globPaths(tree, pattern), found));
}

test('a class that is not closed cannot be read', () => assert.equal(globPaths(tree, 'x[1'), undefined));

test('links to directories are not followed by **', () => {
  const round = memoryTree({ 'a/x.yaml': 'x' }, { 'a/loop': '.' });
  assert.deepEqual(globPaths(round, '**/*.yaml'), ['a/x.yaml']);
});
