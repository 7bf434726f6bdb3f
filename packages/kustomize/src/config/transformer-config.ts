// What the transformers touch: the built-in field specs joined with those of `configurations` and `crds`
// (api:internal/plugins/builtinconfig/transformerconfig.go, v0.21.1).

import { KustomizeError, prefixed } from '../problems.ts';
import { type Gvk, gvkEqual } from '../resources/res-id.ts';
import type { ConfigEntries, FieldSpecEntry } from '../kustomization/types.ts';
import { defaultConfigEntries } from './default-specs.ts';
import { type FieldSpec, compareGvk, fieldSpecOf, mergeFieldSpecs } from './field-specs.ts';

/** Fields that hold the name of a resource of this kind. */
export interface NameReference extends Gvk {
  readonly referrers: readonly FieldSpec[];
}

/** Field specs by transformer. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

const SPEC_FIELDS = [
  ['namePrefix', 'NamePrefix'],
  ['nameSuffix', 'NameSuffix'],
  ['namespace', 'NameSpace'],
  ['commonAnnotations', 'CommonAnnotations'],
  ['commonLabels', 'CommonLabels'],
  ['labels', 'Labels'],
  ['templateLabels', 'TemplateLabels'],
  ['varReference', 'VarReference'],
  ['images', 'Images'],
  ['replicas', 'Replicas'],
] as const;

/** Knows nothing. */
export const emptyConfig: TransformerConfig = configOf({});

/** The built-in specs, sorted once. */
export const defaultConfig: TransformerConfig = configOf(defaultConfigEntries());

/** A configuration from its entries, sorted as the original sorts it. */
export function configOf(entries: ConfigEntries): TransformerConfig {
  const specs = (list: readonly FieldSpecEntry[] | undefined): readonly FieldSpec[] =>
    (list ?? []).map(fieldSpecOf).sort(compareGvk);
  return {
    namePrefix: specs(entries.namePrefix),
    nameSuffix: specs(entries.nameSuffix),
    namespace: specs(entries.namespace),
    commonLabels: specs(entries.commonLabels),
    labels: specs(entries.labels),
    templateLabels: specs(entries.templateLabels),
    commonAnnotations: specs(entries.commonAnnotations),
    varReference: specs(entries.varReference),
    images: specs(entries.images),
    replicas: specs(entries.replicas),
    nameReference: (entries.nameReference ?? [])
      .map((entry) => ({
        group: entry.group ?? '',
        version: entry.version ?? '',
        kind: entry.kind ?? '',
        referrers: (entry.fieldSpecs ?? []).map(fieldSpecOf),
      }))
      .sort(compareGvk),
  };
}

/** Joins two configurations. Joining one with itself, or with the empty one, costs nothing. */
export function mergeConfigs(first: TransformerConfig, second: TransformerConfig): TransformerConfig {
  if (first === second || second === emptyConfig) return first;
  if (first === emptyConfig && second === defaultConfig) return second;
  const merged: Record<string, readonly FieldSpec[]> = {};
  for (const [field, title] of SPEC_FIELDS) {
    try {
      merged[field] = [...mergeFieldSpecs(first[field], second[field])].sort(compareGvk);
    } catch (error) {
      throw prefixed(error, `failed to merge ${title} fieldSpec`);
    }
  }
  return {
    ...first,
    ...merged,
    nameReference: [...mergeReferences(first.nameReference, second.nameReference)].sort(compareGvk),
  };
}

function mergeReferences(first: readonly NameReference[], second: readonly NameReference[]): readonly NameReference[] {
  let result = first;
  for (const reference of second) {
    const known = result.some((each) => gvkEqual(each, reference));
    result = known
      ? result.map((each) => (gvkEqual(each, reference) ? joinReferrers(each, reference) : each))
      : [...result, reference];
  }
  return result;
}

function joinReferrers(known: NameReference, added: NameReference): NameReference {
  try {
    return { ...known, referrers: mergeFieldSpecs(known.referrers, added.referrers) };
  } catch (error) {
    throw error instanceof KustomizeError ? prefixed(error, 'failed to merge NameReference fieldSpec') : error;
  }
}
