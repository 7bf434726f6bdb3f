// Versions and constraints as Helm reads them: github.com/Masterminds/semver v3.5.0, which is laxer than SemVer
// ("1.2", "v1", leading zeros) and has its own constraint language.

import { quote } from '@evenkeel/gotemplate';

/** A parsed version. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** The text it was parsed from. */
  readonly original: string;
}

/** Thrown for a constraint that does not parse; the message is the library's. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

const VERSION =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/;
const UINT64_MAX = 18446744073709551615n;

/** semver.NewVersion: undefined where it returns an error. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > 256 ? null : VERSION.exec(text);
  if (match === null) return undefined;
  const numbers = [match[1], match[2]?.slice(1), match[3]?.slice(1)].map((digits) => BigInt(digits ?? '0'));
  const prerelease = match[5] ?? '';
  if (numbers.some((number) => number > UINT64_MAX)) return undefined;
  if (prerelease.split('.').some((part) => /^0[0-9]+$/.test(part))) return undefined;
  const [major = 0n, minor = 0n, patch = 0n] = numbers;
  return { major, minor, patch, prerelease, metadata: match[8] ?? '', original: text };
}

/** Whether semver.NewVersion accepts the text. */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** Version.Compare: by SemVer precedence; metadata does not count. */
export function compareVersions(left: Version, right: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (left[part] !== right[part]) return left[part] < right[part] ? -1 : 1;
  }
  return comparePrereleases(left.prerelease, right.prerelease);
}

/** Whether a version satisfies a constraint; false where either does not parse (helm: IsCompatibleRange). */
export function versionSatisfies(constraint: string, version: string): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined) return false;
  try {
    return parseConstraint(constraint)(parsed);
  } catch (error) {
    if (error instanceof ConstraintError) return false;
    throw error;
  }
}

const CV =
  'v?([0-9|x|X|*]+)(\\.[0-9|x|X|*]+)?(\\.[0-9|x|X|*]+)?' +
  '(-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?';
// RE2 tries alternatives in this order; longer operators come after their prefixes and win only by backtracking.
const OPERATORS = '=||!=|>|<|>=|=>|<=|=<|~|~>|\\^';
const ONE = new RegExp(`^\\s*(${OPERATORS})\\s*(${CV})\\s*$`);
const RANGE = new RegExp(`\\s*(${CV})\\s+-\\s+(${CV})\\s*`, 'g');
const FIND = new RegExp(`(${OPERATORS})\\s*(${CV})`, 'g');
const VALID = new RegExp(`^(\\s*(${OPERATORS})\\s*(${CV})\\s*)((?:\\s+|,\\s*)(${OPERATORS})\\s*(${CV})\\s*)*$`);

/** semver.NewConstraint: a predicate over versions. Throws ConstraintError. */
export function parseConstraint(text: string): (version: Version) => boolean {
  if (text.length > 512) throw new ConstraintError('constraint string is too long (max 512 bytes)');
  const groups = rewriteRanges(text).split('||');
  if (groups.length > 32) throw new ConstraintError('too many constraint groups (max 32)');
  const parsed = groups.map((group) => {
    if (!VALID.test(group)) throw new ConstraintError(`improper constraint: ${quote(group)}`);
    const parts = [...group.matchAll(FIND)].map((match) => parseOne(match[0]));
    return { parts, prereleases: parts.some(({ version }) => version.prerelease !== '') };
  });
  return (version) =>
    parsed.some(({ parts, prereleases }) =>
      parts.every((part) => (version.prerelease === '' || prereleases) && satisfies(version, part)),
    );
}

function rewriteRanges(text: string): string {
  return text.replaceAll(RANGE, (_match, low: string, ...rest: string[]) => `>= ${low}, <= ${rest[7] ?? ''} `);
}

interface Constraint {
  readonly operator: string;
  readonly version: Version;
  readonly minorOpen: boolean;
  readonly patchOpen: boolean;
  readonly open: boolean;
}

function parseOne(text: string): Constraint {
  const match = ONE.exec(text);
  if (match === null) throw new ConstraintError(`improper constraint: ${quote(text)}`);
  const [, operator = '', whole = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const anyMajor = isWildcard(major);
  const minorOpen = !anyMajor && isWildcard(minor.slice(1));
  const patchOpen = !anyMajor && !minorOpen && isWildcard(patch.slice(1));
  let shown = whole;
  if (anyMajor) shown = `0.0.0${prerelease}`;
  else if (minorOpen) shown = `${major}.0.0${prerelease}`;
  else if (patchOpen) shown = `${major}${minor}.0${prerelease}`;
  const version = parseVersion(shown);
  if (version === undefined) throw new ConstraintError('constraint parser error');
  return { operator, version, minorOpen, patchOpen, open: anyMajor || minorOpen || patchOpen };
}

function isWildcard(text: string): boolean {
  return text === '' || text === 'x' || text === 'X' || text === '*';
}

function satisfies(version: Version, constraint: Constraint): boolean {
  const order = compareVersions(version, constraint.version);
  switch (constraint.operator) {
    case '!=':
      return differs(version, constraint);
    case '>':
      return isGreater(version, constraint, order);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return isAtMost(version, constraint, order);
    case '~':
    case '~>':
      return order >= 0 && isTilde(version, constraint);
    case '^':
      return order >= 0 && isCaret(version, constraint);
    default:
      return constraint.open ? order >= 0 && isTilde(version, constraint) : order === 0;
  }
}

function differs(version: Version, { version: wanted, minorOpen, patchOpen, open }: Constraint): boolean {
  if (open) {
    if (wanted.major !== version.major) return true;
    if (wanted.minor !== version.minor && !minorOpen) return true;
    if (minorOpen) return false;
    if (wanted.patch !== version.patch && !patchOpen) return true;
    if (patchOpen) return comparePrereleases(version.prerelease, wanted.prerelease) !== 0;
  }
  return compareVersions(version, wanted) !== 0;
}

function isGreater(version: Version, constraint: Constraint, order: number): boolean {
  const { version: wanted, minorOpen, patchOpen, open } = constraint;
  if (!open) return order > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  if (minorOpen) return false;
  return patchOpen ? version.minor > wanted.minor : order > 0;
}

function isAtMost(version: Version, constraint: Constraint, order: number): boolean {
  const { version: wanted, minorOpen, open } = constraint;
  if (!open) return order <= 0;
  if (version.major > wanted.major) return false;
  return !(version.major === wanted.major && version.minor > wanted.minor && !minorOpen);
}

function isTilde(version: Version, { version: wanted, minorOpen, patchOpen }: Constraint): boolean {
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  if (isZero && !minorOpen && !patchOpen) return true;
  if (version.major !== wanted.major) return false;
  return version.minor === wanted.minor || minorOpen;
}

function isCaret(version: Version, { version: wanted, minorOpen, patchOpen }: Constraint): boolean {
  if (wanted.major > 0n || minorOpen) return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || patchOpen) return version.minor === wanted.minor;
  return version.minor === 0n && version.patch === wanted.patch;
}

function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '') return 1;
  if (right === '') return -1;
  const first = left.split('.');
  const second = right.split('.');
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    const order = compareIdentifiers(first[index], second[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  const numeric = /^[0-9]+$/;
  if (numeric.test(left) && numeric.test(right)) return BigInt(left) > BigInt(right) ? 1 : -1;
  if (numeric.test(left)) return -1;
  if (numeric.test(right)) return 1;
  return left > right ? 1 : -1;
}
