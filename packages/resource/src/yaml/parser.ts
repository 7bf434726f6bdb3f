// Tokens to events: YAML's grammar as a state machine, so that depth costs no call stack. Follows parserc.go of
// go.yaml.in/yaml v2.4.4 and v3.0.5, with their error wording and, for v3, their placing of comments.

import * as E from './events.ts';
import type { YamlEvent } from './events.ts';
import * as S from './parser-states.ts';
import type { YamlSource } from './reader.ts';
import type { Mark } from './scan-state.ts';
import { TokenReader } from './token-reader.ts';
import type { ParserOptions } from './token-reader.ts';
import * as T from './tokens.ts';
import type { Token } from './tokens.ts';

interface NodeContext {
  readonly block: boolean;
  readonly indentless: boolean;
}

const BLOCK: NodeContext = { block: true, indentless: false };
const BLOCK_OR_INDENTLESS: NodeContext = { block: true, indentless: true };
const FLOW: NodeContext = { block: false, indentless: false };

/** Pull parser. `next()` refills `event`; callers copy what they keep. */
export class EventParser extends TokenReader {
  #streamStarted = false;
  readonly #tagPrefixes: Map<string, string> = new Map();

  constructor(source: YamlSource, options: ParserOptions) {
    super(source, options, { start: S.IMPLICIT_DOCUMENT_START, end: S.END });
  }

  /** Reads the next event; after the end of the stream it stays there. */
  next(): YamlEvent {
    if (!this.#streamStarted) {
      this.#streamStarted = true;
      this.peek();
      this.skip();
    }
    this.clearComments();
    switch (this.state) {
      case S.IMPLICIT_DOCUMENT_START:
        return this.#documentStart(true);
      case S.DOCUMENT_START:
        return this.#documentStart(false);
      case S.DOCUMENT_CONTENT:
        return this.#documentContent();
      case S.DOCUMENT_END:
        return this.#documentEnd();
      case S.BLOCK_NODE:
        return this.#node(BLOCK);
      case S.BLOCK_SEQUENCE_FIRST_ENTRY:
        this.open();
        return this.#blockSequenceEntry();
      case S.BLOCK_SEQUENCE_ENTRY:
        return this.#blockSequenceEntry();
      case S.INDENTLESS_SEQUENCE_ENTRY:
        return this.#indentlessSequenceEntry();
      case S.BLOCK_MAPPING_FIRST_KEY:
        this.open();
        return this.#blockMappingKey();
      case S.BLOCK_MAPPING_KEY:
        return this.#blockMappingKey();
      case S.BLOCK_MAPPING_VALUE:
        return this.#blockMappingValue();
      default:
        return this.#nextInFlow();
    }
  }

