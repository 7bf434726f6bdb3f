// Which label keys and values Kubernetes takes, and its words for those it does not
// (k8s.io/apimachinery:pkg/api/validate/content/{kube,dns,errors}.go, 1.35).

/** What is wrong with a label key (or any qualified name); empty where nothing is. */
export function labelKeyErrors(key: string): readonly string[] {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) {
    const pattern = regexError(nameMessage, namePattern, ['MyName', 'my.name', '123-abc']);
    return [`a valid label key ${pattern} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  const name = second ?? first;
  if (second !== undefined) {
    if (first === '') errors.push('prefix part must be non-empty');
    else errors.push(...subdomainErrors(first).map((message) => `prefix part ${message}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (byteLength(name) > 63) errors.push('name part must be no more than 63 bytes');
  if (!nameRegExp.test(name)) {
    errors.push(`name part ${regexError(nameMessage, namePattern, ['MyName', 'my.name', '123-abc'])}`);
  }
  return errors;
}

/** What is wrong with a label value; empty where nothing is. */
export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push('must be no more than 63 bytes');
  if (!valueRegExp.test(value)) {
    errors.push(regexError(valueMessage, `(${namePattern})?`, ['MyValue', 'my_value', '12345']));
  }
  return errors;
}

/** What is wrong with a DNS subdomain (names of most objects); empty where nothing is. */
export function subdomainErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (byteLength(value) > 253) errors.push('must be no more than 253 bytes');
  if (!subdomainRegExp.test(value)) errors.push(regexError(subdomainMessage, subdomainPattern, ['example.com']));
  return errors;
}

const namePattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const nameMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const valueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
  'and must start and end with an alphanumeric character';
const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  'and must start and end with an alphanumeric character';

const nameRegExp = new RegExp(`^${namePattern}$`);
const valueRegExp = new RegExp(`^(${namePattern})?$`);
const subdomainRegExp = new RegExp(`^${subdomainPattern}$`);

function regexError(message: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (e.g. ${shown}, regex used for validation is '${pattern}')`;
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
