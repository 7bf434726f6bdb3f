// Text to tokens, with the block structure made explicit (indentation becomes start and end tokens). Accepts, refuses
// and words its refusals as the scanners of go.yaml.in/yaml v2 and v3 do (scannerc.go, 2.4.4 and 3.0.5).

import { canStartPlain, isBlankOrBreakOrEnd, isBreakOrEnd, isDocumentIndicator } from './chars.ts';
import { YamlError } from './node.ts';
import type { YamlErrorCode } from './node.ts';
import { throwFlawNear } from './reader.ts';
import type { YamlSource } from './reader.ts';
import { CommentCollector } from './scan-comments.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-properties.ts';
import type { Mark, ScanState, YamlDialect } from './scan-state.ts';
import { scanBlockScalar, scanPlainScalar, scanQuotedScalar } from './scan-scalars.ts';
import * as T from './tokens.ts';
import type { Token } from './tokens.ts';
import { TokenQueue } from './tokens.ts';

/** Both the indentation stack and the flow nesting stop here (scannerc.go: max_indents, max_flow_level). */
const DEPTH_MAX = 10_000;
/** A simple key is at most this long (YAML 1.2, 7.4.2). */
const SIMPLE_KEY_LENGTH_MAX = 1024;

interface SimpleKey {
  possible: boolean;
  required: boolean;
  tokenNumber: number;
  /** go-yaml finds a key by its token's number in an index, and loses the entry for one that "[]" or "{}" starts. */
  indexed: boolean;
  index: number;
  line: number;
  column: number;
}

export class Scanner implements ScanState {
  readonly source: YamlSource;
  readonly dialect: YamlDialect;
  readonly text: string;
  readonly queue: TokenQueue = new TokenQueue();
  readonly comments: CommentCollector | undefined;
  pos = 0;
  line = 0;
  lineStart = 0;
  newlines = 0;
  indent = -1;
  flowLevel = 0;
  simpleKeyAllowed = true;
  readonly #indents: number[] = [];
  readonly #simpleKeys: SimpleKey[] = [blankKey()];
  #simpleKey: SimpleKey = this.#simpleKeys[0] as SimpleKey;
  /**
   * go-yaml leaves keys that went out of reach in its index of keys, and then looks up another key of the same flow
   * level under their token: it scans further ahead, and so meets errors earlier. Token number to level.
   */
  readonly #staleKeys: Map<number, number> = new Map();
  #lastStale = -1;
  /** How many tokens to have in hand beyond the next one: v3 looks further, to place comments. */
  readonly #lookAhead: number;
  #streamStarted = false;

  constructor(source: YamlSource, dialect: YamlDialect, keepComments: boolean) {
    this.source = source;
    this.dialect = dialect;
    this.text = source.text;
    this.#lookAhead = dialect === 'v3' ? 2 : 0;
    this.comments = dialect === 'v3' ? new CommentCollector(keepComments) : undefined;
  }

  columnOf(index: number): number {
    const units = index - this.lineStart;
    if (!this.source.astral) return units;
    let pairs = 0;
    for (let i = this.lineStart; i < index; i++) {
      const c = this.text.charCodeAt(i);
      if (c >= 0xd800 && c <= 0xdbff) pairs++;
    }
    return units - pairs;
  }

  mark(): Mark {
    return { line: this.line, column: this.columnOf(this.pos) };
  }

