// What any renderer answers, in the engine's terms.

import { type Refusal, formatPosition } from '@evenkeel/engine';
import type { RenderedObject } from '../prepare.ts';
import { withoutContent } from './without-content.ts';

/** Rendered objects, or why there are none. A rendering with refusals is never applied. */
export interface Rendering {
  /** 'none' for a source that others read and that renders nothing itself. */
  readonly renderer: 'kustomize' | 'helm' | 'directory' | 'plugin' | 'none';
  readonly objects: readonly RenderedObject[];
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly string[];
}

/** A rendering that came to nothing for one reason. */
export function refusedRendering(renderer: Rendering['renderer'], refusal: Refusal): Rendering {
  return { renderer, objects: [], refusals: [refusal], warnings: [] };
}

/** Puts a problem of a renderer into one sentence with its place. */
export function refusalOf(problem: {
  readonly tool: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}): Refusal {
  const at = problem.file
    ? { file: problem.file, line: problem.line || undefined, column: problem.column || undefined }
    : undefined;
  const place = at ? `${formatPosition(at)}: ` : '';
  // Some originals lay a message out over several lines; a condition is one sentence.
  const message = withoutContent(problem.message.trim()).replaceAll(/\s*\n\s*/g, ' ');
  const told = at && message.includes(formatPosition({ file: at.file, line: at.line }));
  return {
    code: 'RENDER_FAILED',
    sentence: `${problem.tool}: ${told ? '' : place}${message}`,
    remedy: 'Correct the file in Git; what is live stays as it is.',
    at,
  };
}
