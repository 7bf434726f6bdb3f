// Character classes of the YAML scanner. Ends of text are NULs: see reader.ts.

export function isBreak(c: number): boolean {
  return c === 0x0a || c === 0x0d || c === 0x85 || c === 0x2028 || c === 0x2029;
}

export function isBreakOrEnd(c: number): boolean {
  return c > 0x0d ? c === 0x85 || c === 0x2028 || c === 0x2029 : c === 0x0a || c === 0x0d || c === 0;
}

export function isBlankOrBreakOrEnd(c: number): boolean {
  return c === 0x20 || c === 0x09 || isBreakOrEnd(c);
}

/** "---" or "..." followed by white space, a break or the end. The caller knows that this is column 0. */
export function isDocumentIndicator(text: string, pos: number): boolean {
  const c = text.charCodeAt(pos);
  return (
    (c === 0x2d || c === 0x2e) &&
    text.charCodeAt(pos + 1) === c &&
    text.charCodeAt(pos + 2) === c &&
    isBlankOrBreakOrEnd(text.charCodeAt(pos + 3))
  );
}

/** Whether an unquoted scalar may start with `c` before `next`. Indicators that need a check come here only when it failed. */
export function canStartPlain(c: number, next: number): boolean {
  switch (c) {
    case 0x2d:
      return next !== 0x20 && next !== 0x09;
    case 0x3f:
    case 0x3a:
      return true;
    case 0x2c:
    case 0x5b:
    case 0x5d:
    case 0x7b:
    case 0x7d:
    case 0x23:
    case 0x26:
    case 0x2a:
    case 0x21:
    case 0x7c:
    case 0x3e:
    case 0x27:
    case 0x22:
    case 0x25:
    case 0x40:
    case 0x60:
      return false;
    default:
      return !isBlankOrBreakOrEnd(c);
  }
}
