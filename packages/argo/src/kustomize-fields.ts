// spec.source.kustomize in kustomization.yaml's own terms. Upstream runs `kustomize edit …` on a copy; the outcome is
// the same. Mirrors argoproj/argo-cd:util/kustomize/kustomize.go (3.6) Build.

import type { Json, JsonObject } from '@evenkeel/resource';

/** The overlay's fields; empty where nothing is set. */
export function kustomizeOverlay(settings: JsonObject): { readonly [field: string]: Json } {
  const overlay: Record<string, Json> = {};
  for (const field of ['namePrefix', 'nameSuffix', 'namespace'] as const) {
    const value = settings[field];
    if (typeof value === 'string' && value !== '') overlay[field] = value;
  }
  const images = settings['images'];
  if (Array.isArray(images) && images.length > 0) overlay['images'] = images.map((image) => imageEntry(String(image)));
  for (const field of ['replicas', 'patches', 'components'] as const) {
    const value = settings[field];
    if (Array.isArray(value) && value.length > 0) overlay[field] = value;
  }
  const labels = settings['commonLabels'];
  if (isMap(labels)) {
    const includeSelectors = settings['labelWithoutSelector'] !== true;
    const includeTemplates = settings['labelIncludeTemplates'] === true;
    overlay['labels'] = [{ pairs: labels, includeSelectors, ...(includeSelectors ? {} : { includeTemplates }) }];
  }
  if (isMap(settings['commonAnnotations'])) overlay['commonAnnotations'] = settings['commonAnnotations'] as Json;
  return overlay;
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/** "old=new:tag", "old=new@digest", "name:tag", "name@digest" or "old=new". */
function imageEntry(text: string): JsonObject {
  const equals = text.indexOf('=');
  const target = equals < 0 ? text : text.slice(equals + 1);
  const digestAt = target.indexOf('@');
  const untagged = digestAt < 0 ? target : target.slice(0, digestAt);
  const colon = untagged.lastIndexOf(':');
  const hasTag = colon > untagged.lastIndexOf('/');
  const newName = hasTag ? untagged.slice(0, colon) : untagged;
  const name = equals < 0 ? newName : text.slice(0, equals);
  return {
    name,
    ...(newName === name ? {} : { newName }),
    ...(hasTag ? { newTag: untagged.slice(colon + 1) } : {}),
    ...(digestAt < 0 ? {} : { digest: target.slice(digestAt + 1) }),
  };
}
