// Versions as github.com/Masterminds/semver/v3 v3.5.0 reads and orders them (Helm, sprig, Flux and Argo CD all do).

import { type Result, err, ok } from '@evenkeel/std';

/** A parsed version. Numbers are Go's uint64. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without its dash. */
  readonly prerelease: string;
  /** Without its plus. */
  readonly metadata: string;
  /** The text it was parsed from. */
  readonly original: string;
}

export type VersionErrorCode = 'INVALID' | 'TOO_LONG' | 'SEGMENT' | 'PRERELEASE' | 'METADATA' | 'CONSTRAINT';

/** Why a version or constraint was refused; `message` is the original library's. */
export interface VersionError {
  readonly code: VersionErrorCode;
  readonly message: string;
}

export function versionError(
  code: VersionErrorCode,
  message: string,
): { readonly ok: false; readonly error: VersionError } {
  return err({ code, message });
}

const loose =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/;

const maxLength = 256;
const maxUint64 = (1n << 64n) - 1n;

/** NewVersion: forgiving, so `v1.2` and `1` are versions. */
export function parseVersion(text: string): Result<Version, VersionError> {
  if (text.length > maxLength) {
    return versionError('TOO_LONG', `version string is too long (max ${maxLength} bytes)`);
  }
  const match = loose.exec(text);
  if (match === null) return versionError('INVALID', 'invalid semantic version');
  return fromParts(text, {
    numbers: [match[1] ?? '0', match[2]?.slice(1) ?? '0', match[3]?.slice(1) ?? '0'],
    prerelease: match[5] ?? '',
    metadata: match[8] ?? '',
    context: 'error parsing version segment: ',
  });
}

/** StrictNewVersion: exactly three numbers, no prefix. */
export function parseStrictVersion(text: string): Result<Version, VersionError> {
  if (text === '') return versionError('INVALID', 'version string empty');
  if (text.length > maxLength) {
    return versionError('TOO_LONG', `version string is too long (max ${maxLength} bytes)`);
  }
  const parts = /^([^.]*)\.([^.]*)\.(.*)$/s.exec(text);
  if (parts === null) return versionError('INVALID', 'invalid semantic version');
  const [, major = '', minor = '', tail = ''] = parts;
  const [beforeMetadata, metadata] = splitOnce(tail, '+');
  if (metadata !== undefined && !validMetadata(metadata)) return versionError('METADATA', 'invalid metadata string');
  const [patch, prerelease] = splitOnce(beforeMetadata, '-');
  if (prerelease !== undefined) {
    const problem = prereleaseProblem(prerelease);
    if (problem !== undefined) return versionError('PRERELEASE', problem);
  }
  for (const part of [major, minor, patch]) {
    if (!/^[0-9]*$/.test(part)) return versionError('SEGMENT', 'invalid characters in version');
    if (part.length > 1 && part.startsWith('0')) return versionError('SEGMENT', 'version segment starts with 0');
  }
  return fromParts(text, {
    numbers: [major, minor, patch],
    prerelease: prerelease ?? '',
    metadata: metadata ?? '',
    context: '',
  });
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

interface Parts {
  readonly numbers: readonly [string, string, string];
  readonly prerelease: string;
  readonly metadata: string;
  /** Words before the error of a number. */
  readonly context: string;
}

function fromParts(original: string, parts: Parts): Result<Version, VersionError> {
  for (const text of parts.numbers) {
    const why = text === '' ? 'invalid syntax' : BigInt(text) > maxUint64 ? 'value out of range' : undefined;
    if (why !== undefined) {
      return versionError('SEGMENT', `${parts.context}strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
    }
  }
  const { prerelease, metadata } = parts;
  const problem = prerelease === '' ? undefined : prereleaseProblem(prerelease);
  if (problem !== undefined) return versionError('PRERELEASE', problem);
  if (metadata !== '' && !validMetadata(metadata)) return versionError('METADATA', 'invalid metadata string');
  const [major, minor, patch] = parts.numbers;
  return ok({ major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease, metadata, original });
}

/** What is wrong with a prerelease, in the library's words. */
export function prereleaseProblem(text: string): string | undefined {
  for (const part of text.split('.')) {
    if (part === '' || !/^[0-9A-Za-z-]+$/.test(part)) return 'invalid prerelease string';
    if (/^0[0-9]+$/.test(part)) return 'version segment starts with 0';
  }
  return undefined;
}

/** Whether a text may stand after the plus. */
export function validMetadata(text: string): boolean {
  return text.split('.').every((part) => /^[0-9A-Za-z-]+$/.test(part));
}

/** Version.String(): normalised. */
export function formatVersion(version: Version): string {
  const prerelease = version.prerelease === '' ? '' : `-${version.prerelease}`;
  const metadata = version.metadata === '' ? '' : `+${version.metadata}`;
  return `${version.major}.${version.minor}.${version.patch}${prerelease}${metadata}`;
}

/** -1, 0 or 1; metadata does not count. */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  for (const field of ['major', 'minor', 'patch'] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === '') return 1;
  if (b.prerelease === '') return -1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** Part by part; numbers before words; the longer one wins when all parts are equal. */
export function comparePrereleases(a: string, b: string): -1 | 0 | 1 {
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePart(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const left = asNumber(a);
  const right = asNumber(b);
  if (left === undefined && right === undefined) return a > b ? 1 : -1;
  if (right === undefined) return -1;
  if (left === undefined) return 1;
  return left > right ? 1 : -1;
}

function asNumber(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxUint64 ? undefined : value;
}

function bumped(version: Version, fields: Partial<Version>): Version {
  const next = { ...version, metadata: '', prerelease: '', ...fields };
  return { ...next, original: (version.original.startsWith('v') ? 'v' : '') + formatVersion(next) };
}

/** IncMajor. */
export function nextMajor(version: Version): Version {
  return bumped(version, { major: version.major + 1n, minor: 0n, patch: 0n });
}

/** IncMinor. */
export function nextMinor(version: Version): Version {
  return bumped(version, { minor: version.minor + 1n, patch: 0n });
}

/** IncPatch: a prerelease becomes its release. */
export function nextPatch(version: Version): Version {
  return bumped(version, version.prerelease === '' ? { patch: version.patch + 1n } : {});
}

/** SetPrerelease and SetMetadata, for parts known to be valid. */
export function withParts(
  version: Version,
  parts: { readonly prerelease?: string; readonly metadata?: string },
): Version {
  return bumped(version, { prerelease: version.prerelease, metadata: version.metadata, ...parts });
}
