// semver (k8s.io/apiserver v0.35:pkg/cel/library/semverlib.go), in the words of github.com/blang/semver v4.

import { type Implementation, type Overload, overload } from '../overload.ts';
import { type CelType, structType } from '../types.ts';
import { CelError, OpaqueValue, type Value, noSuchOverload } from '../values.ts';

export const semverType: CelType = structType('kubernetes.Semver');

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly (string | bigint)[];
}

class SemverValue extends OpaqueValue {
  override readonly type: CelType = semverType;
  readonly version: Version;
  constructor(version: Version) {
    super();
    this.version = version;
  }
  override equals(other: Value): boolean {
    if (!(other instanceof SemverValue)) throw noSuchOverload();
    return compare(this.version, other.version) === 0;
  }
}

function number(text: string, what: string): bigint {
  const shown = JSON.stringify(text);
  if (!/^\d*$/.test(text)) throw new CelError(`Invalid character(s) found in ${what.toLowerCase()} number ${shown}`);
  if (text.length > 1 && text.startsWith('0'))
    throw new CelError(`${what} number must not contain leading zeroes ${shown}`);
  if (text === '') throw new CelError('strconv.ParseUint: parsing "": invalid syntax');
  if (BigInt(text) >= 2n ** 64n) throw new CelError(`strconv.ParseUint: parsing ${shown}: value out of range`);
  return BigInt(text);
}

function parse(text: string): Version {
  if (text === '') throw new CelError('Version string empty');
  const [major, minor, ...tail] = text.split('.');
  if (major === undefined || minor === undefined || tail.length === 0)
    throw new CelError('No Major.Minor.Patch elements found');
  const [first, second] = [number(major, 'Major'), number(minor, 'Minor')];
  const [, patch = '', prerelease, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/su.exec(tail.join('.')) ?? [];
  const numbers = [first, second, number(patch, 'Patch')] as const;
  const identifiers = prerelease === undefined ? [] : prerelease.split('.').map(identifier);
  for (const part of build === undefined ? [] : build.split('.')) {
    if (part === '') throw new CelError('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part))
      throw new CelError(`Invalid character(s) found in build meta data ${JSON.stringify(part)}`);
  }
  return { numbers, prerelease: identifiers };
}

function identifier(text: string): string | bigint {
  const shown = JSON.stringify(text);
  if (text === '') throw new CelError('Prerelease is empty');
  if (/^\d+$/.test(text)) {
    if (text.length > 1 && text.startsWith('0'))
      throw new CelError(`Numeric PreRelease version must not contain leading zeroes ${shown}`);
    return BigInt(text);
  }
  if (!/^[0-9A-Za-z-]+$/.test(text)) throw new CelError(`Invalid character(s) found in prerelease ${shown}`);
  return text;
}

// "v1.2" becomes "1.2.0", and leading zeroes go.
function normalized(text: string): string {
  const [first = '', second, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join('.')])].map(
    (part) => (part.length > 1 ? part.replace(/^0+(?=\d)/, '').replace(/^0+(?!\d|$)/, '0') : part),
  );
  if (parts.length === 3) return parts.join('.');
  if (/[+-]/.test(parts.at(-1) ?? '')) throw new CelError('short version cannot contain PreRelease/Build meta data');
  return [...parts, '0', '0'].slice(0, 3).join('.');
}

function compare(a: Version, b: Version): number {
  for (let index = 0; index < 3; index++) {
    const [left = 0n, right = 0n] = [a.numbers[index], b.numbers[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return Math.sign(b.prerelease.length - a.prerelease.length);
  for (const [index, left] of a.prerelease.entries()) {
    const right = b.prerelease[index];
    if (right === undefined) return 1;
    if (left === right) continue;
    if (typeof left !== typeof right) return typeof left === 'bigint' ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0;
}

const read: Implementation = (text, normalize = false) =>
  new SemverValue(parse(normalize === true ? normalized(text as string) : (text as string)));

const isSemver: Implementation = (text, normalize = false) => {
  try {
    read(text ?? null, normalize);
    return true;
  } catch {
    return false;
  }
};

const order = (a: Value | undefined, b: Value | undefined): number =>
  compare((a as SemverValue).version, (b as SemverValue).version);
const numberAt =
  (index: 0 | 1 | 2): Implementation =>
  (value) =>
    (value as SemverValue).version.numbers[index];

export const semverFunctions: readonly Overload[] = [
  overload('string_to_semver', 'semver(string) kubernetes.Semver', read),
  overload('string_bool_to_semver', 'semver(string, bool) kubernetes.Semver', read),
  overload('is_semver_string', 'isSemver(string) bool', isSemver),
  overload('is_semver_string_bool', 'isSemver(string, bool) bool', isSemver),
  overload(
    'semver_is_greater_than',
    'kubernetes.Semver .isGreaterThan(kubernetes.Semver) bool',
    (a, b) => order(a, b) > 0,
  ),
  overload('semver_is_less_than', 'kubernetes.Semver .isLessThan(kubernetes.Semver) bool', (a, b) => order(a, b) < 0),
  overload('semver_compare_to', 'kubernetes.Semver .compareTo(kubernetes.Semver) int', (a, b) => BigInt(order(a, b))),
  overload('semver_major', 'kubernetes.Semver .major() int', numberAt(0)),
  overload('semver_minor', 'kubernetes.Semver .minor() int', numberAt(1)),
  overload('semver_patch', 'kubernetes.Semver .patch() int', numberAt(2)),
];
