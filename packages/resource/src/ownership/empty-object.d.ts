import type { JsonObject } from '../json.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
/** The zero object of a kind; without a built-in schema only apiVersion and kind. */
export declare function emptyObject(schema: FieldSchema | undefined, apiVersion: string, kind: string): JsonObject;
