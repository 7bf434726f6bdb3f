// Events straight to values, without building nodes: the path that nearly all manifests take. It gives up (returns
// undefined) on anything that needs a second look: aliases, merge keys, tags, repeated or unusual keys, numbers that
// JSON cannot hold. The tree path then reads the input again and decides.

import type { Json } from '../json.ts';
import * as E from './events.ts';
import type { YamlEvent } from './events.ts';
import { EventParser } from './parser.ts';
import { openYaml } from './reader.ts';
import { resolvePlain } from './resolve.ts';
import type { YamlScalar } from './resolve.ts';
import type { YamlDialect } from './scan-state.ts';
import { SCALAR_PLAIN } from './tokens.ts';

export interface LoadOptions {
  readonly dialect: YamlDialect;
  /** Refuse repeated keys in the sigs dialect; v3 always does. */
  readonly strict: boolean;
  /** Stop after the first document, as Go's Unmarshal does. */
  readonly firstOnly: boolean;
}

type MutableObject = { [key: string]: Json | undefined };

/** Reads plain documents; undefined in the result marks an empty one. Throws `YamlError` for syntax errors. */
export function loadDirect(input: string | Uint8Array, options: LoadOptions): (Json | undefined)[] | undefined {
  return new DirectLoader(input, options).run();
}

class DirectLoader {
  readonly #parser: EventParser;
  readonly #dialect: YamlDialect;
  readonly #firstOnly: boolean;
  readonly #checkKeys: boolean;
  readonly #documents: (Json | undefined)[] = [];
  // The open collections around the current one. A mapping's pending key waits in `#keys`.
  readonly #objects: (MutableObject | undefined)[] = [];
  readonly #arrays: (Json[] | undefined)[] = [];
  readonly #keys: (string | undefined)[] = [];
  #object: MutableObject | undefined;
  #array: Json[] | undefined;
  #key: string | undefined;
  #root: Json | undefined;
  #givenUp = false;

  constructor(input: string | Uint8Array, options: LoadOptions) {
    this.#parser = new EventParser(openYaml(input), { dialect: options.dialect, keepComments: false });
    this.#dialect = options.dialect;
    this.#firstOnly = options.firstOnly;
    this.#checkKeys = options.strict || options.dialect === 'v3';
  }

  run(): (Json | undefined)[] | undefined {
    const parser = this.#parser;
    for (;;) {
      const event = parser.next();
      switch (event.type) {
        case E.EVENT_SCALAR:
          this.#scalar(event);
          break;
        case E.EVENT_MAPPING_START:
          this.#open(event, {}, undefined);
          break;
        case E.EVENT_SEQUENCE_START:
          this.#open(event, undefined, []);
          break;
        case E.EVENT_MAPPING_END:
        case E.EVENT_SEQUENCE_END:
          this.#close();
          break;
        case E.EVENT_DOCUMENT_START:
          this.#root = undefined;
          break;
        case E.EVENT_DOCUMENT_END:
          this.#documents.push(this.#root);
          if (this.#firstOnly) {
            parser.checkReadAhead();
            return this.#documents;
          }
          break;
        case E.EVENT_STREAM_END:
          return this.#documents;
        default:
          this.#givenUp = true;
      }
      if (this.#givenUp) return undefined;
    }
  }

  #scalar(event: YamlEvent): void {
    if (event.tag !== '') {
      this.#givenUp = true;
      return;
    }
    const isKey = this.#object !== undefined && this.#key === undefined;
    const plain = event.style === SCALAR_PLAIN;
    const value: YamlScalar = plain ? resolvePlain(event.value, this.#dialect) : event.value;
    if (isKey) {
      this.#acceptKey(value, event.value, plain);
    } else if (typeof value === 'number' && !Number.isFinite(value) && this.#dialect === 'sigs') {
      this.#givenUp = true;
    } else if (this.#object === undefined && this.#array === undefined) {
      // Only a document without any text is empty; one that says "null" is not.
      this.#root = value === null && event.value === '' ? undefined : value;
    } else {
      this.#add(value);
    }
  }

  #acceptKey(value: YamlScalar, text: string, plain: boolean): void {
    const object = this.#object as MutableObject;
    let key: string;
    if (typeof value === 'string') {
      key = value;
      if (plain && key === '<<') this.#givenUp = true;
    } else if (typeof value === 'boolean' || (Number.isSafeInteger(value) && String(value) === text)) {
      key = String(value);
    } else {
      this.#givenUp = true;
      return;
    }
    if (this.#checkKeys ? object[key] !== undefined : key === '__proto__') this.#givenUp = true;
    this.#key = key;
  }

  #add(value: Json): void {
    if (this.#array !== undefined) {
      this.#array.push(value);
      return;
    }
    const object = this.#object as MutableObject;
    object[this.#key as string] = value;
    this.#key = undefined;
  }

  #open(event: YamlEvent, object: MutableObject | undefined, array: Json[] | undefined): void {
    if (event.tag !== '' || (this.#object !== undefined && this.#key === undefined)) {
      this.#givenUp = true;
      return;
    }
    this.#objects.push(this.#object);
    this.#arrays.push(this.#array);
    this.#keys.push(this.#key);
    this.#object = object;
    this.#array = array;
    this.#key = undefined;
  }

  #close(): void {
    const value = (this.#object ?? this.#array) as Json;
    this.#object = this.#objects.pop();
    this.#array = this.#arrays.pop();
    this.#key = this.#keys.pop();
    if (this.#object === undefined && this.#array === undefined) this.#root = value;
    else this.#add(value);
  }
}
