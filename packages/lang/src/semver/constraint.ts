// Version constraints as github.com/Masterminds/semver/v3 v3.5.0 reads them: `>=1.2, <2 || ~3.1`, ranges, wildcards.

import { type Result, ok } from '@evenkeel/std';
import {
  type Version,
  type VersionError,
  comparePrereleases,
  compareVersions,
  formatVersion,
  parseVersion,
  versionError,
} from './version.ts';

/** A parsed constraint: any of the groups, all within a group. */
export interface Constraints {
  readonly groups: readonly ConstraintGroup[];
}

interface ConstraintGroup {
  readonly constraints: readonly Constraint[];
  /** A group that names a prerelease lets prereleases in. */
  readonly hasPrerelease: boolean;
}

interface Constraint {
  readonly operator: string;
  /** The version as written. */
  readonly original: string;
  readonly version: Version;
  /** Parts that were left out or are wildcards. */
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

export interface ConstraintOptions {
  /** Let prereleases satisfy constraints that name none. */
  readonly includePrerelease?: boolean;
}

const operators = '=||!=|>|<|>=|=>|<=|=<|~|~>|\\^';
const pattern =
  'v?([0-9|x|X|*]+)(\\.[0-9|x|X|*]+)?(\\.[0-9|x|X|*]+)?' +
  '(-([0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*))?(\\+([0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*))?';
// Go's \s does not include the Unicode spaces that JavaScript's does.
const space = '[\\t\\n\\f\\r ]';

const onePattern = new RegExp(`^${space}*(${operators})${space}*(${pattern})${space}*$`);
const findPattern = new RegExp(`(${operators})${space}*(${pattern})`, 'g');
const rangePattern = new RegExp(`${space}*(${pattern})${space}+-${space}+(${pattern})${space}*`, 'g');
const validPattern = new RegExp(
  `^(${space}*(${operators})${space}*(${pattern})${space}*)((?:${space}+|,${space}*)(${operators})${space}*(${pattern})${space}*)*$`,
);

const maxLength = 512;
const maxGroups = 32;

/** NewConstraint. */
export function parseConstraint(text: string): Result<Constraints, VersionError> {
  if (text.length > maxLength) {
    return versionError('CONSTRAINT', `constraint string is too long (max ${maxLength} bytes)`);
  }
  const parts = withoutRanges(text).split('||');
  if (parts.length > maxGroups) {
    return versionError('CONSTRAINT', `too many constraint groups (max ${maxGroups})`);
  }
  const groups: ConstraintGroup[] = [];
  for (const part of parts) {
    if (!validPattern.test(part)) return improper(part);
    const constraints: Constraint[] = [];
    for (const piece of part.match(findPattern) ?? [part]) {
      const constraint = parseOne(piece);
      if (!constraint.ok) return constraint;
      constraints.push(constraint.value);
    }
    groups.push({ constraints, hasPrerelease: constraints.some(({ version }) => version.prerelease !== '') });
  }
  return ok({ groups });
}

function improper(text: string): { readonly ok: false; readonly error: VersionError } {
  return versionError('CONSTRAINT', `improper constraint: ${JSON.stringify(text)}`);
}

/** `1.2 - 3` becomes `>= 1.2, <= 3`. */
function withoutRanges(text: string): string {
  return text.replaceAll(rangePattern, (whole: string, ...groups: (string | undefined)[]) => {
    return whole === '' ? whole : `>= ${groups[0] ?? ''}, <= ${groups[10] ?? ''} `;
  });
}

function isWildcard(part: string | undefined): boolean {
  const text = part?.startsWith('.') === true ? part.slice(1) : (part ?? '');
  return text === '' || text === 'x' || text === 'X' || text === '*';
}

function parseOne(text: string): Result<Constraint, VersionError> {
  const match = onePattern.exec(text);
  if (match === null) return improper(text);
  const [, operator = '', original = '', major = '', minor, patch, prerelease = ''] = match;
  let version = original;
  let minorDirty = false;
  let patchDirty = false;
  let dirty = true;
  if (isWildcard(major)) version = `0.0.0${prerelease}`;
  else if (isWildcard(minor)) {
    minorDirty = true;
    version = `${major}.0.0${prerelease}`;
  } else if (isWildcard(patch)) {
    patchDirty = true;
    version = `${major}${minor ?? ''}.0${prerelease}`;
  } else dirty = false;
  const parsed = parseVersion(version);
  if (!parsed.ok) return versionError('CONSTRAINT', 'constraint parser error');
  return ok({ operator, original, version: parsed.value, dirty, minorDirty, patchDirty });
}

/** Constraints.Check. */
export function satisfies(version: Version, constraints: Constraints, options: ConstraintOptions = {}): boolean {
  return constraints.groups.some((group) => {
    const includePrerelease = options.includePrerelease === true || group.hasPrerelease;
    return group.constraints.every((constraint) => failureOf(version, constraint, includePrerelease) === undefined);
  });
}

/** Constraints.Validate: why a version does not satisfy; empty when it does. */
export function constraintFailures(version: Version, constraints: Constraints): readonly string[] {
  const failures: string[] = [];
  let toldPrerelease = false;
  for (const group of constraints.groups) {
    let good = true;
    for (const constraint of group.constraints) {
      const refused = !group.hasPrerelease && version.prerelease !== '';
      const failure = failureOf(version, constraint, group.hasPrerelease);
      if (failure === undefined) continue;
      good = false;
      if (!refused || !toldPrerelease) failures.push(failure);
      if (refused) toldPrerelease = true;
    }
    if (good) return [];
  }
  return failures;
}

/** Constraints.String(). */
export function formatConstraints(constraints: Constraints): string {
  return constraints.groups
    .map((group) => group.constraints.map((constraint) => constraint.operator + constraint.original).join(' '))
    .join(' || ');
}

/** The library's sentence why one constraint is not met; undefined when it is. */
function failureOf(version: Version, constraint: Constraint, includePrerelease: boolean): string | undefined {
  const shown = JSON.stringify(formatVersion(version));
  if (version.prerelease !== '' && !includePrerelease) {
    return `${shown} is a prerelease version and the constraint is only looking for release versions`;
  }
  const original = JSON.stringify(constraint.original);
  const say = (held: boolean, words: string): string | undefined =>
    held ? undefined : `${shown} ${words} ${original}`;
  switch (constraint.operator) {
    case '!=':
      return say(isDifferent(version, constraint), 'is equal to');
    case '>':
      return say(isGreater(version, constraint), 'is less than or equal to');
    case '<':
      return say(compareVersions(version, constraint.version) < 0, 'is greater than or equal to');
    case '>=':
    case '=>':
      return say(compareVersions(version, constraint.version) >= 0, 'is less than');
    case '<=':
    case '=<':
      return say(isAtMost(version, constraint), 'is greater than');
    case '~':
    case '~>':
      return tildeFailure(version, constraint, say);
    case '^':
      return caretFailure(version, constraint, say);
    default:
      if (constraint.dirty) return tildeFailure(version, constraint, say);
      return say(compareVersions(version, constraint.version) === 0, 'is not equal to');
  }
}

type Say = (held: boolean, words: string) => string | undefined;

function isDifferent(version: Version, constraint: Constraint): boolean {
  const { version: wanted, dirty, minorDirty, patchDirty } = constraint;
  if (dirty) {
    if (wanted.major !== version.major) return true;
    if (minorDirty) return false;
    if (wanted.minor !== version.minor) return true;
    if (wanted.patch !== version.patch && !patchDirty) return true;
    if (patchDirty) {
      const either = version.prerelease !== '' || wanted.prerelease !== '';
      return either && comparePrereleases(version.prerelease, wanted.prerelease) !== 0;
    }
  }
  return compareVersions(version, wanted) !== 0;
}

function isGreater(version: Version, constraint: Constraint): boolean {
  const { version: wanted, dirty, minorDirty, patchDirty } = constraint;
  if (dirty) {
    if (version.major !== wanted.major) return version.major > wanted.major;
    if (minorDirty) return false;
    if (patchDirty) return version.minor > wanted.minor;
  }
  return compareVersions(version, wanted) > 0;
}

function isAtMost(version: Version, constraint: Constraint): boolean {
  const { version: wanted, dirty, minorDirty } = constraint;
  if (!dirty) return compareVersions(version, wanted) <= 0;
  if (version.major !== wanted.major) return version.major < wanted.major;
  return minorDirty || version.minor <= wanted.minor;
}

function tildeFailure(version: Version, constraint: Constraint, say: Say): string | undefined {
  const { version: wanted, minorDirty, patchDirty } = constraint;
  if (compareVersions(version, wanted) < 0) return say(false, 'is less than');
  // "~0.0.0" and "*" accept everything.
  if (wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n && !minorDirty && !patchDirty) return undefined;
  if (version.major !== wanted.major) return say(false, 'does not have same major version as');
  return say(version.minor === wanted.minor || minorDirty, 'does not have same major and minor version as');
}

function caretFailure(version: Version, constraint: Constraint, say: Say): string | undefined {
  const { version: wanted, minorDirty, patchDirty } = constraint;
  if (compareVersions(version, wanted) < 0) return say(false, 'is less than');
  if (wanted.major > 0n || minorDirty || version.major > 0n) {
    return say(version.major === wanted.major, 'does not have same major version as');
  }
  if (wanted.minor > 0n || patchDirty) {
    const failure = say(version.minor === wanted.minor, 'does not have same minor version as');
    return failure === undefined
      ? undefined
      : `${failure}. Expected minor versions to match when constraint major version is 0`;
  }
  if (version.minor > 0n) return say(false, 'does not have same minor version as');
  const failure = say(wanted.patch === version.patch, 'does not equal');
  return failure === undefined
    ? undefined
    : `${failure}. Expect version and constraint to equal when major and minor versions are 0`;
}
