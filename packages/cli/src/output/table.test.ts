// Tables and short forms as people and scripts read them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAge, formatData, shortRevision } from './format.ts';
import { formatTable } from './table.ts';

test('columns are as wide as their widest cell, and nothing trails', () => {
  assert.equal(
    formatTable(
      ['NAME', 'STATUS', 'X'],
      [
        ['a', 'Synced', ''],
        ['a-long-name', 'OutOfSync', 'y'],
      ],
    ),
    'NAME         STATUS     X\na            Synced\na-long-name  OutOfSync  y\n',
  );
  assert.equal(formatTable(['NAME'], []), 'NAME\n');
});

test('data is printed as JSON or YAML; other formats are refused by name', () => {
  assert.equal(formatData({ a: [1] }, 'json'), '{\n    "a": [\n        1\n    ]\n}\n');
  assert.equal(formatData({ a: [1] }, 'yaml'), 'a:\n- 1\n');
  assert.equal(formatData({}, 'wide'), undefined);
  assert.throws(() => formatData({}, 'xml'), /unknown output format "xml"; one of: json, yaml, wide, name/);
});

test('commits are shortened, other revisions are not; ages read as kubectl prints them', () => {
  assert.equal(shortRevision('0123456789012345678901234567890123456789'), '0123456');
  assert.equal(shortRevision('feature/long-branch-name'), 'feature/long-branch-name');
  assert.deepEqual(
    [0, 119_000, 120_000, 3 * 3600e3, 72 * 3600e3].map((ms) => formatAge(0, ms)),
    ['0s', '119s', '2m', '3h', '3d'],
  );
});
