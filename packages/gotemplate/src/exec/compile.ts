// Compiles a syntax tree to closures. Each closure mirrors one function of text/template's exec.go, in the same order of
// evaluation, because errors name the node that was current when they happened.

import type { ActionNode, BranchNode, ListNode, Node, PipeNode, TemplateNode, TextNode } from '../parse/nodes.ts';
import { nodeText } from '../parse/nodes.ts';
import { sortedKeys } from '../fmt/print-value.ts';
import { formatValue } from '../fmt/printer.ts';
import { quote } from '../value/quote.ts';
import { uint8Type } from '../value/go-type.ts';
import { GoInt, type Value, goInt, mapType, sliceType } from '../value/value.ts';
import { compileCommand } from './compile-command.ts';
import { type Compiler, type Eval, type Exec, missing } from './compiled.ts';
import { isTrue } from './compare.ts';
import { type FunctionMap, GoFunction } from './function.ts';
import { Scope } from './scope.ts';
import { Frame, type State } from './state.ts';
import type { Template } from './template-set.ts';

const normal = 0;
const broke = 1;
const continued = 2;

/** The compiled body of a template, made on first use. */
export function bodyOf(template: Template, functions: FunctionMap): Exec {
  if (typeof template.compiled === 'function') return template.compiled as Exec;
  const compiler: Compiler = { functions, scope: new Scope(), pipe: (pipe) => compilePipe(compiler, pipe) };
  const body = compileList(compiler, template.root);
  template.compiled = body;
  return body;
}

function compileList(compiler: Compiler, list: ListNode): Exec {
  const parts = list.nodes.map((node) => compileNode(compiler, node));
  const [first, second] = parts;
  if (first === undefined) return () => normal;
  if (second === undefined) return first;
  return (frame) => {
    for (const part of parts) {
      const signal = part(frame);
      if (signal !== normal) return signal;
    }
    return normal;
  };
}

function compileNode(compiler: Compiler, node: Node): Exec {
  switch (node.kind) {
    case 'text':
      return compileText(node);
    case 'action':
      return compileAction(compiler, node);
    case 'if':
    case 'with':
      return compileIfOrWith(compiler, node);
    case 'range':
      return compileRange(compiler, node);
    case 'template':
      return compileTemplateCall(compiler, node);
    case 'break':
      return () => broke;
    case 'continue':
      return () => continued;
    case 'list':
    case 'command':
    case 'end':
    case 'else':
    case 'pipe':
    case 'identifier':
    case 'variable':
    case 'dot':
    case 'nil':
    case 'field':
    case 'chain':
    case 'bool':
    case 'number':
    case 'string':
      return (frame) => frame.state.fail(`unknown node: ${nodeText(node)}`);
  }
}

function compileText(node: TextNode): Exec {
  const { text } = node;
  return ({ state }) => {
    state.node = node;
    if (state.run.trace !== undefined) state.taint = undefined;
    state.step(1);
    state.write(text);
    return normal;
  };
}

function compileAction(compiler: Compiler, node: ActionNode): Exec {
  const pipe = compilePipe(compiler, node.pipe);
  if (node.pipe.decl.length > 0) {
    return (frame) => {
      frame.state.step(1);
      pipe(frame);
      return normal;
    };
  }
  return (frame) => {
    const { state } = frame;
    state.step(1);
    const value = pipe(frame);
    state.node = node;
    state.write(printed(state, node, value));
    return normal;
  };
}

function printed(state: State, node: Node, value: Value): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '<no value>';
  if (value instanceof GoFunction) state.fail(`can't print ${nodeText(node)} of type ${value.type.text}`);
  state.weigh(value);
  return formatValue(value);
}

