// The policies that hold everywhere: role:readonly, role:admin, and admin who has it. Facts of
// argoproj/argo-cd:assets/builtin-policy.csv (3.6).

import type { Policies } from './enforcer.ts';
import type { PolicyRule } from './policy-line.ts';

/** What a role may do: actions by resource. */
type Grants = Readonly<Record<string, readonly string[]>>;

const readonly: Grants = {
  applications: ['get'],
  applicationsets: ['get'],
  certificates: ['get'],
  clusters: ['get'],
  repositories: ['get'],
  'write-repositories': ['get'],
  projects: ['get'],
  accounts: ['get'],
  gpgkeys: ['get'],
  logs: ['get'],
};

const admin: Grants = {
  applications: ['create', 'update', 'update/*', 'delete', 'delete/*', 'sync', 'rollback', 'override', 'action/*'],
  applicationsets: ['get', 'create', 'update', 'delete'],
  certificates: ['create', 'update', 'delete'],
  clusters: ['create', 'update', 'delete'],
  repositories: ['create', 'update', 'delete'],
  'write-repositories': ['create', 'update', 'delete'],
  projects: ['create', 'update', 'delete'],
  accounts: ['update'],
  gpgkeys: ['create', 'delete'],
  exec: ['create'],
};

/** Resources whose objects are named with their project. */
const inProjects: ReadonlySet<string> = new Set(['applications', 'applicationsets', 'logs', 'exec']);

/** The built-in policies. */
export const builtinPolicies: Policies = {
  rules: [...rulesOf('role:readonly', readonly), ...rulesOf('role:admin', admin)],
  bindings: [
    { member: 'role:admin', role: 'role:readonly' },
    { member: 'admin', role: 'role:admin' },
  ],
};

function rulesOf(subject: string, grants: Grants): readonly PolicyRule[] {
  return Object.entries(grants).flatMap(([resource, actions]) =>
    actions.map((action) => ({
      subject,
      resource,
      action,
      object: inProjects.has(resource) ? '*/*' : '*',
      effect: 'allow',
    })),
  );
}
