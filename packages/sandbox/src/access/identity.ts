// Who sends a request, as authentication found out.

import type { Json } from '@evenkeel/resource';

/** A user as Kubernetes knows one. */
export interface Identity {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Who writes and with which options: what admission is told of a request. */
export interface Requester {
  readonly identity: Identity;
  /** CreateOptions, UpdateOptions or DeleteOptions as they arrived. */
  readonly options: Readonly<Record<string, Json>>;
  /** True for the cluster's own components, which grant rights that they do not hold. */
  readonly trusted?: boolean;
}

/** The identity of `sandbox.transport()` and of the kubeconfig: allowed everything, as kubeadm's admin. */
export const adminIdentity: Identity = {
  user: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** Who a request is from when it carries no credentials. */
export const anonymousIdentity: Identity = {
  user: 'system:anonymous',
  groups: ['system:unauthenticated'],
};
