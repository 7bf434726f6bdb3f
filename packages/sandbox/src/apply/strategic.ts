// Strategic merge patches, refused as the API server refuses them (apiserver:pkg/endpoints/handlers/patch.go, 1.35).

import { type FieldSchema, type Json, type JsonObject, strategicMerge as mergeStrategically } from '@evenkeel/resource';
import { ApiError, badRequest } from '../api/status.ts';
import { type Value, isBag } from '../store/draft.ts';

/** Applies a strategic merge patch; the target is not changed. Throws 400, 422 or 500 for a patch that cannot be applied. */
export function strategicMerge(target: Value, patch: Json, schema: FieldSchema | undefined): Value {
  if (!isBag(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  const merged = mergeStrategically((isBag(target) ? target : {}) as JsonObject, patch as JsonObject, schema);
  if (merged.ok) return merged.value as Value;
  const { message } = merged.error;
  if (message.startsWith('invalid patch format of ')) throw badRequest(message);
  if (/^lists of lists are not supported|retainKeys/.test(message)) throw new ApiError(422, '', message);
  throw new ApiError(500, '', message);
}
