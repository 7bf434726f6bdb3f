// The tokens of a project's roles, which stand twice in a project: under the role, and by role in the status. What stands in either
// place counts, and every write makes both alike.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/app_project_types.go NormalizeJWTTokens, GetJWTToken, RemoveJWTToken (3.6).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type JwtToken, type ProjectRole, readProject } from '../projects/project.ts';

/** The tokens of a role, the latest first; undefined where the project has no such role. */
export function roleTokens(project: KubeObject, role: string): readonly JwtToken[] | undefined {
  const found = readProject(project).spec.roles?.find(({ name }) => name === role);
  return found && tokensOf(found, project);
}

/** The token that a bearer shows, by its id, else by the second it was issued in; undefined where it is not listed. */
export function findToken(
  tokens: readonly JwtToken[],
  { id, issuedAt }: { readonly id: string; readonly issuedAt: number },
): JwtToken | undefined {
  const named = tokens.find((token) => token.id === id);
  // One that has a name is not let in by the name of another of the same second, unless that has none of its own.
  return named ?? tokens.find(({ iat, id: own }) => iat === issuedAt && (id === '' || own === String(iat)));
}

/** The project with the tokens of one role changed, and those of all roles alike in both places. */
export function withTokens(
  project: KubeObject,
  role: string,
  change: (tokens: readonly JwtToken[]) => readonly JwtToken[],
): KubeObject {
  const { spec } = readProject(project);
  const roles = (spec.roles ?? []).map((each) => {
    const tokens = tokensOf(each, project);
    return { role: each, tokens: each.name === role ? change(tokens) : tokens };
  });
  return rewritten(
    project,
    roles.map(({ role: each, tokens }) => ({ role: each, tokens: latestFirst(tokens) })),
  );
}

/** The project with tokens alike in both places, and none of roles that it has no longer. */
export function withTidyTokens(project: KubeObject): KubeObject {
  const { spec } = readProject(project);
  return rewritten(
    project,
    (spec.roles ?? []).map((role) => ({ role, tokens: tokensOf(role, project) })),
  );
}

interface RoleTokens {
  readonly role: ProjectRole;
  readonly tokens: readonly JwtToken[];
}

function rewritten(project: KubeObject, roles: readonly RoleTokens[]): KubeObject {
  const { spec } = readProject(project);
  const held = roles.filter(({ tokens }) => tokens.length > 0);
  const status = (project['status'] ?? {}) as JsonObject;
  const { jwtTokensByRole: _before, ...others } = status;
  const byRole = Object.fromEntries(held.map(({ role, tokens }) => [role.name, { items: tokens }]));
  const next = held.length > 0 ? { ...others, jwtTokensByRole: byRole } : others;
  const { status: _status, ...rest } = project;
  const made = {
    ...rest,
    spec: {
      ...spec,
      ...(spec.roles
        ? {
            roles: roles.map(({ role: { jwtTokens: _tokens, ...role }, tokens }) =>
              tokens.length > 0 ? { ...role, jwtTokens: tokens } : role,
            ),
          }
        : {}),
    },
    ...(Object.keys(next).length > 0 ? { status: next } : {}),
  };
  return made as unknown as KubeObject;
}

function tokensOf({ name, jwtTokens = [] }: ProjectRole, project: KubeObject): readonly JwtToken[] {
  const status = project['status'] as { readonly jwtTokensByRole?: Readonly<Record<string, Json>> } | undefined;
  const listed = status?.jwtTokensByRole;
  const held = listed && Object.hasOwn(listed, name) ? listed[name] : undefined;
  const { items } = (held ?? {}) as { readonly items?: readonly JwtToken[] | null };
  const known = new Map<string, JwtToken>();
  // Tokens of old have no id: the second they were issued in stands for it.
  for (const token of [...(items ?? []), ...jwtTokens]) {
    const id = token.id === undefined || token.id === '' ? String(token.iat) : token.id;
    known.set(id, { ...token, id });
  }
  return latestFirst([...known.values()]);
}

function latestFirst(tokens: readonly JwtToken[]): readonly JwtToken[] {
  return tokens.toSorted((left, right) => right.iat - left.iat || ((left.id ?? '') < (right.id ?? '') ? -1 : 1));
}
