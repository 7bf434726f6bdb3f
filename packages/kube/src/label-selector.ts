// Label selectors as text, evaluated here: an informer that watches a selection must know whether what was just written
// belongs to it (kubernetes:apimachinery/pkg/labels/selector.go, v1.35).

type Labels = Readonly<Record<string, string>>;

/** The selector as a predicate, or undefined where the text is none; the server then refuses it with its own words. */
export function labelSelectorPredicate(text: string): ((labels: Labels | undefined) => boolean) | undefined {
  const requirements = splitRequirements(text).map(parseRequirement);
  if (requirements.some((requirement) => requirement === undefined)) return undefined;
  return (labels) => requirements.every((requirement) => requirement?.(labels ?? {}) === true);
}

/** Splits at commas outside parentheses. */
function splitRequirements(text: string): readonly string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const KEY = /^[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?$/;

function parseRequirement(text: string): ((labels: Labels) => boolean) | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    if (!KEY.test(key)) return undefined;
    return operator === 'in'
      ? (labels) => has(labels, key) && values.has(labels[key] ?? '')
      : (labels) => !(has(labels, key) && values.has(labels[key] ?? ''));
  }
  const compared = /^([^\s!=<>]+)\s*(==|=|!=|<|>)\s*([^\s!=<>()]*)$/.exec(text);
  if (compared) {
    const [, key = '', operator = '', value = ''] = compared;
    return KEY.test(key) ? comparison(key, operator, value) : undefined;
  }
  if (text.startsWith('!')) {
    const key = text.slice(1).trim();
    return KEY.test(key) ? (labels) => !has(labels, key) : undefined;
  }
  return KEY.test(text) ? (labels) => has(labels, text) : undefined;
}

function comparison(key: string, operator: string, value: string): ((labels: Labels) => boolean) | undefined {
  if (operator === '!=') return (labels) => !has(labels, key) || labels[key] !== value;
  if (operator === '=' || operator === '==') return (labels) => has(labels, key) && labels[key] === value;
  if (!/^-?\d+$/.test(value)) return undefined;
  const bound = BigInt(value);
  return (labels) => {
    const own = labels[key] ?? '';
    if (!/^-?\d+$/.test(own)) return false;
    return operator === '>' ? BigInt(own) > bound : BigInt(own) < bound;
  };
}

function has(labels: Labels, key: string): boolean {
  return Object.hasOwn(labels, key);
}
