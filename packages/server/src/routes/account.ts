// What the one who asks may do, and the tokens of project roles.
// Mirrors argoproj/argo-cd:server/account/account.go CanI and server/project/project.go CreateToken, DeleteToken (3.6).

import { type Accepted, type CanIAnswer, type TokenAnswer, apiRoot, tokenRequest } from '@evenkeel/api';
import { TokenRefused, applicationObject, rbacActions, rbacResources } from '@evenkeel/argo';
import type { FastifyInstance } from 'fastify';
import { rightsOf } from '../access/guard-routes.ts';
import { type AccessBackend, type Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { parseBody } from './act.ts';

/** Adds the routes where this server verifies tokens. */
export function addAccountRoutes(app: FastifyInstance, { access }: Backend): void {
  if (!access) return;
  app.get(`${apiRoot}/account/can-i/:resource/:action/*`, (request): CanIAnswer => {
    const { resource, action, '*': object } = request.params as Readonly<Record<'resource' | 'action' | '*', string>>;
    const words = (all: readonly string[]): string => `[${all.join(' ')}]`;
    if (!rbacActions.includes(action))
      throw new ActionRefused('BAD_REQUEST', `${words(rbacActions)} does not contain ${action}`);
    if (!rbacResources.includes(resource))
      throw new ActionRefused('BAD_REQUEST', `${words(rbacResources)} does not contain ${resource}`);
    const wish = { resource, action: askedAction(action, access), object: askedObject(resource, object) };
    return { value: rightsOf(request).may(wish) ? 'yes' : 'no' };
  });
  addTokenRoutes(app, access);
}

/** A rollback asks for `sync`, unless it is enforced on its own. */
function askedAction(action: string, access: AccessBackend): string {
  return action === 'rollback' && !access.switches().enforcesRollback ? 'sync' : action;
}

const projectScoped: ReadonlySet<string> = new Set([
  'applications',
  'applicationsets',
  'logs',
  'exec',
  'clusters',
  'repositories',
]);

/** An application of the control plane may be named with its namespace too. */
function askedObject(resource: string, object: string): string {
  const [project = '', namespace = '', name = '', ...rest] = object.split('/');
  if (!projectScoped.has(resource) || name === '' || rest.length > 0) return object;
  return applicationObject({ project, namespace, name });
}

function addTokenRoutes(app: FastifyInstance, { gate }: AccessBackend): void {
  const path = `${apiRoot}/projects/:name/roles/:role/token`;
  app.post(path, async (request): Promise<TokenAnswer> => {
    const { name, role } = request.params as { readonly name: string; readonly role: string };
    const { expiresIn = 0, id = '' } = parseBody(tokenRequest, request.body);
    return { token: await refusing(gate.createToken({ project: name, role, expiresInSeconds: expiresIn, id })) };
  });
  app.delete(`${path}/:iat`, async (request): Promise<Accepted> => {
    const { name, role, iat } = request.params as Readonly<Record<'name' | 'role' | 'iat', string>>;
    if (!/^\d{1,15}$/.test(iat)) throw new ActionRefused('BAD_REQUEST', `"${iat}" is no time in seconds`);
    await refusing(gate.deleteToken({ project: name, role, issuedAt: Number(iat), id: '' }));
    return { message: `token of proj:${name}:${role} deleted` };
  });
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TokenRefused) throw new ActionRefused('BAD_REQUEST', error.message);
    throw error;
  }
}
