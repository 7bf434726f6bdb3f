// The hours below or above the strips.

import type { ReactNode } from 'react';
import { clockTime } from '../format/time.ts';
import { axisMoments } from './axis-moments.ts';
import { type Span, positionOf } from './geometry.ts';

/** Draws them. */
export function Axis({ span, width }: { readonly span: Span; readonly width: number }): ReactNode {
  return (
    <div className="axis" aria-hidden="true" style={{ inlineSize: width }}>
      {axisMoments(span, width).map((atMs) => {
        const x = positionOf(atMs, span, width);
        return x < 16 || x > width - 44 ? null : (
          <span key={atMs} style={{ insetInlineStart: x }}>
            {clockTime(atMs)}
          </span>
        );
      })}
      <span className="axis-now" style={{ insetInlineStart: width }}>
        now
      </span>
    </div>
  );
}
