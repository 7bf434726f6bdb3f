// The parser of templates: text/template/parse/parse.go's grammar and its error messages.

import type { ParseOptions } from '../exec/template-set.ts';
import { isExhaustion } from '../exec/exhaustion.ts';
import { TemplateError } from '../exec/template-error.ts';
import { builtinNames } from '../exec/builtin-names.ts';
import { quote, unquote } from '../value/quote.ts';
import { Lexer, type Token, type TokenKind, tokenText } from './lexer.ts';
import type {
  ActionNode,
  ArgNode,
  BranchNode,
  CommandNode,
  EndNode,
  ListNode,
  Node,
  PipeNode,
  Source,
  TemplateNode,
  VariableNode,
} from './nodes.ts';
import { nodeText } from './nodes.ts';
import { parseNumber } from './number-literal.ts';

/** One named template: the text itself or a `define` within it. */
export interface Tree {
  name: string;
  readonly source: Source;
  root: ListNode;
}

/**
 * Parses one source into its own tree (last) and the trees it defines, in the order Go associates them.
 * Throws TemplateError with `template: NAME:LINE: …`.
 */
export function parseTree(name: string, text: string, options: ParseOptions): readonly Tree[] {
  const parser = new Parser(name, text, options);
  try {
    return parser.parse();
  } catch (error) {
    // Only nesting exhausts the stack; Go stops at 10,000 parentheses with the same words.
    if (isExhaustion(error)) parser.fail('max expression depth exceeded');
    throw error;
  }
}

/** parse.IsEmptyTree: nothing but space and comments. */
export function isEmptyTree(node: Node): boolean {
  if (node.kind === 'list') return node.nodes.every(isEmptyTree);
  return node.kind === 'text' && node.text.trim() === '';
}

const maxStackDepth = 10_000;

class Parser {
  readonly #name: string;
  readonly #source: Source;
  readonly #options: ParseOptions;
  readonly #lexer: Lexer;
  readonly #trees = new Map<string, Tree>();
  readonly #token: [Token, Token, Token];
  #peekCount = 0;
  /** State of the tree being parsed; `define` and `block` save and restore it. */
  #tree: Tree;
  #vars: string[] = ['$'];
  #actionLine = 0;
  #rangeDepth = 0;
  #stackDepth = 0;

