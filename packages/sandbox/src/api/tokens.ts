// serviceaccounts/token: bearer tokens for service accounts (kubernetes:pkg/registry/core/serviceaccount/storage/token.go).

import type { Json, KubeObject } from '@evenkeel/resource';
import { type TokenRequest, issuer } from '../access/tokens.ts';
import { recordOwnership } from '../apply/ownership.ts';
import { managerOf } from './answers.ts';
import { type Bag, type Draft, bagAt, isBag, scalarText } from '../store/draft.ts';
import type { ApiAnswer, ApiRequest, ResourcePath } from './request.ts';
import type { ApiDeps } from './server.ts';
import type { ServedType } from './served-type.ts';
import { type Cause, badRequest, conflict, invalid, notFound } from './status.ts';

const secondsDefault = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;

const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'TokenRequest' };

/** Issues a token. Throws 400, 404, 409, 422. */
export function issueToken(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  const namespace = path.namespace ?? '';
  const body = isBag(request.body) ? (request.body as Bag) : {};
  const given = bagAt(body, 'metadata') ?? {};
  checkNames(given, { name, namespace });
  const account = deps.store.collection('serviceaccounts').get(namespace, name);
  if (account === undefined) throw notFound(type, name);
  const { uid = '' } = account.metadata;
  const givenUid = scalarText(given['uid'] ?? '');
  if (givenUid !== '' && givenUid !== uid) {
    const why = `the UID in the token request (${givenUid}) does not match the UID of the service account (${uid})`;
    throw conflict({ ...kind, plural: 'TokenRequest' }, name, why);
  }
  const spec = bagAt(body, 'spec') ?? {};
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : secondsDefault;
  checkSeconds(seconds);
  const audiences =
    Array.isArray(spec['audiences']) && spec['audiences'].length > 0 ? spec['audiences'].map(scalarText) : [issuer];
  const reference = bagAt(spec, 'boundObjectRef');
  const bound = reference === undefined ? {} : boundTo(deps, reference, { namespace, account: name });
  const issued = deps.tokens.issue({ account, seconds, audiences, bound });
  const answer: Json = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: issued.issuedAt,
      ...ownership(request, type, { given, spec, time: issued.issuedAt }),
    },
    spec: {
      audiences: issued.audiences,
      expirationSeconds: seconds,
      boundObjectRef: (reference ?? null) as Json,
    },
    status: { token: issued.token, expirationTimestamp: issued.expiresAt },
  };
  return { kind: 'object', status: 201, body: answer };
}

// Recorded although nothing is stored, as for all that is created.
function ownership(
  request: ApiRequest,
  type: ServedType,
  { given, spec, time }: { readonly given: Bag; readonly spec: Bag; readonly time: string },
): { readonly managedFields?: Json } {
  const head = { kind: kind.kind, apiVersion: `${kind.group}/v1` };
  // The default is filled in before ownership is taken note of.
  const filled = { expirationSeconds: secondsDefault, ...spec };
  const managedFields = recordOwnership({
    type: { ...type, ...kind, version: 'v1' },
    // An empty request says null for the object it is bound to, so that saying which is a change and no addition.
    before: { ...head, metadata: {}, spec: { boundObjectRef: null } } as unknown as KubeObject,
    after: { ...head, metadata: { ...given }, spec: filled } as unknown as KubeObject,
    manager: managerOf(request),
    subresource: 'token',
    time,
  });
  return managedFields === undefined || managedFields.length === 0
    ? {}
    : { managedFields: managedFields as unknown as Json };
}

function checkNames(given: Bag, path: { readonly name: string; readonly namespace: string }): void {
  const namespace = scalarText(given['namespace'] ?? '');
  if (namespace !== '' && namespace !== path.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const name = scalarText(given['name'] ?? '');
  if (name === '' || name === path.name) return;
  throw invalid(kind, path.name, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(name)}: must match the service account name if specified`,
      field: 'metadata.name',
    },
  ]);
}

function checkSeconds(seconds: number): void {
  const bad = (why: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${seconds}: may not specify a duration ${why}`,
    field: 'spec.expirationSeconds',
  });
  if (seconds < secondsMin) throw invalid(kind, '', [bad('less than 10 minutes')]);
  if (seconds > secondsMax) throw invalid(kind, '', [bad('larger than 2^32 seconds')]);
}

// The object whose end ends the token.
function boundTo(
  deps: ApiDeps,
  reference: Bag,
  { namespace, account }: { readonly namespace: string; readonly account: string },
): NonNullable<TokenRequest['bound']> {
  const apiVersion = scalarText(reference['apiVersion'] ?? '');
  const plural = plurals[`${apiVersion}/${scalarText(reference['kind'])}`];
  if (plural === undefined) {
    const slash = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    throw badRequest(`cannot bind token to object of type ${slash}, Kind=${scalarText(reference['kind'])}`);
  }
  const name = scalarText(reference['name']);
  const object = deps.store.collection(plural).get(plural === 'nodes' ? '' : namespace, name);
  const objectKind = scalarText(reference['kind']);
  if (object === undefined) throw notFound({ group: '', plural, kind: objectKind }, name);
  const bound = boundClaims(deps, plural, object, account);
  const uid = scalarText(reference['uid'] ?? '');
  if (uid !== '' && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', plural: objectKind, kind: objectKind }, name, why);
  }
  return bound;
}

const plurals: Readonly<Record<string, 'pods' | 'secrets' | 'nodes'>> = {
  'v1/Pod': 'pods',
  'v1/Secret': 'secrets',
  'v1/Node': 'nodes',
};

function boundClaims(
  deps: ApiDeps,
  plural: 'pods' | 'secrets' | 'nodes',
  object: KubeObject,
  account: string,
): NonNullable<TokenRequest['bound']> {
  const { name = '', uid = '' } = object.metadata;
  if (plural === 'secrets') return { secret: { name, uid } };
  if (plural === 'nodes') return { node: { name, uid } };
  const spec = bagAt(object as unknown as Draft, 'spec');
  if (spec?.['serviceAccountName'] !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  const nodeName = scalarText(spec['nodeName'] ?? '');
  if (nodeName === '') return { pod: { name, uid } };
  const node = deps.store.collection('nodes').get('', nodeName);
  return { pod: { name, uid }, node: { name: nodeName, uid: node?.metadata.uid ?? '' } };
}
