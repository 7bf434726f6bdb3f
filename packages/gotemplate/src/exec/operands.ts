// Operands that need no evaluation of others: literals and dot.

import { type GoType, intType, reflectValueType } from '../value/go-type.ts';
import type { ArgNode, Node, NumberNode } from '../parse/nodes.ts';
import { nodeText } from '../parse/nodes.ts';
import { GoComplex, GoInt, GoScalar, type Value, goInt } from '../value/value.ts';
import type { Eval } from './compiled.ts';
import type { Frame } from './state.ts';

/** Literals and dot. */
export function compileOperand(node: Extract<Node, { kind: 'bool' | 'string' | 'number' | 'dot' | 'nil' }>): Eval {
  switch (node.kind) {
    case 'bool':
      return constant(node.value);
    case 'string':
      return constant(node.text);
    case 'number':
      return idealConstant(node);
    case 'dot':
      return dotOf;
    case 'nil':
      return (frame) => frame.state.fail('nil is not a command');
  }
}

function constant(value: Value): Eval {
  return (frame) => {
    frame.state.wrapped = false;
    if (frame.state.run.trace !== undefined) frame.state.taint = undefined;
    return value;
  };
}

export function dotOf(frame: Frame): Value {
  frame.state.wrapped = frame.dotWrapped;
  frame.state.taint = frame.dotTaint;
  return frame.dot;
}

/** A number where no type is expected: its spelling decides. */
function idealConstant(node: NumberNode): Eval {
  const { text } = node;
  if (node.complex !== undefined) return constant(new GoComplex(node.complex.re, node.complex.im));
  const hexInt = /^0[xX]/.test(text) && !/[pP]/.test(text) && text.length > 2;
  if (node.float !== undefined && !hexInt && !text.startsWith("'") && /[.eEpP]/.test(text)) return constant(node.float);
  if (node.int !== undefined) return constant(goInt(node.int));
  return (frame) => {
    frame.state.node = node;
    return frame.state.fail(`${text} overflows int`);
  };
}

/** A literal where a type is expected: Go's ideal constants take it if they can. */
export function literal(node: ArgNode, type: GoType): Eval {
  if (type.kind === 'interface' || type === reflectValueType) {
    if (node.kind === 'bool' || node.kind === 'string' || node.kind === 'number') {
      const evaluate = compileOperand(node);
      return (frame) => {
        frame.state.node = node;
        return evaluate(frame);
      };
    }
  }
  const value = literalValue(node, type);
  if (value !== undefined) {
    return (frame) => {
      frame.state.node = node;
      frame.state.taint = undefined;
      return value;
    };
  }
  const expected = expectation(type);
  return (frame) => {
    frame.state.node = node;
    if (expected === undefined) return frame.state.fail(`can't handle ${nodeText(node)} for arg of type ${type.text}`);
    return frame.state.fail(`expected ${expected}; found ${nodeText(node)}`);
  };
}

function literalValue(node: ArgNode, type: GoType): Value {
  const { kind } = type;
  if (kind === 'bool') return node.kind === 'bool' ? node.value : undefined;
  if (kind === 'string') {
    if (node.kind !== 'string') return undefined;
    return type.underlying === undefined ? node.text : new GoScalar(node.text, type);
  }
  if (node.kind !== 'number') return undefined;
  if (kind === 'float64') return node.float;
  if (kind === 'float32') return node.float === undefined ? undefined : new GoScalar(Math.fround(node.float), type);
  if (kind === 'complex128')
    return node.complex === undefined ? undefined : new GoComplex(node.complex.re, node.complex.im);
  const integer =
    kind.startsWith('int') && kind !== 'interface' ? node.int : kind.startsWith('uint') ? node.uint : undefined;
  if (integer === undefined) return undefined;
  return type === intType ? goInt(integer) : new GoInt(integer, type);
}

function expectation(type: GoType): string | undefined {
  const { kind } = type;
  if (kind === 'bool' || kind === 'string') return kind;
  if (kind.startsWith('float')) return 'float';
  if (kind === 'complex128') return 'complex';
  if (kind.startsWith('uint')) return 'unsigned integer';
  return kind.startsWith('int') && kind !== 'interface' ? 'integer' : undefined;
}
