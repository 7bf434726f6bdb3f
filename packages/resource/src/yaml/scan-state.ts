// What the parts of the scanner share: the position in the text and the means to report and to record.

import type { YamlErrorCode } from './node.ts';
import type { YamlSource } from './reader.ts';
import type { Token, TokenQueue } from './tokens.ts';

/** The two families of behaviour: sigs.k8s.io/yaml rests on go-yaml v2, kyaml and Helm's libraries on v3. */
export type YamlDialect = 'sigs' | 'v3';

/** 0-based, as in libyaml. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

export interface ScanState {
  readonly source: YamlSource;
  readonly text: string;
  readonly queue: TokenQueue;
  readonly comments: { scanLineComment(state: ScanState, ownerIndex: number): void } | undefined;
  pos: number;
  line: number;
  lineStart: number;
  /** Line breaks since the last character that is not a blank. */
  newlines: number;
  indent: number;
  flowLevel: number;
  simpleKeyAllowed: boolean;
  /** 0-based column of an index on the current line, in characters. */
  columnOf(index: number): number;
  mark(): Mark;
  /** Throws a scanner error: `context` is where the construct began, the problem is at the scanner's position. */
  fail(problem: string, context: Mark, code?: YamlErrorCode): never;
  skipLine(): void;
  skipToLineEnd(): void;
  /** Adds a token that starts at `index` (on the current line) and ends at the scanner's position. */
  add(type: number, index: number): Token;
}