/** A pipeline: every command gets the value of the one before as its last argument; then variables are set. */
function compilePipe(compiler: Compiler, pipe: PipeNode): Eval {
  const commands = pipe.cmds.map((command) => compileCommand(compiler, command));
  const store = compileDeclarations(compiler, pipe);
  const [only] = commands;
  if (commands.length === 1 && only !== undefined) {
    return (frame) => {
      const { state } = frame;
      state.node = pipe;
      const value = only(frame, missing) ?? undefined;
      state.wrapped = false;
      if (store !== undefined) store(frame, value);
      return value;
    };
  }
  return (frame) => {
    const { state } = frame;
    state.node = pipe;
    let value: Value | typeof missing = missing;
    for (const command of commands) {
      // A nil interface becomes an invalid value between commands, as Go unwraps it there.
      value = command(frame, value) ?? undefined;
      state.wrapped = false;
    }
    const result = value === missing ? undefined : value;
    if (store !== undefined) store(frame, result);
    return result;
  };
}

function compileDeclarations(compiler: Compiler, pipe: PipeNode): ((frame: Frame, value: Value) => void) | undefined {
  if (pipe.decl.length === 0) return undefined;
  const slots = pipe.decl.map((variable) => {
    const name = variable.ident[0] ?? '';
    return { name, slot: pipe.isAssign ? compiler.scope.find(name) : compiler.scope.declare(name) };
  });
  return (frame, value) => {
    for (const { name, slot } of slots) {
      if (slot === undefined) return frame.state.fail(`undefined variable: ${name}`);
      setVariable(frame, slot, value, false);
    }
  };
}

function setVariable(frame: Frame, slot: number, value: Value, wrapped: boolean): void {
  frame.vars[slot] = value;
  frame.wrapped[slot] = wrapped;
  if (frame.state.run.trace !== undefined) frame.taints[slot] = frame.state.taint;
}

function compileIfOrWith(compiler: Compiler, node: BranchNode): Exec {
  const mark = compiler.scope.mark();
  const pipe = compilePipe(compiler, node.pipe);
  const inner = compiler.scope.mark();
  const list = compileList(compiler, node.list);
  compiler.scope.release(inner);
  const otherwise = node.elseList === undefined ? undefined : compileList(compiler, node.elseList);
  compiler.scope.release(mark);
  if (node.kind === 'if') {
    return (frame) => {
      frame.state.step(1);
      if (isTrue(pipe(frame))) return list(frame);
      return otherwise === undefined ? normal : otherwise(frame);
    };
  }
  return (frame) => {
    const { state } = frame;
    state.step(1);
    const value = pipe(frame);
    if (!isTrue(value)) return otherwise === undefined ? normal : otherwise(frame);
    const { dot, dotWrapped, dotTaint } = frame;
    frame.dot = value;
    frame.dotWrapped = false;
    frame.dotTaint = state.taint;
    const signal = list(frame);
    frame.dot = dot;
    frame.dotWrapped = dotWrapped;
    frame.dotTaint = dotTaint;
    return signal;
  };
}

interface RangeParts {
  readonly node: BranchNode;
  readonly list: Exec;
  /** Slots of the index and element variables, where they are written. */
  readonly indexSlot: number | undefined;
  readonly elementSlot: number | undefined;
}

function compileRange(compiler: Compiler, node: BranchNode): Exec {
  const mark = compiler.scope.mark();
  const pipe = compilePipe(compiler, node.pipe);
  const { decl } = node.pipe;
  const slots = decl.map((variable) => compiler.scope.find(variable.ident[0] ?? ''));
  const inner = compiler.scope.mark();
  const list = compileList(compiler, node.list);
  compiler.scope.release(inner);
  // The else branch sees the loop's variables, as in Go, where they hold the value ranged over.
  const otherwise = node.elseList === undefined ? undefined : compileList(compiler, node.elseList);
  compiler.scope.release(mark);
  const parts: RangeParts = {
    node,
    list,
    indexSlot: decl.length > 1 ? slots[0] : undefined,
    elementSlot: decl.length > 1 ? slots[1] : slots[0],
  };
  return (frame) => {
    frame.state.step(1);
    frame.state.node = node;
    const { dot, dotWrapped, dotTaint } = frame;
    const value = pipe(frame);
    const ran = rangeOver(frame, parts, value);
    frame.dot = dot;
    frame.dotWrapped = dotWrapped;
    frame.dotTaint = dotTaint;
    if (!ran && otherwise !== undefined) return otherwise(frame);
    return normal;
  };
}

