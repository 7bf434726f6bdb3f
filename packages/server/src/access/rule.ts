// The shape of what is asked of a bearer before a route runs, and of what is left out of its answer.

import { type RbacRequest, applicationObject } from '@evenkeel/argo';
import { parseDeliveryKey } from '@evenkeel/api';
import type { FastifyRequest } from 'fastify';
import { type Backend, findItem } from '../backend.ts';
import type { FaceItem } from '../faces/face.ts';
import { type Rights, forbidden } from './rights.ts';

/** A request of somebody who bears a token. */
export interface Asked {
  readonly request: FastifyRequest;
  readonly backend: Backend;
  readonly rights: Rights;
}

/** What a route asks of bearers. One without a rule is not open to them. */
export interface Rule {
  /** Throws or rejects with ActionRefused where the bearer may not. */
  readonly check?: (asked: Asked) => void | Promise<void>;
  /** What the bearer is shown of the answer. */
  readonly show?: (answer: never, asked: Asked) => unknown;
}

/** By "METHOD path". */
export type Rules = Readonly<Record<string, Rule>>;

/**
 * How policies call an application. Those of Flux belong to no AppProject, whatever their namespace is called: their first part can
 * be the name of none.
 */
export function objectOf(item: Pick<FaceItem, 'frontEnd' | 'namespace' | 'name' | 'project'>): string {
  return item.frontEnd === 'argo' ? applicationObject(item) : `flux:${item.namespace}/${item.name}`;
}

/** A wish about an application. */
export function onApplication(
  item: Parameters<typeof objectOf>[0],
  action: string,
  resource = 'applications',
): RbacRequest {
  return { resource, action, object: objectOf(item) };
}

/** The application of a request. One that may not be seen is as one that is not there. */
export function seenApplication({ request, backend, rights }: Asked): FaceItem {
  const item = applicationOf(request, backend);
  if (!item || !rights.may(onApplication(item, 'get'))) throw forbidden();
  return item;
}

/** The application of a request on which an action is permitted; why it is not is told to those who may see it. */
export function permittedApplication({ request, backend, rights }: Asked, action: string): FaceItem {
  const item = applicationOf(request, backend);
  if (!item) throw forbidden();
  const wish = onApplication(item, action);
  if (rights.may(wish)) return item;
  if (rights.may(onApplication(item, 'get'))) rights.demand(wish);
  throw forbidden();
}

/** The application of a request, whoever asks. */
export function applicationOf(request: FastifyRequest, backend: Backend): FaceItem | undefined {
  const { frontEnd = '', namespace = '', name = '' } = request.params as Readonly<Record<string, string>>;
  return findItem(backend, frontEnd, { namespace, name })?.item;
}

/** Whether the application of a delivery's key may be seen; one that is gone may not. */
export function maySeeKey(key: string | undefined, backend: Backend, rights: Rights): boolean {
  const at = key === undefined ? undefined : parseDeliveryKey(key);
  const found = at && findItem(backend, at.frontEnd, at);
  return found !== undefined && rights.may(onApplication(found.item, 'get'));
}

/** A part of a body that nobody has looked at yet, as a map; empty where it is none. */
export function mapIn(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  let at: unknown = value;
  for (const key of path) at = isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return isMap(at) ? at : {};
}

/** A text of such a map; '' where it is none. */
export function textIn(map: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof value === 'string' ? value : '';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
