// The span all strips of a page share, so that they line up.

import type { Waterlines } from '@evenkeel/api';
import { useMemo } from 'react';
import { useWaterlines } from '../live/queries.ts';
import { useNow } from '../live/server-clock.ts';
import { type Span, hoursFor } from './geometry.ts';

type Line = Waterlines['items'][number];

export interface Strips {
  readonly span: Span;
  readonly hours: number;
  readonly lines: ReadonlyMap<string, Line>;
  readonly known: boolean;
}

/** The strips of everything over `hours`, or over as long as there is something to see, up to a day. */
export function useStrips(chosen: number | undefined): Strips {
  const { data } = useWaterlines(chosen ?? 24);
  const now = useNow(2000);
  const items = data?.items;
  const hours = chosen ?? (items ? hoursFor(items, now) : 24);
  const lines = useMemo(() => new Map((items ?? []).map((line) => [line.key, line])), [items]);
  // A strip is redrawn when the present has moved by a fair part of a pixel, not at every tick of the clock.
  const step = Math.max(2000, (hours * 3600e3) / 600);
  const toMs = Math.ceil(now / step) * step;
  const span = useMemo(() => ({ fromMs: toMs - hours * 3600e3, toMs }), [toMs, hours]);
  return { span, hours, lines, known: data !== undefined };
}
