// Properties of the YAML engine that the recorded cases do not show: positions, streams, hostile input.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { jsonEquals } from '../json-merge-patch.ts';
import type { Json } from '../json.ts';
import { emitSigsYaml, emitYamlNodes, emitYamlV3, jsonToYamlNode } from './emit.ts';
import { parseYaml, parseYamlDocuments, parseYamlNodes, yamlNodeToJson } from './load.ts';
import { YamlError } from './node.ts';
import type { YamlErrorCode } from './node.ts';
import { splitYamlDocuments } from './split.ts';

const DIALECTS = ['sigs', 'v3'] as const;

function refuses(run: () => unknown, code: YamlErrorCode, message: RegExp): void {
  assert.throws(run, (error) => error instanceof YamlError && error.code === code && message.test(error.message));
}

test('errors carry their true position, whatever line go-yaml prints', () => {
  const cases: readonly [string, number, number][] = [
    ['a: b: c', 1, 5],
    ['a: 1\nb: [1, 2\nc: 3\n', 3, 2],
    ['a:\n  - x\n  y: 1\n', 3, 3],
    ['😀: "\\q"', 1, 5],
    ['a: \u0001', 1, 4],
    ['a: 1\na: 2\n', 2, 1],
  ];
  for (const [text, line, column] of cases) {
    assert.throws(
      () => parseYaml(text, { dialect: 'v3' }),
      (error) => error instanceof YamlError && error.line === line && error.column === column,
      text,
    );
  }
});

test('documents of a stream: empty ones are undefined, lines count from its start', () => {
  assert.deepEqual(parseYamlDocuments('a: 1\n---\n# only a comment\n---\nnull\n---\nb: 2\n', { dialect: 'sigs' }), [
    { a: 1 },
    undefined,
    null,
    { b: 2 },
  ]);
  refuses(
    () => parseYamlDocuments('a: 1\n---\nb: [\n', { dialect: 'v3' }),
    'SYNTAX',
    /^yaml: line 3: did not find expected node content$/,
  );
  assert.equal(parseYaml('a: 1\n---\nb: [\n', { dialect: 'sigs' }) === undefined, false);
});

test('splitting keeps the line each part starts on', () => {
  assert.deepEqual(splitYamlDocuments('---\na: 1\n--- # c\n---\nb: |\n  x'), [
    { text: 'a: 1\n', line: 2 },
    { text: 'b: |\n  x\n', line: 5 },
  ]);
  assert.deepEqual(splitYamlDocuments('a: 1\r\n---\r\nb: 2\r\n'), [
    { text: 'a: 1\n', line: 1 },
    { text: 'b: 2\n', line: 3 },
  ]);
  assert.deepEqual(splitYamlDocuments(''), []);
  refuses(() => splitYamlDocuments('a: 1\n--- b\n'), 'SYNTAX', /^invalid Yaml document separator: b$/);
});

test('names of the prototype are ordinary keys', () => {
  for (const dialect of DIALECTS) {
    const value = parseYaml('__proto__: {polluted: true}\nconstructor: 1\n', { dialect });
    assert.deepEqual(Object.keys(value as object), ['__proto__', 'constructor']);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  }
});

