// Which styles a scalar may be written in: yaml_emitter_analyze_scalar of go.yaml.in/yaml v2.4.4 and v3.0.5.

import { isBreak } from './chars.ts';
import type { YamlDialect } from './scan-state.ts';

export interface ScalarAnalysis {
  multiline: boolean;
  flowPlainAllowed: boolean;
  blockPlainAllowed: boolean;
  singleQuotedAllowed: boolean;
  blockAllowed: boolean;
}

/** Result for an ordinary word, which most scalars are. */
const ORDINARY: ScalarAnalysis = {
  multiline: false,
  flowPlainAllowed: true,
  blockPlainAllowed: true,
  singleQuotedAllowed: true,
  blockAllowed: true,
};

const EMPTY: ScalarAnalysis = { ...ORDINARY, flowPlainAllowed: false, blockAllowed: false };

interface Findings {
  blockIndicators: boolean;
  flowIndicators: boolean;
  lineBreaks: boolean;
  special: boolean;
  tabs: boolean;
  breakSpace: boolean;
  spaceBreak: boolean;
}

/** Looks at every character once. */
export function analyzeScalar(value: string, dialect: YamlDialect): ScalarAnalysis {
  if (value === '') return EMPTY;
  if (isOrdinary(value)) return ORDINARY;
  const found = inspect(value, dialect);
  const analysis = { ...ORDINARY, multiline: found.lineBreaks };
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  if (first === 0x20 || isBreak(first) || last === 0x20 || isBreak(last) || found.lineBreaks) {
    analysis.flowPlainAllowed = false;
    analysis.blockPlainAllowed = false;
  }
  if (last === 0x20 || found.spaceBreak || found.special) analysis.blockAllowed = false;
  if (found.breakSpace || found.spaceBreak || found.tabs || found.special) {
    analysis.flowPlainAllowed = false;
    analysis.blockPlainAllowed = false;
    analysis.singleQuotedAllowed = false;
  }
  if (found.flowIndicators) analysis.flowPlainAllowed = false;
  if (found.blockIndicators) analysis.blockPlainAllowed = false;
  return analysis;
}

/** Letters, digits and the marks that mean nothing to YAML, not starting with a dash, dot or other oddity. */
function isOrdinary(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if ((c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x2f && c <= 0x39) || c === 0x5f) continue;
    if (i > 0 && (c === 0x2d || c === 0x2e)) continue;
    return false;
  }
  return true;
}

function inspect(value: string, dialect: YamlDialect): Findings {
  const marker = value.startsWith('---') || value.startsWith('...');
  const found: Findings = {
    blockIndicators: marker,
    flowIndicators: marker,
    lineBreaks: false,
    special: false,
    tabs: false,
    breakSpace: false,
    spaceBreak: false,
  };
  let previousSpace = false;
  let previousBreak = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    inspectIndicator(value, i, found);
    if (c === 0x09 && dialect === 'v3') found.tabs = true;
    else if (!isPrintable(c)) found.special = true;
    if (c === 0x20) {
      if (previousBreak) found.breakSpace = true;
      previousSpace = true;
      previousBreak = false;
    } else if (isBreak(c)) {
      found.lineBreaks = true;
      if (previousSpace) found.spaceBreak = true;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
  }
  return found;
}

function inspectIndicator(value: string, i: number, found: Findings): void {
  const c = value.charCodeAt(i);
  switch (c) {
    case 0x2c: // ,
    case 0x5b: // [
    case 0x5d: // ]
    case 0x7b: // {
    case 0x7d: // }
      found.flowIndicators = true;
      if (i === 0) found.blockIndicators = true;
      return;
    case 0x3f: // ?
      found.flowIndicators = true;
      if (i === 0 && isFollowedByBlank(value, i)) found.blockIndicators = true;
      return;
    case 0x3a: // :
      found.flowIndicators = true;
      if (isFollowedByBlank(value, i)) found.blockIndicators = true;
      return;
    case 0x23: // #
      if (i > 0 && !isBlankBreakOrNul(value.charCodeAt(i - 1))) return;
      break;
    case 0x2d: // -
      if (i > 0 || !isFollowedByBlank(value, i)) return;
      break;
    case 0x26: // &
    case 0x2a: // *
    case 0x21: // !
    case 0x7c: // |
    case 0x3e: // >
    case 0x27: // '
    case 0x22: // "
    case 0x25: // %
    case 0x40: // @
    case 0x60: // `
      if (i > 0) return;
      break;
    default:
      return;
  }
  found.flowIndicators = true;
  found.blockIndicators = true;
}

function isFollowedByBlank(value: string, i: number): boolean {
  if (i + 1 >= value.length) return true;
  const next = value.charCodeAt(i + 1);
  return next === 0x20 || next === 0x09;
}

function isBlankBreakOrNul(c: number): boolean {
  return c === 0x20 || c === 0x09 || c === 0 || isBreak(c);
}

/** go-yaml takes nothing beyond the basic plane for printable, so both halves of a pair are not. */
export function isPrintable(c: number): boolean {
  if (c <= 0x7e) return c >= 0x20 || c === 0x0a;
  return c >= 0xa0 && (c < 0xd800 || (c >= 0xe000 && c <= 0xfffd && c !== 0xfeff));
}
