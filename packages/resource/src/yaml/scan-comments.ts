// Comments of the v3 dialect: where a comment is found decides whether it heads the next token, ends the line of the
// last one, or is a foot of it. Follows go.yaml.in/yaml v3.0.5 scannerc.go (yaml_parser_scan_comments and its callers),
// including its habit of counting columns from 1 here and of looking at most 512 characters ahead.

import { isBreak, isBreakOrEnd } from './chars.ts';
import type { ScanState } from './scan-state.ts';
import * as T from './tokens.ts';

const PEEK_MAX = 512;

export interface Position {
  index: number;
  line: number;
  column: number;
}

export interface Comment {
  readonly scanIndex: number;
  tokenIndex: number;
  readonly start: Position;
  readonly endIndex: number;
  head: string;
  line: string;
  readonly foot: string;
}

/** State of one run over consecutive comment lines. */
interface Run {
  scanIndex: number;
  tokenIndex: number;
  start: Position;
  text: string;
}

export class CommentCollector {
  /** Comments that no token has claimed yet, in source order. */
  readonly pending: Comment[] = [];
  readonly #keep: boolean;

  constructor(keep: boolean) {
    this.#keep = keep;
  }

  /** A comment behind the token just scanned. */
  scanLineComment(s: ScanState, ownerIndex: number): void {
    if (s.newlines > 0) return;
    const { text } = s;
    let at = s.pos;
    let c = text.charCodeAt(at);
    if (c !== 0x20 && c !== 0x09 && c !== 0x23) return;
    const limit = at + PEEK_MAX;
    while ((c === 0x20 || c === 0x09) && at < limit) c = text.charCodeAt(++at);
    if (c !== 0x23 || at >= limit) return;
    const start = { index: at, line: s.line, column: s.columnOf(at) };
    s.pos = at;
    s.skipToLineEnd();
    this.#push({
      scanIndex: 0,
      tokenIndex: ownerIndex,
      start,
      endIndex: 0,
      head: '',
      line: text.slice(at, s.pos),
      foot: '',
    });
  }

  /** `- # comment` above indented content: the comment is a head of that content. */
  promoteEntryComment(s: ScanState, next: number): void {
    const comment = this.pending[this.pending.length - 1];
    if (comment === undefined || comment.line === '') return;
    if (isBreak(next)) return;
    if (s.queue.fromEnd(1)?.type !== T.TOKEN_BLOCK_ENTRY) return;
    if (s.queue.fromEnd(2)?.type !== T.TOKEN_BLOCK_SEQUENCE_START) return;
    comment.head = comment.line;
    comment.line = '';
    if (comment.start.line === s.line - 1) comment.tokenIndex = s.pos;
  }

  /** A block ends: its end token moves before the comments that stand at the block's own indentation. */
  repositionBlockEnd(indent: number, mark: Position): void {
    let stop = mark.index;
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const comment = this.pending[i] as Comment;
      if (comment.endIndex < stop) break;
      if (comment.start.column === indent + 1) {
        mark.index = comment.start.index;
        mark.line = comment.start.line;
        mark.column = comment.start.column;
      }
      stop = comment.scanIndex;
    }
  }

  /** All comment lines from the scanner's position on, up to the next content. */
  scanComments(s: ScanState, scan: Position): void {
    const { text } = s;
    let owner = s.queue.fromEnd(1);
    if (owner?.type === T.TOKEN_FLOW_ENTRY) owner = s.queue.fromEnd(2) ?? owner;
    const run: Run = {
      scanIndex: scan.index,
      tokenIndex: owner?.index ?? 0,
      start: { index: 0, line: 0, column: 0 },
      text: '',
    };
    const afterValue = owner?.type === T.TOKEN_VALUE;
    const indent = Math.max(s.indent, 0);
    const footLine = footLineOf(s, scan);
    let recentEmpty = false;
    let firstEmpty = s.newlines <= 1;
    let { line } = s;
    let column = s.columnOf(s.pos);
    let peek = 0;
    for (; peek < PEEK_MAX; peek++) {
      const at = s.pos + peek;
      const c = text.charCodeAt(at);
      column++;
      if (c === 0x20 || c === 0x09) continue;
      const closesFlow = s.flowLevel > 0 && (c === 0x5d || c === 0x7d);
      if (closesFlow || isBreakOrEnd(c)) {
        if (closesFlow || !recentEmpty) {
          const isFoot = (run.start.line === footLine && !afterValue) || run.start.column - 1 < indent;
          if (closesFlow || (firstEmpty && isFoot)) this.#endBeforeGap(run, at, indent);
          else if (run.text !== '' && c !== 0) run.text += '\n';
        }
        if (closesFlow || c === 0) break;
        firstEmpty = false;
        recentEmpty = true;
        column = 0;
        line++;
        if (c < 0x80) continue;
        this.#endAtWideBreak(run, at, indent);
        break;
      }
      if (run.text !== '' && column - 1 < indent && column !== run.start.column) this.#endAsFoot(run, at);
      if (c !== 0x23) break;
      if (run.text === '') run.start = { index: at, line, column };
      else run.text += '\n';
      recentEmpty = false;
      run.text += readCommentLine(s, at);
      peek = 0;
      column = 0;
      line = s.line;
      if (text.charCodeAt(s.pos) > 0x7f) {
        this.#endAtWideBreak(run, s.pos, indent);
        break;
      }
    }
    this.#endAsHead(run, s.pos + peek - 1);
  }

  /** What is left when content comes stands above that content. */
  #endAsHead(run: Run, endIndex: number): void {
    if (run.text === '') return;
    const { scanIndex, start, text } = run;
    this.#push({ scanIndex, tokenIndex: start.index, start, endIndex, head: text, line: '', foot: '' });
  }

  /** An empty line ends a foot comment; a dedented one has nothing to do with the token before it. */
  #endBeforeGap(run: Run, at: number, indent: number): void {
    if (run.text === '') return;
    if (run.start.column - 1 < indent) run.tokenIndex = run.start.index;
    this.#endAsFoot(run, at);
  }

  /** go-yaml looks ahead by bytes, and takes the second byte of a break beyond ASCII for content in the first column. */
  #endAtWideBreak(run: Run, at: number, indent: number): void {
    if (run.text !== '' && indent > 0 && run.start.column !== 1) this.#endAsFoot(run, at);
  }

  #endAsFoot(run: Run, at: number): void {
    this.#push({
      scanIndex: run.scanIndex,
      tokenIndex: run.tokenIndex,
      start: run.start,
      endIndex: at,
      head: '',
      line: '',
      foot: run.text,
    });
    run.scanIndex = at;
    run.tokenIndex = at;
    run.text = '';
  }

  #push(comment: Comment): void {
    if (this.#keep) this.pending.push(comment);
  }
}

/** The line on which a comment must start to still be a foot of what came before. */
function footLineOf(s: ScanState, scan: Position): number {
  if (scan.line <= 0) return -1;
  const line = s.line - s.newlines + 1;
  return s.newlines === 0 && s.columnOf(s.pos) > 1 ? line + 1 : line;
}

/** Moves the scanner behind the comment that starts at `at`, over blanks and breaks before it. */
function readCommentLine(s: ScanState, at: number): string {
  const { text } = s;
  while (s.pos < at) {
    if (isBreakOrEnd(text.charCodeAt(s.pos))) s.skipLine();
    else s.pos++;
  }
  s.skipToLineEnd();
  return text.slice(at, s.pos);
}