test('alias bombs are refused', () => {
  const bomb = `a: &a [${'x,'.repeat(9)}x]\n${Array.from('bcdefghi')
    .map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}*${'abcdefgh'[i]}]\n`)
    .join('')}`;
  for (const dialect of DIALECTS)
    refuses(() => parseYaml(bomb, { dialect }), 'ALIAS_EXPANSION', /document contains excessive aliasing/);
  refuses(() => yamlNodeToJson(one(parseYamlNodes(bomb))), 'ALIAS_EXPANSION', /document contains excessive aliasing/);
  refuses(() => parseYaml('a: &a [*a]\n', { dialect: 'v3' }), 'ALIAS_EXPANSION', /anchor 'a' value contains itself/);
  refuses(
    () => parseYaml('a: &a {*a : x}\n', { dialect: 'sigs' }),
    'ALIAS_EXPANSION',
    /anchor 'a' value contains itself/,
  );
});

test('nesting: 9,000 levels are read and written, 100,000 are refused', () => {
  const shapes: readonly ((depth: number) => string)[] = [
    (depth) => '['.repeat(depth) + ']'.repeat(depth),
    (depth) => '{a: '.repeat(depth) + '1' + '}'.repeat(depth),
    (depth) => `${'- '.repeat(depth)}x`,
  ];
  for (const shape of shapes) {
    for (const dialect of DIALECTS) {
      const value = parseYaml(shape(9000), { dialect }) ?? null;
      assert.ok((dialect === 'sigs' ? emitSigsYaml(value) : emitYamlV3(value)).length > 9000);
      refuses(() => parseYaml(shape(100_000), { dialect }), 'DEPTH', /exceeded max depth of 10000/);
    }
    const nodes = parseYamlNodes(shape(9000));
    assert.ok(emitYamlNodes(nodes).length > 9000);
    assert.notEqual(yamlNodeToJson(one(nodes)), null);
    refuses(() => parseYamlNodes(shape(100_000)), 'DEPTH', /exceeded max depth of 10000/);
  }
  const keys = '? '.repeat(100_000);
  refuses(() => parseYaml(keys, { dialect: 'v3' }), 'DEPTH', /exceeded max depth/);
  const braces = '{'.repeat(9000) + '}'.repeat(9000);
  refuses(() => parseYaml(braces, { dialect: 'sigs' }), 'TYPE', /invalid map key/);
});

test('large and odd scalars: a result or an error, in linear time', () => {
  const long = 'x'.repeat(50_000_000);
  for (const dialect of DIALECTS) {
    assert.equal((parseYaml(`a: "${long}"`, { dialect }) as { a: string }).a.length, long.length);
    assert.equal((parseYaml(`a: ${long}`, { dialect }) as { a: string }).a.length, long.length);
  }
  const lines = 'word\n'.repeat(500_000);
  for (const text of [
    `a: |\n  ${lines.replaceAll('\n', '\n  ')}`,
    `a: "${lines.replaceAll('\n', '\n  ')}"`,
    `a: ${lines.replaceAll('\n', '\n  ')}`,
  ]) {
    assert.equal((parseYaml(text, { dialect: 'sigs' }) as { a: string }).a.length > 2_000_000, true);
  }
  assert.equal((parseYaml(`[${'a, '.repeat(500_000)}]`, { dialect: 'v3' }) as Json[]).length, 500_000);
  refuses(() => parseYaml(`a: "${'\\'.repeat(1_000_001)}`, { dialect: 'sigs' }), 'SYNTAX', /./);
  refuses(() => parseYaml('&'.repeat(1_000_000), { dialect: 'v3' }), 'SYNTAX', /./);
  refuses(() => parseYaml(`a: ${'"x" '.repeat(100_000)}`, { dialect: 'v3' }), 'SYNTAX', /./);
  assert.equal(parseYamlNodes(`${'# c\n'.repeat(200_000)}a: 1\n`).length, 1);
  assert.equal(
    parseYamlNodes(
      'a: 1 # c\n'.replace('a', 'k').concat(Array.from({ length: 50_000 }, (_, i) => `k${i}: 1 # c\n# f\n\n`).join('')),
    ).length,
    1,
  );
});

test('input that is no text', () => {
  refuses(() => parseYaml('a: \ud800', { dialect: 'v3' }), 'ENCODING', /^yaml: invalid Unicode character$/);
  refuses(
    () => parseYaml(Uint8Array.of(0x61, 0xff), { dialect: 'sigs' }),
    'ENCODING',
    /^error converting YAML to JSON: yaml: invalid leading UTF-8 octet$/,
  );
  refuses(() => parseYaml('a\0b', { dialect: 'v3' }), 'ENCODING', /^yaml: control characters are not allowed$/);
});

test('random text never crashes, hangs or yields another error than YamlError', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!t ',
    '|',
    '>-',
    '? ',
    '<<: ',
    '\t',
    '---\n',
    '😀',
    '%',
    '\r\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      for (const run of [
        () => parseYaml(text, { dialect: 'sigs' }),
        () => parseYamlDocuments(text, { dialect: 'v3' }),
        () => emitYamlNodes(parseYamlNodes(text)),
      ]) {
        try {
          run();
        } catch (error) {
          assert.ok(error instanceof YamlError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
      .map((value) => (value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value)),
    // Larger floats are written as the integer that their shortest digits make, as Go writes them.
    fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'yes',
      '1',
      '1e3',
      '',
      ' a',
      'a\nb',
      'a\n',
      '2001-01-01',
      '0o7',
      '~',
      '<<',
      '-',
      'a: b',
      'x'.repeat(100),
      'word '.repeat(30),
    ),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('what is written reads back as the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.ok(jsonEquals(parseYaml(emitSigsYaml(value), { dialect: 'sigs' }) ?? null, value), 'sigs');
      assert.ok(jsonEquals(parseYaml(emitYamlV3(value), { dialect: 'v3' }) ?? null, value), 'v3');
      assert.ok(jsonEquals(yamlNodeToJson(jsonToYamlNode(value)), value), 'node');
      assert.ok(
        jsonEquals(yamlNodeToJson(one(parseYamlNodes(emitYamlNodes([jsonToYamlNode(value)])))), value),
        'node text',
      );
    }),
    { numRuns: 1000 },
  );
});

function one<T>(items: readonly T[]): T {
  const [item] = items;
  assert.ok(item !== undefined);
  return item;
}
