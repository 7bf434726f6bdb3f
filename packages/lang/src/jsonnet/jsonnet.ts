// Jsonnet: programs that compute JSON. `evaluateJsonnet` is the way in. Equal to google/go-jsonnet (v0.22.0) in what programs
// mean; files, variables and digests are handed in.

import type { Json } from '@evenkeel/resource';
import { JsonnetError } from './errors.ts';
import { Evaluator, limitMessage } from './evaluator.ts';
import { formatText } from './format.ts';
import { plainLayout, printJson, toJson } from './manifest.ts';
import { parseJsonnet } from './parser.ts';
import { encodingFunctions } from './std/encode.ts';
import { listFunctions } from './std/lists.ts';
import { manifestFunctions } from './std/manifests.ts';
import { type StdWorld, natives } from './std/native.ts';
import { numberFunctions } from './std/numbers.ts';
import { objectFunctions } from './std/objects.ts';
import { textFunctions } from './std/text.ts';
import type { Node } from './syntax.ts';
import { FunctionValue, ObjectValue, Scope, Thunk, type Value, arrayOf, runtimeError } from './values.ts';

/** A variable given from outside. */
export interface JsonnetParameter {
  readonly name: string;
  readonly value: string;
  /** The value is a program, not text. */
  readonly code: boolean;
}

/** What a program may read. */
export interface JsonnetHost {
  /**
   * The file an import means, by the path as it is written and the file it is written in; undefined where there is none. May
   * throw to suspend: what it throws passes through.
   */
  readonly resolve: (path: string, from: string) => { readonly file: string; readonly bytes: Uint8Array } | undefined;
  /** md5, sha1, sha256, sha512, sha3 (512 bits), in hexadecimal; without it these functions are refused. */
  readonly hash?: (algorithm: string, bytes: Uint8Array) => string;
}

export interface JsonnetOptions {
  readonly extVars?: readonly JsonnetParameter[];
  /** Arguments of the program, where it is a function. */
  readonly topLevel?: readonly JsonnetParameter[];
  /** How much a program may compute; 10 million steps unless told. */
  readonly stepsMax?: number;
}

const STEPS_MAX = 10_000_000;

/** Runs a program. Throws JsonnetError, and what the host throws. */
export function evaluateJsonnet(text: string, file: string, host: JsonnetHost, options: JsonnetOptions = {}): Json {
  return new Program(host, options).run(text, file);
}

class Program {
  readonly #host: JsonnetHost;
  readonly #options: JsonnetOptions;
  readonly #evaluator: Evaluator;
  readonly #imports = new Map<string, Thunk>();
  readonly #world: StdWorld;

  constructor(host: JsonnetHost, options: JsonnetOptions) {
    this.#host = host;
    this.#options = options;
    this.#evaluator = new Evaluator({
      importer: (path, from, how) => this.#import(path, from, how),
      stepsMax: options.stepsMax ?? STEPS_MAX,
    });
    const evaluator = this.#evaluator;
    evaluator.text = (value) => (typeof value === 'string' ? value : printJson(value, evaluator, plainLayout));
    evaluator.format = (format, values) => formatText(format, values, evaluator);
    this.#world = { evaluator, hash: host.hash, extVar: (name) => this.#extVar(name) };
  }

  run(text: string, file: string): Json {
    try {
      const value = this.#program(text, file);
      return toJson(value instanceof FunctionValue ? this.#called(value) : value, this.#evaluator);
    } catch (error) {
      if (error instanceof RangeError) throw new JsonnetError('LIMIT', limitMessage(error));
      throw error;
    }
  }

  #called(program: FunctionValue): Value {
    const args = (this.#options.topLevel ?? []).map(
      (parameter) => [parameter.name, new Thunk(() => this.#parameter(parameter, 'top-level-arg'))] as const,
    );
    return this.#evaluator.call(program, [], args);
  }

  #program(text: string, file: string): Value {
    const node: Node = parseJsonnet(text, file);
    return this.#evaluator.evaluate(node, new Scope(undefined, new Map([['std', Thunk.of(this.#std(file))]])));
  }

  #parameter({ name, value, code }: JsonnetParameter, kind: string): Value {
    return code ? this.#program(value, `<${kind}:${name}>`) : value;
  }

  #extVar(name: string): Value {
    const found = this.#options.extVars?.findLast((each) => each.name === name);
    if (!found) throw runtimeError(`Undefined external variable: ${name}`);
    return this.#parameter(found, 'extvar');
  }

  #import(path: string, from: string, how: string): Value {
    const found = this.#host.resolve(path, from);
    if (!found) {
      throw new JsonnetError(
        'IMPORT',
        `couldn't open import ${JSON.stringify(path)}: no match locally or in the Jsonnet library paths`,
      );
    }
    const { file, bytes } = found;
    if (how === 'importbin') return arrayOf([...bytes]);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    if (how === 'importstr') return text;
    const known = this.#imports.get(file) ?? new Thunk(() => this.#program(text, file));
    this.#imports.set(file, known);
    return known.force();
  }

  #functions: readonly (readonly [string, Thunk])[] | undefined;

  #std(file: string): ObjectValue {
    this.#functions ??= [
      numberFunctions,
      listFunctions,
      objectFunctions,
      textFunctions,
      encodingFunctions,
      manifestFunctions,
    ].flatMap((table) => natives(table, this.#world));
    const entries = [...this.#functions, ['pi', Thunk.of(Math.PI)] as const, ['thisFile', Thunk.of(file)] as const];
    return ObjectValue.of(entries);
  }
}
