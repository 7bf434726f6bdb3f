// sprig's `semver` and `semverCompare`, and Masterminds' Version as a template value with its methods.

import {
  type Version,
  type VersionError,
  compareVersions,
  formatVersion,
  nextMajor,
  nextMinor,
  nextPatch,
  parseConstraint,
  parseVersion,
  prereleaseProblem,
  satisfies,
  validMetadata,
  withParts,
} from '@evenkeel/lang';
import type { Result } from '@evenkeel/std';
import { bool, int, str } from '../exec/codecs.ts';
import { type Codec, GoError, type GoFunction, fn } from '../exec/function.ts';
import { type GoType, stringType, uint64Type } from '../value/go-type.ts';
import { GoInt, GoStruct, type Value } from '../value/value.ts';

class VersionValue extends GoStruct {
  readonly version: Version;
  constructor(version: Version, type: GoType) {
    const { major, minor, patch, prerelease, metadata, original } = version;
    super(
      type,
      new Map<string, Value>([
        ['major', new GoInt(major, uint64Type)],
        ['minor', new GoInt(minor, uint64Type)],
        ['patch', new GoInt(patch, uint64Type)],
        ['pre', prerelease],
        ['metadata', metadata],
        ['original', original],
      ]),
    );
    this.version = version;
  }
}

/** Methods of *Version; a Version that is no pointer has only those with a value receiver. */
const methods = new Map<string, GoFunction>();
const valueMethods = new Map<string, GoFunction>();

const shape: Omit<GoType, 'kind' | 'text'> = {
  methods,
  fields: [
    { name: 'major', type: uint64Type },
    { name: 'minor', type: uint64Type },
    { name: 'patch', type: uint64Type },
    { name: 'pre', type: stringType },
    { name: 'metadata', type: stringType },
    { name: 'original', type: stringType },
  ],
  stringer: (self) => (self instanceof VersionValue ? formatVersion(self.version) : ''),
  json: (self) => (self instanceof VersionValue ? `"${formatVersion(self.version)}"` : 'null'),
};
const structType: GoType = { kind: 'struct', text: 'semver.Version', ...shape, methods: valueMethods };
const pointerType: GoType = { kind: 'ptr', text: '*semver.Version', elem: structType, ...shape };

function codec(type: GoType): Codec<Version> {
  return {
    type,
    read: (value) => (value instanceof VersionValue ? value.version : noVersion),
    write: (value) => new VersionValue(value, type),
  };
}

const noVersion: Version = { major: 0n, minor: 0n, patch: 0n, prerelease: '', metadata: '', original: '' };
const pointer = codec(pointerType);
const struct = codec(structType);

const uint64: Codec<bigint> = {
  type: uint64Type,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => new GoInt(value, uint64Type),
};

function valueOf<T>(result: Result<T, VersionError>): T {
  if (!result.ok) throw new GoError(result.error.message);
  return result.value;
}

const number = (pick: (version: Version) => bigint): GoFunction => fn([pointer], uint64, ([self]) => pick(self));
const text = (pick: (version: Version) => string): GoFunction => fn([pointer], str, ([self]) => pick(self));
const bump = (next: (version: Version) => Version): GoFunction => fn([pointer], struct, ([self]) => next(self));
const compare = (test: (order: number) => boolean): GoFunction =>
  fn([pointer, pointer], bool, ([a, b]) => test(compareVersions(a, b)));

const entries: readonly (readonly [string, GoFunction])[] = [
  ['Major', number((version) => version.major)],
  ['Minor', number((version) => version.minor)],
  ['Patch', number((version) => version.patch)],
  ['Prerelease', text((version) => version.prerelease)],
  ['Metadata', text((version) => version.metadata)],
  ['Original', text((version) => version.original)],
  ['String', text(formatVersion)],
  ['IncMajor', bump(nextMajor)],
  ['IncMinor', bump(nextMinor)],
  ['IncPatch', bump(nextPatch)],
  [
    'SetPrerelease',
    fn([pointer, str], struct, ([self, prerelease]) => {
      const problem = prerelease === '' ? undefined : prereleaseProblem(prerelease);
      if (problem !== undefined) throw new GoError(problem);
      return withParts(self, { prerelease });
    }),
  ],
  [
    'SetMetadata',
    fn([pointer, str], struct, ([self, metadata]) => {
      if (metadata !== '' && !validMetadata(metadata)) throw new GoError('invalid metadata string');
      return withParts(self, { metadata });
    }),
  ],
  ['Compare', fn([pointer, pointer], int, ([a, b]) => compareVersions(a, b))],
  ['LessThan', compare((order) => order < 0)],
  ['LessThanEqual', compare((order) => order <= 0)],
  ['GreaterThan', compare((order) => order > 0)],
  ['GreaterThanEqual', compare((order) => order >= 0)],
  ['Equal', compare((order) => order === 0)],
];
const pointerOnly = /^(Original|Compare|Equal|LessThan|GreaterThan)/;
for (const [name, method] of entries) {
  methods.set(name, method);
  if (!pointerOnly.test(name)) valueMethods.set(name, method);
}

export const semverFunctions: readonly (readonly [string, GoFunction])[] = [
  ['semver', fn([str], pointer, ([version]) => valueOf(parseVersion(version)))],
  [
    'semverCompare',
    fn([str, str], bool, ([constraint, version]) => {
      const wanted = valueOf(parseConstraint(constraint));
      return satisfies(valueOf(parseVersion(version)), wanted);
    }),
  ],
];
