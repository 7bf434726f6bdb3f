// What `.Capabilities` tells templates when there is no cluster: the versions Helm itself was built for.

import { quote } from '@evenkeel/gotemplate';

import type { HelmVersion } from '../chart/chart.ts';

/** `.Capabilities.KubeVersion`. */
export interface KubeVersion {
  /** As given, with a leading 'v': "v1.33.4-gke.1245000". */
  readonly version: string;
  /** What constraints are checked against and what printing shows: "v1.33.4". */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** `.Capabilities`. */
export interface Capabilities {
  readonly kubeVersion: KubeVersion;
  readonly apiVersions: readonly string[];
  readonly helmVersion: HelmBuildInfo;
}

/** `.Capabilities.HelmVersion`. */
export interface HelmBuildInfo {
  readonly version: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly goVersion: string;
  readonly kubeClientVersion: string;
}

/** The API versions known to the client-go that Helm 4.3.0 and 3.22.0 are built with, in their order. */
const KNOWN_API_VERSIONS: readonly string[] = [
  'v1',
  'admissionregistration.k8s.io/v1',
  'admissionregistration.k8s.io/v1alpha1',
  'admissionregistration.k8s.io/v1beta1',
  'internal.apiserver.k8s.io/v1alpha1',
  'apps/v1',
  'apps/v1beta1',
  'apps/v1beta2',
  'authentication.k8s.io/v1',
  'authentication.k8s.io/v1alpha1',
  'authentication.k8s.io/v1beta1',
  'authorization.k8s.io/v1',
  'authorization.k8s.io/v1beta1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'batch/v1beta1',
  'certificates.k8s.io/v1',
  'certificates.k8s.io/v1beta1',
  'certificates.k8s.io/v1alpha1',
  'coordination.k8s.io/v1alpha2',
  'coordination.k8s.io/v1beta1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'discovery.k8s.io/v1beta1',
  'events.k8s.io/v1',
  'events.k8s.io/v1beta1',
  'extensions/v1beta1',
  'flowcontrol.apiserver.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1beta1',
  'flowcontrol.apiserver.k8s.io/v1beta2',
  'flowcontrol.apiserver.k8s.io/v1beta3',
  'lifecycle.k8s.io/v1alpha1',
  'networking.k8s.io/v1',
  'networking.k8s.io/v1beta1',
  'node.k8s.io/v1',
  'node.k8s.io/v1alpha1',
  'node.k8s.io/v1beta1',
  'policy/v1',
  'policy/v1beta1',
  'rbac.authorization.k8s.io/v1',
  'rbac.authorization.k8s.io/v1beta1',
  'rbac.authorization.k8s.io/v1alpha1',
  'resource.k8s.io/v1',
  'resource.k8s.io/v1beta2',
  'resource.k8s.io/v1beta1',
  'resource.k8s.io/v1alpha3',
  'scheduling.k8s.io/v1alpha3',
  'scheduling.k8s.io/v1beta1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1beta1',
  'storage.k8s.io/v1',
  'storage.k8s.io/v1alpha1',
  'storagemigration.k8s.io/v1',
  'storagemigration.k8s.io/v1beta1',
  'apiextensions.k8s.io/v1beta1',
  'apiextensions.k8s.io/v1',
];

const BUILD_INFO: Readonly<Record<HelmVersion, HelmBuildInfo>> = {
  3: { version: 'v3.22', gitCommit: '', gitTreeState: '', goVersion: 'go1.26.8', kubeClientVersion: '' },
  4: { version: 'v4.3', gitCommit: '', gitTreeState: '', goVersion: 'go1.26.8', kubeClientVersion: 'v1.37' },
};

/** Helm 3 built outside its release process says v1.20.0; Helm 4 takes the version of its client-go. */
const DEFAULT_KUBE_VERSION: Readonly<Record<HelmVersion, string>> = { 3: 'v1.20.0', 4: 'v1.37.0' };

/** Capabilities without a cluster. `apiVersions` are appended to the known ones, as --api-versions does. */
export function defaultCapabilities(
  version: HelmVersion,
  given: { readonly kubeVersion?: string | undefined; readonly apiVersions?: readonly string[] | undefined } = {},
): Capabilities {
  return {
    kubeVersion: parseKubeVersion(given.kubeVersion ?? DEFAULT_KUBE_VERSION[version], version),
    apiVersions: [...KNOWN_API_VERSIONS, ...(given.apiVersions ?? [])],
    helmVersion: BUILD_INFO[version],
  };
}

/** Capabilities of a live cluster: exactly what its discovery says. */
export function clusterCapabilities(
  version: HelmVersion,
  cluster: { readonly kubeVersion: string; readonly apiVersions: readonly string[] },
): Capabilities {
  return {
    kubeVersion: parseKubeVersion(cluster.kubeVersion, version),
    apiVersions: cluster.apiVersions,
    helmVersion: BUILD_INFO[version],
  };
}

/**
 * Parses a Kubernetes version. Throws an Error with apimachinery's wording.
 * Mirrors apimachinery:pkg/util/version ParseGeneric and helm:pkg/chart/common/capabilities.go (v4.3.0).
 */
export function parseKubeVersion(text: string, version: HelmVersion): KubeVersion {
  const match = /^\s*v?([0-9]+(?:\.[0-9]+)*)[^\n]*$/.exec(text);
  if (match === null) throw new Error(`could not parse ${quote(text)} as version`);
  const components = (match[1] ?? '').split('.');
  const [first = ''] = components;
  if (components.length < 2) throw new Error(`illegal version string ${quote(text)}`);
  if (first.startsWith('0') && first !== '0') {
    throw new Error(`illegal zero-prefixed version component ${quote(first)} in ${quote(text)}`);
  }
  const numbers = components.map((component) => BigInt(component).toString());
  const normalized = `v${numbers.join('.')}`;
  const given = text.startsWith('v') ? text : `v${text}`;
  return {
    version: version === 4 ? given : normalized,
    normalized,
    major: numbers[0] ?? '',
    minor: numbers[1] ?? '',
  };
}
