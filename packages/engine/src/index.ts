// The contract of @evenkeel/engine.
export {
  type AnsweredDiff,
  type DiffContext,
  type FieldDiff,
  type ObjectDiff,
  changesOf,
  answeredDiff,
  askedAbout,
  diffObject,
  noDiff,
} from './diff/diff.ts';
export { normaliseDesired } from './diff/normalise.ts';
export { type DiffRules, type FieldRemoval, isEmptyRules, withLiveValues, withoutIgnored } from './diff/ignore.ts';
export {
  type ApplyMethod,
  type ClientPatch,
  type HandOver,
  clientPatch,
  methodFor,
  takenOver,
  withLastApplied,
} from './diff/client-side.ts';
export { isSecret, maskSecret } from './diff/mask.ts';
export {
  type CustomHealthCheck,
  type Health,
  type HealthCheck,
  type HealthStatus,
  type StatusCondition,
  conditionsOf,
  fieldAt,
  textAt,
  worseHealth,
} from './health/health.ts';
export { checkOf, nativeCheckOf } from './health/catalogue.ts';
export { health } from './health/checks.ts';
export { conditionHealth } from './health/others.ts';
export { byKindThenName, kindRank } from './plan/order.ts';
export {
  type ComparedObject,
  type DesiredObject,
  type Hook,
  type HookDeletion,
  type Phase,
  type Plan,
  type PlanInput,
  type PlanPolicy,
  type Stage,
  type Step,
  type StepOptions,
  type StrayObject,
  makePlan,
  planKeys,
  planSummary,
} from './plan/plan.ts';
export { type Refusal, type RefusalCode, type SourcePosition, formatPosition } from './plan/refusal.ts';
export { actionsOf, runBundledAction } from './actions/actions.ts';
export {
  ActionError,
  type ActionImpact,
  type ActionParameter,
  type ActionRun,
  type ResourceAction,
} from './actions/definition.ts';
