// "key=value" flags that may be repeated, as a map.

import { CommandFailure, exitCodes } from '../io.ts';

/** The map; refuses what has no key. */
export function pairs(texts: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (texts ?? []).map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new CommandFailure(`expected key=value, found: ${text}`, exitCodes.generic);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
