// Where a resource lives in the URL space of an API server.

import { formatApiVersion } from '@evenkeel/resource';
import type { ResourceType } from './client.ts';
import { KubeError } from './errors.ts';

/** What of a resource a path names: a collection, an object, or an object's subresource. */
export interface ResourceAddress {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/**
 * The absolute path of a collection, object or subresource, without query.
 * Throws KubeError 400 where a namespaced object is addressed without a namespace, worded as client-go words it.
 */
export function resourcePath(type: ResourceType, at: ResourceAddress): string {
  const root = type.group === '' ? '/api' : '/apis';
  const parts = [root, formatApiVersion(type.group, type.version)];
  const namespace = type.namespaced ? (at.namespace ?? '') : '';
  if (type.namespaced && namespace === '' && at.name !== undefined) {
    throw badRequest('an empty namespace may not be set when a resource name is provided');
  }
  if (namespace !== '') parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(type.plural);
  if (at.name !== undefined) {
    if (at.name === '') throw badRequest('resource name may not be empty');
    parts.push(encodeURIComponent(at.name));
  }
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join('/');
}

function badRequest(message: string): KubeError {
  return new KubeError({ code: 400, reason: 'BadRequest', message });
}