  constructor(name: string, text: string, options: ParseOptions) {
    this.#name = name;
    this.#source = { name, text };
    this.#options = options;
    this.#lexer = new Lexer(text, {
      leftDelim: options.leftDelim ?? '{{',
      rightDelim: options.rightDelim ?? '}}',
      breakOk: !options.functions.has('break'),
      continueOk: !options.functions.has('continue'),
    });
    const none: Token = { kind: 'error', pos: 0, value: '', line: 0 };
    this.#token = [none, none, none];
    this.#tree = this.#newTree(name);
  }

  #newTree(name: string): Tree {
    return { name, source: this.#source, root: { kind: 'list', source: this.#source, pos: 0, nodes: [] } };
  }

  fail(message: string): never {
    const { line } = this.#token[0];
    throw new TemplateError(`template: ${this.#name}:${line}: ${message}`, {
      code: 'PARSE',
      position: { source: this.#name, line },
      detail: message,
    });
  }

  parse(): readonly Tree[] {
    const own = this.#tree;
    own.root = this.#list(this.#peek().pos);
    while (this.#peek().kind !== 'eof') {
      if (this.#peek().kind === 'leftDelim') {
        const delim = this.#next();
        if (this.#nextNonSpace().kind === 'define') {
          this.#definition();
          continue;
        }
        this.#backup2(delim);
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') this.fail(`unexpected ${nodeText(node)}`);
      own.root.nodes.push(node);
    }
    this.#add(own);
    const trees = [...this.#trees.values()];
    // A text that only defines itself by `define` leaves its own empty tree out of the set; it still is what Parse returns.
    return trees.includes(own) ? trees : [own, ...trees];
  }

  #add(tree: Tree): void {
    const old = this.#trees.get(tree.name);
    if (old === undefined || isEmptyTree(old.root)) {
      this.#trees.set(tree.name, tree);
      return;
    }
    if (!isEmptyTree(tree.root)) this.fail(`template: multiple definition of template ${quote(tree.name)}`);
  }

  #next(): Token {
    if (this.#peekCount > 0) this.#peekCount--;
    else this.#token[0] = this.#lexer.next();
    return this.#token[this.#peekCount] ?? this.#token[0];
  }

  #backup(): void {
    this.#peekCount++;
  }

  #backup2(first: Token): void {
    this.#token[1] = first;
    this.#peekCount = 2;
  }

  #backup3(second: Token, first: Token): void {
    this.#token[1] = first;
    this.#token[2] = second;
    this.#peekCount = 3;
  }

  #peek(): Token {
    if (this.#peekCount > 0) return this.#token[this.#peekCount - 1] ?? this.#token[0];
    this.#peekCount = 1;
    this.#token[0] = this.#lexer.next();
    return this.#token[0];
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.kind === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#backup();
    return token;
  }

  #expect(context: string, ...kinds: readonly TokenKind[]): Token {
    const token = this.#nextNonSpace();
    if (!kinds.includes(token.kind)) this.#unexpected(token, context);
    return token;
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      let extra = '';
      if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
        extra = ` in action started at ${this.#name}:${this.#actionLine}`;
        if (token.value.endsWith(' action')) extra = extra.slice(' in action'.length);
      }
      this.fail(tokenText(token) + extra);
    }
    this.fail(`unexpected ${tokenText(token)} in ${context}`);
  }

  #list(pos: number): ListNode {
    return { kind: 'list', source: this.#source, pos, nodes: [] };
  }

  #definition(): void {
    const context = 'define clause';
    this.#inTree('definition', () => {
      const token = this.#expect(context, 'string', 'rawString');
      this.#tree.name = this.#unquoted(token.value);
      this.#expect(context, 'rightDelim');
      const { list, end } = this.#itemList();
      this.#tree.root = list;
      if (end.kind !== 'end') this.fail(`unexpected ${nodeText(end)} in ${context}`);
      this.#add(this.#tree);
    });
  }

  /** Parses a nested template with its own variables, as Go does by a new Tree sharing the lexer. */
  #inTree(name: string, parse: () => void): void {
    const saved = [this.#tree, this.#vars, this.#rangeDepth, this.#stackDepth, this.#actionLine] as const;
    // The nested tree starts with an empty token buffer; nothing is pending at this point.
    this.#tree = this.#newTree(name);
    this.#vars = ['$'];
    this.#rangeDepth = 0;
    this.#stackDepth = 0;
    this.#actionLine = 0;
    parse();
    [this.#tree, this.#vars, this.#rangeDepth, this.#stackDepth, this.#actionLine] = saved;
  }

  #unquoted(literal: string): string {
    return unquote(literal) ?? this.fail('invalid syntax');
  }

  #itemList(): { readonly list: ListNode; readonly end: EndNode } {
    const list = this.#list(this.#peekNonSpace().pos);
    while (this.#peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return { list, end: node };
      list.nodes.push(node);
    }
    return this.fail('unexpected EOF');
  }

  #textOrAction(): Node {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', source: this.#source, pos: token.pos, text: token.value };
    if (token.kind !== 'leftDelim') this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): Node {
    const token = this.#nextNonSpace();
    const { kind } = token;
    if (kind === 'block') return this.#block();
    if (kind === 'break' || kind === 'continue') return this.#breakOrContinue(kind, token.pos);
    if (kind === 'else') return this.#else();
    if (kind === 'end') return { kind, source: this.#source, pos: this.#expect('end', 'rightDelim').pos };
    if (kind === 'if' || kind === 'range' || kind === 'with') return this.#control(kind);
    if (kind === 'template') return this.#template();
    this.#backup();
    const { pos } = this.#peek();
    const node: ActionNode = {
      kind: 'action',
      source: this.#source,
      pos,
      pipe: this.#pipeline('command', 'rightDelim'),
    };
    return node;
  }

  #breakOrContinue(kind: 'break' | 'continue', pos: number): Node {
    const token = this.#nextNonSpace();
    if (token.kind !== 'rightDelim') this.#unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, source: this.#source, pos };
  }

  #else(): EndNode {
    const next = this.#peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', source: this.#source, pos: next.pos };
    return { kind: 'else', source: this.#source, pos: this.#expect('else', 'rightDelim').pos };
  }

  #control(kind: 'if' | 'range' | 'with'): BranchNode {
    const mark = this.#vars.length;
    const pipe = this.#pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const { list, end } = this.#itemList();
    if (kind === 'range') this.#rangeDepth--;
    let elseList: ListNode | undefined;
    if (end.kind === 'else') {
      if ((kind === 'if' || kind === 'with') && this.#peek().kind === kind) {
        this.#next();
        elseList = this.#list(end.pos);
        elseList.nodes.push(this.#control(kind));
      } else {
        const rest = this.#itemList();
        elseList = rest.list;
        if (rest.end.kind !== 'end') this.fail(`expected end; found ${nodeText(rest.end)}`);
      }
    }
    this.#vars.length = mark;
    return { kind, source: this.#source, pos: pipe.pos, pipe, list, elseList };
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    this.#inTree(name, () => {
      const { list, end } = this.#itemList();
      this.#tree.root = list;
      if (end.kind !== 'end') this.fail(`unexpected ${nodeText(end)} in ${context}`);
      this.#add(this.#tree);
    });
    return { kind: 'template', source: this.#source, pos: token.pos, name, pipe };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.#nextNonSpace().kind !== 'rightDelim') {
      this.#backup();
      pipe = this.#pipeline(context, 'rightDelim');
    }
    return { kind: 'template', source: this.#source, pos: token.pos, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') this.#unexpected(token, context);
    return this.#unquoted(token.value);
  }

  #pipeline(context: string, end: TokenKind): PipeNode {
    const pipe: PipeNode = {
      kind: 'pipe',
      source: this.#source,
      pos: this.#peekNonSpace().pos,
      isAssign: false,
      decl: [],
      cmds: [],
    };
    while (this.#declaration(pipe, context));
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.kind === end) {
        this.#checkPipeline(pipe, context);
        return pipe;
      }
      if (!operandKinds.has(token.kind)) this.#unexpected(token, context);
      this.#backup();
      pipe.cmds.push(this.#command());
    }
  }

  /** `$x :=`, `$x =` or the first of `$i, $x :=`. True when another declaration must follow. */
  #declaration(pipe: PipeNode, context: string): boolean {
    const variable = this.#peekNonSpace();
    if (variable.kind !== 'variable') return false;
    this.#next();
    const after = this.#peek();
    const next = this.#peekNonSpace();
    const declare = (): void => {
      this.#nextNonSpace();
      pipe.decl.push(this.#variable(variable));
      this.#vars.push(variable.value);
    };
    if (next.kind === 'assign' || next.kind === 'declare') {
      pipe.isAssign = next.kind === 'assign';
      declare();
      return false;
    }
    if (next.kind === 'char' && next.value === ',') {
      declare();
      if (context === 'range' && pipe.decl.length < 2) {
        const { kind } = this.#peekNonSpace();
        if (kind === 'variable' || kind === 'rightDelim' || kind === 'rightParen') return true;
        this.fail('range can only initialize variables');
      }
      this.fail(`too many declarations in ${context}`);
    }
    if (after.kind === 'space') this.#backup3(variable, after);
    else this.#backup2(variable);
    return false;
  }

  #variable(token: Token): VariableNode {
    return { kind: 'variable', source: this.#source, pos: token.pos, ident: token.value.split('.') };
  }

  #checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.cmds.length === 0) this.fail(`missing value for ${context}`);
    pipe.cmds.forEach((command, index) => {
      const kind = command.args[0]?.kind;
      const literal = kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string';
      if (index > 0 && literal) this.fail(`non executable command in pipeline stage ${index + 1}`);
    });
  }

  #command(): CommandNode {
    const command: CommandNode = { kind: 'command', source: this.#source, pos: this.#peekNonSpace().pos, args: [] };
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) command.args.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.#backup();
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    if (command.args.length === 0) this.fail('empty command');
    return command;
  }

  #operand(): ArgNode | undefined {
    const node = this.#term();
    if (node === undefined || this.#peek().kind !== 'field') return node;
    const { pos } = this.#peek();
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#next().value.slice(1));
    const source = this.#source;
    switch (node.kind) {
      case 'field':
        return { kind: 'field', source, pos, ident: [...node.ident, ...fields] };
      case 'variable':
        return { kind: 'variable', source, pos, ident: [...node.ident, ...fields] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.fail(`unexpected . after term ${quote(nodeText(node))}`);
      case 'chain':
      case 'identifier':
      case 'pipe':
        return { kind: 'chain', source, pos, node, field: fields };
    }
  }

  #term(): ArgNode | undefined {
    const token = this.#nextNonSpace();
    const at = { source: this.#source, pos: token.pos };
    const { kind, value } = token;
    if (kind === 'identifier') {
      if (!this.#options.functions.has(value) && !builtinNames.has(value)) {
        this.fail(`function ${quote(value)} not defined`);
      }
      return { kind, ...at, ident: value };
    }
    if (kind === 'dot' || kind === 'nil') return { kind, ...at };
    if (kind === 'variable') return this.#useVariable(token);
    if (kind === 'field') return { kind, ...at, ident: [value.slice(1)] };
    if (kind === 'bool') return { kind, ...at, value: value === 'true' };
    if (kind === 'charConstant' || kind === 'complex' || kind === 'number') {
      const number = parseNumber(value, kind);
      if (typeof number === 'string') return this.fail(number);
      return { kind: 'number', ...at, ...number };
    }
    if (kind === 'string' || kind === 'rawString') {
      return { kind: 'string', ...at, quoted: value, text: this.#unquoted(value) };
    }
    if (kind === 'leftParen') return this.#parenthesised();
    this.#backup();
    return undefined;
  }

  #parenthesised(): PipeNode {
    if (this.#stackDepth >= maxStackDepth) this.fail('max expression depth exceeded');
    this.#stackDepth++;
    const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
    this.#stackDepth--;
    return pipe;
  }

  #useVariable(token: Token): VariableNode {
    const node = this.#variable(token);
    const name = node.ident[0] ?? '';
    if (!this.#vars.includes(name)) this.fail(`undefined variable ${quote(name)}`);
    return node;
  }
}

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);
