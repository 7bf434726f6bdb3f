// The generators and transformers that fields of a kustomization ask for, in the order in which they run
// (api:internal/target/kusttarget_configplugin.go, v0.21.1).

import type { JsonObject } from '@evenkeel/resource';

import { fieldSpec, fieldSpecOf, mergeFieldSpecs, type FieldSpec } from '../config/field-specs.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { generate, joinOptions } from '../generators/config-and-secret.ts';
import { inflateChart } from '../generators/helm.ts';
import type { LabelEntry } from '../kustomization/types.ts';
import type { Touch } from '../nodes/touch.ts';
import {
  json6902FromEntry,
  patchFromEntry,
  strategicMergeFromPaths,
  type PatchContext,
} from '../patches/patch-transformer.ts';
import { prefixed } from '../problems.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { setImages } from '../transformers/images.ts';
import { setPairs } from '../transformers/labels.ts';
import { setNamespaces } from '../transformers/namespace.ts';
import { affixNames } from '../transformers/prefix-suffix.ts';
import { loadReplacements } from '../transformers/replacement-files.ts';
import { applyReplacements } from '../transformers/replacements.ts';
import { setReplicas } from '../transformers/replicas.ts';
import { builtinOrigin } from './origin.ts';
import { type GeneratorStep, type PluginStep, configText } from './plugins.ts';
import type { Target } from './target.ts';

type Path = readonly (string | number)[];

/** Generators for configMapGenerator, secretGenerator and helmCharts. */
export function builtinGenerators(target: Target): GeneratorStep[] {
  const file = target.kustomization;
  const steps: GeneratorStep[] = [];
  for (const [kind, field] of [
    ['ConfigMap', 'configMapGenerator'],
    ['Secret', 'secretGenerator'],
  ] as const) {
    for (const [index, entry] of (file[field] ?? []).entries()) {
      const options = joinOptions(entry.options, file.generatorOptions);
      const full = options === undefined ? entry : { ...entry, options };
      const touchAt = target.session.origins ? (path: Path) => target.loaded.place([field, index, ...path]) : undefined;
      steps.push({
        origin: originOf(target, `${kind}Generator`),
        generate: () => [generate(kind, full, target.loader, touchAt)],
      });
    }
  }
  for (const chart of file.helmCharts ?? []) {
    const namespace = chart.namespace || target.helmNamespace;
    const config = { ...file.helmGlobals, ...chart, ...(namespace !== '' && { namespace }) };
    const run = configured('HelmChartInflationGenerator', config as JsonObject, () => inflateChart(config, target));
    steps.push({ origin: originOf(target, 'HelmChartInflationGenerator'), generate: run });
  }
  return steps;
}

function originOf(target: Target, kind: string): PluginStep['origin'] {
  return target.origin === undefined ? undefined : builtinOrigin(target.origin, target.loaded.fileName, kind);
}

function configured<Value>(kind: string, config: JsonObject, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw prefixed(error, `trouble configuring builtin ${kind} with config: \`\n${configText(config)}\``);
  }
}

/** Transformers for every field that has one, in the order of the original. */
export function builtinTransformers(target: Target, config: TransformerConfig): PluginStep[] {
  const steps: PluginStep[] = [];
  const add = (kind: string, transform: (map: ResourceMap) => void): void => {
    steps.push({ origin: originOf(target, kind), transform });
  };
  const touch = (path: Path): { readonly touch?: Touch } =>
    target.session.origins ? { touch: target.loaded.place(path) } : {};
  addMergePatches(target, add);
  addNames(target, config, { add, touch });
  addLabels(target, config, add);
  addJsonPatches(target, add);
  addCounts(target, config, { add, touch });
  return steps;
}

type Add = (kind: string, transform: (map: ResourceMap) => void) => void;

interface Adding {
  readonly add: Add;
  readonly touch: (path: Path) => { readonly touch?: Touch };
}

function contextFor(target: Target, path: Path): PatchContext {
  const { loader, session } = target;
  if (!session.origins) return { loader, schemas: session.schemas, inline: undefined, origins: false };
  const { file, line } = target.loaded.place(path);
  // The text of a block scalar begins on the line after its indicator.
  return { loader, schemas: session.schemas, inline: { file, by: 'patch', lineOffset: line }, origins: true };
}

function addMergePatches(target: Target, add: Add): void {
  const { patchesStrategicMerge: paths = [], patches = [] } = target.kustomization;
  if (paths.length > 0) {
    const context = contextFor(target, ['patchesStrategicMerge', 0]);
    const kind = 'PatchStrategicMergeTransformer';
    add(
      kind,
      configured(kind, { paths }, () => strategicMergeFromPaths({ paths }, context)),
    );
  }
  for (const [index, entry] of patches.entries()) {
    const config = entry as unknown as JsonObject;
    const context = contextFor(target, ['patches', index, 'patch']);
    const kind = 'PatchTransformer';
    add(
      kind,
      configured(kind, config, () => patchFromEntry(entry, context, () => configText(config))),
    );
  }
}

