import type { Json } from '../json.ts';
import { type TypeRef } from './atoms.ts';
/**
 * The value with `config` laid over it: nothing is removed, leaves are config's where it has them, lists keep the value's
 * order but for items config orders otherwise. Returns `value` itself where nothing differs. Both must be of the type.
 */
export declare function mergeValues(value: Json, config: Json, type: TypeRef): Json;
