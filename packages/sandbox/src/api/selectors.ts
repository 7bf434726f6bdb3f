// Label and field selectors of requests, and label selectors in objects, as apimachinery's pkg/labels and pkg/fields read them.

import type { KubeObject } from '@evenkeel/resource';
import { type Requirement, parseRequirements } from './label-parser.ts';
import { badRequest } from './status.ts';

/** True where an object's labels match. */
export type LabelMatch = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/** True where an object's fields match. */
export type FieldMatch = (object: KubeObject) => boolean;

/** A LabelSelector as objects carry it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Reads "a=b,c!=d,e in (f,g),!h". Throws 400 where it cannot be read. `undefined` for an empty selector. */
export function parseLabelSelector(text: string | undefined): LabelMatch | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const requirements = parseRequirements(text);
  return (labels) => requirements.every((requirement) => meets(requirement, labels));
}

/** A selector in an object: an empty one matches everything, an absent one nothing. */
export function labelSelectorMatch(selector: LabelSelector | undefined): LabelMatch {
  if (selector === undefined) return () => false;
  const labels = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  return (candidate) =>
    labels.every(([key, value]) => candidate?.[key] === value) &&
    expressions.every((each) =>
      meets(
        { key: each.key, operator: each.operator as Requirement['operator'], values: each.values ?? [] },
        candidate,
      ),
    );
}

/** A selector in an object, as `kubectl` and the scale subresource print it. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const parts = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`;
    if (operator === 'In') parts.push({ key, text: `${key} in ${list}` });
    else if (operator === 'NotIn') parts.push({ key, text: `${key} notin ${list}` });
    else if (operator === 'Exists') parts.push({ key, text: key });
    else parts.push({ key, text: `!${key}` });
  }
  return parts
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map((part) => part.text)
    .join(',');
}

/** Reads "metadata.name=x,status.phase!=Running". `valueOf` answers undefined for a field that cannot be selected by. */
export function parseFieldSelector(
  text: string | undefined,
  valueOf: (field: string) => ((object: KubeObject) => string) | undefined,
  refusal: (field: string) => string = (field) => `field label not supported: ${field}`,
): FieldMatch | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const terms = text.split(',').flatMap((part) => {
    if (part === '') return [];
    const match = /^([^=!]*)(!=|==|=)(.*)$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, value = ''] = match;
    const read = valueOf(field);
    if (read === undefined) throw badRequest(refusal(field));
    return [{ read, negated: operator === '!=', value }];
  });
  return (object) => terms.every((term) => (term.read(object) === term.value) !== term.negated);
}

/** The exact name a field selector asks for, where it does: lets a list or watch read one object only. */
export function exactName(text: string | undefined): string | undefined {
  const match = /(?:^|,)metadata\.name==?([^,]*)/.exec(text ?? '');
  return match?.[1];
}

function meets(requirement: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const value = labels?.[requirement.key];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(requirement.values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(requirement.values[0]);
  }
}
