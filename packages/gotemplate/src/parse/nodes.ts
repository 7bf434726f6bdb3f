// The syntax tree, and how text/template writes a node back as text: error messages quote it.

import { quote } from '../value/quote.ts';

/** The text a node was parsed from. */
export interface Source {
  /** Name of the source, for positions. */
  readonly name: string;
  readonly text: string;
}

interface Located {
  readonly source: Source;
  /** Offset in the source text, in UTF-16 code units. */
  readonly pos: number;
}

export interface ListNode extends Located {
  readonly kind: 'list';
  readonly nodes: Node[];
}
export interface TextNode extends Located {
  readonly kind: 'text';
  readonly text: string;
}
export interface ActionNode extends Located {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
export interface PipeNode extends Located {
  readonly kind: 'pipe';
  isAssign: boolean;
  readonly decl: VariableNode[];
  readonly cmds: CommandNode[];
}
export interface CommandNode extends Located {
  readonly kind: 'command';
  readonly args: ArgNode[];
}
export interface IdentifierNode extends Located {
  readonly kind: 'identifier';
  readonly ident: string;
}
export interface VariableNode extends Located {
  readonly kind: 'variable';
  /** Name with its dollar sign, then fields. */
  readonly ident: readonly string[];
}
export interface DotNode extends Located {
  readonly kind: 'dot';
}
export interface NilNode extends Located {
  readonly kind: 'nil';
}
export interface FieldNode extends Located {
  readonly kind: 'field';
  readonly ident: readonly string[];
}
export interface ChainNode extends Located {
  readonly kind: 'chain';
  readonly node: ArgNode;
  readonly field: readonly string[];
}
export interface BoolNode extends Located {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface NumberNode extends Located {
  readonly kind: 'number';
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: { readonly re: number; readonly im: number } | undefined;
}
export interface StringNode extends Located {
  readonly kind: 'string';
  readonly quoted: string;
  readonly text: string;
}
export interface BranchNode extends Located {
  readonly kind: 'if' | 'range' | 'with';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface BreakNode extends Located {
  readonly kind: 'break' | 'continue';
}
export interface TemplateNode extends Located {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
/** Only during parsing. */
export interface EndNode extends Located {
  readonly kind: 'end' | 'else';
}

/** What can stand in a command. */
export type ArgNode =
  | IdentifierNode
  | VariableNode
  | DotNode
  | NilNode
  | FieldNode
  | ChainNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

export type Node =
  | ListNode
  | TextNode
  | ActionNode
  | CommandNode
  | BranchNode
  | BreakNode
  | TemplateNode
  | EndNode
  | ArgNode;

/** Node.String() of text/template/parse. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case 'list':
      return node.nodes.map(nodeText).join('');
    case 'text':
      return node.text;
    case 'action':
      return `{{${nodeText(node.pipe)}}}`;
    case 'pipe':
      return pipeText(node);
    case 'command':
      return node.args.map(parenthesised).join(' ');
    case 'identifier':
      return node.ident;
    case 'variable':
      return node.ident.join('.');
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return node.ident.map((name) => `.${name}`).join('');
    case 'chain':
      return parenthesised(node.node) + node.field.map((name) => `.${name}`).join('');
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'if':
    case 'range':
    case 'with': {
      const otherwise = node.elseList === undefined ? '' : `{{else}}${nodeText(node.elseList)}`;
      return `{{${node.kind} ${nodeText(node.pipe)}}}${nodeText(node.list)}${otherwise}{{end}}`;
    }
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
      return `{{${node.kind}}}`;
  }
}

function pipeText(node: PipeNode): string {
  const declared = node.decl.map(nodeText).join(', ');
  const prefix = declared === '' ? '' : `${declared} ${node.isAssign ? '=' : ':='} `;
  return prefix + node.cmds.map(nodeText).join(' | ');
}

function parenthesised(node: ArgNode): string {
  return node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node);
}
