// Refusals as the API server words them: metav1.Status objects, thrown as ApiError within the sandbox.

import type { Json, KubeObject } from '@evenkeel/resource';
import { type ServedType, qualifiedKind, qualifiedResource } from './served-type.ts';

/** One reason why an object is invalid. */
export interface Cause {
  readonly reason: CauseReason;
  readonly message: string;
  readonly field: string;
}

export type CauseReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldManagerConflict'
  | 'InternalError';

/** A refusal. `status` is the whole Status object to answer with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: KubeObject;
  readonly code: number;
  constructor(code: number, reason: string, message: string, details?: { readonly [key: string]: Json | undefined }) {
    super(message);
    this.code = code;
    this.status = failure({ code, reason, message, ...(details === undefined ? {} : { details }) });
  }
}

type Named = Pick<ServedType, 'group' | 'plural' | 'kind'>;

export function notFound(type: Named, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualifiedResource(type)} "${name}" not found`, detailsOf(type, name));
}

/** The type itself is not served. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(type: Named, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualifiedResource(type)} "${name}" already exists`,
    detailsOf(type, name),
  );
}

export function conflict(type: Named, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(type)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(type, name));
}

/** The object was changed since the version that the request was based on. */
export function modifiedSince(type: Named, name: string): ApiError {
  return conflict(
    type,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function forbidden(type: Named, name: string, why: string): ApiError {
  const message = `${qualifiedResource(type)} "${name}" is forbidden: ${why}`;
  return new ApiError(403, 'Forbidden', message, detailsOf(type, name));
}

/** The object is there and on its way out. */
export function alreadyDeleting(type: Named, name: string): ApiError {
  const { message } = alreadyExists(type, name);
  return new ApiError(409, 'AlreadyExists', `object is being deleted: ${message}`, detailsOf(type, name));
}

/** 422 with every cause; the message lists them as the server does: one bare, several in brackets. */
export function invalid(type: Named, name: string, causes: readonly Cause[]): ApiError {
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const message = `${qualifiedKind(type)} "${name}" is invalid: ${list}`;
  return new ApiError(422, 'Invalid', message, {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    ...(type.kind === '' ? {} : { kind: type.kind }),
    causes: causes.map((cause) => ({ reason: cause.reason, message: cause.message, field: cause.field })),
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

export function notAcceptable(): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
  );
}

/** No format of the object is one that the client takes. */
export function noFormat(): ApiError {
  const formats = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  return new ApiError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${formats}`, {});
}

/** The revision asked for is no longer remembered. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** Something failed on the way that is nobody's fault in the request. */
export function internalError(why: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

/** Named honestly: the sandbox does not do this. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'NotImplemented', `the sandbox cluster does not implement ${what}`);
}

/** A Success status, as deletions are answered with. */
export function successStatus(type: Named, name: string, uid: string | undefined): KubeObject {
  const details = { ...detailsOf(type, name), ...(uid === undefined ? {} : { uid }) };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function failure(parts: { code: number; reason: string; message: string; details?: Json }): KubeObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: parts.message,
    ...(parts.reason === '' ? {} : { reason: parts.reason }),
    ...(parts.details === undefined ? {} : { details: parts.details }),
    code: parts.code,
  };
}

function detailsOf(type: Named, name: string): { readonly [key: string]: Json } {
  return { ...(name === '' ? {} : { name }), ...(type.group === '' ? {} : { group: type.group }), kind: type.plural };
}
