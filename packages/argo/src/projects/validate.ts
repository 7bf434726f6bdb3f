// What a project may say at all, checked when somebody writes one. Sentences are upstream's.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/app_project_types.go ValidateProject (3.6).

import { compileGlob, parseCron, zoneOffsetMs } from '@evenkeel/lang';
import { durationProblem } from './windows.ts';
import type { DestinationServiceAccount, Project, ProjectRole, ProjectSpec, SyncWindow } from './project.ts';

/** The first thing that is wrong with a project; undefined for a good one. */
export function validateProject({ name, spec }: Project): string | undefined {
  return (
    destinationProblem(spec) ??
    duplicate(spec.sourceNamespaces, (namespace) => `source namespace '${namespace}' already added`) ??
    sourceProblem(spec) ??
    roleProblem(name, spec) ??
    windowProblem(spec) ??
    serviceAccountProblem(spec)
  );
}

/** The policies of a project as lines of casbin: what its roles may do, and who has them. */
export function projectPolicies({ name, spec }: Project): readonly string[] {
  return (spec.roles ?? []).flatMap((role) => [
    `p, proj:${name}:${role.name}, projects, get, ${name}, allow`,
    ...(role.policies ?? []),
    ...(role.groups ?? []).map((group) => `g, ${group}, proj:${name}:${role.name}`),
  ]);
}

/** Policies with one space after each comma, as they are stored. */
export function normalisePolicy(policy: string): string {
  const [first = '', ...rest] = policy.split(',');
  return [first, ...rest.map((part) => part.replace(/^ +| +$/g, ''))].join(', ');
}

function destinationProblem({ destinations = [] }: ProjectSpec): string | undefined {
  const seen = new Set<string>();
  for (const entry of destinations) {
    const wrong = (['name', 'server', 'namespace'] as const).find((field) => entry[field] === '!*');
    if (wrong !== undefined) return `${wrong} has an invalid format, '!*'`;
    const { server = '', name = '', namespace = '' } = entry;
    const key = server === '' && name !== '' ? `${name}/${namespace}` : `${server}/${namespace}`;
    if (seen.has(key)) return `destination '${key}' already added`;
    seen.add(key);
  }
  return undefined;
}

function sourceProblem({ sourceRepos = [] }: ProjectSpec): string | undefined {
  const seen = new Set<string>();
  for (const repo of sourceRepos) {
    if (repo === '!*') return "source repository has an invalid format, '!*'";
    if (seen.has(repo)) return `source repository '${repo}' already added`;
    seen.add(repo);
  }
  return undefined;
}

function roleProblem(project: string, { roles = [] }: ProjectSpec): string | undefined {
  const seen = new Set<string>();
  for (const role of roles) {
    if (seen.has(role.name)) return `role '${role.name}' already exists`;
    const problem = validateRole(project, role);
    if (problem !== undefined) return problem;
    seen.add(role.name);
  }
  return undefined;
}

/** What is wrong with a role, its policies and its groups. */
export function validateRole(project: string, { name, policies = [], groups = [] }: ProjectRole): string | undefined {
  if (!/^[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name)) {
    return `invalid role name '${name}'. Must consist of alphanumeric characters, '-' or '_', and must start and end with an alphanumeric character`;
  }
  const known = new Set<string>();
  for (const policy of policies) {
    if (known.has(policy)) return `policy '${policy}' already exists for role '${name}'`;
    const problem = policyProblem(project, name, policy);
    if (problem !== undefined) return problem;
    known.add(policy);
  }
  const members = new Set<string>();
  for (const group of groups) {
    if (members.has(group)) return `group '${group}' already exists for role '${name}'`;
    const problem = groupProblem(group);
    if (problem !== undefined) return problem;
    members.add(group);
  }
  return undefined;
}

const projectScoped: ReadonlySet<string> = new Set([
  'applications',
  'applicationsets',
  'logs',
  'exec',
  'clusters',
  'repositories',
]);
const actions: ReadonlySet<string> = new Set([
  'get',
  'create',
  'update',
  'delete',
  'sync',
  'override',
  'rollback',
  '*',
]);

function policyProblem(project: string, role: string, policy: string): string | undefined {
  const parts = policy.split(',').map((part) => part.replace(/^ +| +$/g, ''));
  const [kind, subject = '', resource = '', action = '', object = '', effect = ''] = parts;
  const say = (what: string): string => `invalid policy rule '${policy}': ${what}`;
  if (parts.length !== 6 || kind !== 'p') return say("must be of the form: 'p, sub, res, act, obj, eft'");
  const expected = `proj:${project}:${role}`;
  if (subject !== expected) return say(`policy subject must be: '${expected}', not '${subject}'`);
  if (!projectScoped.has(resource)) {
    return say(
      `project resource must be: 'applications', 'applicationsets', 'repositories', 'exec', 'logs' or 'clusters', not '${resource}'`,
    );
  }
  if (!actions.has(action) && !/(?:action|update|delete)\/.*/.test(action)) return say(`invalid action '${action}'`);
  if (!isObjectOf(project, object)) {
    return say(
      `object must be of form '${project}/*', '${project}[/<NAMESPACE>]/<APPNAME>' or '${project}/<APPNAME>', not '${object}'`,
    );
  }
  return effect === 'allow' || effect === 'deny' ? undefined : say("effect must be: 'allow' or 'deny'");
}

