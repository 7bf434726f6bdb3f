// `evenkeel proj role …`: roles of a project, their policies, groups and tokens, as argocd prints them.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/project_role.go (3.6).

import { accepted, apiPaths, tokenAnswer } from '@evenkeel/api';
import { type ProjectRole, projectPolicies, readProject, roleTokens } from '@evenkeel/argo';
import type { KubeObject } from '@evenkeel/resource';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { humanTime, localTime } from '../output/go-time.ts';
import { formatTable } from '../output/table.ts';
import { type ProjOptions, fetchProject, projEdit } from './proj.ts';
import type { Edit, EditSpec } from './proj-edits.ts';

/** A role of a project. */
export interface RoleName {
  readonly project: string;
  readonly role: string;
}

/** What a policy says: the flags of add-policy and remove-policy. */
export interface PolicyFlags {
  readonly action: string;
  readonly permission: string;
  readonly object: string;
  readonly resource: string;
}

export async function roleList(project: string, options: ProjOptions, io: Io): Promise<void> {
  const { roles = [] } = readProject(await read(project, options, io)).spec;
  if (options.output === 'name') io.out(roles.map(({ name }) => `${name}\n`).join(''));
  else {
    const rows = roles.map(({ name, description = '' }) => [name, description]);
    io.out(formatData(roles, options.output) ?? formatTable(['ROLE-NAME', 'DESCRIPTION'], rows));
  }
}

export async function roleGet({ project, role }: RoleName, options: ProjOptions, io: Io): Promise<void> {
  const object = await read(project, options, io);
  const found = roleOf(object, role);
  const { groups = [], description = '' } = found;
  const nowMs = Date.now();
  const shown = (seconds: number): string => `${localTime(seconds)} (${humanTime(seconds, nowMs)})`;
  const tokens = (roleTokens(object, role) ?? []).map(({ iat, exp = 0 }) => [
    String(iat),
    shown(iat),
    exp > 0 ? shown(exp) : '<none>',
  ]);
  io.out(
    [
      `${'Role Name:'.padEnd(15)}${role}\n`,
      `${`${'Description:'.padEnd(15)}${description}`.trimEnd()}\n`,
      `Policies:\n${projectPolicies(readProject(object)).join('\n')}\n`,
      `Groups:\n${groups.length > 0 ? groups.map((group) => `  - ${group}\n`).join('') : '<none>\n'}`,
      `JWT Tokens:\n${formatTable(['ID', 'ISSUED-AT', 'EXPIRES-AT'], tokens)}`,
    ].join(''),
  );
}

export async function roleCreate(
  { project, role }: RoleName,
  options: ProjOptions & { readonly description?: string },
  io: Io,
): Promise<void> {
  const { description } = options;
  const made = { name: role, ...(description === undefined || description === '' ? {} : { description }) };
  await projEdit(
    project,
    (spec): Edit => {
      const roles = spec.roles ?? [];
      if (roles.some(({ name }) => name === role)) return { say: `Role '${role}' already exists` };
      return { spec: { ...spec, roles: [...roles, made] }, say: `Role '${role}' created` };
    },
    options,
    io,
  );
}

export async function roleDelete({ project, role }: RoleName, options: ProjOptions, io: Io): Promise<void> {
  await projEdit(
    project,
    (spec): Edit => {
      const roles = spec.roles ?? [];
      const rest = roles.filter(({ name }) => name !== role);
      if (rest.length === roles.length) return { say: `Role '${role}' does not exist in project` };
      return { spec: { ...spec, roles: rest }, say: `Role '${role}' deleted` };
    },
    options,
    io,
  );
}

export async function roleAddPolicy(at: RoleName, flags: PolicyFlags, options: ProjOptions, io: Io): Promise<void> {
  const policy = policyOf(at, flags);
  const edit = editRole(at, ({ policies = [], ...role }) => ({ role: { ...role, policies: [...policies, policy] } }));
  await projEdit(at.project, edit, options, io);
}

export async function roleRemovePolicy(at: RoleName, flags: PolicyFlags, options: ProjOptions, io: Io): Promise<void> {
  const policy = policyOf(at, flags);
  const edit = editRole(at, ({ policies = [], ...role }) =>
    policies.includes(policy) ? { role: { ...role, policies: policies.filter((one) => one !== policy) } } : {},
  );
  await projEdit(at.project, edit, options, io);
}

export async function roleAddGroup(at: RoleName, group: string, options: ProjOptions, io: Io): Promise<void> {
  const edit = editRole(at, ({ groups = [], ...role }) =>
    groups.includes(group)
      ? { say: `Group '${group}' already present in role '${at.role}'` }
      : { role: { ...role, groups: [...groups, group] }, say: `Group '${group}' added to role '${at.role}'` },
  );
  await projEdit(at.project, edit, options, io);
}

