// Makes fengari (Lua 5.3) behave as gopher-lua (Lua 5.1) where checks can tell: every number is a double and prints as Go
// prints it, and errors are worded as people know them from Argo CD. Mirrors yuin/gopher-lua v1.1.2.

import { stringBytesMax } from './budget.ts';
import { bytes } from './lua-string.ts';

type Bytes = Uint8Array;

interface Value {
  readonly value: unknown;
  ttisinteger(): boolean;
  ttisnumber(): boolean;
  setfltvalue(value: number): void;
  setsvalue(value: unknown): void;
  svalue(): Bytes;
  ttisstring(): boolean;
}

interface Instruction {
  readonly opcode: number;
  readonly B: number;
  readonly C: number;
}

interface Call {
  readonly callstatus: number;
  /** Absent where a function of the host runs. */
  readonly l_code?: readonly Instruction[];
  readonly l_savedpc: number;
  readonly l_base: number;
  readonly func: { readonly value: { readonly p?: { readonly k: readonly Value[] } } };
}

interface State {
  readonly ci: Call;
  readonly stack: readonly Value[];
}

interface Objects {
  luaO_str2num: (text: Bytes, into: Value) => number;
  luaO_tostring: (state: State, value: Value) => void;
  setsvalue2s: (state: State, index: number, text: { readonly realstring: Bytes }) => void;
  luaO_pushvfstring: (state: State, format: Bytes, values?: unknown[]) => Bytes;
}

interface Debugging {
  luaG_typeerror: (state: State, value: Value, operation: Bytes) => void;
  luaG_concaterror: (state: State, left: Value, right: Value) => void;
  luaG_opinterror: (state: State, left: Value, right: Value, message: Bytes) => void;
  luaG_ordererror: (state: State, left: Value, right: Value) => void;
  readonly luaG_runerror: (state: State, format: Bytes, ...values: readonly unknown[]) => void;
}

/** The modules of fengari whose behaviour is changed. */
export interface Dialect {
  readonly objects: Objects;
  readonly strings: { readonly luaS_bless: (state: State, text: Bytes) => unknown };
  readonly debug: Debugging;
  readonly metatables: { readonly luaT_objtypename: (state: State, value: Value) => Bytes };
  readonly opcodes: {
    readonly OpCodesI: Readonly<Record<string, number>>;
    readonly ISK: (operand: number) => number;
    readonly INDEXK: (operand: number) => number;
  };
}

/** Replaces fengari's number printing, number reading and error sentences. fengari calls these through its modules. */
export function speakDialect(dialect: Dialect): void {
  speakNumbers(dialect);
  speakErrors(dialect);
  limitStrings(dialect);
}

/** Two strings joined again and again soon fill all memory there is. */
function limitStrings({ objects, debug }: Dialect): void {
  const store = objects.setsvalue2s;
  objects.setsvalue2s = (state, index, text) => {
    if (text.realstring.length > stringBytesMax) debug.luaG_runerror(state, bytes('resulting string too large'));
    store(state, index, text);
  };
}

/**
 * A number as Go's `fmt.Sprint` prints a float64, whole numbers as integers. Mirrors gopher-lua value.go LNumber.String.
 */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exact = Number(power);
  if (exponent >= -4 && exact < 21 && exact >= -4) return String(value);
  return `${mantissa}e${exact < 0 ? '-' : '+'}${String(Math.abs(exact)).padStart(2, '0')}`;
}

function speakNumbers({ objects, strings }: Dialect): void {
  const read = objects.luaO_str2num;
  objects.luaO_str2num = (text, into) => {
    const size = read(text, into);
    if (size > 0 && into.ttisinteger()) into.setfltvalue(wholeNumber(text, into.value as number));
    return size;
  };
  objects.luaO_tostring = (state, value) =>
    value.setsvalue(strings.luaS_bless(state, bytes(printNumber(value.value as number))));
  const format = objects.luaO_pushvfstring;
  const letter = { f: 0x66, I: 0x49, s: 0x73, percent: 0x25 };
  objects.luaO_pushvfstring = (state, pattern, values) => {
    let at = 0;
    const changed = pattern.slice();
    const given = [...(values ?? [])];
    for (let index = 0; index < changed.length - 1; index++) {
      if (changed[index] !== letter.percent) continue;
      const verb = changed[++index];
      if (verb === letter.percent) continue;
      if (verb === letter.f || verb === letter.I) {
        changed[index] = letter.s;
        given[at] = bytes(printNumber(given[at] as number));
      }
      at++;
    }
    return format(state, changed, given);
  };
}

/** Integers of fengari are 32 bits wide; those of hexadecimal literals are read anew. */
function wholeNumber(text: Bytes, read: number): number {
  const literal = new TextDecoder().decode(text).replace(/\0.*$/s, '').trim();
  return /^[+-]?0x/i.test(literal) ? Number(literal) : read;
}

const arithmetic: Readonly<Record<string, string>> = {
  OP_ADD: 'add',
  OP_SUB: 'sub',
  OP_MUL: 'mul',
  OP_DIV: 'div',
  OP_MOD: 'mod',
  OP_POW: 'pow',
};

function speakErrors({ debug, metatables, opcodes }: Dialect): void {
  const names = new Map(Object.entries(opcodes.OpCodesI).map(([name, code]) => [code, name]));
  const typeOf = (state: State, value: Value): Bytes => metatables.luaT_objtypename(state, value);
  const instruction = (state: State): Instruction | undefined => state.ci.l_code?.[state.ci.l_savedpc - 1];
  const fail = (state: State, format: string, ...values: readonly unknown[]): void =>
    debug.luaG_runerror(state, bytes(format), ...values);
  debug.luaG_typeerror = (state, value, operation) => {
    const what = new TextDecoder().decode(operation);
    if (what === 'call') fail(state, 'attempt to call a non-function object');
    else if (what === 'index') {
      const key = keyOf(state, instruction(state), { names, opcodes });
      fail(state, "attempt to index a non-table object(%s) with key '%s'", typeOf(state, value), key);
    } else fail(state, '__len undefined');
  };
  debug.luaG_concaterror = (state, left, right) =>
    fail(state, 'cannot perform concat operation between %s and %s', typeOf(state, left), typeOf(state, right));
  debug.luaG_opinterror = (state, left, right) => {
    const name = arithmetic[names.get(instruction(state)?.opcode ?? -1) ?? ''];
    if (name === undefined) fail(state, '__unm undefined');
    else {
      const types = [typeOf(state, left), typeOf(state, right)];
      fail(state, 'cannot perform %s operation between %s and %s', bytes(name), ...types);
    }
  };
  debug.luaG_ordererror = (state, left, right) =>
    fail(state, 'attempt to compare %s with %s', typeOf(state, left), typeOf(state, right));
}

/** What an indexing instruction looks for, for the message: a constant of the function or what a register holds. */
function keyOf(
  state: State,
  instruction: Instruction | undefined,
  { names, opcodes }: { readonly names: ReadonlyMap<number, string>; readonly opcodes: Dialect['opcodes'] },
): Bytes {
  if (!instruction) return bytes('?');
  const operand = names.get(instruction.opcode)?.startsWith('OP_SET') ? instruction.B : instruction.C;
  const constants = state.ci.func.value.p?.k ?? [];
  const key = opcodes.ISK(operand) ? constants[opcodes.INDEXK(operand)] : state.stack[state.ci.l_base + operand];
  if (key?.ttisstring()) return key.svalue();
  return bytes(key?.ttisnumber() ? printNumber(key.value as number) : 'nil');
}
