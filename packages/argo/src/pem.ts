// What Secrets hold of keys and certificates.

/** A certificate, or a private key of any algorithm. */
export type PemKind = 'CERTIFICATE' | 'PRIVATE KEY';

/** Whether a text holds a PEM block of this kind. */
export function isPem(text: string, what: PemKind): boolean {
  return new RegExp(`-----BEGIN [A-Z0-9 ]*${what}-----`).test(text);
}
