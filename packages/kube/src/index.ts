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
export { KubeError, type KubeStatus, KubeUnreachable, isKubeError } from './errors.ts';
export type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from './transport.ts';
