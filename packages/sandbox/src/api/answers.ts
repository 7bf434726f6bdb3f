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
import { type Cause, badRequest, invalid, methodNotAllowed } from './status.ts';
import type { Requester } from '../access/identity.ts';
import { isBag } from '../store/draft.ts';
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
    by: { identity: request.identity, options: requestOptions(request) },
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
  checkManager(request, fieldManager ?? '');
  return {
    dryRun: dryRun === 'All',
    fieldManager,
    // Since 1.27 the server warns unless asked otherwise.
    fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
    force: force === 'true' || force === '1',
  };
}

// The options of a write as admission is told of them: what was asked for, nothing that was assumed.
function requestOptions(request: ApiRequest): { readonly [key: string]: Json } {
  const { dryRun, fieldManager, fieldValidation } = request.query;
  return {
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun === undefined || dryRun === '' ? {} : { dryRun: [dryRun] }),
    ...(fieldManager === undefined ? {} : { fieldManager }),
    ...(fieldValidation === undefined ? {} : { fieldValidation }),
  };
}

/** Who deletes, and with which options. */
export function removerOf(request: ApiRequest): Requester {
  const { dryRun, gracePeriodSeconds, propagationPolicy, orphanDependents } = request.query;
  const body = isBag(request.body) ? (request.body as { readonly [key: string]: Json }) : {};
  const options = {
    ...body,
    kind: 'DeleteOptions',
    apiVersion: 'meta.k8s.io/v1',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(gracePeriodSeconds) }),
    ...(orphanDependents === undefined ? {} : { orphanDependents: orphanDependents === 'true' }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun === undefined || dryRun === '' ? {} : { dryRun: [dryRun] }),
  };
  return { identity: request.identity, options };
}

const managerMaxLength = 128;

function checkManager(request: ApiRequest, manager: string): void {
  const refuse = (cause: Cause): Error =>
    invalid({ group: 'meta.k8s.io', kind: optionsKind(request), plural: '' }, '', [cause]);
  const field = 'fieldManager';
  if (manager.length > managerMaxLength) {
    const message = `Too long: may not be more than ${managerMaxLength} bytes`;
    throw refuse({ reason: 'FieldValueTooLong', message, field });
  }
  for (const [index, character] of Array.from(manager).entries()) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 32 && code !== 127) continue;
    const hex = code.toString(16).padStart(2, '0');
    const shown = `"${manager.replace(character, `\\x${hex}`)}"`;
    const why = `invalid character U+${hex.toUpperCase().padStart(4, '0')} (at position ${index})`;
    throw refuse({ reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field });
  }
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
