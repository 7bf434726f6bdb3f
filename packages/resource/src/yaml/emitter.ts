// Events to YAML text, byte for byte as go-yaml writes it (emitterc.go of go.yaml.in/yaml v2.4.4 and v3.0.5). A state
// machine: depth costs no call stack.

import { isBreak } from './chars.ts';
import { analyzeScalar } from './emit-analyze.ts';
import type { ScalarAnalysis } from './emit-analyze.ts';
import type { EmitEvent, EmitStyle, EmitterOptions } from './emit-events.ts';
import type { ScalarSink } from './emit-scalars.ts';
import { writeBlockScalar, writeDoubleQuoted, writePlain, writeSingleQuoted } from './emit-scalars.ts';
import { escapeTag, splitTag, utf8Length } from './emit-tags.ts';

type State =
  | 'firstDocumentStart'
  | 'documentStart'
  | 'documentContent'
  | 'documentEnd'
  | 'flowSequenceFirst'
  | 'flowSequenceTrail'
  | 'flowSequence'
  | 'flowMappingFirst'
  | 'flowMappingTrail'
  | 'flowMapping'
  | 'flowMappingSimpleValue'
  | 'flowMappingValue'
  | 'blockSequenceFirst'
  | 'blockSequence'
  | 'blockMappingFirst'
  | 'blockMapping'
  | 'blockMappingSimpleValue'
  | 'blockMappingValue';

type StartEvent = Extract<EmitEvent, { type: 'sequenceStart' | 'mappingStart' }>;
type ScalarEvent = Extract<EmitEvent, { type: 'scalar' }>;

const SIMPLE_KEY_LENGTH_MAX = 128;

export class Emitter implements ScalarSink {
  readonly options: EmitterOptions;
  out = '';
  column = 0;
  indent = -1;
  flowLevel = 0;
  /** The last character written was white space. */
  whitespace = true;
  /** Only indentation was written on this line so far. */
  indention = true;
  mappingContext = false;
  simpleKeyContext = false;
  #state: State = 'firstDocumentStart';
  readonly #states: State[] = [];
  readonly #indents: number[] = [];
  #footIndent = -1;
  #headComment = '';
  #lineComment = '';
  #footComment = '';
  #tailComment = '';
  #keyLineComment = '';
  #analysis: ScalarAnalysis | undefined;

  constructor(options: EmitterOptions) {
    this.options = options;
  }

  emit(event: EmitEvent): void {
    if (event.head !== undefined && event.head !== '') this.#headComment = event.head;
    if (event.line !== undefined && event.line !== '') this.#lineComment = event.line;
    if (event.foot !== undefined && event.foot !== '') this.#footComment = event.foot;
    if (event.tail !== undefined && event.tail !== '') this.#tailComment = event.tail;
    this.#analysis = event.type === 'scalar' ? analyzeScalar(event.value, this.options.dialect) : undefined;
    this.#handlers[this.#state](event);
  }

