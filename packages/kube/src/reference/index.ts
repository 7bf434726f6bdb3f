// A real Kubernetes API server for tests. Import from '@evenkeel/kube/reference'.
export {
  type ReferenceCluster,
  type ReferenceClusterOptions,
  referenceClusterMissing,
  referenceToolsDirectory,
  startReferenceCluster,
} from './reference-cluster.ts';
