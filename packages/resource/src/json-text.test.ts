import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseJson, stringifyJson } from './json-text.ts';
import type { Json } from './json.ts';

test('integers beyond 2^53 stay exact', () => {
  const text = '{"a":9007199254740993,"b":[18446744073709551615,-9223372036854775808],"c":1234567890123456.5,"d":1e20}';
  const value = parseJson(text);
  assert.deepEqual(value, {
    a: 9007199254740993n,
    b: [18446744073709551615n, -9223372036854775808n],
    c: 1234567890123456.5,
    d: 1e20,
  });
  assert.equal(
    stringifyJson(value),
    '{"a":9007199254740993,"b":[18446744073709551615,-9223372036854775808],"c":1234567890123456.5,"d":100000000000000000000}',
  );
});

test('order, undefined members, HTML escapes and indentation', () => {
  const value: Json = { b: '<&>\u2028', a: [], '\ue000': 1, '😀': undefined, 10: {} };
  assert.equal(stringifyJson(value), '{"10":{},"b":"<&>\u2028","a":[],"\ue000":1}');
  assert.equal(
    stringifyJson(value, { escapeHtml: true, sortKeys: true }),
    '{"10":{},"a":[],"b":"\\u003c\\u0026\\u003e\\u2028","\ue000":1}',
  );
  assert.equal(
    stringifyJson({ a: [1, { b: null }], c: {} }, { indent: 2 }),
    '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {}\n}',
  );
  assert.equal(stringifyJson({ '😀': 1, '\uffff': 2 }, { sortKeys: true }), '{"\uffff":2,"😀":1}');
});

test('what JSON does not have is refused', () => {
  assert.throws(() => stringifyJson([Number.NaN]), { name: 'TypeError', message: 'json: unsupported value: NaN' });
  assert.throws(() => stringifyJson(Number.NEGATIVE_INFINITY), { message: 'json: unsupported value: -Inf' });
  assert.throws(() => parseJson('{"a":12345678901234567890'), SyntaxError);
});

test('integers are exact wherever they stand, and digits in strings are text', () => {
  for (const text of ['9007199254740993', ' -9007199254740993', '[ 9007199254740993 ]', '{"a" :\n-9007199254740993}']) {
    assert.equal(stringifyJson(parseJson(text)), text.replaceAll(/\s/g, ''));
  }
  const digest = `web@sha256:${'0'.repeat(64)}`;
  assert.deepEqual(parseJson(JSON.stringify({ imageID: digest })), { imageID: digest });
  assert.deepEqual(parseJson(`{"imageID":"${digest}","n":9007199254740993}`), {
    imageID: digest,
    n: 9007199254740993n,
  });
});

test('deep values are written without recursion', () => {
  let value: Json = 1;
  for (let i = 0; i < 100_000; i++) value = [value];
  assert.equal(stringifyJson(value).length, 200_001);
});

test('writing agrees with JSON.stringify, and reading is its inverse', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = stringifyJson(value as Json);
      assert.equal(text.replaceAll('-0', '0'), JSON.stringify(value).replaceAll('-0', '0'));
      assert.equal(stringifyJson(parseJson(text)), text);
    }),
  );
});
