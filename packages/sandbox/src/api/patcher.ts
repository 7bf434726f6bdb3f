// PATCH in its four content types: JSON patch, merge patch, strategic merge patch, and apply.

import type { Json, KubeObject } from '@evenkeel/resource';
import { applyConfiguration } from '../apply/apply.ts';
import { schemaOf } from '../apply/schemas.ts';
import { strategicMerge } from '../apply/strategic.ts';
import type { Value } from '../store/draft.ts';
import { type ReadBody, readBody } from './body.ts';
import { jsonPatch, mergePatch } from './json-patch.ts';
import { ApiError, badRequest, invalid, unsupportedMediaType } from './status.ts';
import { atVersion } from './versions.ts';
import type { Write, Writer, Written } from './writer.ts';

const builtinTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];

/** A patch as it arrived. */
export interface Patch {
  readonly contentType: string;
  readonly body: Json | KubeObject | undefined;
  readonly duplicateFields?: readonly string[];
}

/** Patches an object; an apply creates it where it is absent. Throws 400, 404, 409, 415, 422. */
export function patchObject(writer: Writer, write: Write, name: string, patch: Patch, now: () => string): Written {
  const contentType = (patch.contentType.split(';')[0] ?? '').trim();
  if (contentType === 'application/apply-patch+yaml')
    return applyConfiguration({ writer, write, name, body: patch.body, now });
  if (write.parameters.force) {
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
      {
        group: 'meta.k8s.io',
        kind: 'PatchOptions',
        causes: [
          {
            reason: 'FieldValueForbidden',
            message: 'Forbidden: may not be specified for non-apply patch',
            field: 'force',
          },
        ],
      },
    );
  }
  const apply = patchFunction(contentType, write);
  return writer.modify(write, name, (old) => patched(apply, write, old, patch));
}

function patched(apply: (target: Value, patch: Json) => Value, write: Write, old: KubeObject, patch: Patch): ReadBody {
  if (patch.body === undefined) throw badRequest('the patch is empty');
  refuseWrongShape(patch);
  if (patch.body === null) return readBody(atVersion(old, write.type) as unknown as Json, write);
  const target = atVersion(old, write.type) as unknown as Value;
  const result = apply(target, patch.body as Json);
  try {
    return readBody(result as Json, {
      ...write,
      ...(patch.duplicateFields === undefined ? {} : { duplicateFields: patch.duplicateFields }),
    });
  } catch (error) {
    throw asPatchFailure(error, patch, result as Json);
  }
}

// Merge patches are objects.
function refuseWrongShape({ contentType, body }: Patch): void {
  if (body === null && contentType.includes('merge-patch') && !contentType.includes('strategic'))
    throw badRequest('Invalid JSON Patch');
  if (
    contentType.includes('json-patch') ||
    body === null ||
    (typeof body === 'object' && body !== null && !Array.isArray(body))
  )
    return;
  const kind = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body;
  const problem = `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  throw badRequest(contentType.includes('strategic') ? problem : `error decoding patch: ${problem}`);
}

// What a patch makes of an object is refused as a value of the patch, not as a body.
function asPatchFailure(error: unknown, patch: Patch, result: Json): unknown {
  if (!(error instanceof ApiError) || error.code !== 400) return error;
  const why = error.message.replace(/^\w+ in version "[^"]*" cannot be handled as a \w+: /, '');
  const strategic = patch.contentType.includes('strategic');
  const shown = strategic ? goText(withoutMerged(patch.body)) : JSON.stringify(result);
  const detail = strategic ? conversionProblem(why) : why;
  return invalid({ group: '', kind: '', plural: '' }, '', [
    { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${detail}`, field: 'patch' },
  ]);
}

// Upstream takes lists with an order, and what orders and retains, out of the patch as it merges them.
function withoutMerged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const order = '$setElementOrder/';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith(order) && key !== '$retainKeys' && !(order + key in value))
      .map(([key, member]) => [key, withoutMerged(member)]),
  );
}

// As Go prints maps and slices.
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (value === null || value === undefined) return '<nil>';
  if (typeof value !== 'object') return String(value as string | number | boolean);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([key, member]) => `${key}:${goText(member)}`).join(' ')}]`;
}

// Strategic merges are converted, not decoded, which has words of its own.
function conversionProblem(why: string): string {
  const match = /cannot unmarshal (\w+) into Go .* of type (\S+)$/.exec(why);
  if (match === null) return why;
  const [, from = '', to = ''] = match;
  const given = { number: 'int64', object: 'map', array: 'slice' }[from] ?? from;
  if (to.startsWith('map[')) return `cannot restore map from ${given}`;
  if (to.startsWith('[]')) return `cannot restore slice from ${given}`;
  // What is no number is told by its target only.
  if (from !== 'number' && /^u?int\d*$|^float\d*$/.test(to)) return `unrecognized type: ${to}`;
  return /^(string|bool|u?int\d*|float\d*)$/.test(to)
    ? `cannot convert ${given} to ${to}`
    : `cannot restore struct from: ${given}`;
}

function patchFunction(contentType: string, write: Write): (target: Value, patch: Json) => Value {
  switch (contentType) {
    case 'application/json-patch+json':
      return jsonPatch;
    case 'application/merge-patch+json':
      return mergePatch;
    case 'application/strategic-merge-patch+json': {
      if (write.type.custom !== undefined)
        throw unsupportedMediaType(
          builtinTypes.filter((each) => !each.includes('strategic') && !each.includes('cbor')),
        );
      const schema = schemaOf(write.type);
      return (target, patch) => strategicMerge(target, patch, schema);
    }
    default:
      throw unsupportedMediaType(builtinTypes);
  }
}
