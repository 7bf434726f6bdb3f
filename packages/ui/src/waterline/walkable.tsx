// A strip that can be walked by itself: hover or arrow keys move along it, Enter opens the timeline at that moment.

import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { type Line, type Span, momentAt, positionOf } from './geometry.ts';
import { Strip } from './strip.tsx';
import { Tip, momentIn, momentWords } from './tip.tsx';
import { nextStop, summaryWords } from './walk.ts';

interface WalkableProps {
  readonly line: Line;
  readonly span: Span;
  readonly width: number;
  readonly height: number;
  /** What the strip is of: "Waterline of web". */
  readonly name: string;
  /** "last 24 hours" */
  readonly label: string;
  readonly onOpen: (atMs: number) => void;
}

/** The strip in the header of an application. For assistive technology it is a slider over time. */
export function WalkableStrip({ line, span, width, height, name, label, onOpen }: WalkableProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const [atMs, setAtMs] = useState<number>();
  const moment = momentIn(line, span, atMs ?? span.toMs);
  const walk = (event: KeyboardEvent): void => {
    const from = atMs ?? span.toMs;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      setAtMs(nextStop(line, { span, atMs: from, step: event.key === 'ArrowLeft' ? -1 : 1 }));
    } else if (event.key === 'Home') setAtMs(span.fromMs);
    else if (event.key === 'End') setAtMs(span.toMs);
    else if (event.key === 'Enter') onOpen(from);
    else if (event.key === 'Escape' && atMs !== undefined) setAtMs(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const x = atMs === undefined ? undefined : positionOf(atMs, span, width);
  const box = frame.current?.getBoundingClientRect();
  return (
    <div
      ref={frame}
      className="walkable"
      role="slider"
      tabIndex={0}
      aria-label={`${name}. ${summaryWords(line, span, label)}`}
      aria-valuemin={Math.round(span.fromMs / 1000)}
      aria-valuemax={Math.round(span.toMs / 1000)}
      aria-valuenow={Math.round((atMs ?? span.toMs) / 1000)}
      aria-valuetext={momentWords(moment, span.toMs)}
      onKeyDown={walk}
      onBlur={() => setAtMs(undefined)}
      onPointerMove={({ clientX, currentTarget }) =>
        setAtMs(momentAt(clientX - currentTarget.getBoundingClientRect().left, span, width))
      }
      onPointerLeave={() => setAtMs(undefined)}
      onClick={() => atMs !== undefined && onOpen(atMs)}
    >
      <Strip line={line} span={span} width={width} height={height} />
      {x !== undefined && <div className="walk-line" style={{ insetInlineStart: x }} />}
      {x !== undefined && box && <Tip moment={moment} nowMs={span.toMs} x={box.left + x} y={box.bottom + 8} />}
    </div>
  );
}
