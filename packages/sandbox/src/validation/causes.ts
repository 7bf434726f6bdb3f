// Collects what is wrong with an object, worded as apimachinery's pkg/util/validation/field words it.

import { canonicalText } from '../store/canonical.ts';
import type { Cause, CauseReason } from '../api/status.ts';

/** A growing list of causes. */
export class Causes {
  readonly list: Cause[] = [];

  required(field: string, detail = ''): void {
    this.#add('FieldValueRequired', field, detail === '' ? 'Required value' : `Required value: ${detail}`);
  }

  invalid(field: string, value: unknown, detail: string): void {
    const shown = value instanceof OmittedValue ? '' : `${formatValue(value)}: `;
    this.#add('FieldValueInvalid', field, `Invalid value: ${shown}${detail}`);
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', field, `Invalid value: ${formatValue(value)}: ${detail}`);
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map((each) => `"${each}"`);
    this.#add(
      'FieldValueNotSupported',
      field,
      `Unsupported value: ${formatValue(value)}: supported values: ${list.join(', ')}`,
    );
  }

  duplicate(field: string, value: unknown): void {
    this.#add('FieldValueDuplicate', field, `Duplicate value: ${formatValue(value)}`);
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, `Forbidden: ${detail}`);
  }

  notFound(field: string, value: unknown, detail = ''): void {
    const more = detail === '' ? '' : `: ${detail}`;
    this.#add('FieldValueNotFound', field, `Not found: ${formatValue(value)}${more}`);
  }

  tooLong(field: string, maxLength: number): void {
    this.#add(
      'FieldValueTooLong',
      field,
      `Too long: may not be more than ${maxLength} ${maxLength === 1 ? 'byte' : 'bytes'}`,
    );
  }

  tooMany(field: string, actual: number, max: number): void {
    this.#add(
      'FieldValueTooMany',
      field,
      `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
    );
  }

  internal(field: string, detail: string): void {
    this.#add('InternalError', field, `Internal error: ${detail}`);
  }

  addAll(causes: readonly Cause[]): void {
    this.list.push(...causes);
  }

  #add(reason: CauseReason, field: string, message: string): void {
    this.list.push({ reason, field, message });
  }
}

/** Stands for a value that the message leaves out. */
export class OmittedValue {}

/** Text to show as it stands. */
export class RawText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value as messages show it: strings quoted, the rest as JSON. */
export function formatValue(value: unknown): string {
  if (typeof value === 'number' && (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63)) return formatFloat(value);
  if (value instanceof RawText) return value.text;
  return value === undefined ? 'null' : canonicalText(value);
}

/** A floating-point number as Go's %v prints it. */
export function formatFloat(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  if (value === 0 || (Number(power) >= -4 && Number(power) < 6)) return String(value);
  return `${digits}e${power.startsWith('-') ? '-' : '+'}${power.slice(1).padStart(2, '0')}`;
}