/** Runs the body for each element. False when there was none. */
function rangeOver(frame: Frame, parts: RangeParts, value: Value): boolean {
  const { state } = frame;
  const source = state.taint;
  if (Array.isArray(value)) {
    const wrapped = sliceType(value).elem?.kind === 'interface';
    for (let index = 0; index < value.length; index++) {
      if (!iterate(frame, parts, { index: goInt(index), element: value[index], wrapped, of: value, source })) break;
    }
    return value.length > 0;
  }
  if (value instanceof Map) {
    const wrapped = mapType(value).elem?.kind === 'interface';
    for (const key of sortedKeys(value)) {
      if (!iterate(frame, parts, { index: key, element: value.get(key), wrapped, of: value, source })) break;
    }
    return value.size > 0;
  }
  if (value instanceof Uint8Array) {
    for (let index = 0; index < value.length; index++) {
      const element = new GoInt(BigInt(value[index] ?? 0), uint8Type);
      if (!iterate(frame, parts, { index: goInt(index), element, wrapped: false, of: value, source })) break;
    }
    return value.length > 0;
  }
  if (value instanceof GoInt) {
    if (parts.indexSlot !== undefined) {
      state.fail(`can't use ${formatValue(value)} to iterate over more than one variable`);
    }
    for (let count = 0n; count < value.value; count++) {
      const element = new GoInt(count, value.type);
      if (!iterate(frame, parts, { index: undefined, element, wrapped: false, of: undefined, source })) break;
    }
    return value.value > 0n;
  }
  if (value === undefined || value === null) return false;
  return state.fail(`range can't iterate over ${formatValue(value)}`);
}

interface Iteration {
  readonly index: Value;
  readonly element: Value;
  readonly wrapped: boolean;
  readonly of: Value;
  readonly source: State['taint'];
}

/** One pass through the body. False after break. */
function iterate(frame: Frame, parts: RangeParts, item: Iteration): boolean {
  const { state } = frame;
  state.step(1);
  const { trace } = state.run;
  if (trace !== undefined) state.taint = trace.element(item.of, item.index, item.element, item.source);
  const taint = state.taint;
  if (parts.elementSlot !== undefined) setVariable(frame, parts.elementSlot, item.element, item.wrapped);
  if (parts.indexSlot !== undefined) setVariable(frame, parts.indexSlot, item.index, false);
  frame.dot = item.element;
  frame.dotWrapped = item.wrapped;
  frame.dotTaint = taint;
  return parts.list(frame) !== broke;
}

function compileTemplateCall(compiler: Compiler, node: TemplateNode): Exec {
  const pipe = node.pipe === undefined ? undefined : compilePipe(compiler, node.pipe);
  const { functions } = compiler;
  return (frame) => {
    const { state } = frame;
    state.step(1);
    state.node = node;
    const template = state.set.get(node.name);
    if (template === undefined) return state.fail(`template ${quote(node.name)} not defined`);
    const trace = state.run.trace;
    if (trace !== undefined) state.taint = undefined;
    state.enter();
    const data = pipe === undefined ? undefined : pipe(frame);
    const outer = state.template;
    const inner = new Frame(state, data);
    inner.dotTaint = state.taint;
    inner.taints[0] = state.taint;
    trace?.enter(node);
    state.template = template;
    bodyOf(template, functions)(inner);
    state.template = outer;
    trace?.leave();
    state.leave();
    return normal;
  };
}
