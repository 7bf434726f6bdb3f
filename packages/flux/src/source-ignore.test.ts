// What sources leave out, in cases of fluxcd/pkg:sourceignore and its gitignore (0.18).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFilter } from './source-ignore.ts';

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly ignore?: string;
  readonly out: readonly string[];
  readonly in: readonly string[];
}

// A path that ends in a slash is a directory.
const cases: readonly Case[] = [
  {
    name: 'the defaults, where nobody says anything',
    out: [
      '.git/config',
      '.gitignore',
      'a/.gitmodules',
      'logo.png',
      'a/b.tar.gz',
      '.github/workflows/ci.yml',
      'x/.sops.yaml',
    ],
    in: ['a.yaml', 'github/ci.yml', 'a.png.yaml', '.sops.yml'],
  },
  {
    name: 'rules take the place of the defaults but not of version control',
    ignore: 'docs/',
    out: ['docs/a.md', 'a/docs/b.md', '.gitignore', '.git/'],
    in: ['logo.png', '.github/ci.yml', 'docs'],
  },
  { name: 'a comment alone is no rule', ignore: '# docs\n\n   \n', out: ['logo.png'], in: ['docs/a.md'] },
  {
    name: 'all but a directory',
    ignore: '/*\n!/deploy\n',
    out: ['a.yaml', 'apps/b.yaml'],
    in: ['deploy/', 'deploy/a.yaml', 'deploy/apps/b.yaml'],
  },
  {
    name: 'a file is brought back out of what is excluded',
    ignore: 'ignore-dir/*\n!ignore-dir/include',
    out: ['ignore-dir/file.yaml'],
    in: ['ignore-dir/include', 'file.yaml'],
  },
  {
    name: 'rule files speak of their own directory',
    files: { 'domain/scoped': 'ignore-dir/*\n', '': 'top.yaml\r\n' },
    out: ['domain/scoped/ignore-dir/file.yaml', 'top.yaml', 'a/top.yaml'],
    in: ['ignore-dir/file.yaml', 'domain/ignore-dir/file.yaml'],
  },
  {
    name: 'spec.ignore has the last word',
    files: { '': '*.yaml\n' },
    ignore: '!keep.yaml',
    out: ['a.yaml'],
    in: ['keep.yaml', 'a/keep.yaml'],
  },
  {
    name: 'two stars skip directories',
    ignore: '**/middle/v[uo]l?ano\nhead/**/tail.txt\n',
    out: ['head/middle/vulkano', 'middle/volcano', 'head/a/b/tail.txt', 'head/tail.txt'],
    in: ['head/middle/vilcano', 'tail.txt'],
  },
  { name: 'a pattern that is none matches nothing', ignore: 'v[ou]l[\na', out: ['a'], in: ['vol['] },
  { name: 'blanks at the end do not count', ignore: 'a.txt   \n', out: ['a.txt'], in: ['b.txt'] },
];

for (const { name, files = {}, ignore, out, in: kept } of cases) {
  test(name, () => {
    const excludes = sourceFilter(ignore).excludes(new Map(Object.entries(files)));
    const isOut = (path: string): boolean => excludes(path.replace(/\/$/, ''), path.endsWith('/'));
    assert.deepEqual(
      out.filter((path) => !isOut(path)),
      [],
    );
    assert.deepEqual(kept.filter(isOut), []);
  });
}

test('filters with the same rules are the same to a cache', () => {
  assert.equal(sourceFilter('a').key, sourceFilter('a').key);
  assert.notEqual(sourceFilter('').key, sourceFilter(undefined).key);
});
