// Commands and their operands: fields, variables, chains and functions.

import { type GoType, anyType, canBeNil, reflectValueType } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import type { ArgNode, ChainNode, CommandNode, FieldNode, IdentifierNode, Node, VariableNode } from '../parse/nodes.ts';
import { nodeText } from '../parse/nodes.ts';
import { quote } from '../value/quote.ts';
import { builtins, shortCircuit } from './builtins.ts';
import { compileCall } from './compile-call.ts';
import { type Command, type Compiler, type Eval, type Final, missing } from './compiled.ts';
import { checkedArg, fieldOf, methodOf, zeroOf } from './fields.ts';
import { compileOperand, dotOf, literal } from './operands.ts';
import type { Frame, State } from './state.ts';

/** evalCommand: the first word decides. */
export function compileCommand(compiler: Compiler, command: CommandNode): Command {
  const [first] = command.args;
  if (first === undefined) return (frame) => frame.state.fail('empty command');
  switch (first.kind) {
    case 'field':
      return compileField(compiler, first, command);
    case 'variable':
      return compileVariable(compiler, first, command);
    case 'chain':
      return compileChain(compiler, first, command);
    case 'identifier':
      return compileFunction(compiler, first, command);
    case 'pipe': {
      const pipe = compiler.pipe(first);
      return (frame, final) => {
        notAFunction(frame.state, command, final);
        return pipe(frame);
      };
    }
    case 'bool':
    case 'string':
    case 'number':
    case 'dot':
    case 'nil': {
      const evaluate = compileOperand(first);
      return (frame, final) => {
        frame.state.node = first;
        notAFunction(frame.state, command, final);
        return evaluate(frame);
      };
    }
  }
}

function notAFunction(state: State, command: CommandNode, final: Final): void {
  const [first] = command.args;
  if (first !== undefined && (command.args.length > 1 || final !== missing)) {
    state.fail(`can't give argument to non-function ${nodeText(first)}`);
  }
}

/** One step of a field chain, not the last: no arguments. */
function step(frame: Frame, receiver: Value, name: string, node: Node): Value {
  const { state } = frame;
  const method = methodOf(receiver, name);
  if (method !== undefined) {
    return compileCall({ fn: method, name, node, receiver }, [])(frame, missing);
  }
  const { trace } = state.run;
  if (trace === undefined) return fieldOf(state, receiver, name, false);
  const from = state.taint;
  const value = fieldOf(state, receiver, name, false);
  state.taint = trace.element(receiver, name, value, from);
  return value;
}

/** evalFieldChain: all names but the last are plain fields; the last may be a method taking the arguments. */
function compileChainEnd(
  compiler: Compiler,
  chain: { readonly node: Node; readonly names: readonly string[] },
  command: CommandNode | undefined,
): (frame: Frame, receiver: Value, final: Final) => Value {
  const { node, names } = chain;
  const args = command === undefined ? [] : command.args.slice(1);
  const last = names.at(-1) ?? '';
  const inner = names.slice(0, -1);
  // Arguments are compiled for methods of unknown signature: their types are known only when the receiver is.
  const operands = args.map((arg) => ({ arg, evaluate: compileArg(compiler, arg, undefined) }));
  return (frame: Frame, receiver: Value, final: Final): Value => {
    let value = receiver;
    for (const name of inner) value = step(frame, value, name, node);
    const method = methodOf(value, last);
    if (method !== undefined) {
      return compileCall({ fn: method, name: last, node, receiver: value }, operands)(frame, final);
    }
    const { state } = frame;
    const hasArgs = operands.length > 0 || final !== missing;
    const { trace } = state.run;
    if (trace === undefined) return fieldOf(state, value, last, hasArgs);
    const from = state.taint;
    const result = fieldOf(state, value, last, hasArgs);
    state.taint = trace.element(value, last, result, from);
    return result;
  };
}

/** `.A.B args`. */
export function compileField(compiler: Compiler, node: FieldNode, command: CommandNode | undefined): Command {
  const chain = compileChainEnd(compiler, { node, names: node.ident }, command);
  return (frame, final) => {
    const { state } = frame;
    state.node = node;
    state.wrapped = frame.dotWrapped;
    state.taint = frame.dotTaint;
    return chain(frame, frame.dot, final);
  };
}

