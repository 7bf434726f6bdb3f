// Reads single entries of a ConfigMap; what cannot be read is named once, with the key, and counts as not set.

import { type Json, type JsonObject, isMap, parseQuantity, parseYaml, quantityValue } from '@evenkeel/resource';
import { parseDurationMs } from '@evenkeel/std';

export class EntryReader {
  readonly #name: string;
  readonly #data: Readonly<Record<string, string>>;
  readonly #problems: string[];

  constructor(name: string, data: Readonly<Record<string, string>>, problems: string[]) {
    this.#name = name;
    this.#data = data;
    this.#problems = problems;
  }

  has(key: string): boolean {
    return this.#data[key] !== undefined;
  }

  text(key: string): string {
    return this.#data[key] ?? '';
  }

  /** Says what is wrong with an entry. */
  refuse(key: string, what: string): void {
    this.#problems.push(`${this.#name}: ${key}: ${what}; the entry is left out`);
  }

  /** One of a few words; `fallback` where nothing is set. */
  choice<T extends string, F extends string>(key: string, words: readonly T[], fallback: F): T | F {
    const text = this.text(key);
    if (text === '') return fallback;
    const found = words.find((word) => word === text);
    if (found === undefined) this.refuse(key, `"${text}" is not one of ${words.join(', ')}`);
    return found ?? fallback;
  }

  /** A truth value as Go's strconv.ParseBool reads it. */
  flag(key: string, fallback: boolean): boolean {
    const text = this.text(key);
    if (text === '') return fallback;
    if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
    if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
    this.refuse(key, `"${text}" is neither true nor false`);
    return fallback;
  }

  count(key: string, fallback: number): number {
    const text = this.text(key);
    if (text === '') return fallback;
    if (/^\d+$/.test(text)) return Number(text);
    this.refuse(key, `"${text}" is not a number`);
    return fallback;
  }

  /** A number of bytes as Kubernetes writes quantities: "10M", "1Gi". */
  bytes(key: string, fallback: number): number {
    const text = this.text(key);
    if (text === '') return fallback;
    const quantity = parseQuantity(text);
    const bytes = quantity.ok ? Number(quantityValue(quantity.value)) : -1;
    if (bytes < 0) this.refuse(key, `"${text}" is not a number of bytes`);
    return bytes < 0 ? fallback : bytes;
  }

  duration(key: string, fallbackMs: number): number {
    const text = this.text(key);
    if (text === '') return fallbackMs;
    const days = /^(\d+)d$/.exec(text);
    const durationMs = days ? Number(days[1]) * 86_400_000 : parseDurationMs(text);
    if (durationMs === undefined || durationMs < 0) this.refuse(key, `"${text}" is not a duration`);
    return durationMs === undefined || durationMs < 0 ? fallbackMs : durationMs;
  }

  /** Words between commas. */
  list(key: string): readonly string[] {
    return this.text(key)
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  }

  yamlMap(key: string): JsonObject | undefined {
    const value = this.#yaml(key);
    if (value === undefined || value === null) return undefined;
    if (isMap(value)) return value;
    this.refuse(key, 'is not a map');
    return undefined;
  }

  yamlList(key: string): readonly JsonObject[] {
    const value = this.#yaml(key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.refuse(key, 'is not a list');
      return [];
    }
    const items = value as readonly Json[];
    const maps = items.filter((item): item is JsonObject => isMap(item));
    if (maps.length !== items.length) this.refuse(key, 'has an item that is not a map');
    return maps;
  }

  #yaml(key: string): Json | undefined {
    const text = this.text(key);
    if (text.trim() === '') return undefined;
    try {
      return parseYaml(text, { dialect: 'sigs' });
    } catch (error) {
      this.refuse(key, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
