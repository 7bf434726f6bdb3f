// How large a directory of manifests may be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from '@evenkeel/std';
import { renderDirectory } from './directory.ts';

const map = (name: string, size: number): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: ${'x'.repeat(size)}}\n`;
const tree = memoryTree({ 'a.yaml': map('a', 600_000), 'b.yaml': map('b', 600_000) });
const settings = { recurse: false, include: '', exclude: '' };

test('a directory may be as large as is set', () => {
  const sentences = (bytesMax?: number): readonly string[] =>
    renderDirectory(tree, '', { ...settings, ...(bytesMax === undefined ? {} : { bytesMax }) }).refusals.map(
      ({ sentence }) => sentence,
    );
  assert.deepEqual(sentences(), []);
  assert.deepEqual(sentences(0), []);
  assert.deepEqual(sentences(1_000_000), ['b.yaml: the manifests of "" are larger than 1 MB together']);
});

test('a glob that cannot be read is named, and chooses nothing', () => {
  for (const field of ['include', 'exclude'] as const) {
    const { objects, refusals } = renderDirectory(tree, '', { ...settings, [field]: '{a.yaml,b' });
    assert.deepEqual(
      [objects, refusals.map(({ sentence }) => sentence)],
      [[], [`directory.${field}: "{a.yaml,b" is no glob`]],
    );
  }
});

test('links that lead out of the repository, or in a circle, are named; what is only missing is left out', () => {
  const links = memoryTree(
    { 'app/pin.yaml': map('pin', 1), 'other.yaml': map('other', 1) },
    {
      'app/out.yaml': '../../../etc/passwd',
      'app/root.yaml': '/etc/passwd',
      'app/loop.yaml': 'loop.yaml',
      'app/gone.yaml': 'nowhere.yaml',
      'app/fine.yaml': '../other.yaml',
    },
  );
  const { objects, refusals } = renderDirectory(links, 'app', settings);
  assert.deepEqual(
    refusals.map(({ sentence }) => sentence),
    [
      'app/loop.yaml: failed to evaluate symlink at "loop.yaml": EvalSymlinks: too many links',
      'app/out.yaml: illegal filepath in symlink at "out.yaml"',
      'app/root.yaml: illegal filepath in symlink at "root.yaml"',
    ],
  );
  assert.deepEqual(
    objects.map(({ object }) => object.metadata.name),
    ['other', 'pin'],
  );
});
