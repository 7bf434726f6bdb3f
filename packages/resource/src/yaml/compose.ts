// Events to node trees, with anchors resolved and, for v3, comments attached as yaml.v3 attaches them
// (go.yaml.in/yaml v3.0.5 decode.go: parser). Works off an explicit stack: depth costs no call stack.

import * as E from './events.ts';
import type { YamlEvent } from './events.ts';
import { YamlError } from './node.ts';
import type { YamlNode, YamlStyle } from './node.ts';
import { EventParser } from './parser.ts';
import { openYaml } from './reader.ts';
import { resolveTag } from './resolve.ts';
import type { YamlDialect } from './scan-state.ts';

const SCALAR_STYLES: readonly YamlStyle[] = ['plain', 'single', 'double', 'literal', 'folded'];
const LONG_TAG = 'tag:yaml.org,2002:';

export interface ComposeOptions {
  readonly dialect: YamlDialect;
  readonly keepComments: boolean;
  /** Stop after the first document, as Go's Unmarshal does. */
  readonly firstOnly: boolean;
}

/** Reads the documents of a stream into trees. Throws `YamlError` for the first error. */
export function composeYaml(input: string | Uint8Array, options: ComposeOptions): YamlNode[] {
  return new Composer(input, options).run();
}

class Composer {
  readonly #parser: EventParser;
  readonly #options: ComposeOptions;
  readonly #documents: YamlNode[] = [];
  readonly #anchors: Map<string, YamlNode> = new Map();
  readonly #stack: YamlNode[] = [];

  constructor(input: string | Uint8Array, options: ComposeOptions) {
    this.#options = options;
    this.#parser = new EventParser(openYaml(input), options);
  }

  run(): YamlNode[] {
    for (;;) {
      const event = this.#parser.next();
      switch (event.type) {
        case E.EVENT_STREAM_END:
          return this.#documents;
        case E.EVENT_DOCUMENT_START:
          // v3 keeps anchors from document to document.
          if (this.#options.dialect === 'sigs') this.#anchors.clear();
          this.#stack.push(this.#node('document', '', event));
          break;
        case E.EVENT_DOCUMENT_END: {
          const document = this.#stack.pop() as YamlNode;
          setComment(document, 'footComment', event.footComment);
          this.#documents.push(document);
          if (this.#options.firstOnly) {
            this.#parser.checkReadAhead();
            return this.#documents;
          }
          break;
        }
        case E.EVENT_SCALAR:
          this.#attach(this.#scalar(event));
          break;
        case E.EVENT_ALIAS:
          this.#attach(this.#alias(event));
          break;
        case E.EVENT_SEQUENCE_START:
          this.#stack.push(this.#collection('sequence', event));
          break;
        case E.EVENT_MAPPING_START:
          this.#stack.push(this.#collection('mapping', event));
          break;
        default:
          this.#endCollection(event);
      }
    }
  }

  #node(kind: YamlNode['kind'], value: string, event: YamlEvent): YamlNode {
    const node: YamlNode = {
      kind,
      style: 'plain',
      tag: '',
      value,
      content: [],
      line: event.line + 1,
      column: event.column + 1,
    };
    if (this.#options.keepComments) {
      setComment(node, 'headComment', event.headComment);
      setComment(node, 'lineComment', event.lineComment);
      setComment(node, 'footComment', event.footComment);
    }
    return node;
  }

  #scalar(event: YamlEvent): YamlNode {
    const node = this.#node('scalar', event.value, event);
    node.style = SCALAR_STYLES[event.style] ?? 'plain';
    this.#setTag(node, event.tag, () =>
      node.style !== 'plain' ? '!!str' : node.value === '<<' ? '!!merge' : resolveTag(node.value),
    );
    this.#setAnchor(node, event.anchor);
    return node;
  }

  #collection(kind: 'mapping' | 'sequence', event: YamlEvent): YamlNode {
    const node = this.#node(kind, '', event);
    if (event.flow) node.style = 'flow';
    this.#setTag(node, event.tag, () => (kind === 'mapping' ? '!!map' : '!!seq'));
    this.#setAnchor(node, event.anchor);
    return node;
  }

  #alias(event: YamlEvent): YamlNode {
    const node = this.#node('alias', event.anchor, event);
    const target = this.#anchors.get(event.anchor);
    if (target === undefined) {
      this.#parser.checkReadAhead();
      throw new YamlError('SYNTAX', `yaml: unknown anchor '${event.anchor}' referenced`, node.line, node.column);
    }
    node.alias = target;
    return node;
  }

  #setTag(node: YamlNode, tag: string, implied: () => string): void {
    if (this.#options.dialect === 'sigs') {
      node.tag = shortTag(tag);
      if (tag !== '') node.tagged = true;
    } else if (tag !== '' && tag !== '!') {
      node.tag = shortTag(tag);
      node.tagged = true;
    } else {
      node.tag = implied();
    }
  }

  #setAnchor(node: YamlNode, anchor: string): void {
    if (anchor === '') return;
    node.anchor = anchor;
    this.#anchors.set(anchor, node);
  }

  #attach(node: YamlNode): void {
    const parent = this.#stack[this.#stack.length - 1];
    if (parent === undefined) return;
    const { content } = parent;
    content.push(node);
    if (parent.kind !== 'mapping' || !this.#options.keepComments) return;
    if (content.length % 2 === 1) {
      // A foot comment on a key below others is a dedented foot of the pair before.
      if (parent.style !== 'flow' && node.footComment !== undefined && content.length > 2) {
        moveFoot(node, content[content.length - 3] as YamlNode);
      }
    } else {
      const key = content[content.length - 2] as YamlNode;
      if (key.footComment === undefined && node.footComment !== undefined) moveFoot(node, key);
    }
  }

  #endCollection(event: YamlEvent): void {
    const node = this.#stack.pop() as YamlNode;
    if (this.#options.keepComments) {
      delete node.lineComment;
      delete node.footComment;
      setComment(node, 'lineComment', event.lineComment);
      setComment(node, 'footComment', event.footComment);
      if (
        node.kind === 'mapping' &&
        node.style !== 'flow' &&
        node.footComment !== undefined &&
        node.content.length > 1
      ) {
        moveFoot(node, node.content[node.content.length - 2] as YamlNode);
      }
    }
    this.#attach(node);
  }
}

function setComment(node: YamlNode, which: 'headComment' | 'lineComment' | 'footComment', text: string): void {
  if (text !== '') node[which] = text;
}

function moveFoot(from: YamlNode, to: YamlNode): void {
  if (from.footComment !== undefined) to.footComment = from.footComment;
  delete from.footComment;
}

/** "tag:yaml.org,2002:str" is written "!!str". */
export function shortTag(tag: string): string {
  return tag.startsWith(LONG_TAG) ? `!!${tag.slice(LONG_TAG.length)}` : tag;
}
