// PATCH in its four content types: JSON patch, merge patch, strategic merge patch, and apply.

import type { Json, KubeObject } from '@evenkeel/resource';
import { applyConfiguration } from '../apply/apply.ts';
import { schemaOf } from '../apply/schemas.ts';
import { strategicMerge } from '../apply/strategic.ts';
import type { Value } from '../store/draft.ts';
import { type ReadBody, readBody } from './body.ts';
import { jsonPatch, mergePatch } from './json-patch.ts';
import { ApiError, badRequest, unsupportedMediaType } from './status.ts';
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
  const target = atVersion(old, write.type) as unknown as Value;
  const result = apply(target, patch.body as Json);
  return readBody(result as Json, {
    ...write,
    ...(patch.duplicateFields === undefined ? {} : { duplicateFields: patch.duplicateFields }),
  });
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
