// Which moments the axis below the strips names. Pure.

import type { Span } from './geometry.ts';

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60e3);

/** Round moments in a span, as many as have room. */
export function axisMoments(span: Span, width: number): readonly number[] {
  const room = Math.max(1, Math.floor(width / 64));
  const length = span.toMs - span.fromMs;
  const step = steps.find((candidate) => length / candidate <= room) ?? length;
  // Rounded in local time, so that hours are whole where the zone is not.
  const zone = new Date(span.toMs).getTimezoneOffset() * 60e3;
  const first = Math.ceil((span.fromMs - zone) / step) * step + zone;
  const moments: number[] = [];
  for (let at = first; at <= span.toMs; at += step) moments.push(at);
  return moments;
}
