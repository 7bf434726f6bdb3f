import { type KubeObject } from '../object.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import type { VersionConverter } from './types.ts';
import type { Convert } from './updater.ts';
/** What decides how versions are read: the object's kind and schema, and a converter if the caller has one. */
export interface ConvertOptions {
  readonly schema: FieldSchema | undefined;
  readonly convert?: VersionConverter;
  readonly config?: KubeObject;
  readonly after?: KubeObject;
}
/** The converter for one request. */
export declare function convertWith(options: ConvertOptions): Convert;
