// The contract of @evenkeel/argo.
export {
  type Application,
  type ApplicationSource,
  type ApplicationSpec,
  type HistoryEntry,
  readApplication,
  sourcesOf,
} from './application.ts';
export {
  type Asker,
  type NewApplication,
  type SyncWish,
  historyEntryOf,
  newApplication,
  releaseHold,
  removeApplication,
  requestRefresh,
  requestSync,
  rollbackTo,
} from './actions.ts';
export { type ArgoController, type ArgoOptions, startArgo } from './controller.ts';
export { argoDefinitions } from './crd/definitions.ts';
export { argoFrontEnd, createArgoFrontEnd } from './front-end.ts';
export { type Hold, holdOf } from './hold.ts';
export { historyRevision } from './memory.ts';
export {
  type ArgoSettings,
  type CompareSettings,
  type GlobalProject,
  type ReadSettings,
  type SettingsData,
  type TrackingMethod,
  type TrackingSettings,
  defaultSettings,
  readSettings,
} from './settings/settings.ts';
export {
  type ActionSettings,
  type Customization,
  type Customizations,
  type IgnoreFields,
  customizationsOf,
  exactCustomization,
} from './settings/customizations.ts';
export { isExcluded } from './settings/resource-filter.ts';
export { type SettingsSource, fixedSettings, watchSettings } from './settings/watch-settings.ts';
export { type CustomHealth, type Scripts, createScripts, needsLua } from './settings/scripts.ts';
export { defaultProject } from './projects.ts';
export { controlPlaneNamespace, deliveryKey, trackingAnnotation } from './tracking.ts';
export { type Translation, inClusterServer, isSkipped, translateApplication } from './translate.ts';
export {
  type ApplicationSet,
  type ApplicationSetStatus,
  readApplicationSet,
} from './applicationset/application-set.ts';
export { type SetController, type SetControllerOptions, startApplicationSets } from './applicationset/controller.ts';
export type { Generation } from './applicationset/generate-applications.ts';
export { type RepositoryEntry, readEntry, secretTypeLabel } from './repositories/entry.ts';
export type { WorkloadIdentity } from './repositories/credentials.ts';
export {
  type RepositoryDirectory,
  type RepositoryDirectoryOptions,
  watchRepositories,
} from './repositories/directory.ts';
export type { MatchedEntry } from './repositories/match.ts';
export { type Trust, trustConfigMaps } from './repositories/trust.ts';
export { type WebhookAnswer, type WebhookOptions, createWebhookHandler } from './webhook/handler.ts';
