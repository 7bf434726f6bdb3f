// Tokens of project roles, and what their bearers may do.

import * as v from 'valibot';

/** POST: a token of a role. */
export const tokenRequest = v.object({
  /** Seconds; 0 and nothing are for ever. */
  expiresIn: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e10))),
  /** What it is called; a made-up name where it is not given. */
  id: v.optional(v.pipe(v.string(), v.maxLength(253))),
});
export type TokenRequest = v.InferOutput<typeof tokenRequest>;

/** The token, which is shown this once. */
export const tokenAnswer = v.object({ token: v.string() });
export type TokenAnswer = v.InferOutput<typeof tokenAnswer>;

/** Whether the one who asks may. */
export const canIAnswer = v.object({ value: v.picklist(['yes', 'no']) });
export type CanIAnswer = v.InferOutput<typeof canIAnswer>;
