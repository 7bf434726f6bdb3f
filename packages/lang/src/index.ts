// The contract of @evenkeel/lang.
export {
  type Version,
  type VersionError,
  type VersionErrorCode,
  compareVersions,
  formatVersion,
  nextMajor,
  nextMinor,
  nextPatch,
  parseStrictVersion,
  parseVersion,
  prereleaseProblem,
  validMetadata,
  withParts,
} from './semver/version.ts';
export {
  type ConstraintOptions,
  type Constraints,
  constraintFailures,
  formatConstraints,
  parseConstraint,
  satisfies,
} from './semver/constraint.ts';
