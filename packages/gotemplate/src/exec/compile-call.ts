// Calls: text/template's evalCall. Arguments have been compiled against the parameters' types, the value of the pipeline
// comes last, and what the function throws becomes `error calling NAME: …`.

import { type GoType, stringType } from '../value/go-type.ts';
import { nodeText } from '../parse/nodes.ts';
import type { Value } from '../value/value.ts';
import { JsonError } from '../value/go-json.ts';
import { NumberError } from '../value/go-number.ts';
import { formatValue } from '../fmt/printer.ts';
import { type Callee, type Command, type Operand, missing } from './compiled.ts';
import { isTrue } from './compare.ts';
import { checkedArg } from './fields.ts';
import { GoError } from './function.ts';
import { literal } from './operands.ts';
import type { Frame, State } from './state.ts';
import { TemplateError } from './template-error.ts';

/** evalCall. */
export function compileCall(callee: Callee, operands: readonly Operand[]): Command {
  if (callee.shortCircuit === true) return compileShortCircuit(callee, operands);
  const { fn } = callee;
  const isMethod = 'receiver' in callee;
  const isCall = callee.builtin === true && callee.name === 'call';
  const skipped = isMethod || isCall ? 1 : 0;
  const params = skipped === 0 ? fn.params : fn.params.slice(skipped);
  const count = operands.length;
  return (frame, final) => {
    const { state } = frame;
    const numIn = final === missing ? count : count + 1;
    checkCount(state, callee, { params, numIn, count });
    const { trace } = state.run;
    const carried = state.taint;
    const taints = trace === undefined ? undefined : isMethod ? [carried] : [];
    const args: Value[] = [];
    for (let index = 0; index < count; index++) {
      const operand = operands[index];
      if (operand === undefined) continue;
      const value = operand.evaluate(frame);
      args.push(isMethod ? typedMethodArg(frame, operand, value, params[index] ?? fn.rest) : value);
      taints?.push(state.taint);
    }
    if (final !== missing) {
      const type = (fn.rest !== undefined && numIn - 1 >= params.length ? fn.rest : params[numIn - 1]) ?? fn.rest;
      args.push(type === undefined ? final : checkedArg(state, final, type));
      if (!isMethod) taints?.push(carried);
    }
    if (isMethod) args.unshift(callee.receiver);
    if (isCall) args.unshift(operands[0] === undefined ? formatValue(args[0]) : nodeText(operands[0].arg));
    state.step(1);
    if (trace !== undefined) trace.dataTaint = taints?.at(-1);
    const result = invoke(state, callee, args);
    state.wrapped = fn.result.kind === 'interface';
    if (trace !== undefined && taints !== undefined) state.taint = trace.result(callee.name, args, result, taints);
    return result;
  };
}

function checkCount(
  state: State,
  callee: Callee,
  counts: { readonly params: readonly GoType[]; readonly numIn: number; readonly count: number },
): void {
  const { params, numIn, count } = counts;
  if (callee.fn.rest !== undefined) {
    if (numIn < params.length) {
      state.fail(`wrong number of args for ${callee.name}: want at least ${params.length} got ${count}`);
    }
  } else if (numIn !== params.length) {
    state.fail(`wrong number of args for ${callee.name}: want ${params.length} got ${numIn}`);
  }
}

/** Methods are found at run time, so their arguments are checked there; literals take the parameter's type. */
function typedMethodArg(frame: Frame, operand: Operand, value: Value, type: GoType | undefined): Value {
  const { arg } = operand;
  if (type === undefined) return value;
  if (arg.kind === 'number' || arg.kind === 'bool' || arg.kind === 'string') return literal(arg, type)(frame);
  return checkedArg(frame.state, value, type);
}

const handedOn: ReadonlySet<string> = new Set(['include', 'tpl']);

function invoke(state: State, callee: Callee, args: Value[]): Value {
  try {
    // Whoever makes a text of a value may write all of it; templates get theirs handed on.
    if (callee.fn.result === stringType && !handedOn.has(callee.name)) {
      for (const arg of args) if (typeof arg === 'object' && arg !== null) state.weigh(arg);
    }
    const result = callee.fn.invoke(args, state);
    if (typeof result === 'string') state.produced(result.length);
    else if (Array.isArray(result)) state.step(result.length);
    return result;
  } catch (error) {
    const message = failureText(error);
    if (message === undefined) throw error;
    state.node = callee.node;
    return state.fail(`error calling ${callee.name}: ${message}`, 'FUNCTION', error);
  }
}

/**
 * The text of an error that a Go function would return or panic with. Undefined for our own failures and for limits: a
 * runaway is reported once, where it was stopped, not once for each level of its recursion.
 */
function failureText(error: unknown): string | undefined {
  const known =
    error instanceof GoError ||
    (error instanceof TemplateError && error.code !== 'LIMIT') ||
    error instanceof JsonError ||
    error instanceof NumberError;
  return known ? error.message : undefined;
}

/** and/or: arguments are evaluated until one decides. */
function compileShortCircuit(callee: Callee, operands: readonly Operand[]): Command {
  const stopAt = callee.name === 'or';
  return (frame, final) => {
    const { state } = frame;
    checkCount(state, callee, {
      params: callee.fn.params,
      numIn: final === missing ? operands.length : operands.length + 1,
      count: operands.length,
    });
    const carried = state.taint;
    let value: Value;
    for (const operand of operands) {
      value = operand.evaluate(frame);
      if (isTrue(value) === stopAt) return value;
    }
    if (final !== missing) {
      value = final;
      state.taint = carried;
    }
    return value;
  };
}
