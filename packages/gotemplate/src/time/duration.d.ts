/** Duration.String(). */
export declare function durationText(nanos: bigint): string;
/** time.ParseDuration. Throws GoError with Go's text. */
export declare function parseDuration(text: string): bigint;
/** Duration.Round: to the nearest multiple, halves away from zero. */
export declare function roundDuration(nanos: bigint, to: bigint): bigint;
