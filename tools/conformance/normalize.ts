// Takes out of answers what differs from run to run: ids, revisions, times, addresses that are handed out.

const replaced: Readonly<Record<string, string>> = {
  uid: '<uid>',
  resourceVersion: '<rv>',
  creationTimestamp: '<time>',
  deletionTimestamp: '<time>',
  time: '<time>',
  lastTransitionTime: '<time>',
  lastUpdateTime: '<time>',
  clusterIP: '<ip>',
  nodePort: '<port>',
  continue: '<token>',
};

/** The answer without what may differ. */
export function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value === 'string') return normalizeText(value);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === 'managedFields' && Array.isArray(member)) result[key] = sortedOwners(member);
    else if (key === 'columnDefinitions' && Array.isArray(member))
      result[key] = member.map((each) => normalize({ ...(each as object), description: '' }));
    else if (key === 'id_token_signing_alg_values_supported') result[key] = '<algorithm>';
    else if (key === 'serverAddress' || key === 'jwks_uri') result[key] = '<address>';
    else if (key === 'clusterIPs' && Array.isArray(member))
      result[key] = member.map((each) => (each === 'None' ? each : '<ip>'));
    else if (
      replaced[key] !== undefined &&
      (typeof member === 'string' || typeof member === 'number') &&
      member !== '' &&
      member !== 'None'
    )
      result[key] = replaced[key];
    else result[normalizeText(key)] = normalize(member);
  }
  return result;
}

function sortedOwners(entries: readonly unknown[]): readonly unknown[] {
  const key = (entry: unknown): string => JSON.stringify(entry);
  return entries.map(normalize).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function normalizeText(text: string): string {
  return (
    text
      // Several LimitRanges are asked in the order of a map of Go's.
      .replace(
        /is forbidden: \[(.* usage per .*)\]$/,
        (_, list: string) => `is forbidden: ${list.split(', ').sort().join(', ')}`,
      )
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replaceAll(/resourceVersion: "\d+"/g, 'resourceVersion: <rv>')
      .replace(/^\d+s$/, '<age>')
      // What Go prints of its structs and of differences between them is Go's; see DEVIATIONS.md.
      .replaceAll(/\n@@[\s\S]*?(?=, [\w.[\]]+: (?:Forbidden|Invalid|Required)|\]?$)/g, '')
      .replaceAll(/Invalid value: \{.*?\}: field is immutable/g, 'Invalid value: <struct>: field is immutable')
      .replaceAll(/Invalid value: "\{.*\}": /g, 'Invalid value: <object>: ')
      .replaceAll(/Invalid value: "10\.96\.\d+\.\d+"/g, 'Invalid value: "<ip>"')
      .replaceAll(/Bad_\w{5}/g, 'Bad_<suffix>')
      .replaceAll(/current: \d+/g, 'current: <rv>')
      .replaceAll(/gen-\w{5}/g, 'gen-<suffix>')
      .replaceAll(/in record \(\d+\)/g, 'in record (<rv>)')
      .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
      .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-<id>')
  );
}

/** Paths at which two values differ, at most `limit`. */
export function differences(a: unknown, b: unknown, path = '', limit = 12): readonly string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  ) {
    return [`${path || '.'}: real ${shorten(a)} sandbox ${shorten(b)}`];
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(left[key], right[key], `${path}.${key}`, limit)).slice(0, limit);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