function addNames(target: Target, config: TransformerConfig, { add, touch }: Adding): void {
  const { namespace, namePrefix, nameSuffix } = target.kustomization;
  if (namespace) {
    const transform = { namespace, fieldSpecs: config.namespace, ...touch(['namespace']) };
    add('NamespaceTransformer', (map) => setNamespaces(map, transform));
  }
  if (namePrefix) {
    const transform = {
      side: 'prefix',
      text: namePrefix,
      fieldSpecs: config.namePrefix,
      ...touch(['namePrefix']),
    } as const;
    add('PrefixTransformer', (map) => affixNames(map, transform));
  }
  if (nameSuffix) {
    const transform = {
      side: 'suffix',
      text: nameSuffix,
      fieldSpecs: config.nameSuffix,
      ...touch(['nameSuffix']),
    } as const;
    add('SuffixTransformer', (map) => affixNames(map, transform));
  }
}

function addLabels(target: Target, config: TransformerConfig, add: Add): void {
  const { labels = [], commonLabels = {}, commonAnnotations = {} } = target.kustomization;
  const touchOf = (path: Path): { touch?: (key: string) => Touch } =>
    target.session.origins ? { touch: (key) => target.loaded.place([...path, key]) } : {};
  for (const [index, entry] of labels.entries()) {
    const fieldSpecs = labelSpecs(entry, config);
    const transform = { pairs: entry.pairs ?? {}, fieldSpecs, ...touchOf(['labels', index, 'pairs']) };
    add('LabelTransformer', (map) => setPairs(map, transform));
  }
  if (labels.length > 0 || Object.keys(commonLabels).length > 0) {
    const transform = { pairs: commonLabels, fieldSpecs: config.commonLabels, ...touchOf(['commonLabels']) };
    add('LabelTransformer', (map) => setPairs(map, transform));
  }
  if (Object.keys(commonAnnotations).length > 0) {
    const fieldSpecs = config.commonAnnotations;
    const transform = { pairs: commonAnnotations, fieldSpecs, ...touchOf(['commonAnnotations']) };
    add('AnnotationsTransformer', (map) => setPairs(map, transform));
  }
}

const metadataLabels = fieldSpec('metadata/labels', {}, true);

function labelSpecs(entry: LabelEntry, config: TransformerConfig): readonly FieldSpec[] {
  try {
    const own = mergeFieldSpecs((entry.fields ?? []).map(fieldSpecOf), config.labels);
    if (entry.includeSelectors === true) return mergeFieldSpecs(own, config.commonLabels);
    const templates = entry.includeTemplates === true ? mergeTemplates(own, config.templateLabels) : own;
    return mergeFieldSpecs(templates, [metadataLabels]);
  } catch (error) {
    throw prefixed(error, 'failed to merge labels');
  }
}

function mergeTemplates(own: readonly FieldSpec[], templates: readonly FieldSpec[]): readonly FieldSpec[] {
  try {
    return mergeFieldSpecs(own, templates);
  } catch (error) {
    throw prefixed(error, 'failed to merge template fieldSpec');
  }
}

function addJsonPatches(target: Target, add: Add): void {
  for (const [index, entry] of (target.kustomization.patchesJson6902 ?? []).entries()) {
    const { path, patch, target: selector } = entry;
    const config = {
      ...(selector && { target: selector }),
      ...(path && { path }),
      ...(patch && { jsonOp: patch }),
    };
    const context = contextFor(target, ['patchesJson6902', index, 'patch']);
    const kind = 'PatchJson6902Transformer';
    add(
      kind,
      configured(kind, config as unknown as JsonObject, () => json6902FromEntry(config, context)),
    );
  }
}

function addCounts(target: Target, config: TransformerConfig, { add, touch }: Adding): void {
  const { replicas = [], images = [], replacements = [] } = target.kustomization;
  for (const [index, { name = '', count = 0 }] of replicas.entries()) {
    const transform = { name, count, fieldSpecs: config.replicas, ...touch(['replicas', index, 'count']) };
    add('ReplicaCountTransformer', (map) => setReplicas(map, transform));
  }
  for (const [index, image] of images.entries()) {
    const field = image.newTag ? 'newTag' : image.digest ? 'digest' : image.tagSuffix ? 'tagSuffix' : 'newName';
    const transform = { image, fieldSpecs: config.images, ...touch(['images', index, field]) };
    add('ImageTagTransformer', (map) => setImages(map, transform));
  }
  if (replacements.length > 0) {
    const touchAt = target.session.origins
      ? (index: number) => target.loaded.place(['replacements', index])
      : undefined;
    const kind = 'ReplacementTransformer';
    const entries = replacements as unknown as JsonObject;
    const loaded = configured(kind, { Replacements: entries }, () =>
      loadReplacements(target.loader, replacements, touchAt),
    );
    add(kind, (map) => applyReplacements(map, loaded));
  }
}