export async function roleRemoveGroup(at: RoleName, group: string, options: ProjOptions, io: Io): Promise<void> {
  const edit = editRole(at, ({ groups = [], ...role }) =>
    groups.includes(group)
      ? {
          role: { ...role, groups: groups.filter((one) => one !== group) },
          say: `Group '${group}' removed from role '${at.role}'`,
        }
      : { say: `Group '${group}' not present in role '${at.role}'` },
  );
  await projEdit(at.project, edit, options, io);
}

/** How a token is asked for. */
export interface TokenFlags {
  readonly expiresIn?: string;
  readonly id?: string;
  readonly tokenOnly?: boolean;
}

export async function roleCreateToken(
  { project, role }: RoleName,
  { expiresIn, id, tokenOnly }: TokenFlags,
  options: ProjOptions,
  io: Io,
): Promise<void> {
  const { token } = await send(io, options, {
    path: apiPaths.roleToken(project, role),
    method: 'POST',
    body: { expiresIn: readExpiry(expiresIn), ...(id === undefined ? {} : { id }) },
    schema: tokenAnswer,
  });
  if (tokenOnly === true) {
    io.out(`${token}\n`);
    return;
  }
  const claims = claimsOf(token);
  io.out(
    `Create token succeeded for ${claims.sub ?? ''}.\n` +
      `  ID: ${claims.jti ?? ''}\n  Issued At: ${timeOrNever(claims.iat)}\n  Expires At: ${timeOrNever(claims.exp)}\n` +
      `  Token: ${token}\n`,
  );
}

export async function roleListTokens(
  { project, role }: RoleName,
  options: ProjOptions & { readonly unixtime?: boolean },
  io: Io,
): Promise<void> {
  const object = await read(project, options, io);
  roleOf(object, role);
  const tokens = roleTokens(object, role) ?? [];
  if (tokens.length === 0) {
    io.out(`No tokens for ${project}.${role}\n`);
    return;
  }
  const shown = (seconds: number | undefined): string =>
    options.unixtime === true ? String(seconds ?? 0) : timeOrNever(seconds);
  const rows = tokens.map(({ id = '', iat, exp }) => [`${id}  `, `${shown(iat)}  `, shown(exp)]);
  io.out(formatTable(['ID  ', 'ISSUED AT  ', 'EXPIRES AT'], rows));
}

export async function roleDeleteToken(
  { project, role }: RoleName,
  issuedAt: string,
  options: ProjOptions,
  io: Io,
): Promise<void> {
  if (!/^\d+$/.test(issuedAt))
    throw new CommandFailure(
      `strconv.ParseInt: parsing ${JSON.stringify(issuedAt)}: invalid syntax`,
      exitCodes.generic,
    );
  const path = apiPaths.oldRoleToken(project, role, issuedAt);
  await send(io, options, { path, method: 'DELETE', body: {}, schema: accepted });
}

async function read(project: string, options: ProjOptions, io: Io): Promise<KubeObject> {
  return (await fetchProject(project, options, io)).project as unknown as KubeObject;
}

function roleOf(object: KubeObject, role: string): ProjectRole {
  const { name, spec } = readProject(object);
  const found = (spec.roles ?? []).find((each) => each.name === role);
  if (!found) throw noRole(role, name);
  return found;
}

function noRole(role: string, project: string): CommandFailure {
  return new CommandFailure(`role '${role}' does not exist in project '${project}'`, exitCodes.generic);
}

/** A change of one role, and what is said of it. */
interface RoleEdit {
  readonly role?: ProjectRole;
  readonly say?: string;
}

function editRole({ project, role }: RoleName, edit: (role: ProjectRole) => RoleEdit): EditSpec {
  return (spec): Edit => {
    const roles = spec.roles ?? [];
    const found = roles.find(({ name }) => name === role);
    if (!found) throw noRole(role, project);
    const { role: next, say } = edit(found);
    return {
      ...(next ? { spec: { ...spec, roles: roles.map((each) => (each === found ? next : each)) } } : {}),
      ...(say === undefined ? {} : { say }),
    };
  };
}

function policyOf({ project, role }: RoleName, { resource, action, object, permission }: PolicyFlags): string {
  return `p, proj:${project}:${role}, ${resource}, ${action}, ${project}/${object}, ${permission}`;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** "12h", "7d" in seconds; 0 for ever. Mirrors argoproj/pkg:time/time.go ParseDuration. */
function readExpiry(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const [, amount = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const factor = units[unit];
  if (factor === undefined)
    throw new CommandFailure(
      `invalid since format '${text}', expected format <duration><unit> (e.g. 3h)`,
      exitCodes.generic,
    );
  return Number(amount) * factor;
}

interface Claims {
  readonly sub?: string;
  readonly jti?: string;
  readonly iat?: number;
  readonly exp?: number;
}

function claimsOf(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
  } catch {
    throw new CommandFailure('received malformed token', exitCodes.generic);
  }
}

function timeOrNever(seconds: number | undefined): string {
  return seconds === undefined || seconds <= 0 ? 'Never' : localTime(seconds);
}
