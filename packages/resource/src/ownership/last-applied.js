// The annotation kubectl's client-side apply keeps, and how server-side apply treats it
// (k8s.io/apimachinery:pkg/util/managedfields/internal/lastapplied{,manager,updater}.go, 1.35).
import { compareValues } from './compare.js';
import { subtractSet } from './field-set.js';
import { fieldsOf } from './fields-of.js';
import { validateValue } from './validate.js';
import { isMap } from './values.js';
/** The annotation's name. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** The annotation's text, undefined where absent or empty. */
export function lastAppliedOf(object) {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  return text === '' ? undefined : text;
}
/** Fields whose conflicts kubectl may override: those it applied client-side and that still have those values. */
export function allowedByLastApplied(live) {
  const metadata = isMap(live.value) ? live.value['metadata'] : undefined;
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined;
  const text = isMap(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  const last = typeof text === 'string' && text !== '' ? parsedObject(text) : undefined;
  if (last === undefined || last['apiVersion'] !== live.apiVersion) return undefined;
  if (validateValue(last, live.type, { allowDuplicates: false }).length > 0) return undefined;
  const comparison = compareValues(last, live.value, live.type);
  if (comparison.errors.length > 0) return undefined;
  const fields = fieldsOf(last, live.type);
  return subtractSet(subtractSet(subtractSet(fields, comparison.modified), comparison.added), comparison.removed);
}
const annotationsSizeMax = 256 * 1024;
/** The object with the annotation saying what was applied; unchanged where annotations would grow too big. */
export function withLastApplied(object, applied) {
  const { [lastAppliedAnnotation]: _, ...appliedAnnotations } = applied.metadata.annotations ?? {};
  const hasOthers = applied.metadata.annotations !== undefined && Object.keys(appliedAnnotations).length > 0;
  const { annotations: _annotations, ...appliedMetadata } = applied.metadata;
  const metadata = hasOthers ? { ...appliedMetadata, annotations: appliedAnnotations } : appliedMetadata;
  const text = `${canonicalJson({ ...applied, metadata })}\n`;
  const annotations = { ...object.metadata.annotations, [lastAppliedAnnotation]: text };
  let size = 0;
  for (const [name, value] of Object.entries(annotations)) size += utf8Length(name) + utf8Length(value);
  if (size > annotationsSizeMax) delete annotations[lastAppliedAnnotation];
  return { ...object, metadata: { ...object.metadata, annotations } };
}
// As Go writes maps: keys sorted, <, > and & escaped.
function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isMap(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${canonicalJson(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'bigint') return value.toString();
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
function utf8Length(text) {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is four bytes in two units.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}
function parsedObject(text) {
  try {
    const value = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