/** "<project>/<name>" or "<project>/<namespace>/<name>" */
function isObjectOf(project: string, object: string): boolean {
  return object.startsWith(`${project}/`) && /^(?:\/[*\w\-.]+)?\/[*\w\-.]+$/.test(object.slice(project.length));
}

function groupProblem(group: string): string | undefined {
  const trimmed = group.trim();
  const quoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"');
  const name = quoted ? trimmed.slice(1, -1) : trimmed;
  if (!quoted && name.includes(',')) return `group '${name}' must be quoted`;
  if (name === '') return `group '${name}' is empty`;
  if (/["\n\r\t]/.test(name)) return `group '${name}' contains invalid characters`;
  if (group.length > 1 && /^\s/.test(group)) return `group '${name}' contains a leading space`;
  if (group.length > 1 && /\s$/.test(group)) return `group '${name}' contains a trailing space`;
  return undefined;
}

function windowProblem({ syncWindows = [] }: ProjectSpec): string | undefined {
  const seen = new Set<string>();
  for (const window of syncWindows) {
    const {
      kind = '',
      schedule = '',
      duration = '',
      applications,
      namespaces,
      clusters,
      timeZone,
      andOperator,
    } = window;
    const subjects = [applications ?? [], namespaces ?? [], clusters ?? []];
    const identity = JSON.stringify([kind, schedule, duration, subjects, timeZone ?? '', andOperator === true]);
    if (seen.has(identity)) {
      return `sync window with kind '${kind}', schedule '${schedule}', and duration '${duration}' already exists`;
    }
    seen.add(identity);
    const problem = validateWindow(window);
    if (problem !== undefined) return problem;
    if ([applications, namespaces, clusters].every((list) => (list ?? []).length === 0)) {
      return `window '${kind}':'${schedule}':'${duration}' requires one of application, cluster or namespace`;
    }
  }
  return undefined;
}

/** What is wrong with a window. An unknown zone is none: its clocks count as UTC, which `windowWarning` says. */
export function validateWindow({
  kind = '',
  schedule = '',
  duration = '',
  description = '',
}: SyncWindow): string | undefined {
  if (kind !== 'allow' && kind !== 'deny') return `kind '${kind}' mismatch: can only be allow or deny`;
  const read = parseCron(schedule);
  if (read.kind === 'problem') return `cannot parse schedule '${schedule}': ${read.text}`;
  const length = durationProblem(duration);
  if (length !== undefined) return length;
  if (new TextEncoder().encode(description).length > 255) return 'description must not exceed 255 characters';
  return undefined;
}

/** What a window means otherwise than its author may think. */
export function windowWarning({ timeZone = '' }: SyncWindow): string | undefined {
  if (zoneOffsetMs(timeZone, 0) !== undefined) return undefined;
  return `Invalid time zone ${timeZone} specified. Using UTC as default time zone`;
}

const accountForbidden = /[!*[\]{}\\/]/;

function serviceAccountProblem({ destinationServiceAccounts = [] }: ProjectSpec): string | undefined {
  const seen = new Set<string>();
  for (const entry of destinationServiceAccounts) {
    const problem = accountProblem(entry);
    if (problem !== undefined) return problem;
    const key = `${entry.server ?? ''}/${entry.namespace ?? ''}`;
    if (seen.has(key)) return `destinationServiceAccount '${key}' already added`;
    seen.add(key);
  }
  return undefined;
}

function accountProblem({
  server = '',
  namespace = '',
  defaultServiceAccount,
}: DestinationServiceAccount): string | undefined {
  if (server.includes('!')) return `server has an invalid format, '${server}'`;
  if (namespace.includes('!')) return `namespace has an invalid format, '${namespace}'`;
  if (!isServiceAccount(defaultServiceAccount)) {
    return `defaultServiceAccount has an invalid format, '${defaultServiceAccount}'`;
  }
  if (!compileGlob(server)) return `server has an invalid format, '${server}'`;
  return compileGlob(namespace) ? undefined : `namespace has an invalid format, '${namespace}'`;
}

/** Whether a name can be that of a service account, alone or as "<namespace>:<name>". */
export function isServiceAccount(name: string): boolean {
  return name.replace(/^ +| +$/g, '') !== '' && !accountForbidden.test(name);
}

function duplicate(values: readonly string[] | undefined, say: (value: string) => string): string | undefined {
  const seen = new Set<string>();
  for (const value of values ?? []) {
    if (seen.has(value)) return say(value);
    seen.add(value);
  }
  return undefined;
}
