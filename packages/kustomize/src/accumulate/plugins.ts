// Plugins named by `generators`, `transformers` and `validators`: the builtin ones, configured by a resource
// (api:internal/plugins/loader/loader.go, v0.21.1). Programs and containers are not run.

import { type Json, type JsonObject, emitSigsYaml } from '@evenkeel/resource';

import { type FieldSpec, fieldSpecOf } from '../config/field-specs.ts';
import { generate } from '../generators/config-and-secret.ts';
import { iamPolicy } from '../generators/iam-policy.ts';
import { type HelmPluginConfig, inflateChart } from '../generators/helm.ts';
import { decode } from '../kustomization/decode.ts';
import { pluginShapes } from '../kustomization/shapes.ts';
import type * as config from '../kustomization/types.ts';
import { nodeJson } from '../nodes/json.ts';
import {
  type PatchContext,
  json6902FromEntry,
  patchFromEntry,
  strategicMergeFromPaths,
} from '../patches/patch-transformer.ts';
import { KustomizeError, prefixed } from '../problems.ts';
import { idText } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import type { Selector } from '../resources/selector.ts';
import { addHashSuffixes } from '../transformers/hash.ts';
import { setImages } from '../transformers/images.ts';
import { setPairs } from '../transformers/labels.ts';
import { checkSubjectMode, setNamespaces } from '../transformers/namespace.ts';
import { affixNames } from '../transformers/prefix-suffix.ts';
import { applyReplacements } from '../transformers/replacements.ts';
import { loadReplacements } from '../transformers/replacement-files.ts';
import { setReplicas } from '../transformers/replicas.ts';
import { addValue, valueAddOf } from '../transformers/value-add.ts';
import { type Origin, pluginOrigin } from './origin.ts';
import type { Target } from './target.ts';

/** A transformer ready to run. */
export interface PluginStep {
  readonly origin: Origin | undefined;
  transform(map: ResourceMap): void;
}

/** A generator ready to run. */
export interface GeneratorStep {
  readonly origin: Origin | undefined;
  generate(): Resource[];
}

type Make = (values: unknown, target: Target, text: () => string) => (map: ResourceMap) => void;
type MakeGenerator = (values: unknown, target: Target, resource: Resource) => () => Resource[];

const specs = (entries: readonly config.FieldSpecEntry[] | undefined): readonly FieldSpec[] =>
  (entries ?? []).map(fieldSpecOf);

/** Field specs that a prefix or suffix must be told. */
function demandSpecs(entries: readonly config.FieldSpecEntry[] | undefined): readonly FieldSpec[] {
  if (entries === undefined) throw new KustomizeError('PLUGIN', 'fieldSpecs is not expected to be nil');
  return specs(entries);
}

interface Affix {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly fieldSpecs?: readonly config.FieldSpecEntry[];
}

const affix =
  (sides: readonly ('prefix' | 'suffix')[]): Make =>
  (values) => {
    const affixes = values as Affix;
    const fieldSpecs = demandSpecs(affixes.fieldSpecs);
    return (map) => {
      for (const side of sides) affixNames(map, { side, text: affixes[side] ?? '', fieldSpecs });
    };
  };

/** What patches need of a target. */
export function patchContext(target: Target): PatchContext {
  const { loader, session } = target;
  return { loader, schemas: session.schemas, inline: undefined, origins: session.origins };
}

interface Pairs {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly fieldSpecs?: readonly config.FieldSpecEntry[];
}

