// Stands before every route of the API: who bears a token is known, may what the rule of the route asks, and is shown what they may
// see. A route without a rule is closed to tokens, so that a new one is not open by mistake.

import { apiRoot } from '@evenkeel/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Backend } from '../backend.ts';
import type { ActionRefused } from '../faces/face.ts';
import { applicationRules } from './application-rules.ts';
import { editRules } from './edit-rules.ts';
import { governanceRules } from './governance-rules.ts';
import { type Rights, forbidden, ownerRights, rightsOfToken, unauthenticated } from './rights.ts';
import type { Asked, Rule, Rules } from './rule.ts';
import { tokenOf } from './token.ts';

const rules: Rules = { ...applicationRules, ...editRules, ...governanceRules };
const known = new WeakMap<FastifyRequest, Rights>();

/** What a request may. Of no use outside of routes of the API. */
export function rightsOf(request: FastifyRequest): Rights {
  return known.get(request) ?? ownerRights;
}

/** Whom to let in without a token. */
export interface GuardOptions {
  /** Only those who ask from this machine; everybody where not given. */
  readonly requireToken?: boolean;
}

/** Adds the guard; has to be called before routes are added. */
export function guardRoutes(app: FastifyInstance, backend: Backend, { requireToken = false }: GuardOptions = {}): void {
  app.addHook('onRequest', async (request) => {
    if (!isOurs(request)) return;
    const token = tokenOf(request.headers);
    if (token !== undefined) known.set(request, await rightsOfToken(backend.access?.gate, token));
    else if (requireToken && !isLocal(request.socket.remoteAddress)) throw unauthenticated('no session information');
  });
  app.addHook('preHandler', async (request, reply) => {
    const rights = rightsOf(request);
    if (!isOurs(request) || rights.isOwner) return;
    const rule = ruleOf(request);
    if (!rule) throw forbidden(`permission denied: ${nameOf(request)} is not open to tokens`);
    const asked = { request, backend, rights };
    await rule.check?.(asked);
    if (request.method === 'GET') endWithRights(reply, rule, asked);
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    const rights = rightsOf(request);
    const show = isOurs(request) && !rights.isOwner && reply.statusCode < 400 ? ruleOf(request)?.show : undefined;
    return show ? show(payload as never, { request, backend, rights }) : payload;
  });
}

/** Whether a request comes from this machine: 127.0.0.0/8, ::1, or the former in the clothes of the latter. */
function isLocal(address: string | undefined): boolean {
  return /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i.test(address ?? '');
}

/** How long what is open may outlive its token, or the permission it was opened with. */
const OPEN_MS = 20_000;

/** Ends an answer that is still being written, such as a stream, when its bearer might not ask for it any more. */
function endWithRights({ raw }: FastifyReply, { check }: Rule, asked: Asked): void {
  const stillMay = async (): Promise<boolean> => {
    try {
      await check?.(asked);
      return await asked.rights.isGood();
    } catch {
      return false;
    }
  };
  const timer = setInterval(() => void stillMay().then((may) => may || raw.destroy()), OPEN_MS);
  raw.once('close', () => clearInterval(timer));
}

/** The routes that this server has and no bearer of a token may use, for tests. */
export function routesWithoutRule(routes: readonly string[]): readonly string[] {
  return routes.filter((route) => !Object.hasOwn(rules, route));
}

function isOurs(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith(apiRoot) === true;
}

function nameOf(request: FastifyRequest): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return `${method} ${request.routeOptions.url ?? ''}`;
}

function ruleOf(request: FastifyRequest): Rule | undefined {
  const name = nameOf(request);
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

/** The status of a refusal by its code. */
export function statusOf({ code }: ActionRefused): number {
  const statuses: Readonly<Record<string, number>> = {
    UNAUTHENTICATED: 401,
    FORBIDDEN: 403,
    NOT_FOUND: 404,
    BAD_REQUEST: 400,
    NOT_READY: 503,
  };
  return statuses[code] ?? 409;
}
