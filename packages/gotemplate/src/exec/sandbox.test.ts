// Templates come from strangers: whatever they say, the executor answers, in bounded time, and nothing of JavaScript shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Execution,
  TemplateError,
  execute,
  fromJson,
  includeFunction,
  parseTemplates,
  sprigFunctions,
  tplFunction,
} from '../index.ts';
import { fixedHost } from '../testing/cases.ts';

const functions = new Map([...sprigFunctions(), ['include', includeFunction()], ['tpl', tplFunction()]] as const);
const limits = { steps: 200_000, outputBytes: 1_000_000, depth: 200 };

function run(text: string, data: Parameters<typeof fromJson>[0] = {}): Execution | TemplateError {
  const parsed = parseTemplates([{ name: 'x', text }], { functions, rootName: 'gotpl' });
  if (!parsed.ok) return parsed.error;
  return execute(parsed.value, 'x', fromJson(data), { host: fixedHost('UTC'), limits });
}

function failure(text: string, data: Parameters<typeof fromJson>[0] = {}): TemplateError {
  const result = run(text, data);
  const error = result instanceof TemplateError ? result : result.error;
  assert.ok(error !== undefined, `expected an error from ${text}`);
  return error;
}

const runaways: readonly (readonly [string, RegExp])[] = [
  ['{{ range 1000000000 }}x{{ end }}', /exceeded the limit of 200000 steps/],
  ['{{ range until 1000000000 }}{{ end }}', /exceeded the limit of 200000 steps/],
  ['{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', /exceeded maximum template depth \(200\)/],
  ['{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', /exceeded maximum template depth \(200\)/],
  ['{{ tpl .x . }}', /exceeded maximum template depth \(200\)/],
  ['{{ repeat 100000000 "abc" }}', /output exceeded the limit of 1000000 bytes/],
  ['{{ $s := "ab" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}', /output exceeded the limit/],
  ['{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}', /exceeded the limit of 200000 steps/],
  ['{{ printf "%1000000d%1000000d" 1 1 }}', /output exceeded the limit/],
  ['{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}', /exceeded the limit|too deeply/],
  ...['{{ $l }}', '{{ print $l }}', '{{ $l | toJson }}', '{{ $l | quote }}', '{{ printf "%v" $l }}'].map(
    (written) =>
      [
        `{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}${written}`,
        /limit of 200000 steps/,
      ] as const,
  ),
  ['{{ shuffle (repeat 900000 "a") }}', /exceeded the limit/],
  ['{{ randAlphaNum 100000000 }}', /exceeded the limit/],
  ['{{ regexMatch "(a*)*b" (repeat 900000 "a") }}', /exceeded the limit/],
  ['{{ range until 100 }}{{ bcrypt "x" }}{{ end }}', /exceeded the limit/],
];

for (const [text, expected] of runaways) {
  test(`a runaway ends: ${text.slice(0, 70)}`, () => {
    const error = failure(text, { x: '{{ tpl .x . }}' });
    assert.equal(error.code, 'LIMIT');
    assert.match(error.message, expected);
    assert.ok(error.message.length < 400, 'the message is one sentence, not one per level');
  });
}

/** `npm run fuzz` runs everything many times over, with seeds of its own. */
const fuzzFactor = Number(process.env['FUZZ_FACTOR'] ?? 1);

test('a stack that overflows before the limit is a limit too', () => {
  const text = '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}';
  const parsed = parseTemplates([{ name: 'x', text }], { functions });
  assert.ok(parsed.ok);
  const result = execute(parsed.value, 'x', null, { host: fixedHost('UTC'), limits: { depth: 1_000_000 } });
  assert.equal(result.error?.code, 'LIMIT');
  assert.match(result.error.message, /nested reference name: a: unable to execute template/);
});

