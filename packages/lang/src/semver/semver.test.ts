// Versions and constraints. Most cases are proved through sprig's semver functions against Go (packages/gotemplate/testdata/
// text.cases); here is what templates cannot reach.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareVersions,
  constraintFailures,
  formatConstraints,
  formatVersion,
  nextMajor,
  nextMinor,
  nextPatch,
  parseConstraint,
  parseStrictVersion,
  parseVersion,
  satisfies,
} from '../index.ts';

function version(text: string) {
  const parsed = parseVersion(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

function constraint(text: string) {
  const parsed = parseConstraint(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

test('order of versions, as semver.org lists it', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
    '2.0.0',
  ];
  ordered.forEach((a, i) => {
    ordered.forEach((b, j) => {
      assert.equal(compareVersions(version(a), version(b)), Math.sign(i - j), `${a} ${b}`);
    });
  });
  assert.equal(compareVersions(version('1.0.0+a'), version('1.0.0+b')), 0);
});

const strict: readonly (readonly [string, string])[] = [
  ['', 'version string empty'],
  ['1.2', 'invalid semantic version'],
  ['v1.2.3', 'invalid characters in version'],
  ['01.2.3', 'version segment starts with 0'],
  ['1.2.3-01', 'version segment starts with 0'],
  ['1.2.3-', 'invalid prerelease string'],
  ['1.2.3+', 'invalid metadata string'],
  ['1.2.99999999999999999999', 'strconv.ParseUint: parsing "99999999999999999999": value out of range'],
  [`1.2.${'3'.repeat(256)}`, 'version string is too long (max 256 bytes)'],
];

for (const [text, message] of strict) {
  test(`strict: ${text.slice(0, 30)} is refused`, () => {
    const parsed = parseStrictVersion(text);
    assert.equal(parsed.ok ? 'accepted' : parsed.error.message, message);
  });
}

test('increments keep the v and end a prerelease', () => {
  assert.equal(nextMajor(version('v1.2.3-a+b')).original, 'v2.0.0');
  assert.equal(nextMinor(version('1.2.3')).original, '1.3.0');
  assert.equal(nextPatch(version('1.2.3-rc.1')).original, '1.2.3');
  assert.equal(nextPatch(version('1.2.3')).original, '1.2.4');
  assert.equal(formatVersion(version('v1.2')), '1.2.0');
});

test('prereleases are let in by option', () => {
  const wanted = constraint('>=1.0');
  assert.equal(satisfies(version('1.2.0-rc.1'), wanted), false);
  assert.equal(satisfies(version('1.2.0-rc.1'), wanted, { includePrerelease: true }), true);
});

test('failures say why', () => {
  assert.deepEqual(constraintFailures(version('1.0.0'), constraint('>=1.2, <2')), ['"1.0.0" is less than "1.2"']);
  assert.deepEqual(constraintFailures(version('1.0.0'), constraint('>2 || ~1.1')), [
    '"1.0.0" is less than or equal to "2"',
    '"1.0.0" is less than "1.1"',
  ]);
  assert.deepEqual(constraintFailures(version('1.3.0'), constraint('>=1.2, <2')), []);
});

test('constraints print as they were read, ranges rewritten', () => {
  assert.equal(formatConstraints(constraint('1.2 - 3 || ^4')), '>=1.2 <=3 || ^4');
});

test('too long and too many are refused', () => {
  assert.equal(parseConstraint('1'.repeat(513)).ok, false);
  assert.equal(parseConstraint(Array.from({ length: 33 }, () => '1').join('||')).ok, false);
});