  /** Makes sure that the head of the queue is final: no key token can still be inserted before it. */
  fetchMoreTokens(): void {
    const { queue } = this;
    for (;;) {
      if (queue.head < queue.length - this.#lookAhead) {
        const key = this.#simpleKeyOfHead();
        if (key === undefined || !this.#isValid(key)) return;
      }
      this.#fetchNextToken();
    }
  }

  fail(problem: string, context: Mark, code: YamlErrorCode = 'SYNTAX'): never {
    throwFlawNear(this.source, this.pos);
    const first = this.dialect === 'v3' ? context.line : this.line;
    const second = this.dialect === 'v3' ? this.line : context.line;
    // In v2 only a problem's line is moved to a 1-based number, a context's is not.
    const shown = first !== 0 ? first + 1 : second === 0 ? 0 : this.dialect === 'v3' ? second + 1 : second;
    const where = shown === 0 ? '' : `line ${shown}: `;
    throw new YamlError(code, `yaml: ${where}${problem}`, this.line + 1, this.columnOf(this.pos) + 1);
  }

  skipLine(): void {
    const c = this.text.charCodeAt(this.pos);
    if (c === 0x0d && this.text.charCodeAt(this.pos + 1) === 0x0a) this.pos += 2;
    else this.pos++;
    this.line++;
    this.lineStart = this.pos;
    this.newlines++;
  }

  add(type: number, index: number): Token {
    const token = this.queue.insert(-1);
    token.type = type;
    token.index = index;
    token.line = this.line;
    token.column = this.columnOf(index);
    token.endLine = this.line;
    token.endColumn = token.column + (this.pos - index);
    return token;
  }

  #addMarked(type: number, position: number, mark: { index: number; line: number; column: number }): void {
    const token = this.queue.insert(position);
    token.type = type;
    token.index = mark.index;
    token.line = token.endLine = mark.line;
    token.column = token.endColumn = mark.column;
  }

  #fetchNextToken(): void {
    if (!this.#streamStarted) {
      this.#streamStarted = true;
      this.add(T.TOKEN_STREAM_START, this.pos);
      return;
    }
    const scanIndex = this.pos;
    const scanLine = this.line;
    const scanColumn = this.comments === undefined ? 0 : this.columnOf(this.pos);
    this.#scanToNextToken(scanIndex, scanLine, scanColumn);
    const { pos, text } = this;
    const column = this.columnOf(pos);
    if (this.flowLevel === 0 && this.indent > column) this.#unrollIndent(column, scanIndex, scanLine, scanColumn);

