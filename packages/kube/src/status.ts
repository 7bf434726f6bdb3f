// Turns what an API server answered into a KubeError: its Status object where it sent one, else the HTTP status in words.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { KubeError } from './errors.ts';
import type { KubeResponse } from './transport.ts';

const MESSAGE_LENGTH_MAX = 600;

/** Reasons as apimachinery assigns them to bare HTTP codes (kubernetes:apimachinery/pkg/api/errors/errors.go, v1.35). */
const reasonByCode: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error a response with a status outside 2xx stands for. */
export function errorOfResponse(response: Pick<KubeResponse, 'status' | 'body'>): KubeError {
  const { status, body } = response;
  if (isJsonObject(body) && body['kind'] === 'Status') return errorOfStatus(body, status);
  const text = typeof body === 'string' ? body.trim().slice(0, MESSAGE_LENGTH_MAX) : '';
  const reason = reasonByCode[status] ?? 'Unknown';
  return new KubeError({
    code: status,
    reason,
    message: text === '' ? `the server answered ${status} ${reason}` : text,
  });
}

/** The error of a Status object, e.g. of an ERROR line of a watch. `httpStatus` stands in for a missing code. */
export function errorOfStatus(status: JsonObject | KubeObject, httpStatus = 500): KubeError {
  const code = typeof status['code'] === 'number' ? status['code'] : httpStatus;
  const reason = typeof status['reason'] === 'string' ? status['reason'] : (reasonByCode[code] ?? 'Unknown');
  const message = typeof status['message'] === 'string' ? status['message'] : `the server answered ${code} ${reason}`;
  const details = status['details'] as Json | undefined;
  return new KubeError({ code, reason, message, ...(details === undefined ? {} : { details }) });
}

/** Narrows to a JSON object (not an array, not null). */
export function isJsonObject(value: Json | KubeObject | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