  readonly #handlers: Readonly<Record<State, (event: EmitEvent) => void>> = {
    firstDocumentStart: () => this.#documentStart(true),
    documentStart: () => this.#documentStart(false),
    documentContent: (event) => this.#documentContent(event),
    documentEnd: () => this.#documentEnd(),
    flowSequenceFirst: (event) => this.#flowSequenceItem(event, true, false),
    flowSequenceTrail: (event) => this.#flowSequenceItem(event, false, true),
    flowSequence: (event) => this.#flowSequenceItem(event, false, false),
    flowMappingFirst: (event) => this.#flowMappingKey(event, true, false),
    flowMappingTrail: (event) => this.#flowMappingKey(event, false, true),
    flowMapping: (event) => this.#flowMappingKey(event, false, false),
    flowMappingSimpleValue: (event) => this.#flowMappingValue(event, true),
    flowMappingValue: (event) => this.#flowMappingValue(event, false),
    blockSequenceFirst: (event) => this.#blockSequenceItem(event, true),
    blockSequence: (event) => this.#blockSequenceItem(event, false),
    blockMappingFirst: (event) => this.#blockMappingKey(event, true),
    blockMapping: (event) => this.#blockMappingKey(event, false),
    blockMappingSimpleValue: (event) => this.#blockMappingValue(event, true),
    blockMappingValue: (event) => this.#blockMappingValue(event, false),
  };

  // Writing.

  put(text: string): void {
    this.out += text;
    this.column += text.length;
  }

  putBreak(): void {
    this.out += '\n';
    this.column = 0;
    this.indention = true;
  }

  writeBreak(char: string): void {
    this.out += char;
    this.column = 0;
    this.indention = true;
  }

  writeIndent(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.putBreak();
    if (this.#footIndent === indent) this.putBreak();
    if (this.column < indent) this.put(' '.repeat(indent - this.column));
    this.whitespace = true;
    this.#footIndent = -1;
  }

  writeIndicator(
    text: string,
    kind: { readonly spaced: boolean; readonly whitespace?: boolean; readonly indention?: boolean },
  ): void {
    if (kind.spaced && !this.whitespace) this.put(' ');
    this.put(text);
    this.whitespace = kind.whitespace ?? false;
    this.indention = this.indention && (kind.indention ?? false);
  }

  #writeComment(comment: string): void {
    let breaks = false;
    let pound = false;
    for (const char of comment) {
      if (isBreak(char.charCodeAt(0))) {
        this.writeBreak(char);
        breaks = true;
        pound = false;
        continue;
      }
      if (breaks) this.writeIndent();
      if (!pound) {
        if (char !== '#') this.put('# ');
        pound = true;
      }
      this.put(char);
      this.indention = false;
      breaks = false;
    }
    if (!breaks) this.putBreak();
    this.whitespace = true;
  }

  #processHeadComment(): void {
    if (this.#tailComment !== '') {
      this.writeIndent();
      this.#writeComment(this.#tailComment);
      this.#tailComment = '';
      this.#footIndent = Math.max(this.indent, 0);
    }
    if (this.#headComment === '') return;
    this.writeIndent();
    this.#writeComment(this.#headComment);
    this.#headComment = '';
  }

  processLineComment(lineBreak: boolean): void {
    if (this.#lineComment === '') {
      if (lineBreak) this.putBreak();
      return;
    }
    if (!this.whitespace) this.put(' ');
    this.#writeComment(this.#lineComment);
    this.#lineComment = '';
  }

  #processFootComment(): void {
    if (this.#footComment === '') return;
    this.writeIndent();
    this.#writeComment(this.#footComment);
    this.#footComment = '';
    this.#footIndent = Math.max(this.indent, 0);
  }

  #processTrailingComments(): void {
    this.processLineComment(false);
    this.#processFootComment();
  }

  #hasTrailingComments(): boolean {
    return this.#lineComment !== '' || this.#footComment !== '' || this.#tailComment !== '';
  }

  // Structure.

  #pushIndent(flow: boolean, kind: 'plain' | 'indentless' | 'compact'): void {
    const { indent: step, dialect } = this.options;
    this.#indents.push(this.indent);
    if (this.indent < 0) {
      this.indent = flow ? step : 0;
    } else if (kind === 'indentless') {
      return;
    } else if (dialect === 'sigs') {
      this.indent += step;
    } else if (this.#states[this.#states.length - 1] === 'blockSequence') {
      // Inside a sequence the content lines up behind "- ".
      this.indent += 2;
    } else {
      this.indent = step * Math.trunc((this.indent + step) / step);
      if (kind === 'compact') this.indent -= 2;
    }
  }

  #popIndent(): void {
    this.indent = this.#indents.pop() ?? -1;
  }

  #popState(): void {
    this.#state = this.#states.pop() ?? 'documentStart';
  }

  #documentStart(first: boolean): void {
    if (!first) {
      this.writeIndent();
      this.writeIndicator('---', { spaced: true });
      this.writeIndent();
    }
    if (this.#headComment !== '') {
      this.#processHeadComment();
      this.putBreak();
    }
    this.#state = 'documentContent';
  }

  #documentContent(event: EmitEvent): void {
    this.#states.push('documentEnd');
    this.#processHeadComment();
    this.#node(event, { mapping: false, simpleKey: false });
    this.#processTrailingComments();
  }

  #documentEnd(): void {
    this.#footIndent = 0;
    this.#processFootComment();
    this.#footIndent = -1;
    this.writeIndent();
    this.#state = 'documentStart';
  }

  #flowSequenceItem(event: EmitEvent, first: boolean, trail: boolean): void {
    if (first) {
      this.writeIndicator('[', { spaced: true, whitespace: true });
      this.#pushIndent(true, 'plain');
      this.flowLevel++;
    }
    if (event.type === 'sequenceEnd') {
      this.flowLevel--;
      this.#popIndent();
      if (this.column === 0) this.writeIndent();
      this.writeIndicator(']', { spaced: false });
      this.#processTrailingComments();
      this.#popState();
      return;
    }
    this.#startFlowEntry(first, trail);
    this.#states.push(this.#hasTrailingComments() ? 'flowSequenceTrail' : 'flowSequence');
    this.#node(event, { mapping: false, simpleKey: false });
    this.#endFlowEntry();
  }

  #startFlowEntry(first: boolean, trail: boolean): void {
    if (!first && !trail) this.writeIndicator(',', { spaced: false });
    this.#processHeadComment();
    if (this.column === 0) this.writeIndent();
    if (this.column > this.options.width) this.writeIndent();
  }

  #endFlowEntry(): void {
    if (this.#hasTrailingComments()) this.writeIndicator(',', { spaced: false });
    this.#processTrailingComments();
  }

  #flowMappingKey(event: EmitEvent, first: boolean, trail: boolean): void {
    if (first) {
      this.writeIndicator('{', { spaced: true, whitespace: true });
      this.#pushIndent(true, 'plain');
      this.flowLevel++;
    }
    if (event.type === 'mappingEnd') {
      const commented = this.#headComment !== '' || this.#footComment !== '' || this.#tailComment !== '';
      if (commented && !first && !trail) this.writeIndicator(',', { spaced: false });
      this.#processHeadComment();
      this.flowLevel--;
      this.#popIndent();
      this.writeIndicator('}', { spaced: false });
      this.#processTrailingComments();
      this.#popState();
      return;
    }
    this.#startFlowEntry(first, trail);
    if (this.#isSimpleKey(event)) {
      this.#states.push('flowMappingSimpleValue');
      this.#node(event, { mapping: true, simpleKey: true });
      return;
    }
    this.writeIndicator('?', { spaced: true });
    this.#states.push('flowMappingValue');
    this.#node(event, { mapping: true, simpleKey: false });
  }

  #flowMappingValue(event: EmitEvent, simple: boolean): void {
    if (simple) {
      this.writeIndicator(':', { spaced: false });
    } else {
      if (this.column > this.options.width) this.writeIndent();
      this.writeIndicator(':', { spaced: true });
    }
    this.#states.push(this.#hasTrailingComments() ? 'flowMappingTrail' : 'flowMapping');
    this.#node(event, { mapping: true, simpleKey: false });
    this.#endFlowEntry();
  }

  #blockSequenceItem(event: EmitEvent, first: boolean): void {
    if (first) {
      const { dialect, compactSequences } = this.options;
      if (dialect === 'sigs') {
        this.#pushIndent(false, this.mappingContext && !this.indention ? 'indentless' : 'plain');
      } else {
        const compact = this.mappingContext && (this.column === 0 || !this.indention) && compactSequences;
        this.#pushIndent(false, compact ? 'compact' : 'plain');
      }
    }
    if (event.type === 'sequenceEnd') {
      this.#popIndent();
      this.#popState();
      return;
    }
    this.#processHeadComment();
    this.writeIndent();
    this.writeIndicator('-', { spaced: true, indention: true });
    this.#states.push('blockSequence');
    this.#node(event, { mapping: false, simpleKey: false });
    this.#processTrailingComments();
  }

  #blockMappingKey(event: EmitEvent, first: boolean): void {
    if (first) this.#pushIndent(false, 'plain');
    this.#processHeadComment();
    if (event.type === 'mappingEnd') {
      this.#popIndent();
      this.#popState();
      return;
    }
    this.writeIndent();
    if (this.#lineComment !== '') {
      // It is written behind the value, or behind the colon when a block follows.
      this.#keyLineComment = this.#lineComment;
      this.#lineComment = '';
    }
    if (this.#isSimpleKey(event)) {
      this.#states.push('blockMappingSimpleValue');
      this.#node(event, { mapping: true, simpleKey: true });
      return;
    }
    this.writeIndicator('?', { spaced: true, indention: true });
    this.#states.push('blockMappingValue');
    this.#node(event, { mapping: true, simpleKey: false });
  }

  #blockMappingValue(event: EmitEvent, simple: boolean): void {
    if (simple) {
      this.writeIndicator(':', { spaced: false });
    } else {
      this.writeIndent();
      this.writeIndicator(':', { spaced: true, indention: true });
    }
    if (this.#keyLineComment !== '') this.#placeKeyLineComment(event);
    this.#states.push('blockMapping');
    this.#node(event, { mapping: true, simpleKey: false });
    this.#processTrailingComments();
  }

  #placeKeyLineComment(event: EmitEvent): void {
    if (event.type === 'scalar') {
      if (this.#lineComment !== '') return;
      this.#lineComment = this.#keyLineComment;
      this.#keyLineComment = '';
    } else if ((event.type === 'mappingStart' || event.type === 'sequenceStart') && !event.flow) {
      [this.#lineComment, this.#keyLineComment] = [this.#keyLineComment, this.#lineComment];
      this.processLineComment(false);
      [this.#lineComment, this.#keyLineComment] = [this.#keyLineComment, this.#lineComment];
    }
  }

  // Nodes.

  #node(event: EmitEvent, context: { mapping: boolean; simpleKey: boolean }): void {
    this.mappingContext = context.mapping;
    this.simpleKeyContext = context.simpleKey;
    switch (event.type) {
      case 'alias':
        this.#writeAnchor('*', event.name);
        this.#popState();
        return;
      case 'scalar':
        return this.#scalar(event);
      case 'sequenceStart':
      case 'mappingStart':
        return this.#collection(event);
      case 'documentStart':
      case 'documentEnd':
      case 'sequenceEnd':
      case 'mappingEnd':
        throw new Error(`a node cannot be written as ${event.type}`);
    }
  }

  #collection(event: StartEvent): void {
    if (event.anchor !== undefined && event.anchor !== '') this.#writeAnchor('&', event.anchor);
    this.#writeTag(event.tag);
    const flow = this.flowLevel > 0 || event.flow || event.empty;
    if (event.type === 'sequenceStart') this.#state = flow ? 'flowSequenceFirst' : 'blockSequenceFirst';
    else this.#state = flow ? 'flowMappingFirst' : 'blockMappingFirst';
  }

  #scalar(event: ScalarEvent): void {
    const style = this.#selectStyle(event);
    if (event.anchor !== undefined && event.anchor !== '') this.#writeAnchor('&', event.anchor);
    this.#writeTag(event.tag);
    this.#pushIndent(true, 'plain');
    const foldable = !this.simpleKeyContext;
    switch (style) {
      case 'plain':
        writePlain(this, event.value, foldable);
        break;
      case 'single':
        writeSingleQuoted(this, event.value, foldable);
        break;
      case 'double':
        writeDoubleQuoted(this, event.value, foldable);
        break;
      case 'literal':
      case 'folded':
        writeBlockScalar(this, event.value, style);
        break;
    }
    this.#popIndent();
    this.#popState();
  }

  #selectStyle(event: ScalarEvent): EmitStyle {
    const analysis = this.#analysis ?? analyzeScalar(event.value, this.options.dialect);
    let { style } = event;
    const inFlow = this.flowLevel > 0;
    if (this.simpleKeyContext && analysis.multiline) style = 'double';
    if (style === 'plain') {
      const allowed = inFlow ? analysis.flowPlainAllowed : analysis.blockPlainAllowed;
      if (!allowed || (event.value === '' && (inFlow || this.simpleKeyContext))) style = 'single';
    }
    if (style === 'single' && !analysis.singleQuotedAllowed) style = 'double';
    if ((style === 'literal' || style === 'folded') && (!analysis.blockAllowed || inFlow || this.simpleKeyContext))
      style = 'double';
    return style;
  }

  #isSimpleKey(event: EmitEvent): boolean {
    if (event.type === 'alias') return utf8Length(event.name) <= SIMPLE_KEY_LENGTH_MAX;
    let length = 0;
    if (event.type === 'scalar') {
      if (this.#analysis?.multiline === true) return false;
      length = utf8Length(event.value);
    } else if (event.type === 'sequenceStart' || event.type === 'mappingStart') {
      if (!event.empty) return false;
    } else {
      return false;
    }
    const { handle, suffix } = splitTag(event.tag ?? '');
    return length + utf8Length(event.anchor ?? '') + handle.length + utf8Length(suffix) <= SIMPLE_KEY_LENGTH_MAX;
  }

  #writeAnchor(sign: string, name: string): void {
    this.writeIndicator(sign, { spaced: true });
    this.put(name);
    this.whitespace = false;
    this.indention = false;
  }

  #writeTag(tag: string | undefined): void {
    if (tag === undefined || tag === '') return;
    const { handle, suffix } = splitTag(tag);
    if (!this.whitespace) this.put(' ');
    const content = escapeTag(suffix);
    this.put(handle === '' ? `!<${content}>` : handle + content);
    this.whitespace = false;
    this.indention = false;
  }
}
