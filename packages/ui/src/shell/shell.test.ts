// Key sequences, and what the palette finds first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSequence, keyName } from './key-names.ts';
import { rank } from './rank.ts';

const bare = { ctrlKey: false, metaKey: false, altKey: false };

test('keys have names', () => {
  assert.equal(keyName({ ...bare, key: '?' }), '?');
  assert.equal(keyName({ ...bare, key: 'K', ctrlKey: true }), 'Control+k');
  assert.equal(keyName({ ...bare, key: 'Escape' }), 'Escape');
});

test('sequences are two keys, soon after each other', () => {
  const bound = new Set(['g f', 'f', 'j']);
  const press = createSequence();
  assert.equal(press('g', 0, bound), undefined);
  assert.equal(press('f', 100, bound), 'g f');
  assert.equal(press('f', 200, bound), 'f');
  assert.equal(press('g', 1000, bound), undefined);
  assert.equal(press('f', 5000, bound), 'f');
});

test('the beginning of a name comes before its middle, and that before its note', () => {
  const choices = ['web-shop', 'shop', 'bookshop', 'mail'].map((name) => ({
    id: name,
    name,
    note: `in ${name}-space`,
  }));
  assert.deepEqual(
    rank(choices, 'shop').map(({ name }) => name),
    ['shop', 'web-shop', 'bookshop'],
  );
  assert.deepEqual(
    rank(choices, 'mail-sp').map(({ name }) => name),
    ['mail'],
  );
  assert.deepEqual(
    rank(choices, 'wsp').map(({ name }) => name),
    ['web-shop'],
  );
  assert.equal(rank(choices, ' ').length, 4);
});
