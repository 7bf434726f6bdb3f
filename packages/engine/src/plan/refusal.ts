// A refusal: why something was not done, as data. Status, CLI and UI show the same sentence.

import type { ObjectRef } from '@evenkeel/resource';

/** The closed set of reasons why work is refused. Sentences may change, codes may not. */
export type RefusalCode =
  | 'SOURCE_UNREACHABLE'
  | 'REVISION_NOT_FOUND'
  | 'SOURCE_UNVERIFIED'
  | 'PATH_NOT_FOUND'
  | 'RENDER_FAILED'
  | 'INVALID_OBJECT'
  | 'UNKNOWN_KIND'
  | 'EMPTY_RENDER'
  | 'PRUNE_BUDGET'
  | 'TWO_OWNERS'
  | 'NOT_PERMITTED'
  | 'NAMESPACE_NOT_PERMITTED'
  | 'OBJECT_NOT_PERMITTED'
  | 'UNSUPPORTED_FIELD'
  | 'INVALID_SPEC'
  | 'DESTINATION_UNKNOWN'
  | 'CLUSTER_UNREACHABLE'
  | 'APPLY_FAILED'
  | 'HOOK_FAILED'
  | 'HEALTH_FAILED'
  | 'TIMEOUT'
  | 'DEPENDENCY'
  | 'TERMINATED';

/** Where in a source a problem stands. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** One refusal: what, where, and what to do. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One clear sentence, complete with the place where it has one. */
  readonly sentence: string;
  /** What the reader can do about it; a sentence. */
  readonly remedy?: string | undefined;
  readonly at?: SourcePosition | undefined;
  /** The object it is about, where it is about one. */
  readonly about?: (ObjectRef & { readonly version: string }) | undefined;
}

/** "apps/x.yaml:12:3" */
export function formatPosition(at: SourcePosition): string {
  return [at.file, at.line, at.column].filter((part) => part !== undefined && part !== 0).join(':');
}
