// The lower half of the YAML parser: tokens with their comments, the stacks of open constructs, and error wording.

import * as E from './events.ts';
import type { YamlEvent } from './events.ts';
import { YamlError } from './node.ts';
import { throwFlawNear } from './reader.ts';
import type { YamlSource } from './reader.ts';
import type { Mark, YamlDialect } from './scan-state.ts';
import { Scanner } from './scanner.ts';
import * as T from './tokens.ts';
import type { Token } from './tokens.ts';

export interface ParserOptions {
  readonly dialect: YamlDialect;
  readonly keepComments: boolean;
}

export class TokenReader {
  readonly event: YamlEvent = E.blankEvent();
  readonly scanner: Scanner;
  /** What to go on with after the current construct. */
  protected readonly states: number[] = [];
  protected state: number;
  protected headComment = '';
  protected stemComment: string | undefined;
  readonly #dialect: YamlDialect;
  readonly #source: YamlSource;
  readonly #keepComments: boolean;
  readonly #endState: number;
  readonly #marks: Mark[] = [];
  #available = false;
  #lineComment = '';
  #footComment = '';

  constructor(source: YamlSource, options: ParserOptions, states: { readonly start: number; readonly end: number }) {
    this.#source = source;
    this.#dialect = options.dialect;
    this.#keepComments = options.keepComments;
    this.state = states.start;
    this.#endState = states.end;
    this.scanner = new Scanner(source, options.dialect, options.keepComments);
  }

  protected clearComments(): void {
    if (!this.#keepComments) return;
    const { event } = this;
    event.headComment = '';
    event.lineComment = '';
    event.footComment = '';
  }

  /** Throws what go-yaml's reader, being a block ahead, has already found wrong with the characters to come. */
  checkReadAhead(): void {
    throwFlawNear(this.#source, this.scanner.pos);
  }

  protected peek(): Token {
    const { queue } = this.scanner;
    if (!this.#available) {
      this.scanner.fetchMoreTokens();
      this.#available = true;
    }
    const token = queue.tokens[queue.head] as Token;
    if (this.#keepComments) this.#unfoldComments(token);
    return token;
  }

  protected skip(): void {
    const { queue } = this.scanner;
    this.#available = false;
    queue.taken++;
    queue.head++;
  }

  /** Hands the comments that stand before or on a token to the events to come. */
  #unfoldComments(token: Token): void {
    const pending = this.scanner.comments?.pending;
    if (pending === undefined) return;
    let done = 0;
    for (const comment of pending) {
      if (token.index < comment.tokenIndex) break;
      if (comment.head !== '') {
        if (token.type === T.TOKEN_BLOCK_END) break;
        this.headComment = join(this.headComment, comment.head);
      }
      if (comment.foot !== '') this.#footComment = join(this.#footComment, comment.foot);
      if (comment.line !== '') this.#lineComment = join(this.#lineComment, comment.line);
      done++;
    }
    if (done > 0) pending.splice(0, done);
  }

  /** Throws a parser error; lines are worded as libyaml's marks come out in go-yaml. */
  protected fail(problem: string, at: Mark, context?: Mark): never {
    this.checkReadAhead();
    const contextLine = context?.line ?? 0;
    const line = this.#dialect === 'v3' ? contextLine || at.line : at.line || contextLine;
    const where = line === 0 ? '' : `line ${line}: `;
    throw new YamlError('SYNTAX', `yaml: ${where}${problem}`, at.line + 1, at.column + 1);
  }

  protected failInCollection(problem: string, at: Mark): never {
    return this.fail(problem, at, this.#marks[this.#marks.length - 1]);
  }

  protected open(): void {
    const token = this.peek();
    this.#marks.push({ line: token.line, column: token.column });
    this.skip();
  }

  protected close(): void {
    this.popState();
    this.#marks.pop();
  }

  protected popState(): void {
    this.state = this.states.pop() ?? this.#endState;
  }

  protected takeComments(): void {
    if (!this.#keepComments) return;
    const { event } = this;
    event.headComment = this.headComment;
    event.lineComment = this.#lineComment;
    event.footComment = this.#footComment;
    this.headComment = '';
    this.#lineComment = '';
    this.#footComment = '';
    this.stemComment = undefined;
  }

  protected emit(type: number, token: Mark): YamlEvent {
    const { event } = this;
    event.type = type;
    event.line = token.line;
    event.column = token.column;
    event.anchor = '';
    event.tag = '';
    return event;
  }

  protected emitEmptyScalar(line: number, column: number): YamlEvent {
    const { event } = this;
    event.type = E.EVENT_SCALAR;
    event.line = line;
    event.column = column;
    event.anchor = '';
    event.tag = '';
    event.value = '';
    event.implicit = true;
    event.style = T.SCALAR_PLAIN;
    return event;
  }

  /** The part of the head comment before its last empty line belongs to the document, the rest to the first node. */
  protected splitDocumentComment(): string {
    const comment = this.headComment;
    for (let i = comment.length - 1; i > 0; i--) {
      if (comment[i] !== '\n') continue;
      const atEnd = i === comment.length - 1;
      if (!atEnd && comment[i - 1] !== '\n') continue;
      this.headComment = comment.slice(i + 1);
      return comment.slice(0, atEnd ? i : i - 1);
    }
    return '';
  }

  /** go-yaml ignores that this look ahead failed and scans on from there; then it is the second error that counts. */
  protected peekTwice(): Token {
    try {
      return this.peek();
    } catch (error) {
      this.peek();
      throw error;
    }
  }
}

function join(before: string, after: string): string {
  return before === '' ? after : `${before}\n${after}`;
}
