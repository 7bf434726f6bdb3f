// What all handlers of requests share: plain answers, verbs a type does not have, and how a request writes.

import type { Json, KubeObject } from '@evenkeel/resource';
import {
  type ApiAnswer,
  type ApiRequest,
  type ResourcePath,
  type WriteParameters,
  managerFromAgent,
} from './request.ts';
import type { ServedType, Verb } from './served-type.ts';
import { badRequest, invalid, methodNotAllowed } from './status.ts';
import type { Write } from './writer.ts';

/** A 200 answer. */
export function ok(body: Json | KubeObject): ApiAnswer {
  return { kind: 'object', status: 200, body };
}

/** Throws 405 where the type does not do that. */
export function need(type: ServedType, verb: Verb): void {
  if (!type.verbs.has(verb)) throw methodNotAllowed();
}

/** How a request writes. Throws 422 for options that make no sense. */
export function writeOf(request: ApiRequest, path: ResourcePath, type: ServedType): Write {
  return {
    type,
    namespace: path.namespace ?? (type.namespaced ? undefined : ''),
    subresource: path.subresource,
    manager: managerOf(request),
    parameters: writeParameters(request),
    ...(request.duplicateFields === undefined ? {} : { duplicateFields: request.duplicateFields }),
  };
}

/** The name that a request's fields are recorded under. */
export function managerOf(request: ApiRequest): string {
  return request.query['fieldManager'] ?? managerFromAgent(request);
}

function writeParameters(request: ApiRequest): WriteParameters {
  const { dryRun, fieldManager, fieldValidation, force } = request.query;
  if (dryRun !== undefined && dryRun !== 'All' && dryRun !== '') {
    throw invalid({ group: 'meta.k8s.io', kind: optionsKind(request), plural: '' }, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ["${dryRun}"]: supported values: "All"`,
        field: 'dryRun',
      },
    ]);
  }
  if (fieldValidation !== undefined && !['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    throw invalid({ group: 'meta.k8s.io', kind: optionsKind(request), plural: '' }, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: "${fieldValidation}": supported values: "", "Ignore", "Strict", "Warn"`,
        field: 'fieldValidation',
      },
    ]);
  }
  return {
    dryRun: dryRun === 'All',
    fieldManager,
    // Since 1.27 the server warns unless asked otherwise.
    fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
    force: force === 'true' || force === '1',
  };
}

function optionsKind(request: ApiRequest): string {
  if (request.method === 'POST') return 'CreateOptions';
  return request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions';
}

/** The patch in a request. */
export function patchOf(request: ApiRequest): {
  readonly contentType: string;
  readonly body: ApiRequest['body'];
  readonly duplicateFields?: readonly string[];
} {
  if (request.body === undefined) throw badRequest('the patch is empty');
  return {
    contentType: request.headers['content-type'] ?? '',
    body: request.body,
    ...(request.duplicateFields === undefined ? {} : { duplicateFields: request.duplicateFields }),
  };
}
