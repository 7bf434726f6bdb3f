// Go durations ("1h15m30.918s"), which every resource of Argo CD and Flux uses.

const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * Parses a Go duration to milliseconds, or undefined where Go's time.ParseDuration would refuse it.
 * Mirrors golang/go:src/time/format.go ParseDuration (1.26).
 */
export function parseDurationMs(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (body === '') return undefined;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let totalNs = 0;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    if (!match) return undefined;
    totalNs += Number(match[1]) * (unitNs[match[2] ?? ''] ?? 0);
  }
  return (sign * totalNs) / 1e6;
}

/** Prints milliseconds as Go prints a time.Duration: "5s", "1m30s", "1h0m0s", "250ms". */
export function formatDurationMs(durationMs: number): string {
  if (durationMs === 0) return '0s';
  const sign = durationMs < 0 ? '-' : '';
  const absMs = Math.abs(durationMs);
  if (absMs < 1000) return sign + formatSubsecond(absMs);
  const hours = Math.floor(absMs / 3600e3);
  const minutes = Math.floor((absMs % 3600e3) / 60e3);
  const seconds = trimFraction((absMs % 60e3) / 1000, 9);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${seconds}s`;
}

function formatSubsecond(absMs: number): string {
  if (absMs >= 1) return `${trimFraction(absMs, 6)}ms`;
  if (absMs >= 1e-3) return `${trimFraction(absMs * 1e3, 3)}µs`;
  return `${Math.round(absMs * 1e6)}ns`;
}

function trimFraction(value: number, digits: number): string {
  const fixed = value.toFixed(digits);
  return fixed.replace(/\.?0+$/, '');
}
