// Options of lists and watches that exclude each other, refused as apimachinery's internalversion/validation does (1.35).

import { type Cause, ApiError, badRequest, invalid } from './status.ts';

type Query = Readonly<Record<string, string>>;

const type = { group: 'meta.k8s.io', kind: 'ListOptions', plural: '' };

/** Throws 422 for options that make no sense together, 400 for a limit that is no number. */
export function checkListOptions(query: Query, watching: boolean): void {
  for (const key of ['limit', 'timeoutSeconds']) {
    const text = query[key] ?? '';
    if (text !== '' && !/^[+-]?\d+$/.test(text))
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const causes: Cause[] = [];
  const forbid = (field: string, why: string): void =>
    void causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });
  const match = query['resourceVersionMatch'] ?? '';
  if (watching) checkWatch(query, match, { causes, forbid });
  else {
    checkMatch(query, match, { causes, forbid });
    if (query['sendInitialEvents'] !== undefined)
      forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  if (causes.length > 0) throw invalid(type, '', causes);
}

interface Findings {
  readonly causes: Cause[];
  readonly forbid: (field: string, why: string) => void;
}

function unsupported(match: string, supported: readonly string[]): Cause {
  const list = supported.map((each) => `"${each}"`).join(', ');
  const message = `Unsupported value: "${match}": supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function checkMatch(query: Query, match: string, { causes, forbid }: Findings): void {
  if (match === '') return;
  const field = 'resourceVersionMatch';
  if ((query['resourceVersion'] ?? '') === '')
    forbid(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if ((query['continue'] ?? '') !== '') forbid(field, 'resourceVersionMatch is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan') causes.push(unsupported(match, ['Exact', 'NotOlderThan', '']));
  if (match === 'Exact' && query['resourceVersion'] === '0')
    forbid(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

function checkWatch(query: Query, match: string, { causes, forbid }: Findings): void {
  const field = 'resourceVersionMatch';
  const initial = query['sendInitialEvents'] !== undefined;
  if (initial && match !== 'NotOlderThan')
    forbid(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match === '') return;
  if (!initial) forbid(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match !== 'NotOlderThan') causes.push(unsupported(match, ['NotOlderThan']));
  if ((query['continue'] ?? '') !== '') forbid(field, 'resourceVersionMatch is forbidden when continue is provided');
}

/** Refuses a revision that is no number where one object or a watch is asked for. Throws 500, as upstream. */
export function checkRevision(query: Query): void {
  const text = query['resourceVersion'] ?? '';
  if (text === '' || /^\d+$/.test(text)) return;
  const value = JSON.stringify(text);
  const message = `resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: invalid syntax`;
  throw new ApiError(500, '', message);
}
