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
export {
  type JsonPath,
  type JsonPathError,
  type JsonPathOptions,
  findJsonPath,
  parseJsonPath,
  printJsonPath,
  relaxedJsonPath,
} from './jsonpath/jsonpath.ts';
export type { JsonPathNode, SliceBound } from './jsonpath/parser.ts';
export { type JqProgram, type JqRun, type JqRunOptions, compileJq } from './jq/jq.ts';
export { JqError, type JqErrorCode } from './jq/errors.ts';
