// Short forms of the requests that cases are made of, and of the objects they send.

import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

export type Bag = Record<string, unknown>;

export const core = '/api/v1/namespaces/default';
export const apps = '/apis/apps/v1/namespaces/default';
export const batch = '/apis/batch/v1/namespaces/default';
export const dry = '?dryRun=All';
export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export const post = (path: string, body: unknown): Ask => ({ method: 'POST', path, body });
export const put = (path: string, body: unknown): Ask => ({ method: 'PUT', path, body });
export const get = (path: string, accept?: string): Ask => ({
  method: 'GET',
  path,
  ...(accept === undefined ? {} : { accept }),
});
export const remove = (path: string, body?: unknown): Ask => ({
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
});
const patch = (path: string, kind: string, body: unknown): Ask => ({
  method: 'PATCH',
  path,
  body,
  contentType: `application/${kind}`,
});
export const merge = (path: string, body: unknown): Ask => patch(path, 'merge-patch+json', body);
export const strategic = (path: string, body: unknown): Ask => patch(path, 'strategic-merge-patch+json', body);
export const jsonPatch = (path: string, body: unknown): Ask => patch(path, 'json-patch+json', body);
export const applied = (path: string, manager: string, body: unknown, force = false): Ask =>
  patch(`${path}?fieldManager=${manager}${force ? '&force=true' : ''}`, 'apply-patch+yaml', body);

/** An object; `rest` holds spec and what else there is. */
export function object(apiVersion: string, kind: string, name: string, rest: Bag = {}): Bag {
  const { metadata, ...members } = rest;
  return { apiVersion, kind, metadata: { name, ...(metadata as Bag | undefined) }, ...members };
}

/** A ConfigMap. */
export function config(name: string, data: Bag = { a: '1' }, metadata: Bag = {}): Bag {
  return object('v1', 'ConfigMap', name, { metadata, data });
}

/** A case of one request. */
export function single(name: string, ask: Ask): Case {
  return { name, steps: [ask] };
}
