// What Secrets hold of keys and certificates.

/** Whether a text holds a PEM block of this kind ("CERTIFICATE", or "PRIVATE KEY" of any algorithm). */
export function isPem(text: string, what: 'CERTIFICATE' | 'PRIVATE KEY'): boolean {
  return new RegExp(`-----BEGIN [A-Z0-9 ]*${what}-----`).test(text);
}
