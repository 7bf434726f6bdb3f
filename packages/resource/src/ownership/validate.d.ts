import type { Json } from '../json.ts';
import { type ScalarKind, type TypeRef } from './atoms.ts';
/** One thing wrong: `path` as Kubernetes prints it, '' for the whole. */
export interface TypeError {
  readonly path: string;
  readonly message: string;
}
/** What keeps the value from being of the type; empty where it fits. */
export declare function validateValue(
  value: Json,
  type: TypeRef,
  options: {
    readonly allowDuplicates: boolean;
  },
): TypeError[];
/** The errors as one message: alone on its line, or a list under "errors:". */
export declare function typeErrorText(errors: readonly TypeError[]): string;
/** What is wrong with a scalar, or undefined. Null and absent values fit every kind. */
export declare function scalarError(kind: ScalarKind, value: Json | undefined): string | undefined;
