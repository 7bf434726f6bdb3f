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
