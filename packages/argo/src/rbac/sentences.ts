// What is said to those who may not. Mirrors argoproj/argo-cd:util/rbac/rbac.go EnforceErr (3.6).

import type { RbacRequest } from './enforcer.ts';

/** What is said where even the existence of something is nobody's business. */
export const barePermissionDenied = 'permission denied';

/** "permission denied: applications, sync, team/web, sub: proj:team:ci, iat: …"; nothing of the bearer where none is given. */
export function permissionDenied(
  { resource, action, object }: RbacRequest,
  subject?: string,
  issuedAt?: string,
): string {
  const bearer = [
    ...(subject === undefined || subject === '' ? [] : [`sub: ${subject}`]),
    ...(issuedAt === undefined ? [] : [`iat: ${issuedAt}`]),
  ];
  return `${barePermissionDenied}: ${[resource, action, object, ...bearer].join(', ')}`;
}
