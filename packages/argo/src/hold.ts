// A hold: an automatic Application that was rolled back stays at the earlier commit until the next one arrives.

import type { KubeObject } from '@evenkeel/resource';

/** Our own annotation; upstream leaves it alone. */
export const holdAnnotation = 'evenkeel.dev/hold';

/** Where an Application is held, and at which head the hold was made. */
export interface Hold {
  readonly sha: string;
  readonly whileHead: string;
  readonly by: string;
  /** What was wrong at that head, where nobody but we went back. */
  readonly because?: string | undefined;
}

/** The hold of an Application; undefined where there is none or it cannot be read. */
export function holdOf(object: KubeObject): Hold | undefined {
  const text = object.metadata.annotations?.[holdAnnotation];
  if (text === undefined) return undefined;
  try {
    const { sha, whileHead, by, because } = JSON.parse(text) as Partial<Hold>;
    if (typeof sha !== 'string' || typeof whileHead !== 'string') return undefined;
    return { sha, whileHead, by: by ?? 'unknown', ...(because === undefined ? {} : { because }) };
  } catch {
    return undefined;
  }
}
