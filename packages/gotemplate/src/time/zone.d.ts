/** A time zone: offset in seconds and abbreviation at an instant (seconds since 1970). */
export interface Zone {
  readonly name: string;
  at(unixSeconds: number): {
    readonly offset: number;
    readonly abbreviation: string;
  };
}
export declare const utc: Zone;
/** time.FixedZone. */
export declare function fixedZone(abbreviation: string, offset: number): Zone;
/** time.LoadLocation, except for "Local"; undefined when there is no such zone. */
export declare function loadZone(name: string): Zone | undefined;