interface Metadata {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

const transformers: Readonly<Record<string, Make>> = {
  AnnotationsTransformer: (values) => {
    const { annotations = {}, fieldSpecs } = values as Pairs;
    return (map) => setPairs(map, { pairs: annotations, fieldSpecs: specs(fieldSpecs) });
  },
  LabelTransformer: (values) => {
    const { labels = {}, fieldSpecs } = values as Pairs;
    return (map) => setPairs(map, { pairs: labels, fieldSpecs: specs(fieldSpecs) });
  },
  HashTransformer: () => addHashSuffixes,
  ImageTagTransformer: (values) => {
    const { imageTag = {}, fieldSpecs } = values as {
      readonly imageTag?: config.ImageEntry;
      readonly fieldSpecs?: readonly config.FieldSpecEntry[];
    };
    return (map) => setImages(map, { image: imageTag, fieldSpecs: specs(fieldSpecs) });
  },
  NamespaceTransformer: (values) => {
    const {
      metadata,
      fieldSpecs,
      unsetOnly = false,
      setRoleBindingSubjects = '',
    } = values as Metadata & {
      readonly fieldSpecs?: readonly config.FieldSpecEntry[];
      readonly unsetOnly?: boolean;
      readonly setRoleBindingSubjects?: string;
    };
    checkSubjectMode(setRoleBindingSubjects);
    const namespace = metadata?.namespace ?? '';
    return (map) => setNamespaces(map, { namespace, fieldSpecs: specs(fieldSpecs), unsetOnly, setRoleBindingSubjects });
  },
  PatchJson6902Transformer: (values, target) =>
    json6902FromEntry(
      values as { readonly target?: Selector; readonly path?: string; readonly jsonOp?: string },
      patchContext(target),
    ),
  PatchStrategicMergeTransformer: (values, target) =>
    strategicMergeFromPaths(
      values as { readonly paths?: readonly string[]; readonly patches?: string },
      patchContext(target),
    ),
  PatchTransformer: (values, target, text) => patchFromEntry(values as config.PatchEntry, patchContext(target), text),
  PrefixTransformer: affix(['prefix']),
  SuffixTransformer: affix(['suffix']),
  PrefixSuffixTransformer: affix(['prefix', 'suffix']),
  ReplacementTransformer: (values, target) => {
    const { replacements = [] } = values as { readonly replacements?: readonly config.ReplacementEntry[] };
    const loaded = loadReplacements(target.loader, replacements, undefined);
    return (map) => applyReplacements(map, loaded);
  },
  ReplicaCountTransformer: (values) => {
    const { replica = {}, fieldSpecs } = values as {
      readonly replica?: config.ReplicaEntry;
      readonly fieldSpecs?: readonly config.FieldSpecEntry[];
    };
    const { name = '', count = 0 } = replica;
    return (map) => setReplicas(map, { name, count, fieldSpecs: specs(fieldSpecs) });
  },
  ValueAddTransformer: (values, target) => {
    const transform = valueAddOf(values, target.loader);
    return (map) => addValue(map, transform);
  },
};

const generators: Readonly<Record<string, MakeGenerator>> = {
  ConfigMapGenerator: (values, target) => () => [generate('ConfigMap', generatorEntry(values), target.loader)],
  SecretGenerator: (values, target) => () => [generate('Secret', generatorEntry(values), target.loader)],
  IAMPolicyGenerator: (values) => () => iamPolicy(values),
  HelmChartInflationGenerator: (values, target) => inflateChart(values as HelmPluginConfig, target),
};

function generatorEntry(values: unknown): config.GeneratorEntry {
  const { metadata, ...entry } = values as config.GeneratorEntry & Metadata;
  return {
    ...entry,
    name: entry.name || metadata?.name || '',
    namespace: entry.namespace || metadata?.namespace || '',
  };
}

/** The generators that resources configure. Throws KustomizeError. */
export function loadGenerators(target: Target, resources: readonly Resource[]): GeneratorStep[] {
  return resources.map((resource) => {
    try {
      const make = pluginFor(generators, resource, 'generator');
      const run = configured(resource, () => make(configOf(resource), target, resource));
      return { origin: pluginOrigin(resource), generate: run };
    } catch (error) {
      throw prefixed(error, 'failed to load generator');
    }
  });
}

/** The transformers that resources configure. Throws KustomizeError. */
export function loadTransformers(target: Target, resources: readonly Resource[]): PluginStep[] {
  return resources.map((resource) => {
    const make = pluginFor(transformers, resource, 'transformer');
    const text = (): string => emitSigsYaml(nodeJson(resource.node));
    const run = configured(resource, () => make(configOf(resource), target, text));
    return { origin: pluginOrigin(resource), transform: run };
  });
}

function pluginFor<Plugin>(
  plugins: Readonly<Record<string, Plugin>>,
  resource: Resource,
  what: 'generator' | 'transformer',
): Plugin {
  const { kind, apiVersion } = resource;
  if (apiVersion !== 'builtin') {
    const message = `external plugins disabled; unable to load external plugin '${resource.orgId().kind}'`;
    throw new KustomizeError('PLUGIN', message, resource.node);
  }
  const plugin = Object.hasOwn(plugins, kind) ? plugins[kind] : undefined;
  if (plugin !== undefined) return plugin;
  if (Object.hasOwn(transformers, kind) || Object.hasOwn(generators, kind)) {
    throw new KustomizeError('PLUGIN', `plugin ${idText(resource.orgId())} not a ${what}`, resource.node);
  }
  throw new KustomizeError('PLUGIN', `unable to load builtin ${kind}.builtin.[noGrp]`, resource.node);
}

function configOf(resource: Resource): unknown {
  const shape = pluginShapes[resource.kind];
  const value: Json = nodeJson(resource.node);
  if (shape === undefined) return value;
  return decode(value, shape, { strict: false, code: 'PLUGIN' }) ?? {};
}

function configured<Value>(resource: Resource, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw prefixed(error, `plugin ${idText(resource.orgId())} fails configuration`);
  }
}

const VALIDATED_BY = 'validated-by';

/** Refuses when a validator changed anything but its own label. */
export function sameAfterValidation(before: readonly Resource[], after: readonly Resource[]): void {
  const shown = (resources: readonly Resource[], strip: boolean): string =>
    JSON.stringify(resources.map((resource) => validatedJson(resource, strip)));
  if (before.length !== after.length || shown(before, false) !== shown(after, true)) {
    throw new KustomizeError('PLUGIN', "validator shouldn't modify the resource map");
  }
}

function validatedJson(resource: Resource, strip: boolean): Json {
  if (!strip || !resource.labels().has(VALIDATED_BY)) return nodeJson(resource.node);
  const copy = resource.deepCopy();
  const labels = copy.labels();
  labels.delete(VALIDATED_BY);
  copy.setLabels(labels);
  return nodeJson(copy.node);
}

/** A configuration as the messages of the original show it. */
export function configText(value: JsonObject): string {
  return emitSigsYaml(value);
}
