// Do two patches want different things of one field? Asked when kubectl apply must not overwrite
// (k8s.io/apimachinery:pkg/util/strategicpatch/patch.go MergingMapsHaveConflicts, 1.35).

import type { Json } from './json.ts';
import { equalValues, goPrint, isList, isMap } from './ownership/values.ts';
import type { FieldSchema } from './schema/field-schema.ts';
import {
  type MutableMap,
  type PatchMeta,
  bad,
  directiveMarker,
  distinctScalars,
  elementType,
  listMeta,
  mapType,
  retainKeysDirective,
  sortedScalars,
  structMeta,
} from './strategic-merge-meta.ts';

/** Whether both patches set some field to different values. */
export function patchesConflict(left: MutableMap, right: MutableMap, schema: FieldSchema | undefined): boolean {
  return valuesConflict(left, right, { schema, strategy: '', retainKeys: false, mergeKey: '' });
}

function valuesConflict(left: Json | undefined, right: Json | undefined, meta: PatchMeta): boolean {
  if (isMap(left)) {
    if (!isMap(right)) return true;
    if (left[directiveMarker] !== right[directiveMarker]) return true;
    if (meta.strategy === 'replace') return false;
    return Object.entries(left).some(([key, value]) => {
      const other = right[key];
      if (key === directiveMarker || key === retainKeysDirective || other === undefined) return false;
      return valuesConflict(value, other, metaOf(value, key, meta.schema));
    });
  }
  if (isList(left)) return isList(right) ? listsConflict(left, right, meta) : true;
  return !equalValues(left, right);
}

function metaOf(value: Json | undefined, key: string, schema: FieldSchema | undefined): PatchMeta {
  if (isList(value)) return listMeta(schema, key, 'openapi');
  if (isMap(value)) return structMeta(schema, key, 'openapi');
  return { schema: undefined, strategy: '', retainKeys: false, mergeKey: '' };
}

function listsConflict(left: readonly Json[], right: readonly Json[], meta: PatchMeta): boolean {
  const ofMaps = elementType(left, right) === mapType;
  const plain: PatchMeta = { ...meta, strategy: '', mergeKey: '' };
  if (meta.strategy === 'merge') {
    if (!ofMaps) return false;
    const [own, other] = [byKey(left, meta.mergeKey), byKey(right, meta.mergeKey)];
    return [...own].some(([key, item]) => other.has(key) && valuesConflict(item, other.get(key), plain));
  }
  if (left.length !== right.length) return true;
  const [own, other] = ofMaps
    ? [left, right]
    : [sortedScalars(distinctScalars(left)), sortedScalars(distinctScalars(right))];
  return own.some((item, index) => valuesConflict(item, other[index], plain));
}

function byKey(items: readonly Json[], mergeKey: string): Map<string, Json> {
  const map = new Map<string, Json>();
  for (const item of items) {
    if (!isMap(item)) throw bad(`invalid element type in merging list:${goPrint(items)}`);
    const key = item[mergeKey];
    if (key === undefined) {
      throw bad(`cannot find merge key \`${mergeKey}\` in merging list element:${goPrint(item)}`);
    }
    map.set(goPrint(key), item);
  }
  return map;
}
