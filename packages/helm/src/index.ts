// The contract of @evenkeel/helm.
export type {
  ChartRenderRequest,
  ChartSummary,
  FieldOrigin,
  HookEvent,
  LookupQuery,
  RenderedChart,
  RenderedHook,
  RenderedObject,
  RenderHost,
  RenderLimits,
  RenderProblem,
  RenderProblemCode,
  SourcePosition,
  ValueSite,
  ValueSource,
  ValueUse,
} from './render/request.ts';
export { renderChart } from './render/render-chart.ts';
export type { HelmVersion } from './chart/chart.ts';
export { BadPattern, matchFilePattern } from './chart/file-pattern.ts';
export { type Flag, type FlagType, type ParsedFlags, FlagError, parseFlags } from './command/flags.ts';
export { templateFlags, templateHelp } from './command/template-flags.ts';
export {
  type ChartReferenceOptions,
  type LocatedChart,
  type TemplateCommandHost,
  type TemplateCommandResult,
  helmTemplate,
} from './command/template.ts';
export {
  type ReleaseHook,
  type ReleaseRecord,
  type ReleaseStatus,
  type WriteMoment,
  ReleaseRecordError,
  decodeRelease,
  encodeRelease,
  readReleaseSecret,
  releaseSecret,
  releaseSecretName,
  releaseSelector,
} from './release/record.ts';
export { type ReleaseMoment, makeReleaseRecord, releaseChart } from './release/make-release.ts';
export { problemOf } from './render/render-chart.ts';
export {
  type ChartVersion,
  type RepositoryIndex,
  RepositoryError,
  chartArchiveUrl,
  findChartVersion,
  isSameOrigin,
  readRepositoryIndex,
} from './repo/index-file.ts';
export {
  type OciReference,
  OciReferenceError,
  isOci,
  parseOciReference,
  tagToVersion,
  versionToTag,
} from './repo/oci-reference.ts';
export { type SignatureVerifier, type Verification, ProvenanceError, verifyProvenance } from './repo/provenance.ts';
export {
  type DependencyFiles,
  type DependencyWorld,
  DependencyError,
  buildDependencies,
  lockDigest,
  printLock,
  updateDependencies,
} from './repo/dependencies.ts';
export {
  type Chart,
  type ChartFile,
  type ChartLock,
  type ChartMetadata,
  type Dependency,
  type ImportValue,
  type Maintainer,
} from './chart/chart.ts';
export { type LoadOptions, ChartLoadError, loadChart, loadChartArchive } from './chart/load.ts';
export { packArchive } from './chart/pack-archive.ts';
export { type TarEntry, ArchiveError, gunzip, readTar, unpackChart } from './chart/archive.ts';
export { type ReadSource, describeProblem } from './render/describe-problem.ts';
export { installOrder, sortByKind, uninstallOrder } from './render/kind-order.ts';
export { isVersion as isChartVersion } from './chart/version.ts';
export { type DependencyVerb, dependencyFlags, dependencyHelp } from './command/dependency-flags.ts';
export { type ListRequest, listDependencies } from './repo/list-dependencies.ts';
