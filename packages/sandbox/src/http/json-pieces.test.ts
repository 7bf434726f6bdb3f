// Lists in pieces are the text of the whole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonPieces, jsonText } from './json-pieces.ts';

const same = (item: unknown): unknown => item;
const items = Array.from({ length: 5000 }, (_, at) => ({ kind: 'A', metadata: { name: `a-${at}`, text: 'ü"\\\n' } }));

for (const body of [
  { kind: 'AList', apiVersion: 'v1', metadata: { resourceVersion: '7', continue: undefined }, items },
  { kind: 'Table', rows: items, columnDefinitions: [] },
  { items, none: undefined },
  { items: [...items, { big: 2n ** 63n - 1n }] },
]) {
  test(`a list with ${Object.keys(body).join(', ')}`, () => {
    const pieces = [...(jsonPieces(body, same) ?? [])];
    assert.ok(pieces.length > 3);
    assert.equal(pieces.join(''), `${jsonText(body)}\n`);
  });
}

test('what becomes of each item is asked as it is written', () => {
  const pieces = [...(jsonPieces({ items }, () => 1) ?? [])];
  assert.deepEqual(JSON.parse(pieces.join('')), { items: items.map(() => 1) });
});

test('short lists and other objects are not sent in pieces', () => {
  assert.equal(jsonPieces({ items: items.slice(0, 3) }, same), undefined);
  assert.equal(jsonPieces({ data: items }, same), undefined);
  assert.equal(jsonPieces(null, same), undefined);
});
