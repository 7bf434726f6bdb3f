// serviceaccounts/token: bearer tokens for service accounts.

import { type Bag, bagAt, isBag } from '../store/draft.ts';
import type { ApiAnswer, ApiRequest, ResourcePath } from './request.ts';
import type { ApiDeps } from './server.ts';
import type { ServedType } from './served-type.ts';
import { notFound } from './status.ts';

const secondsDefault = 3600;

/** Issues a token. Throws 404. */
export function issueToken(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  const account = deps.store.collection('serviceaccounts').get(path.namespace ?? '', name);
  if (account === undefined) throw notFound(type, name);
  const spec = isBag(request.body) ? bagAt(request.body as Bag, 'spec') : undefined;
  const seconds = typeof spec?.['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : secondsDefault;
  const audiences =
    Array.isArray(spec?.['audiences']) && spec['audiences'].length > 0 ? (spec['audiences'] as string[]) : undefined;
  const issued = deps.tokens.issue({ account, seconds, audiences });
  const body = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace: path.namespace ?? '', creationTimestamp: issued.issuedAt },
    spec: { audiences: issued.audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token: issued.token, expirationTimestamp: issued.expiresAt },
  };
  return { kind: 'object', status: 201, body };
}
