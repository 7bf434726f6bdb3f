// Whether a request may be made at all: its identity against the RBAC rules, refused in the real server's words.

import type { ApiRequest, ResourcePath } from '../api/request.ts';
import { ApiError } from '../api/status.ts';
import type { AccessRules, Attempt } from './rules.ts';

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Throws 403 where the request's identity may not make it. */
export function authorize(access: AccessRules, request: ApiRequest, path: ResourcePath | undefined): void {
  const { identity } = request;
  if (identity.groups.includes('system:masters')) return;
  const attempt: Attempt =
    path === undefined ? { verb: request.method.toLowerCase(), path: request.path } : resourceAttempt(request, path);
  if (access.decide(identity, attempt).allowed) return;
  throw accessRefusal(identity.user, attempt);
}

function resourceAttempt(request: ApiRequest, path: ResourcePath): Exclude<Attempt, { readonly path: string }> {
  return {
    verb: verbOf(request, path),
    group: path.group,
    resource: path.plural,
    subresource: path.subresource ?? '',
    namespace: path.plural === 'namespaces' && path.group === '' ? (path.name ?? '') : (path.namespace ?? ''),
    name: path.name ?? '',
  };
}

function verbOf(request: ApiRequest, path: ResourcePath): string {
  const verb = verbs[request.method] ?? request.method.toLowerCase();
  if (verb === 'get' && (request.query['watch'] === 'true' || request.query['watch'] === '1')) return 'watch';
  if (path.name !== undefined) return verb;
  return verb === 'get' ? 'list' : verb === 'delete' ? 'deletecollection' : verb;
}

/** The 403 of somebody who may not do something. */
export function accessRefusal(user: string, attempt: Attempt): ApiError {
  if ('path' in attempt)
    return new ApiError(
      403,
      'Forbidden',
      `forbidden: User "${user}" cannot ${attempt.verb} path "${attempt.path}"`,
      {},
    );
  const { group, resource, subresource, namespace, name, verb } = attempt;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = name === '' ? qualified : `${qualified} "${name}"`;
  const message = `${subject} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`;
  return new ApiError(403, 'Forbidden', message, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
