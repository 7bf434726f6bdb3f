// Regular expressions as Go 1.26 reads and refuses them. The messages were taken down from regexp.Compile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGoRegexProblem, readGoRegex } from './regex.ts';

const refused: readonly (readonly [string, string, number])[] = [
  ['a(b', 'missing closing ): `a(b`', 0],
  ['a)b', 'unexpected ): `a)b`', 0],
  ['web-(?=x)', 'invalid or unsupported Perl syntax: `(?=`', 4],
  ['web-(?!x)', 'invalid or unsupported Perl syntax: `(?!`', 4],
  ['ä(?<=x)', 'invalid named capture: `(?<=x)`', 1],
  ['ab[a', 'missing closing ]: `[a`', 2],
  ['a|*b', 'missing argument to repetition operator: `*`', 2],
  ['xa**', 'invalid nested repetition operator: `**`', 2],
  ['ab\\', 'trailing backslash at end of expression: ``', 3],
  ['a{1001}', 'invalid repeat count: `{1001}`', 1],
  ['(a)\\1', 'invalid escape sequence: `\\1`', 3],
  ['a[z-a]', 'invalid character class range: `z-a`', 2],
  ['\\p{Klingon}', 'invalid character class range: `\\p{Klingon}`', 0],
];

for (const [pattern, message, position] of refused) {
  test(`${pattern} is refused at ${position}`, () => {
    assert.deepEqual(readGoRegex(pattern), { message: `error parsing regexp: ${message}`, position });
  });
}

const table: readonly (readonly [string, string, boolean])[] = [
  ['^web', 'web-1', true],
  ['web$', 'my-web', true],
  ['eb', 'web', true],
  ['(?i)WEB', 'web', true],
  ['(?i:W)eb', 'web', true],
  ['a(?i)B', 'ab', true],
  ['(?s).$', 'a\n', true],
  ['.$', 'a\n', false],
  ['\\Aa\\z', 'a', true],
  ['[[:alpha:]]+', 'ab', true],
  ['\\Q.*\\E', 'a.*b', true],
  ['\\pL', 'ä', true],
  ['(?P<name>a)', 'a', true],
  ['(?U)a+', 'aa', true],
  ['\\C', 'a', false],
  ['', 'anything', true],
];

for (const [pattern, text, want] of table) {
  test(`${JSON.stringify(pattern)} ${want ? 'fits' : 'does not fit'} ${JSON.stringify(text)}`, () => {
    const read = readGoRegex(pattern);
    assert.equal(!isGoRegexProblem(read) && read.test(text), want);
  });
}

test('nothing runs away', () => {
  const read = readGoRegex('^(a+)+$');
  assert.equal(!isGoRegexProblem(read) && read.test(`${'a'.repeat(50_000)}b`), false);
});
