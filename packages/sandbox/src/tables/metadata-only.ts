// Answers reduced to metadata, for clients that ask for nothing else: metadata informers, garbage collectors.
// Mirrors kubernetes:apiserver/pkg/endpoints/handlers/response.go (v1.35).

import type { Json, KubeObject } from '@evenkeel/resource';
import type { ApiRequest } from '../api/request.ts';
import { ApiError } from '../api/status.ts';

export type MetadataKind = 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** Which reduction the client asks for in the first JSON clause it accepts; undefined for whole objects. */
export function wantedMetadata(read: ApiRequest): MetadataKind | undefined {
  for (const clause of (read.headers['accept'] ?? '').split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) return undefined;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice('as='.length);
    return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? as : undefined;
  }
  return undefined;
}

/** The body reduced. Throws 406 where a list was asked for as an object or the other way round. */
export function asMetadata(kind: MetadataKind, body: KubeObject): Json {
  if (body.kind === 'Status' && body.apiVersion === 'v1') return body as unknown as Json;
  const items = (body as unknown as { readonly items?: unknown }).items;
  const isList = Array.isArray(items) && body.kind.endsWith('List');
  if (kind === 'PartialObjectMetadata') {
    if (isList) throw notAcceptable(`you requested ${kind}, but the requested object is a list (${body.kind})`);
    return metadataOf(body);
  }
  if (!isList) throw notAcceptable(`you requested ${kind}, but the requested object is not a list (${body.kind})`);
  const list = {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    metadata: body.metadata,
    items: (items as readonly KubeObject[]).map(metadataOf),
  };
  return list as unknown as Json;
}

function metadataOf({ metadata }: KubeObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } as unknown as Json;
}

function notAcceptable(detail: string): ApiError {
  return new ApiError(406, 'NotAcceptable', detail);
}
