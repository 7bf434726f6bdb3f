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
export { type Flag, type FlagType, type ParsedFlags, FlagError, parseFlags } from './command/flags.ts';
export { templateFlags } from './command/template-flags.ts';
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