  #nextInFlow(): YamlEvent {
    switch (this.state) {
      case S.FLOW_SEQUENCE_FIRST_ENTRY:
        this.open();
        return this.#flowSequenceEntry(true);
      case S.FLOW_SEQUENCE_ENTRY:
        return this.#flowSequenceEntry(false);
      case S.FLOW_SEQUENCE_ENTRY_MAPPING_KEY:
        return this.#flowPairKey();
      case S.FLOW_SEQUENCE_ENTRY_MAPPING_VALUE:
        return this.#flowPairValue();
      case S.FLOW_SEQUENCE_ENTRY_MAPPING_END:
        return this.#flowPairEnd();
      case S.FLOW_MAPPING_FIRST_KEY:
        this.open();
        return this.#flowMappingKey(true);
      case S.FLOW_MAPPING_KEY:
        return this.#flowMappingKey(false);
      case S.FLOW_MAPPING_VALUE:
        return this.#flowMappingValue(false);
      case S.FLOW_MAPPING_EMPTY_VALUE:
        return this.#flowMappingValue(true);
      default:
        this.event.type = E.EVENT_STREAM_END;
        return this.event;
    }
  }

  #documentStart(implicit: boolean): YamlEvent {
    let token = this.peek();
    if (!implicit) {
      while (token.type === T.TOKEN_DOCUMENT_END) {
        this.skip();
        token = this.peek();
      }
    }
    if (token.type === T.TOKEN_STREAM_END) {
      this.state = S.END;
      this.emit(E.EVENT_STREAM_END, token);
      this.skip();
      return this.event;
    }
    const bare =
      token.type !== T.TOKEN_VERSION_DIRECTIVE &&
      token.type !== T.TOKEN_TAG_DIRECTIVE &&
      token.type !== T.TOKEN_DOCUMENT_START;
    if (implicit && bare) {
      this.#processDirectives();
      this.states.push(S.DOCUMENT_END);
      this.state = S.BLOCK_NODE;
      const event = this.emit(E.EVENT_DOCUMENT_START, token);
      event.headComment = this.splitDocumentComment();
      return event;
    }
    const start = { line: token.line, column: token.column };
    this.#processDirectives();
    token = this.peek();
    if (token.type !== T.TOKEN_DOCUMENT_START) this.fail('did not find expected <document start>', token);
    this.states.push(S.DOCUMENT_END);
    this.state = S.DOCUMENT_CONTENT;
    this.emit(E.EVENT_DOCUMENT_START, start);
    this.skip();
    return this.event;
  }

  #documentContent(): YamlEvent {
    const token = this.peek();
    switch (token.type) {
      case T.TOKEN_VERSION_DIRECTIVE:
      case T.TOKEN_TAG_DIRECTIVE:
      case T.TOKEN_DOCUMENT_START:
      case T.TOKEN_DOCUMENT_END:
      case T.TOKEN_STREAM_END:
        this.popState();
        return this.emitEmptyScalar(token.line, token.column);
      default:
        return this.#node(BLOCK);
    }
  }

  #documentEnd(): YamlEvent {
    const token = this.peek();
    this.emit(E.EVENT_DOCUMENT_END, token);
    if (token.type === T.TOKEN_DOCUMENT_END) this.skip();
    this.#tagPrefixes.clear();
    this.state = S.DOCUMENT_START;
    this.takeComments();
    const { event } = this;
    if (event.headComment !== '' && event.footComment === '') {
      event.footComment = event.headComment;
      event.headComment = '';
    }
    return event;
  }

  #processDirectives(): void {
    let token = this.peek();
    let versioned = false;
    while (token.type === T.TOKEN_VERSION_DIRECTIVE || token.type === T.TOKEN_TAG_DIRECTIVE) {
      if (token.type === T.TOKEN_VERSION_DIRECTIVE) {
        if (versioned) this.fail('found duplicate %YAML directive', token);
        if (token.style !== 0x101) this.fail('found incompatible YAML document', token);
        versioned = true;
      } else {
        if (this.#tagPrefixes.has(token.value)) this.fail('found duplicate %TAG directive', token);
        this.#tagPrefixes.set(token.value, token.suffix);
      }
      this.skip();
      token = this.peek();
    }
    if (!this.#tagPrefixes.has('!')) this.#tagPrefixes.set('!', '!');
    if (!this.#tagPrefixes.has('!!')) this.#tagPrefixes.set('!!', 'tag:yaml.org,2002:');
  }

  #node(context: NodeContext): YamlEvent {
    const token = this.peek();
    const { type } = token;
    if (type === T.TOKEN_SCALAR) return this.#scalar(token, token.line, token.column, '', '');
    if (type === T.TOKEN_ALIAS) {
      this.popState();
      const event = this.emit(E.EVENT_ALIAS, token);
      event.anchor = token.value;
      this.takeComments();
      this.skip();
      return event;
    }
    if (type === T.TOKEN_ANCHOR || type === T.TOKEN_TAG) return this.#nodeWithProperties(context);
    return this.#content(context, token, { start: token, anchor: '', tag: '' });
  }

  #nodeWithProperties(context: NodeContext): YamlEvent {
    let token = this.peek();
    const start = { line: token.line, column: token.column };
    let anchor = '';
    let tag = '';
    let tagged = false;
    for (let i = 0; i < 2; i++) {
      if (token.type === T.TOKEN_ANCHOR && anchor === '') anchor = token.value;
      else if (token.type === T.TOKEN_TAG && !tagged) {
        tagged = true;
        const mark = { line: token.line, column: token.column };
        tag = this.#resolveTag(token, mark);
      } else break;
      this.skip();
      token = this.peek();
    }
    if (tag === UNDEFINED_HANDLE) this.fail('found undefined tag handle', this.#undefinedTagMark, start);
    if (token.type === T.TOKEN_SCALAR) return this.#scalar(token, start.line, start.column, anchor, tag);
    return this.#content(context, token, { start, anchor, tag });
  }

  #undefinedTagMark: Mark = { line: 0, column: 0 };

  #resolveTag(token: Token, mark: Mark): string {
    if (token.value === '') return token.suffix;
    const prefix = this.#tagPrefixes.get(token.value);
    const tag = prefix === undefined ? '' : prefix + token.suffix;
    if (tag !== '') return tag;
    // The error is raised only after the tokens behind the tag were scanned, whose own errors come first.
    this.#undefinedTagMark = mark;
    return UNDEFINED_HANDLE;
  }

  #scalar(token: Token, line: number, column: number, anchor: string, tag: string): YamlEvent {
    const { event } = this;
    this.popState();
    event.type = E.EVENT_SCALAR;
    event.line = line;
    event.column = column;
    event.anchor = anchor;
    event.tag = tag;
    event.value = token.value;
    event.style = token.style;
    event.implicit = tag === '' ? token.style === T.SCALAR_PLAIN : tag === '!';
    this.takeComments();
    this.skip();
    return event;
  }

  #content(context: NodeContext, token: Token, node: { start: Mark; anchor: string; tag: string }): YamlEvent {
    switch (token.type) {
      case T.TOKEN_BLOCK_ENTRY:
        if (!context.indentless) break;
        this.state = S.INDENTLESS_SEQUENCE_ENTRY;
        return this.#collection(E.EVENT_SEQUENCE_START, node, false);
      case T.TOKEN_FLOW_SEQUENCE_START:
        this.state = S.FLOW_SEQUENCE_FIRST_ENTRY;
        return this.#collection(E.EVENT_SEQUENCE_START, node, true);
      case T.TOKEN_FLOW_MAPPING_START:
        this.state = S.FLOW_MAPPING_FIRST_KEY;
        return this.#collection(E.EVENT_MAPPING_START, node, true);
      case T.TOKEN_BLOCK_SEQUENCE_START:
        if (!context.block) break;
        this.state = S.BLOCK_SEQUENCE_FIRST_ENTRY;
        this.#collection(E.EVENT_SEQUENCE_START, node, false);
        return this.#takeStem();
      case T.TOKEN_BLOCK_MAPPING_START:
        if (!context.block) break;
        this.state = S.BLOCK_MAPPING_FIRST_KEY;
        this.#collection(E.EVENT_MAPPING_START, node, false);
        return this.#takeStem();
      default:
        break;
    }
    if (node.anchor === '' && node.tag === '') this.fail('did not find expected node content', token, node.start);
    this.popState();
    const event = this.emitEmptyScalar(node.start.line, node.start.column);
    event.anchor = node.anchor;
    event.tag = node.tag;
    event.implicit = node.tag === '';
    return event;
  }

  #collection(type: number, node: { start: Mark; anchor: string; tag: string }, flow: boolean): YamlEvent {
    const event = this.emit(type, node.start);
    event.anchor = node.anchor;
    event.tag = node.tag;
    event.flow = flow;
    if (flow) this.takeComments();
    return event;
  }

  #takeStem(): YamlEvent {
    if (this.stemComment !== undefined) {
      this.event.headComment = this.stemComment;
      this.stemComment = undefined;
    }
    return this.event;
  }

  #blockSequenceEntry(): YamlEvent {
    let token = this.peek();
    if (token.type === T.TOKEN_BLOCK_ENTRY) {
      const { endLine, endColumn } = token;
      this.#skipEntry();
      token = this.peek();
      if (token.type !== T.TOKEN_BLOCK_ENTRY && token.type !== T.TOKEN_BLOCK_END) {
        this.states.push(S.BLOCK_SEQUENCE_ENTRY);
        return this.#node(BLOCK);
      }
      this.state = S.BLOCK_SEQUENCE_ENTRY;
      return this.emitEmptyScalar(endLine, endColumn);
    }
    if (token.type !== T.TOKEN_BLOCK_END) return this.failInCollection("did not find expected '-' indicator", token);
    this.close();
    this.emit(E.EVENT_SEQUENCE_END, token);
    this.skip();
    return this.event;
  }

  #indentlessSequenceEntry(): YamlEvent {
    let token = this.peek();
    if (token.type !== T.TOKEN_BLOCK_ENTRY) {
      this.popState();
      return this.emit(E.EVENT_SEQUENCE_END, token);
    }
    const { endLine, endColumn } = token;
    this.#skipEntry();
    token = this.peek();
    if (
      token.type !== T.TOKEN_BLOCK_ENTRY &&
      token.type !== T.TOKEN_KEY &&
      token.type !== T.TOKEN_VALUE &&
      token.type !== T.TOKEN_BLOCK_END
    ) {
      this.states.push(S.INDENTLESS_SEQUENCE_ENTRY);
      return this.#node(BLOCK);
    }
    this.state = S.INDENTLESS_SEQUENCE_ENTRY;
    return this.emitEmptyScalar(endLine, endColumn);
  }

  /** Passes over "-". A comment above it heads the collection that begins behind it, not that one's first node. */
  #skipEntry(): void {
    const stem = this.headComment;
    this.skip();
    if (stem === '') return;
    const token = this.peekTwice();
    if (token.type !== T.TOKEN_BLOCK_SEQUENCE_START && token.type !== T.TOKEN_BLOCK_MAPPING_START) return;
    this.stemComment = stem;
    this.headComment = this.headComment.length === stem.length ? '' : this.headComment.slice(stem.length + 1);
  }

  #blockMappingKey(): YamlEvent {
    let token = this.peek();
    if (token.type === T.TOKEN_KEY) {
      const { endLine, endColumn } = token;
      this.skip();
      token = this.peek();
      if (token.type !== T.TOKEN_KEY && token.type !== T.TOKEN_VALUE && token.type !== T.TOKEN_BLOCK_END) {
        this.states.push(S.BLOCK_MAPPING_VALUE);
        return this.#node(BLOCK_OR_INDENTLESS);
      }
      this.state = S.BLOCK_MAPPING_VALUE;
      return this.emitEmptyScalar(endLine, endColumn);
    }
    if (token.type !== T.TOKEN_BLOCK_END) return this.failInCollection('did not find expected key', token);
    this.close();
    this.emit(E.EVENT_MAPPING_END, token);
    this.takeComments();
    this.skip();
    return this.event;
  }

  #blockMappingValue(): YamlEvent {
    let token = this.peek();
    this.state = S.BLOCK_MAPPING_KEY;
    if (token.type !== T.TOKEN_VALUE) return this.emitEmptyScalar(token.line, token.column);
    const { endLine, endColumn } = token;
    this.skip();
    token = this.peek();
    if (token.type === T.TOKEN_KEY || token.type === T.TOKEN_VALUE || token.type === T.TOKEN_BLOCK_END) {
      return this.emitEmptyScalar(endLine, endColumn);
    }
    this.states.push(S.BLOCK_MAPPING_KEY);
    return this.#node(BLOCK_OR_INDENTLESS);
  }

  #flowSequenceEntry(first: boolean): YamlEvent {
    let token = this.peek();
    if (token.type !== T.TOKEN_FLOW_SEQUENCE_END) {
      if (!first) {
        if (token.type !== T.TOKEN_FLOW_ENTRY) this.failInCollection("did not find expected ',' or ']'", token);
        this.skip();
        token = this.peek();
      }
      if (token.type === T.TOKEN_KEY) {
        this.state = S.FLOW_SEQUENCE_ENTRY_MAPPING_KEY;
        const event = this.emit(E.EVENT_MAPPING_START, token);
        event.flow = true;
        this.skip();
        return event;
      }
      if (token.type !== T.TOKEN_FLOW_SEQUENCE_END) {
        this.states.push(S.FLOW_SEQUENCE_ENTRY);
        return this.#node(FLOW);
      }
    }
    return this.#endFlow(E.EVENT_SEQUENCE_END, token);
  }

  #endFlow(type: number, token: Token): YamlEvent {
    this.close();
    this.emit(type, token);
    this.takeComments();
    this.skip();
    return this.event;
  }

  #flowPairKey(): YamlEvent {
    const token = this.peek();
    if (token.type !== T.TOKEN_VALUE && token.type !== T.TOKEN_FLOW_ENTRY && token.type !== T.TOKEN_FLOW_SEQUENCE_END) {
      this.states.push(S.FLOW_SEQUENCE_ENTRY_MAPPING_VALUE);
      return this.#node(FLOW);
    }
    const { endLine, endColumn } = token;
    this.skip();
    this.state = S.FLOW_SEQUENCE_ENTRY_MAPPING_VALUE;
    return this.emitEmptyScalar(endLine, endColumn);
  }

  #flowPairValue(): YamlEvent {
    let token = this.peek();
    let { line, column } = token;
    if (token.type === T.TOKEN_VALUE) {
      this.skip();
      token = this.peek();
      if (token.type !== T.TOKEN_FLOW_ENTRY && token.type !== T.TOKEN_FLOW_SEQUENCE_END) {
        this.states.push(S.FLOW_SEQUENCE_ENTRY_MAPPING_END);
        return this.#node(FLOW);
      }
    } else {
      line = token.line;
      column = token.column;
    }
    this.state = S.FLOW_SEQUENCE_ENTRY_MAPPING_END;
    return this.emitEmptyScalar(line, column);
  }

  #flowPairEnd(): YamlEvent {
    const token = this.peek();
    this.state = S.FLOW_SEQUENCE_ENTRY;
    return this.emit(E.EVENT_MAPPING_END, token);
  }

  #flowMappingKey(first: boolean): YamlEvent {
    let token = this.peek();
    if (token.type !== T.TOKEN_FLOW_MAPPING_END) {
      if (!first) {
        if (token.type !== T.TOKEN_FLOW_ENTRY) this.failInCollection("did not find expected ',' or '}'", token);
        this.skip();
        token = this.peek();
      }
      if (token.type === T.TOKEN_KEY) {
        this.skip();
        token = this.peek();
        if (
          token.type !== T.TOKEN_VALUE &&
          token.type !== T.TOKEN_FLOW_ENTRY &&
          token.type !== T.TOKEN_FLOW_MAPPING_END
        ) {
          this.states.push(S.FLOW_MAPPING_VALUE);
          return this.#node(FLOW);
        }
        this.state = S.FLOW_MAPPING_VALUE;
        return this.emitEmptyScalar(token.line, token.column);
      }
      if (token.type !== T.TOKEN_FLOW_MAPPING_END) {
        this.states.push(S.FLOW_MAPPING_EMPTY_VALUE);
        return this.#node(FLOW);
      }
    }
    return this.#endFlow(E.EVENT_MAPPING_END, token);
  }

  #flowMappingValue(empty: boolean): YamlEvent {
    let token = this.peek();
    this.state = S.FLOW_MAPPING_KEY;
    if (empty || token.type !== T.TOKEN_VALUE) return this.emitEmptyScalar(token.line, token.column);
    this.skip();
    token = this.peek();
    if (token.type === T.TOKEN_FLOW_ENTRY || token.type === T.TOKEN_FLOW_MAPPING_END) {
      return this.emitEmptyScalar(token.line, token.column);
    }
    this.states.push(S.FLOW_MAPPING_KEY);
    return this.#node(FLOW);
  }
}

/** No tag can contain a space, so this cannot be one. */
const UNDEFINED_HANDLE = ' ';
