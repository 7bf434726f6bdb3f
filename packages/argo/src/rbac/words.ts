// The resources and actions that policies may speak of, and short names for them.
// Facts of argoproj/argo-cd:util/rbac/rbac.go and cmd/argocd/commands/admin/settings_rbac.go (3.6).

/** Resources, in the order in which the original lists them. */
export const rbacResources: readonly string[] = [
  'clusters',
  'projects',
  'applications',
  'applicationsets',
  'repositories',
  'write-repositories',
  'certificates',
  'accounts',
  'gpgkeys',
  'logs',
  'exec',
  'extensions',
];

/** Actions, in the order in which the original lists them. */
export const rbacActions: readonly string[] = [
  'get',
  'create',
  'update',
  'delete',
  'sync',
  'rollback',
  'override',
  'action',
  'invoke',
];

const shortNames: Readonly<Record<string, string>> = {
  account: 'accounts',
  app: 'applications',
  apps: 'applications',
  application: 'applications',
  cert: 'certificates',
  certs: 'certificates',
  certificate: 'certificates',
  cluster: 'clusters',
  extension: 'extensions',
  gpgkey: 'gpgkeys',
  key: 'gpgkeys',
  log: 'logs',
  proj: 'projects',
  projs: 'projects',
  project: 'projects',
  repo: 'repositories',
  repos: 'repositories',
  repository: 'repositories',
};

/** The resource that somebody means; what is no short name stays as it is. */
export function resolveResource(name: string): string {
  return Object.hasOwn(shortNames, name) ? (shortNames[name] ?? name) : name;
}

const everything = ['create', 'get', 'update', 'delete'];
const withoutUpdate = ['create', 'get', 'delete'];

/** What may be done with a resource; a `/` behind it says that more of the action may follow. */
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  accounts: ['create', 'update'],
  applications: ['create', 'get', 'update/', 'delete/', 'action/', 'override', 'sync', 'rollback'],
  applicationsets: everything,
  certificates: withoutUpdate,
  clusters: everything,
  extensions: ['invoke'],
  gpgkeys: withoutUpdate,
  logs: ['get'],
  exec: ['create'],
  projects: everything,
  repositories: everything,
  'write-repositories': everything,
};

/** Why nobody can ask for an action on a resource; undefined where one can. */
export function questionProblem(resource: string, action: string): string | undefined {
  const actions = Object.hasOwn(actionsOf, resource) ? actionsOf[resource] : undefined;
  if (!actions) return `'${resource}' is not a valid resource name`;
  const [first = '', ...rest] = action.split('/');
  if (actions.includes(`${first}/`) || (rest.length === 0 && actions.includes(first))) return undefined;
  return `'${action}' is not a valid action for ${resource}`;
}
