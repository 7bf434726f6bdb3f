// Replays questions that k8s.io/apimachinery has answered (testdata/apimachinery.json, written by tools/oracles/apply.ts
// --record from tools/go/apply) through this package and says where the two differ.

import type { Json, JsonObject } from './json.ts';
import type { ManagedFieldsEntry } from './object.ts';
import { upgradeManagedFields } from './ownership/csa-upgrade.ts';
import { equalValues, isMap } from './ownership/values.ts';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, quantityValue } from './quantity.ts';
import { builtinSchema } from './schema/builtin.ts';
import { formatFieldSelector, matchesFields, parseFieldSelector } from './selector-fields.ts';
import {
  type LabelSelector,
  formatLabelSelector,
  labelSelectorTerms,
  matchesLabels,
  parseLabelSelector,
} from './selector.ts';
import { createThreeWayMergePatch, createTwoWayMergePatch } from './strategic-merge-diff.ts';
import { strategicMerge } from './strategic-merge.ts';

/** A question; which members it has depends on what it asks. */
export interface Question {
  readonly ask:
    | 'merge'
    | 'three-way'
    | 'two-way'
    | 'quantity'
    | 'quantities'
    | 'labels'
    | 'label-selector'
    | 'fields'
    | 'csa-upgrade';
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly original?: JsonObject;
  readonly modified?: JsonObject;
  readonly current?: JsonObject;
  readonly patch?: JsonObject;
  readonly overwrite?: boolean;
  readonly text?: string;
  readonly other?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly selector?: LabelSelector | null;
  readonly managers?: readonly string[];
  readonly manager?: string;
}

export interface Answer {
  readonly value?: Json;
  readonly error?: string;
}

export interface AnsweredQuestion {
  readonly question: Question;
  readonly answer: Answer;
}

/** Compares our answers with the recorded ones. */
export function checkAnswers(answered: readonly AnsweredQuestion[]): { checked: number; failed: readonly string[] } {
  const failed: string[] = [];
  for (const { question, answer } of answered) {
    const own = reply(question);
    if (sameAnswer(question, own, answer)) continue;
    failed.push(`${JSON.stringify(question)}\n  here:   ${JSON.stringify(own)}\n  there:  ${JSON.stringify(answer)}`);
  }
  return { checked: answered.length, failed };
}

function sameAnswer({ ask }: Question, own: Answer, other: Answer): boolean {
  if ((own.error === undefined) !== (other.error === undefined)) return false;
  if (other.error === undefined) {
    const same = equalValues(own.value ?? null, other.value ?? null);
    return same || (ask === 'quantity' && sameButForValue(own.value, other.value));
  }
  // Patches are made here by published schemas, there by Go types: they refuse the same, in other words.
  return ask === 'three-way' || ask === 'two-way' || own.error === other.error;
}

// Upstream's Value() overflows past 64 bits and rounds tiny negative numbers up to 1; ours stays exact (DEVIATIONS.md).
function sameButForValue(own: Json | undefined, other: Json | undefined): boolean {
  if (!isMap(own) || !isMap(other)) return false;
  const text = own['value'];
  const value = BigInt(typeof text === 'string' ? text : 0);
  const isOdd = BigInt.asIntN(64, value) !== value || value < 0n;
  return isOdd && equalValues({ ...own, value: null }, { ...other, value: null });
}

function reply(question: Question): Answer {
  const { text = '', other = '', labels = {} } = question;
  switch (question.ask) {
    case 'merge':
    case 'three-way':
    case 'two-way':
      return replyPatch(question);
    case 'quantity': {
      const parsed = parseQuantity(text);
      if (!parsed.ok) return { error: parsed.error };
      const { format } = parsed.value;
      const canonical = formatQuantity({ ...parsed.value, text: undefined });
      const value = quantityValue(parsed.value).toString();
      return { value: { kept: formatQuantity(parsed.value), canonical, format, value } };
    }
    case 'quantities': {
      const [left, right] = [parseQuantity(text), parseQuantity(other)];
      if (!left.ok) return { error: left.error };
      if (!right.ok) return { error: right.error };
      const sum = formatQuantity(addQuantities(left.value, right.value));
      return { value: { order: compareQuantities(left.value, right.value), sum } };
    }
    case 'labels': {
      const terms = parseLabelSelector(text);
      if (!terms.ok) return { error: terms.error };
      return { value: { text: formatLabelSelector(terms.value), matches: matchesLabels(terms.value, labels) } };
    }
    case 'label-selector': {
      const terms = labelSelectorTerms(question.selector);
      if (!terms.ok) return { error: terms.error };
      return { value: { text: formatLabelSelector(terms.value ?? []), matches: matchesLabels(terms.value, labels) } };
    }
    case 'fields': {
      const terms = parseFieldSelector(text);
      if (!terms.ok) return { error: terms.error };
      return { value: { text: formatFieldSelector(terms.value), matches: matchesFields(terms.value, labels) } };
    }
    case 'csa-upgrade': {
      const metadata = (question.original ?? {})['metadata'] as JsonObject;
      const entries = metadata['managedFields'] as unknown as readonly ManagedFieldsEntry[];
      const options = { csaManagers: question.managers ?? [], ssaManager: question.manager ?? '' };
      const upgraded = upgradeManagedFields(entries, options);
      return upgraded.ok ? { value: upgraded.value as unknown as Json } : { error: upgraded.error };
    }
  }
}

function replyPatch(question: Question): Answer {
  const { group = '', version = '', kind = '', original = {}, modified = {}, current = {}, patch = {} } = question;
  const schema = builtinSchema({ group, version, kind });
  let result;
  if (question.ask === 'merge') result = strategicMerge(original, patch, schema);
  else if (question.ask === 'two-way') result = createTwoWayMergePatch(original, modified, schema);
  else {
    const overwrite = question.overwrite ?? false;
    result = createThreeWayMergePatch({ original, modified, current, schema, overwrite });
  }
  return result.ok ? { value: result.value } : { error: result.error.message };
}
