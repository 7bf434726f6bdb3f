// The contract of @evenkeel/kube.
export type {
  ApplyOptions,
  DeleteOptions,
  Discovery,
  Informer,
  KubeClient,
  KubeList,
  ListOptions,
  ObjectChange,
  ObjectLocation,
  PatchKind,
  RequestCounts,
  ResourceType,
  WriteOptions,
} from './client.ts';
export { KubeError, type KubeStatus, KubeUnreachable, type UnreachableReason, isKubeError } from './errors.ts';
export type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from './transport.ts';
export { type KubeClientOptions, createKubeClient } from './create-client.ts';
export { type InformerOptions, createInformer } from './informer.ts';
export {
  type InformerSet,
  type InformerSetOptions,
  type SharedInformerOptions,
  createInformerSet,
} from './informer-set.ts';
export type { IndexFunction } from './object-cache.ts';
export { labelSelectorPredicate } from './label-selector.ts';
export { type ResourceAddress, resourcePath } from './paths.ts';
export { compareResourceVersions } from './resource-version.ts';
export { errorOfResponse, errorOfStatus } from './status.ts';
export { abortReason, systemClock } from './system-clock.ts';
export type { ClusterConfig, ExecConfig, UserConfig } from './cluster-config.ts';
export type { Environment } from './exec-credential.ts';
export { type HttpTransportOptions, createHttpTransport } from './http-transport.ts';
export {
  type LoadKubeconfigOptions,
  listContexts,
  loadClusterConfig,
  loadInClusterConfig,
  loadKubeconfig,
} from './kubeconfig.ts';
export { KubeconfigError, type KubeconfigErrorCode } from './kubeconfig-error.ts';
