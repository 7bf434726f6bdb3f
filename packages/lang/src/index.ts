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
export {
  type LuaAction,
  type LuaEngine,
  LuaError,
  type LuaHealth,
  type LuaImpact,
  type LuaOptions,
  loadLua,
} from './lua/engine.ts';
export {
  type CelEvaluation,
  type CelProblems,
  type CelProgram,
  type EvaluateOptions,
  celCostMax,
  compileCel,
} from './cel/cel.ts';
export { CelEnvironment, type EnvironmentParts } from './cel/environment.ts';
export type { CelBindings } from './cel/frame.ts';
export type { CelProblem } from './cel/source.ts';
export { commonCelEnvironment, kubernetesCelEnvironment } from './cel/kubernetes.ts';
export { valueOfJson } from './cel/json.ts';
export { type SizeOf, estimateCost } from './cel/estimate.ts';
export type { Range } from './cel/ranges.ts';
export {
  type CelType,
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  formatType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  parseType,
  sameType,
  stringType,
  structType,
  timestampType,
} from './cel/types.ts';
export {
  CelError,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  StructValue,
  Timestamp,
  type Value,
  typeOf,
} from './cel/values.ts';
export { equalValues } from './cel/compare.ts';
export { matchesRegex } from './cel/library/regex.ts';
export { parseDuration, parseTimestamp } from './cel/time.ts';
export {
  type AuthorizationQuestion,
  type CelAuthorizer,
  authorizerType,
  authorizerValue,
  resourceCheckType,
  resourceCheckValue,
} from './cel/library/authorizer.ts';
export { type GoRegex, type GoRegexProblem, isGoRegexProblem, readGoRegex } from './regex/regex.ts';
export { type Cron, type ReadCron, nextCronMs, parseCron, zoneOffsetMs } from './cron/cron.ts';
export { type Glob, type GlobKind, compileGlob, compilePath, matchesGlob, matchesPath } from './glob/glob.ts';
export { JsonnetError, type JsonnetErrorCode, type JsonnetPosition } from './jsonnet/errors.ts';
export { type JsonnetHost, type JsonnetOptions, type JsonnetParameter, evaluateJsonnet } from './jsonnet/jsonnet.ts';
