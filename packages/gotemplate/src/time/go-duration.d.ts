import { type Codec } from '../exec/function.ts';
import { type GoType } from '../value/go-type.ts';
/** `time.Duration`. */
export declare const durationType: GoType;
/** Codec of time.Duration: nanoseconds. */
export declare const duration: Codec<bigint>;
