// Field specs from the OpenAPI definitions that `crds` names: extensions mark annotations, label selectors, identities
// and references (api:internal/accumulator/loadconfigfromcrds.go, v0.21.1).

import { type Json, type JsonObject, YamlError, parseYaml } from '@evenkeel/resource';

import type { Loader } from '../loader/loader.ts';
import type { ConfigEntries, FieldSpecEntry } from '../kustomization/types.ts';
import { KustomizeError } from '../problems.ts';
import { type TransformerConfig, configOf, emptyConfig, mergeConfigs } from './transformer-config.ts';

/** Reads all files. Throws KustomizeError. */
export function crdConfig(loader: Loader, paths: readonly string[]): TransformerConfig {
  let config = emptyConfig;
  for (const path of paths) {
    const { bytes, file } = loader.load(path);
    let definitions: Json;
    try {
      definitions = parseYaml(bytes, { dialect: 'sigs' }) ?? null;
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      const message = `unable to parse open API definition from '${path}': ${error.message}`;
      throw new KustomizeError('CONFIGURATION', message, { file, line: error.line, column: error.column });
    }
    config = mergeConfigs(config, configOfDefinitions(checkedDefinitions(definitions, path, file)));
  }
  return config;
}

/** Every member must be a definition. */
function checkedDefinitions(value: Json, path: string, file: string): JsonObject {
  const definitions = asObject(value) ?? {};
  for (const member of Object.values(definitions)) {
    if (member === undefined || member === null || asObject(member) !== undefined) continue;
    const kind = Array.isArray(member) ? 'array' : typeof member === 'boolean' ? 'bool' : typeof member;
    const reason = `json: cannot unmarshal ${kind} into Go value of type accumulator.OpenAPIDefinition`;
    const message = `unable to parse open API definition from '${path}': error unmarshaling JSON: while decoding JSON: ${reason}`;
    throw new KustomizeError('CONFIGURATION', message, { file });
  }
  return definitions;
}

interface Found {
  readonly commonAnnotations: FieldSpecEntry[];
  readonly commonLabels: FieldSpecEntry[];
  readonly namePrefix: FieldSpecEntry[];
  readonly nameReference: { readonly kind: string; readonly version: string; readonly fieldSpecs: FieldSpecEntry[] }[];
}

function configOfDefinitions(definitions: JsonObject): TransformerConfig {
  let config = emptyConfig;
  for (const name of Object.keys(definitions)) {
    const properties = propertiesOf(definitions, name);
    if (!['kind', 'apiVersion', 'metadata'].every((field) => Object.hasOwn(properties, field))) continue;
    const found: Found = { commonAnnotations: [], commonLabels: [], namePrefix: [], nameReference: [] };
    const kind = name.slice(name.lastIndexOf('.') + 1);
    collect({ definitions, kind, found }, name, []);
    const entries: ConfigEntries = found;
    config = mergeConfigs(config, mergeConfigs(emptyConfig, configOf(entries)));
  }
  return config;
}

function propertiesOf(definitions: JsonObject, name: string): JsonObject {
  return asObject(asObject(asObject(definitions[name])?.['Schema'])?.['properties']) ?? {};
}

interface Collection {
  readonly definitions: JsonObject;
  readonly kind: string;
  readonly found: Found;
}

const DEPTH_MAX = 100;

function collect(into: Collection, typeName: string, path: readonly string[]): void {
  if (path.length > DEPTH_MAX) throw new KustomizeError('LIMIT', `definition ${typeName} refers to itself`);
  for (const [name, value] of Object.entries(propertiesOf(into.definitions, typeName))) {
    const property = asObject(value);
    if (property === undefined) continue;
    const at = [...path, name];
    const spec = { kind: into.kind, path: at.join('/') };
    if (typeof property['x-kubernetes-annotation'] === 'string') into.found.commonAnnotations.push(spec);
    if (typeof property['x-kubernetes-label-selector'] === 'string') into.found.commonLabels.push(spec);
    if (typeof property['x-kubernetes-identity'] === 'string') into.found.namePrefix.push(spec);
    const version = property['x-kubernetes-object-ref-api-version'];
    const kind = property['x-kubernetes-object-ref-kind'];
    if (typeof version === 'string' && typeof kind === 'string') {
      const key = property['x-kubernetes-object-ref-name-key'];
      const fieldSpecs = [{ kind: into.kind, path: [...at, typeof key === 'string' ? key : 'name'].join('/') }];
      into.found.nameReference.push({ kind, version, fieldSpecs });
    }
    const ref = property['$ref'];
    if (typeof ref === 'string') collect(into, ref, at);
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
