// The waterline: a strip of the last hours. Level while all is well, a step down while drifted, hatched while progressing,
// a red dip while degraded, a tick at every sync and commit.

import type { Standing } from '@evenkeel/api';
import { type ReactNode, memo } from 'react';
import { type Line, type Segment, type Span, levelOf, marksOf, openRuns, segmentsOf } from './geometry.ts';

export interface StripProps {
  readonly line: Line;
  readonly span: Span;
  readonly width: number;
  readonly height: number;
}

/** Draws the strip; says nothing, its frame does. Drawn again only when its own line, the span or the size changed. */
export const Strip: (props: StripProps) => ReactNode = memo(function Strip({ line, span, width, height }: StripProps) {
  const segments = segmentsOf(openRuns(line.runs, span.toMs), span, width);
  const tickHeight = Math.max(3, Math.round(height * 0.16));
  const topOf = (state: Standing): number =>
    Math.round(tickHeight + 1 + (height - tickHeight - 3) * (levelOf(state) - 0.3) * 1.7);
  return (
    <svg className="strip" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path className="strip-bed" d={`M0 ${height - 0.5}H${width}`} />
      {segments.map((segment) => (
        <g key={segment.x} data-standing={segment.state}>
          <rect
            className="strip-water"
            x={segment.x}
            y={topOf(segment.state)}
            width={segment.width}
            height={height - topOf(segment.state)}
          />
          {segment.state === 'progressing' && (
            <rect
              x={segment.x}
              y={topOf(segment.state)}
              width={segment.width}
              height={height - topOf(segment.state)}
              fill="url(#hatch)"
            />
          )}
          <rect className="strip-line" x={segment.x} y={topOf(segment.state)} width={segment.width} height={2} />
        </g>
      ))}
      <path className="strip-steps" d={stepsOf(segments, topOf)} />
      {marksOf(line.ticks, span, width).map(({ kind, x, failed }) => (
        <path
          key={`${kind}${x}`}
          className="strip-tick"
          data-kind={kind}
          data-failed={failed || undefined}
          d={kind === 'sync' ? `M${x} 0V${tickHeight}` : `M${x} 0V${height}`}
        />
      ))}
    </svg>
  );
});

/** The vertical parts between neighbours of different height, so that the line reads as one. */
function stepsOf(segments: readonly Segment[], topOf: (state: Standing) => number): string {
  let path = '';
  for (const [index, segment] of segments.entries()) {
    const before = segments[index - 1];
    if (!before || before.x + before.width !== segment.x) continue;
    const from = topOf(before.state);
    const to = topOf(segment.state);
    if (from !== to) path += `M${segment.x} ${Math.min(from, to) + 1}V${Math.max(from, to) + 1}`;
  }
  return path;
}

/** The hatching that strips refer to; stands once in the page. */
export function StripPatterns(): ReactNode {
  return (
    <svg width="0" height="0" className="patterns" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="hatch-stroke" width="1.6" height="5" />
        </pattern>
      </defs>
    </svg>
  );
}
