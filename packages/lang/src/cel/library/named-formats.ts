// format (k8s.io/apiserver v0.35:pkg/cel/library/format.go): names and texts checked as Kubernetes checks them.

import { type Overload, overload } from '../overload.ts';
import { parseTimestamp } from '../time.ts';
import { type CelType, structType } from '../types.ts';
import { ArrayList, OpaqueValue, OptionalValue, type Value } from '../values.ts';
import { parseRequestUri } from './url.ts';

export const formatType: CelType = structType('kubernetes.NamedFormat');

type Check = (text: string) => readonly string[];

class FormatValue extends OpaqueValue {
  override readonly type: CelType = formatType;
  readonly name: string;
  readonly check: Check;
  constructor(name: string, check: Check) {
    super();
    this.name = name;
    this.check = check;
  }
  override equals(other: Value): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

interface Pattern {
  readonly words: string;
  readonly regex: string;
  readonly examples: readonly string[];
}

function regexProblem({ words, regex, examples }: Pattern): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${words} (e.g. ${shown}regex used for validation is '${regex}')`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function limited(max: number, unit: 'characters' | 'bytes', pattern: Pattern): Check {
  const regex = new RegExp(`^(?:${pattern.regex})$`);
  return (text) => [
    ...(bytesOf(text) > max ? [`must be no more than ${max} ${unit}`] : []),
    ...(regex.test(text) ? [] : [regexProblem(pattern)]),
  ];
}

const labelRegex = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainRegex = `${labelRegex}(\\.${labelRegex})*`;
const keyRegex = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const subdomain = limited(253, 'characters', {
  words:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  regex: subdomainRegex,
  examples: ['example.com'],
});

const strictLabel = limited(63, 'characters', {
  words:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  regex: labelRegex,
  examples: ['my-name', '123-abc'],
});

const isSubdomain = new RegExp(`^${subdomainRegex}$`);

const label: Check = (text) =>
  strictLabel(text).map((problem) =>
    problem.startsWith('a lowercase') && isSubdomain.test(text) ? 'must not contain dots' : problem,
  );

const dns1035 = limited(63, 'characters', {
  words:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  regex: '[a-z]([-a-z0-9]*[a-z0-9])?',
  examples: ['my-name', 'abc-123'],
});

const keyPattern: Pattern = {
  words:
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  regex: keyRegex,
  examples: ['MyName', 'my.name', '123-abc'],
};

const qualifiedName: Check = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${regexProblem(keyPattern)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const [prefix, name] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : [undefined, text];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) problems.push(...subdomain(prefix).map((problem) => `prefix part ${problem}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (bytesOf(name) > 63) problems.push('name part must be no more than 63 bytes');
  if (!new RegExp(`^${keyRegex}$`).test(name)) problems.push(`name part ${regexProblem(keyPattern)}`);
  return problems;
};

const labelValue = limited(63, 'bytes', {
  words:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  regex: `(${keyRegex})?`,
  examples: ['MyValue', 'my_value', '12345'],
});

// Names that get a suffix may end with a dash.
function prefixed(check: Check): Check {
  return (text) => check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function wording(test: (text: string) => boolean, problem: string): Check {
  return (text) => (test(text) ? [] : [problem]);
}

const checks: ReadonlyMap<string, readonly [string, Check]> = new Map<string, readonly [string, Check]>([
  ['dns1123Label', ['DNS1123Label', label]],
  ['dns1123Subdomain', ['DNS1123Subdomain', subdomain]],
  ['dns1035Label', ['DNS1035Label', dns1035]],
  ['qualifiedName', ['QualifiedName', qualifiedName]],
  ['dns1123LabelPrefix', ['DNS1123LabelPrefix', prefixed(label)]],
  ['dns1123SubdomainPrefix', ['DNS1123SubdomainPrefix', prefixed(subdomain)]],
  ['dns1035LabelPrefix', ['DNS1035LabelPrefix', prefixed(dns1035)]],
  ['labelValue', ['LabelValue', labelValue]],
  [
    'uri',
    [
      'URI',
      (text) => {
        const url = parseRequestUri(text);
        return typeof url === 'string' ? [url] : [];
      },
    ],
  ],
  [
    'uuid',
    [
      'uuid',
      wording(
        (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
        'does not match the UUID format',
      ),
    ],
  ],
  ['byte', ['byte', wording(isBase64, 'invalid base64')]],
  ['date', ['date', wording(isDate, 'invalid date')]],
  ['datetime', ['datetime', wording(isDateTime, 'invalid datetime')]],
]);

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && text !== '';
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && attempt(`${text}T00:00:00Z`);
}

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && attempt(text.toUpperCase());
}

function attempt(text: string): boolean {
  try {
    return parseTimestamp(text) !== undefined;
  } catch {
    return false;
  }
}

const formats: ReadonlyMap<string, FormatValue> = new Map(
  [...checks].map(([key, [name, check]]) => [key, new FormatValue(name, check)] as const),
);

export const formatFunctions: readonly Overload[] = [
  ...[...formats].map(([key, format]) =>
    overload(`format.${key}`, `format.${key}() kubernetes.NamedFormat`, () => format),
  ),
  overload('format-named', 'format.named(string) optional_type(kubernetes.NamedFormat)', (name) => {
    const format = formats.get(name as string);
    return format === undefined ? OptionalValue.none : new OptionalValue(format);
  }),
  overload(
    'format-validate',
    'kubernetes.NamedFormat .validate(string) optional_type(list(string))',
    (format, text) => {
      const problems = (format as FormatValue).check(text as string);
      return problems.length === 0 ? OptionalValue.none : new OptionalValue(new ArrayList(problems));
    },
  ),
];
