// The contract of @evenkeel/delivery.
export {
  type Cluster,
  type ClusterFigures,
  type ClusterOptions,
  clusterAs,
  connectCluster,
  openCluster,
} from './cluster.ts';
export type { SourceIntegrity } from './integrity.ts';
export type { Closed, DeliveryLimits, OrphanWatch, SyncMoment } from './limits.ts';
export { type Places, createPlaces } from './places.ts';
export type { RbacRespect } from './live/denied-kinds.ts';
export type { ClusterScope } from './live/live-state.ts';
export { renderSource, rendererFor } from './render/render.ts';
export { renderKustomizeChart } from './render/kustomize-chart.ts';
export type { RenderWorld } from './render/world.ts';
export { resolveValueFile, resolveValueFiles } from './render/values-files.ts';
export { type PluginLimits, defaultPluginLimits } from './plugin/plugin-host.ts';
export { templateHost } from './template-host.ts';
export { Deliveries, type DeliveriesOptions } from './deliveries.ts';
export type { Preview } from './preview.ts';
export type { ReconcileInput, Reconciled } from './reconciled.ts';
export { type DryMoment, type DryOptions, type DryRenderer, type DryRendering, createDryRenderer } from './dry.ts';
export { createRecorder, standingOf } from './record.ts';
export type { DeliveryGuard } from './guard/guard.ts';
export {
  type PruneBudget,
  defaultPruneBudget,
  exceedsBudget,
  readPruneBudget,
  asksToPrune,
} from './guard/prune-budget.ts';
export { type HealthyRevisions, type RollbackVerdict, judgeRollback } from './guard/rollback.ts';
export { aggregateHealth, decide, standingFailure } from './decide.ts';
export type { Warning, WarningKind } from './warning.ts';
export type {
  AdaptInput,
  CommitReport,
  ComparePolicy,
  Delivery,
  DeliveryMemory,
  DeliveryPolicy,
  DeliveryReport,
  DeliverySource,
  FrontEnd,
  Farewell,
  Initiator,
  NamespaceMetadata,
  OperationPhase,
  OperationReport,
  RemovalOption,
  ResourceReport,
  SourceAdapter,
  RetryPolicy,
  StepReport,
  SyncRequest,
  SyncState,
} from './model.ts';
export type {
  DirectorySettings,
  HelmSettings,
  JsonnetSettings,
  JsonnetVariable,
  KustomizeBuildSettings,
  PluginDefinition,
  PluginSettings,
  KustomizeSettings,
  RenderRequest,
  RendererName,
} from './render/request.ts';
export { emptyHelmSettings } from './render/request.ts';
export { refusedReport } from './model.ts';
