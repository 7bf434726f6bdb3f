import type { JsonObject } from '../json.ts';
import type { ResourceType } from './field-schema.ts';
/** 'v3' is what /openapi/v3 serves, 'v2' what /openapi/v2 serves: other references, no defaults, no oneOf. */
export type OpenApiVersion = 'v2' | 'v3';
/** Group versions with built-in resources, in discovery order ("v1", "apps/v1", …). */
export declare function builtinGroupVersions(): readonly string[];
/** The document /openapi/v3/apis/GROUP/VERSION serves for a built-in group version; undefined for others. */
export declare function builtinOpenApiV3(groupVersion: string): JsonObject | undefined;
/** The document /openapi/v2 serves: all built-in types, and `custom` definitions (see crdDefinitions) of `customTypes`. */
export declare function openApiV2(
  customTypes: readonly ResourceType[],
  custom: Readonly<Record<string, JsonObject>>,
): JsonObject;
/** An OpenAPI v3 document for resource types, with definitions that are not built in (see crdDefinitions). */
export declare function openApiV3(
  types: readonly ResourceType[],
  custom: Readonly<Record<string, JsonObject>>,
): JsonObject;
/**
 * Definitions of a custom resource and its list by their published names. The schema is the CRD's openAPIV3Schema;
 * undefined where it has none. For v2, schemas that keep unknown fields are published without properties, as upstream, so
 * that clients do not refuse those fields.
 */
export declare function crdDefinitions(
  type: Pick<ResourceType, 'group' | 'version' | 'kind'> & {
    readonly listKind?: string;
  },
  schema: JsonObject | undefined,
  target: OpenApiVersion,
): Readonly<Record<string, JsonObject>>;
/** The published name of a kind's definition: the built-in's own, else the reversed group, version and kind. */
export declare function definitionNameOf({
  group,
  version,
  kind,
}: Pick<ResourceType, 'group' | 'version' | 'kind'>): string;
/** A built-in definition as published; undefined where there is none of that name. */
export declare function builtinDefinitionJson(name: string, target: OpenApiVersion): JsonObject | undefined;
