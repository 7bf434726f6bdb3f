// spec.source.kustomize as what upstream does with it: `kustomize edit …` on a copy, then patches and components laid into
// the file. Mirrors argoproj/argo-cd:util/kustomize/kustomize.go (3.6) Build.

import type { KustomizeSettings } from '@evenkeel/delivery';
import type { Json } from '@evenkeel/resource';
import type { KustomizeFields } from './sources/source-types.ts';

/** The edits and what is laid over the file; neither where nothing is set. `expand` fills in the build environment. */
export function kustomizeSettings(
  fields: KustomizeFields,
  expand: (text: string) => string,
): Pick<KustomizeSettings, 'edits' | 'overlay' | 'ignoreMissingComponents'> {
  const edits: string[][] = [];
  if (fields.namePrefix) edits.push(['set', 'nameprefix', '--', fields.namePrefix]);
  if (fields.nameSuffix) edits.push(['set', 'namesuffix', '--', fields.nameSuffix]);
  const { images = [], replicas = [], patches = [], components = [] } = fields;
  if (images.length > 0) edits.push(['set', 'image', ...images.map((image) => expand(image))]);
  if (replicas.length > 0) {
    edits.push(['set', 'replicas', ...replicas.map(({ name = '', count = 0 }) => `${name}=${count}`)]);
  }
  const labels = pairs(fields.commonLabels, expand);
  if (labels.length > 0) {
    edits.push([
      'add',
      'label',
      ...(fields.forceCommonLabels === true ? ['--force'] : []),
      ...(fields.labelWithoutSelector === true ? ['--without-selector'] : []),
      ...(fields.labelIncludeTemplates === true ? ['--include-templates'] : []),
      ...labels,
    ]);
  }
  const annotations = pairs(
    fields.commonAnnotations,
    fields.commonAnnotationsEnvsubst === true ? expand : (value) => value,
  );
  if (annotations.length > 0) {
    edits.push(['add', 'annotation', ...(fields.forceCommonAnnotations === true ? ['--force'] : []), ...annotations]);
  }
  if (fields.namespace) edits.push(['set', 'namespace', '--', fields.namespace]);
  const overlay: Record<string, Json> = {};
  if (patches.length > 0) overlay['patches'] = patches;
  if (components.length > 0) overlay['components'] = components;
  return { edits, overlay, ignoreMissingComponents: fields.ignoreMissingComponents === true };
}

function pairs(
  entries: Readonly<Record<string, string>> | undefined,
  valueOf: (value: string) => string,
): readonly string[] {
  return Object.entries(entries ?? {}).map(([name, value]) => `${name}:${valueOf(value)}`);
}