test('names of JavaScript are ordinary keys', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'length', 'size', 'get']) {
    for (const subject of ['(dict "a" 1)', '.m', '.l', '.s', '(list 1)', 'now', '(semver "1.0.0")', '(until 2)']) {
      const result = run(`{{ ${subject}.${name} }}`, { m: { a: 1 }, l: [1], s: 'x' });
      const shown = result instanceof TemplateError ? result.message : (result.error?.message ?? result.output);
      assert.doesNotMatch(shown, /native code|\[object|function |=>/, `${subject}.${name}`);
    }
    const written = run(
      `{{ $d := dict }}{{ $_ := set $d "${name}" "v" }}{{ get $d "${name}" }}{{ toJson $d }}{{ get (dict) "${name}" }}`,
    );
    assert.ok(!(written instanceof TemplateError));
    assert.equal(written.output, `v{"${name}":"v"}`);
  }
  run('{{ $_ := set .m "__proto__" (dict "polluted" 1) }}{{ merge (dict) .m }}{{ deepCopy .m }}', { m: {} });
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

const words = [
  ...functions.keys(),
  'and',
  'or',
  'eq',
  'lt',
  'printf',
  'index',
  'call',
  'len',
  'range',
  'if',
  'end',
  'else',
];
const token = fc.oneof(
  fc.constantFrom(
    '{{',
    '}}',
    '{{-',
    '-}}',
    ' ',
    '|',
    '(',
    ')',
    '$x',
    ':=',
    '=',
    ',',
    '.',
    '$',
    '\n',
    '/*',
    '*/',
    '"',
    '`',
  ),
  fc.constantFrom('.a', '.b.c', '$.a', '1', '-1', '1.5', '"s"', '`r`', 'nil', 'true', "'c'", '0x10', '1e400', '1i'),
  fc.constantFrom('{{ if .a }}', '{{ range $i, $e := .l }}', '{{ with .b }}', '{{ end }}', '{{ else }}', '{{ break }}'),
  fc.constantFrom(
    '{{ define "t" }}',
    '{{ template "t" . }}',
    '{{ block "t" . }}',
    '{{ include "t" . }}',
    '{{ tpl .s . }}',
  ),
  fc.constantFrom(...words),
  fc.string({ maxLength: 6 }),
);

/** Expressions that mostly parse, so that functions meet arguments they did not expect. */
const expression: fc.Arbitrary<string> = fc.letrec<{ value: string; call: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '.a',
      '.s',
      '.l',
      '.b',
      '.n',
      '.missing',
      '.',
      '$',
      'nil',
      '0',
      '3',
      '-2',
      '1.5',
      '"x"',
      '""',
      'true',
    ),
    fc.string({ maxLength: 5 }).map((text) => JSON.stringify(text)),
    tie('call').map((call) => `(${call})`),
  ),
  call: fc
    .tuple(
      fc.constantFrom(
        ...words.filter((word) => !['range', 'if', 'end', 'else', 'derivePassword', 'bcrypt'].includes(word)),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
    )
    .map(([word, args]) => [word, ...args].join(' ')),
})).call;

const data = { a: 1, s: '{{ .a }} é', l: [1, 'two', null, [3], { k: 'v' }], b: { c: { d: true } }, n: null };

/** Anything but an answer or a TemplateError is thrown, and fails the property. */
function answers(text: string): boolean {
  const result = run(text, data);
  return result instanceof TemplateError ? result.code === 'PARSE' : typeof result.output === 'string';
}

test('fuzz: any sequence of tokens is answered', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), (tokens) => answers(tokens.join(''))),
    { numRuns: 1500 * fuzzFactor },
  );
});

test('fuzz: any call of any function with any arguments is answered', () => {
  fc.assert(
    fc.property(expression, (text) => answers(`{{ ${text} }}`)),
    { numRuns: 4000 * fuzzFactor },
  );
});

test('fuzz: any text is answered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => answers(text) && answers(`{{${text}}}`)),
    { numRuns: 1000 * fuzzFactor },
  );
});
