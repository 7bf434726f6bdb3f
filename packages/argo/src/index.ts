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
  finalizer as cascadeFinalizer,
  newApplication,
  refreshAnnotation,
  type Asker,
  type SyncWish,
  historyEntryOf,
  releaseHold,
  removeApplication,
  requestRefresh,
  requestSync,
  rollbackTo,
  syncConflict,
} from './actions.ts';
export { rotateAuth } from './clusters/rotate-auth.ts';
export {
  type ApplicationName,
  EditRefused,
  approveDeletion,
  patchApplication,
  updateApplicationSpec,
} from './edits.ts';
export { type CreatedApplication, createApplication } from './create-application.ts';
export { type ArgoController, type ArgoOptions, startArgo } from './controller.ts';
export { argoDefinitions } from './crd/definitions.ts';
export { argoFrontEnd, createArgoFrontEnd } from './front-end.ts';
export { holdSentence } from './guard.ts';
export { type Hold, holdOf } from './hold.ts';
export { historyRevision } from './memory.ts';
export {
  type ArgoSettings,
  type CompareSettings,
  type GlobalProject,
  type RbacSwitches,
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
export { type TriedScripts, tryScripts } from './settings/try-scripts.ts';
export {
  type JwtToken,
  type Project,
  type ProjectRole,
  type ProjectSpec,
  type RestrictedKind,
  type SyncWindow,
  defaultProject,
  newProject,
  readProject,
} from './projects/project.ts';
export {
  type CreatedProject,
  ProjectRefused,
  type ProjectWorld,
  createProject,
  removeProject,
  updateProject,
} from './projects/project-writes.ts';
export { explainWindows } from './projects/application-limits.ts';
export { type Verifier, type VerifierOptions, createVerifier } from './projects/integrity.ts';
export { newApplicationProblem } from './projects/new-application.ts';
export type { Governance } from './projects/governance.ts';
export { permitsDestination, permitsSource } from './projects/permissions.ts';
export {
  normalisePolicy,
  projectPolicies,
  validateProject,
  validateWindow,
  windowWarning,
} from './projects/validate.ts';
export { describeWindow, isActive, judgeWindows } from './projects/windows.ts';
export { type ClusterAccess, type ResolvedAccess, resolveAccess } from './clusters/access.ts';
export {
  type ClusterChange,
  ClusterRefused,
  type ClusterStore,
  type NewCluster,
  changeCluster,
  clusterSecret,
  removeCluster,
  writeCluster,
} from './clusters/cluster-writes.ts';
export { describeCluster } from './clusters/describe.ts';
export {
  type ClusterDirectory,
  type NamedDestination,
  type ResolvedDestination,
  fixedClusters,
  watchClusters,
} from './clusters/directory.ts';
export {
  type KnownCluster,
  clusterKey,
  clusterSecretLabel,
  inClusterName,
  readClusterSecret,
} from './clusters/known-cluster.ts';
export { type ClusterSight, sightOf } from './clusters/sight.ts';
export { type ClusterListener, type ClusterPool, createClusterPool } from './clusters/pool.ts';
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
export { workloadIdentityFrom } from './repositories/workload-identity.ts';
export {
  type RepositoryDirectory,
  type RepositoryDirectoryOptions,
  watchRepositories,
} from './repositories/directory.ts';
export { CertificateError, type CertificateFilter, type RepositoryCertificate } from './repositories/certificates.ts';
export {
  type RepositoryManager,
  type RepositoryManagerOptions,
  type RepositoryView,
  type TemplateView,
  createRepositoryManager,
} from './repositories/manager.ts';
export type { MatchedEntry } from './repositories/match.ts';
export { EntryError, type EntryWish } from './repositories/secrets.ts';
export { type HydrationReport, hydrationOf } from './hydrator/status.ts';
export { type HydratorOptions, startHydrator } from './hydrator/controller.ts';
export { builtinPolicies } from './rbac/builtin-policy.ts';
export { type Enforcer, type MatchMode, type Policies, type RbacRequest, createEnforcer } from './rbac/enforcer.ts';
export { type Bearer, type Judge, type JudgeRules, createJudge, projectRoleOf } from './rbac/judge.ts';
export { policyWarnings } from './rbac/lint.ts';
export {
  type PolicyProblem,
  type ReadPolicies,
  joinPolicies,
  policySources,
  readPolicies,
} from './rbac/policy-text.ts';
export { applicationObject, objectActions, runAction, scopedObject } from './rbac/application-rights.ts';
export { type Gate, type GateOptions, type KnownBearer, type TokenWish, createGate } from './rbac/gate.ts';
export { roleTokens } from './rbac/project-tokens.ts';
export { type RbacSettings, rbacConfigName, readRbacSettings } from './rbac/rbac-settings.ts';
export { barePermissionDenied, permissionDenied } from './rbac/sentences.ts';
export { TokenRefused, signToken, verifyToken } from './rbac/tokens.ts';
export { questionProblem, rbacActions, rbacResources, resolveResource } from './rbac/words.ts';
export { type Trust, trustConfigMaps } from './repositories/trust.ts';
export { type WebhookAnswer, type WebhookOptions, createWebhookHandler } from './webhook/handler.ts';