/** `$x` or `$x.A.B args`. */
export function compileVariable(compiler: Compiler, node: VariableNode, command: CommandNode | undefined): Command {
  const [name = '', ...fields] = node.ident;
  const slot = compiler.scope.find(name);
  const chain = fields.length === 0 ? undefined : compileChainEnd(compiler, { node, names: fields }, command);
  return (frame, final) => {
    const { state } = frame;
    state.node = node;
    if (slot === undefined) return state.fail(`undefined variable: ${name}`);
    state.wrapped = frame.wrapped[slot] ?? false;
    state.taint = frame.taints[slot];
    const value = frame.vars[slot];
    if (chain !== undefined) return chain(frame, value, final);
    if (command !== undefined) notAFunction(state, command, final);
    return value;
  };
}

/** `(pipeline).A.B args`. */
export function compileChain(compiler: Compiler, node: ChainNode, command: CommandNode | undefined): Command {
  if (node.node.kind === 'nil') {
    return (frame) => {
      frame.state.node = node;
      return frame.state.fail(`indirection through explicit nil in ${nodeText(node)}`);
    };
  }
  const receiver = compileArg(compiler, node.node, undefined);
  const chain = compileChainEnd(compiler, { node, names: node.field }, command);
  return (frame, final) => {
    frame.state.node = node;
    return chain(frame, receiver(frame), final);
  };
}

/** A function by name, with the command's arguments. */
export function compileFunction(compiler: Compiler, node: IdentifierNode, command: CommandNode | undefined): Command {
  const name = node.ident;
  const custom = compiler.functions.get(name);
  const special = custom === undefined ? shortCircuit.get(name) : undefined;
  const fn = custom ?? builtins.get(name) ?? special;
  if (fn === undefined) {
    return (frame) => {
      frame.state.node = node;
      return frame.state.fail(`${quote(name)} is not a defined function`);
    };
  }
  const args = (command?.args.slice(1) ?? []).map((arg, index) => {
    const type = fn.params[index] ?? fn.rest ?? anyType;
    // The callee's own parameters begin after the name that the compiler passes to `call`.
    const shifted = custom === undefined && name === 'call' ? (fn.params[index + 1] ?? fn.rest ?? anyType) : type;
    return { arg, evaluate: compileArg(compiler, arg, shifted) };
  });
  const call = compileCall(
    { fn, name, node: command ?? node, builtin: custom === undefined, shortCircuit: special !== undefined },
    args,
  );
  return (frame, final) => {
    frame.state.node = node;
    return call(frame, final);
  };
}

/** evalArg: an operand as an argument of a type; without a type (field chains) as it is. */
export function compileArg(compiler: Compiler, node: ArgNode, type: GoType | undefined): Eval {
  const evaluate = compileUnchecked(compiler, node);
  if (evaluate !== undefined) {
    return (frame) => {
      frame.state.node = node;
      const value = evaluate(frame, missing);
      return type === undefined ? value : checkedArg(frame.state, value, type);
    };
  }
  if (node.kind === 'nil') {
    return (frame) => {
      frame.state.node = node;
      frame.state.taint = undefined;
      if (type === undefined) return null;
      if (canBeNil(type)) return zeroOf(type);
      return frame.state.fail(`cannot assign nil to ${type.text}`);
    };
  }
  return type === undefined ? literal(node, reflectValueType) : literal(node, type);
}

function compileUnchecked(compiler: Compiler, node: ArgNode): ((frame: Frame, final: Final) => Value) | undefined {
  switch (node.kind) {
    case 'dot':
      return dotOf;
    case 'field':
      return compileField(compiler, node, undefined);
    case 'variable':
      return compileVariable(compiler, node, undefined);
    case 'pipe':
      return compiler.pipe(node);
    case 'identifier':
      return compileFunction(compiler, node, undefined);
    case 'chain':
      return compileChain(compiler, node, undefined);
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
      return undefined;
  }
}
