// The annotations that `buildMetadata: [originAnnotations, transformerAnnotations]` asks for
// (api:resource/origin.go, v0.21.1).

import { type Json, type JsonObject, emitYamlNodes, jsonToYamlNode, parseYaml } from '@evenkeel/resource';

import { fieldSpec } from '../config/field-specs.ts';
import { cloneUrl, parseRepoSpec } from '../loader/repo-spec.ts';
import { ORIGIN, TRANSFORMATIONS } from '../resources/build-annotations.ts';
import { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { setPairs } from '../transformers/labels.ts';

/** Where a resource or a transformer comes from. */
export interface Origin {
  readonly path?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
}

/** Joins relative paths as Go's filepath.Join does: dots are resolved where they can be. */
export function joinRelative(...parts: readonly string[]): string {
  const result: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && result.length > 0 && result.at(-1) !== '..') result.pop();
    else result.push(part);
  }
  return result.join('/');
}

/** The origin of what `path` names, seen from `origin`. */
export function appendOrigin(origin: Origin, path: string): Origin {
  const spec = parseRepoSpec(path);
  if (spec === undefined) return { ...origin, path: joinRelative(origin.path ?? '', path) };
  return {
    repo: cloneUrl(spec),
    ...(spec.ref !== '' && { ref: spec.ref }),
    path: joinRelative(spec.rootPath),
  };
}

/** The origin of a builtin generator or transformer of a kustomization file. */
export function builtinOrigin(origin: Origin, fileName: string, kind: string): Origin {
  return {
    ...(origin.repo && { repo: origin.repo }),
    ...(origin.ref && { ref: origin.ref }),
    configuredIn: joinRelative(origin.path ?? '', fileName),
    configuredBy: { apiVersion: 'builtin', kind },
  };
}

/** The origin of a plugin that is configured by a resource; undefined where that has none. */
export function pluginOrigin(resource: Resource): Origin | undefined {
  const origin = originOf(resource);
  if (origin === undefined) return undefined;
  const { apiVersion, kind, name, namespace } = resource;
  return {
    ...(origin.repo && { repo: origin.repo }),
    ...(origin.ref && { ref: origin.ref }),
    ...(origin.path && { configuredIn: origin.path }),
    configuredBy: { apiVersion, kind, name, ...(namespace !== '' && { namespace }) },
  };
}

function originJson(origin: Origin): JsonObject {
  const { path, repo, ref, configuredIn, configuredBy } = origin;
  const by = configuredBy as Readonly<Record<string, string>> | undefined;
  const ordered: JsonObject = {
    ...(path && { path }),
    ...(repo && { repo }),
    ...(ref && { ref }),
    ...(configuredIn && { configuredIn }),
    ...(by !== undefined && { configuredBy: { ...by } }),
  };
  return ordered;
}

function yamlText(value: Json): string {
  return emitYamlNodes([jsonToYamlNode(value)]);
}

/** The origin a resource is annotated with. */
export function originOf(resource: Resource): Origin | undefined {
  const text = resource.annotation(ORIGIN);
  if (text === undefined) return undefined;
  return (parseYaml(text, { dialect: 'sigs' }) ?? {}) as Origin;
}

/** Annotates a resource with its origin. */
export function setOrigin(resource: Resource, origin: Origin): void {
  resource.setAnnotations(resource.annotations().set(ORIGIN, yamlText(originJson(origin))));
}

/** Annotates loaded resources, the way the original does it for files. */
export function annotateLoaded(resources: readonly Resource[], origin: Origin): void {
  const map = new ResourceMap();
  map.setUnchecked(resources);
  const fieldSpecs = [fieldSpec('metadata/annotations', {}, true)];
  setPairs(map, { pairs: { [ORIGIN]: yamlText(originJson(origin)) }, fieldSpecs });
}

/** Annotates generated resources that have no origin yet. */
export function addGeneratorOrigin(resources: readonly Resource[], origin: Origin): void {
  for (const resource of resources) if (resource.annotation(ORIGIN) === undefined) setOrigin(resource, origin);
}

/** Notes on every resource that a transformer saw it; one without an origin was made by it. */
export function addTransformerOrigin(map: ResourceMap, origin: Origin): void {
  for (const resource of map.resources) {
    if (resource.isEmpty) continue;
    if (resource.annotation(ORIGIN) === undefined) {
      setOrigin(resource, origin);
      continue;
    }
    const before = resource.annotation(TRANSFORMATIONS);
    const list = before === undefined ? [] : ((parseYaml(before, { dialect: 'sigs' }) ?? []) as readonly Origin[]);
    const text = yamlText([...list, origin].map(originJson));
    resource.setAnnotations(resource.annotations().set(TRANSFORMATIONS, text));
  }
}
