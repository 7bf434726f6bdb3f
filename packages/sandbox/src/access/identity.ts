// Who sends a request, as authentication found out.

/** A user as Kubernetes knows one. */
export interface Identity {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
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