    const c = text.charCodeAt(pos);
    if (c === 0) return this.#fetchStreamEnd();
    if (column === 0) {
      if (c === 0x25) return this.#fetchDirective();
      if (isDocumentIndicator(text, pos)) {
        return this.#fetchDocumentIndicator(c === 0x2d ? T.TOKEN_DOCUMENT_START : T.TOKEN_DOCUMENT_END);
      }
    }
    const { comments } = this;
    if (comments === undefined) return this.#fetchContent(c);
    // A comment after ':' or ',' belongs to what stands before them.
    const last = this.flowLevel === 0 ? c === 0x3a : c === 0x2c;
    const owner = last ? this.queue.fromEnd(1) : undefined;
    const ownerIndex = owner?.index ?? pos;
    this.#fetchContent(c);
    if (this.queue.fromEnd(1)?.type !== T.TOKEN_BLOCK_ENTRY) comments.scanLineComment(this, ownerIndex);
  }

  #fetchContent(c: number): void {
    const next = this.text.charCodeAt(this.pos + 1);
    switch (c) {
      case 0x5b:
        return this.#fetchFlowStart(T.TOKEN_FLOW_SEQUENCE_START);
      case 0x7b:
        return this.#fetchFlowStart(T.TOKEN_FLOW_MAPPING_START);
      case 0x5d:
        return this.#fetchFlowEnd(T.TOKEN_FLOW_SEQUENCE_END);
      case 0x7d:
        return this.#fetchFlowEnd(T.TOKEN_FLOW_MAPPING_END);
      case 0x2c:
        this.#removeSimpleKey();
        this.simpleKeyAllowed = true;
        return this.#addIndicator(T.TOKEN_FLOW_ENTRY);
      case 0x2d:
        if (isBlankOrBreakOrEnd(next)) return this.#fetchBlockEntry();
        break;
      case 0x3f:
        if (this.flowLevel > 0 || isBlankOrBreakOrEnd(next)) return this.#fetchKey();
        break;
      case 0x3a:
        if (this.flowLevel > 0 || isBlankOrBreakOrEnd(next)) return this.#fetchValue();
        break;
      case 0x2a:
        this.#startSimpleKey();
        return scanAnchor(this, T.TOKEN_ALIAS);
      case 0x26:
        this.#startSimpleKey();
        return scanAnchor(this, T.TOKEN_ANCHOR);
      case 0x21:
        this.#startSimpleKey();
        return scanTag(this);
      case 0x7c:
      case 0x3e:
        if (this.flowLevel > 0) break;
        this.#removeSimpleKey();
        this.simpleKeyAllowed = true;
        return scanBlockScalar(this, c === 0x7c);
      case 0x27:
      case 0x22:
        this.#startSimpleKey();
        return scanQuotedScalar(this, c === 0x27);
      default:
        break;
    }
    if (!canStartPlain(c, next)) return this.fail('found character that cannot start any token', this.mark());
    this.#startSimpleKey();
    scanPlainScalar(this);
  }

  #scanToNextToken(scanIndex: number, scanLine: number, scanColumn: number): void {
    const { text } = this;
    for (;;) {
      const tabs = this.flowLevel > 0 || !this.simpleKeyAllowed;
      let { pos } = this;
      let c = text.charCodeAt(pos);
      while (c === 0x20 || (tabs && c === 0x09)) c = text.charCodeAt(++pos);
      this.pos = pos;
      if (this.comments !== undefined) this.comments.promoteEntryComment(this, c);
      if (c === 0x23) {
        if (this.comments === undefined) this.skipToLineEnd();
        else this.comments.scanComments(this, { index: scanIndex, line: scanLine, column: scanColumn });
        c = text.charCodeAt(this.pos);
      }
      if (c > 0x0d ? c !== 0x85 && c !== 0x2028 && c !== 0x2029 : c !== 0x0a && c !== 0x0d) return;
      this.skipLine();
      if (this.flowLevel === 0) this.simpleKeyAllowed = true;
    }
  }

  skipToLineEnd(): void {
    const { text } = this;
    let { pos } = this;
    while (!isBreakOrEnd(text.charCodeAt(pos))) pos++;
    if (pos > this.pos) this.newlines = 0;
    this.pos = pos;
  }

  #simpleKeyOfHead(): SimpleKey | undefined {
    const { taken } = this.queue;
    if (this.#lastStale >= taken) {
      const level = this.#staleKeys.get(taken);
      if (level !== undefined) return this.#simpleKeys[level];
    }
    if (this.flowLevel === 0) {
      const key = this.#simpleKey;
      return key.possible && key.indexed && key.tokenNumber === taken ? key : undefined;
    }
    for (let level = 0; level <= this.flowLevel; level++) {
      const key = this.#simpleKeys[level] as SimpleKey;
      if (key.possible && key.indexed && key.tokenNumber >= taken) return key.tokenNumber === taken ? key : undefined;
    }
    return undefined;
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line < this.line || key.index + SIMPLE_KEY_LENGTH_MAX < this.pos) {
      if (key.required) this.fail("could not find expected ':'", key);
      key.possible = false;
      if (key.indexed) this.#rememberStale(key);
      return false;
    }
    return true;
  }

  #rememberStale(key: SimpleKey): void {
    if (this.#lastStale < this.queue.taken) this.#staleKeys.clear();
    this.#staleKeys.set(key.tokenNumber, this.#simpleKeys.indexOf(key));
    this.#lastStale = Math.max(this.#lastStale, key.tokenNumber);
  }

  /** Notes that a simple key may start here, and that none may start right after it. */
  #startSimpleKey(): void {
    if (this.simpleKeyAllowed) this.#saveSimpleKey();
    this.simpleKeyAllowed = false;
  }

  #saveSimpleKey(): void {
    const column = this.columnOf(this.pos);
    this.#removeSimpleKey();
    const key = this.#simpleKey;
    key.possible = true;
    key.required = this.flowLevel === 0 && this.indent === column;
    key.tokenNumber = this.#nextTokenNumber();
    key.indexed = true;
    key.index = this.pos;
    key.line = this.line;
    key.column = column;
  }

  #nextTokenNumber(): number {
    return this.queue.taken + (this.queue.length - this.queue.head);
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKey;
    if (!key.possible) return;
    if (key.required) this.fail("could not find expected ':'", key);
    key.possible = false;
  }

  #rollIndent(position: number, type: number, mark: { index: number; line: number; column: number }): void {
    if (this.flowLevel > 0 || this.indent >= mark.column) return;
    this.#indents.push(this.indent);
    this.indent = mark.column;
    if (this.#indents.length > DEPTH_MAX) this.fail(`exceeded max depth of ${DEPTH_MAX}`, this.#simpleKey, 'DEPTH');
    this.#addMarked(type, position < 0 ? -1 : position - this.queue.taken, mark);
  }

  #unrollIndent(column: number, scanIndex: number, scanLine: number, scanColumn: number): void {
    // v2 puts the end of a block where the next token starts, v3 where the search for it began.
    const { dialect } = this;
    const mark = dialect === 'v3' ? { index: scanIndex - 1, line: scanLine, column: scanColumn } : this.#here();
    while (this.indent > column) {
      this.comments?.repositionBlockEnd(this.indent, mark);
      this.#addMarked(T.TOKEN_BLOCK_END, -1, mark);
      this.indent = this.#indents.pop() ?? -1;
    }
  }

  /** Ends all open blocks here, as a document mark, a directive or the end of the stream does. */
  #closeBlocks(): void {
    if (this.flowLevel === 0) this.#unrollIndent(-1, this.pos, this.line, this.columnOf(this.pos));
    this.#removeSimpleKey();
    this.simpleKeyAllowed = false;
  }

  #fetchStreamEnd(): void {
    throwFlawNear(this.source, this.pos);
    if (this.pos !== this.lineStart) {
      this.lineStart = this.pos;
      this.line++;
    }
    this.#closeBlocks();
    this.add(T.TOKEN_STREAM_END, this.pos);
  }

  #fetchDirective(): void {
    this.#closeBlocks();
    scanDirective(this);
  }

  #fetchDocumentIndicator(type: number): void {
    this.#closeBlocks();
    const start = this.pos;
    this.pos += 3;
    this.newlines = 0;
    this.add(type, start);
  }

  #fetchFlowStart(type: number): void {
    if (this.simpleKeyAllowed) this.#saveSimpleKey();
    const key = blankKey();
    key.tokenNumber = this.#nextTokenNumber();
    key.index = this.pos;
    key.line = this.line;
    key.column = this.columnOf(this.pos);
    this.#simpleKeys.push(key);
    this.#simpleKey = key;
    this.flowLevel++;
    if (this.flowLevel > DEPTH_MAX) this.fail(`exceeded max depth of ${DEPTH_MAX}`, key, 'DEPTH');
    this.simpleKeyAllowed = true;
    this.#addIndicator(type);
  }

  #fetchFlowEnd(type: number): void {
    this.#removeSimpleKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      const inner = this.#simpleKeys.pop();
      this.#simpleKey = this.#simpleKeys[this.#simpleKeys.length - 1] as SimpleKey;
      if (inner !== undefined) this.#staleKeys.delete(inner.tokenNumber);
      if (inner?.tokenNumber === this.#simpleKey.tokenNumber) this.#simpleKey.indexed = false;
    }
    this.simpleKeyAllowed = false;
    this.#addIndicator(type);
  }

  #addIndicator(type: number): void {
    const start = this.pos;
    this.pos = start + 1;
    this.newlines = 0;
    this.add(type, start);
  }

  #here(): { index: number; line: number; column: number } {
    return { index: this.pos, line: this.line, column: this.columnOf(this.pos) };
  }

  #fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('block sequence entries are not allowed in this context', this.mark());
      this.#rollIndent(-1, T.TOKEN_BLOCK_SEQUENCE_START, this.#here());
    }
    this.#removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.#addIndicator(T.TOKEN_BLOCK_ENTRY);
  }

  #fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('mapping keys are not allowed in this context', this.mark());
      this.#rollIndent(-1, T.TOKEN_BLOCK_MAPPING_START, this.#here());
    }
    this.#removeSimpleKey();
    this.simpleKeyAllowed = this.flowLevel === 0;
    this.#addIndicator(T.TOKEN_KEY);
  }

  #fetchValue(): void {
    const key = this.#simpleKey;
    if (this.#isValid(key)) {
      this.#addMarked(T.TOKEN_KEY, key.tokenNumber - this.queue.taken, key);
      this.#rollIndent(key.tokenNumber, T.TOKEN_BLOCK_MAPPING_START, key);
      key.possible = false;
      this.simpleKeyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) this.fail('mapping values are not allowed in this context', this.mark());
        this.#rollIndent(-1, T.TOKEN_BLOCK_MAPPING_START, this.#here());
      }
      this.simpleKeyAllowed = this.flowLevel === 0;
    }
    this.#addIndicator(T.TOKEN_VALUE);
  }
}

function blankKey(): SimpleKey {
  return { possible: false, required: false, tokenNumber: 0, indexed: false, index: 0, line: 0, column: 0 };
}
