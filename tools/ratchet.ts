// What is longer than the house wants. These lists may only shrink: shorten the thing, then take its line out.

/** Files over the limit. */
export const overlongFiles: ReadonlySet<string> = new Set<string>([]);

/** Functions over the limit, as "path#name". */
export const overlongFunctions: ReadonlySet<string> = new Set<string>([
  'packages/sandbox/src/aggregation/availability.ts#watchAvailability',
  'packages/sandbox/src/cluster.ts#startCluster',
]);
