import type { JsonObject } from '../json.ts';
import type { ResourceType } from './field-schema.ts';
type Kind = Pick<ResourceType, 'group' | 'version' | 'kind'>;
/** The paths object for resource types. `nameOf` says what a kind's definition is called. */
export declare function apiPaths(
  types: readonly ResourceType[],
  target: 'v2' | 'v3',
  nameOf: (kind: Kind) => string,
): JsonObject;
export {};
