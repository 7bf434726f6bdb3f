// What templates may ask of the outside world. A pure package has no clock and no randomness of its own: the caller
// injects them, and refuses what it does not want.

/** The host of an execution. Synchronous, as template functions are. */
export interface Host {
  /** Nanoseconds since 1970 UTC (`now`, `ago`, `date` of anything that is no time). */
  nowNanos(): bigint;
  /** IANA name of the local time zone, or 'UTC'. */
  readonly localZone: string;
  /** Cryptographically strong bytes. */
  randomBytes(count: number): Uint8Array;
  /** A PEM private key as sprig's genPrivateKey writes it. */
  generatePrivateKey(kind: PrivateKeyKind): string;
  /** Certificate and key, PEM. Throws GoError with sprig's wording when the request is bad. */
  createCertificate(request: CertificateRequest): CertificatePair;
  /** Checks a PEM certificate and key as sprig's buildCustomCert does; throws GoError where it refuses. */
  checkCertificate(pair: CertificatePair): void;
  /** DNS lookup; Helm answers '' unless asked to enable it. */
  lookupHost(name: string): string;
}

/** The kinds of genPrivateKey. 'rsa' has 4096 bits. */
export type PrivateKeyKind = 'rsa' | 'dsa' | 'ecdsa' | 'ed25519';

/** sprig's genCA, genSelfSignedCert and genSignedCert in one. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly ips: readonly string[];
  readonly dnsNames: readonly string[];
  readonly daysValid: number;
  readonly isCa: boolean;
  /** PEM; a new RSA 2048 key when absent. */
  readonly keyPem?: string;
  /** Signs with this pair; self-signed when absent. */
  readonly signer?: CertificatePair;
}

export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}
