// ip and cidr (k8s.io/apiserver v0.35:pkg/cel/library/ip.go, cidr.go).

import { type Implementation, type Overload, overload } from '../overload.ts';
import { type CelType, opaqueType } from '../types.ts';
import { CelError, OpaqueValue, type Value, noSuchOverload } from '../values.ts';
import {
  type IpAddress,
  type IpPrefix,
  addressText,
  isMapped,
  maskedAddress,
  parseAddress,
  parsePrefix,
  prefixContains,
  sameAddress,
} from './address.ts';

export const ipType: CelType = opaqueType('net.IP');
export const cidrType: CelType = opaqueType('net.CIDR');

class IpValue extends OpaqueValue {
  override readonly type: CelType = ipType;
  readonly address: IpAddress;
  constructor(address: IpAddress) {
    super();
    this.address = address;
  }
  override equals(other: Value): boolean {
    if (!(other instanceof IpValue)) throw noSuchOverload();
    return sameAddress(this.address, other.address);
  }
  override get costSize(): number {
    return this.address.bytes.length;
  }
}

class CidrValue extends OpaqueValue {
  override readonly type: CelType = cidrType;
  readonly prefix: IpPrefix;
  constructor(prefix: IpPrefix) {
    super();
    this.prefix = prefix;
  }
  override equals(other: Value): boolean {
    if (!(other instanceof CidrValue)) throw noSuchOverload();
    return this.prefix.bits === other.prefix.bits && sameAddress(this.prefix.address, other.prefix.address);
  }
  override get costSize(): number {
    return Math.ceil(this.prefix.bits / 8);
  }
}

function readIp(text: string): IpAddress | string {
  const address = parseAddress(text);
  const shown = JSON.stringify(text);
  if (typeof address === 'string') return `IP Address ${shown} parse error during conversion from string: ${address}`;
  if (address.zone !== '') return `IP address ${shown} with zone value is not allowed`;
  return isMapped(address) ? `IPv4-mapped IPv6 address ${shown} is not allowed` : address;
}

function readCidr(text: string): IpPrefix | string {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') return `network address parse error during conversion from string: ${prefix}`;
  return isMapped(prefix.address) ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed` : prefix;
}

function toIp(text: Value | undefined): IpAddress {
  const address = readIp(text as string);
  if (typeof address === 'string') throw new CelError(address);
  return address;
}

// What is no address is no argument of containsIP.
function memberIp(text: Value | undefined): IpAddress {
  const address = readIp(text as string);
  if (typeof address === 'string') throw noSuchOverload();
  return address;
}

function toCidr(text: Value | undefined): IpPrefix {
  const prefix = readCidr(text as string);
  if (typeof prefix === 'string')
    throw new CelError(`network address parse error during conversion from string: ${prefix}`);
  return prefix;
}

const ofIp =
  (test: (bytes: Uint8Array, four: boolean) => boolean): Implementation =>
  (ip) => {
    const { bytes } = (ip as IpValue).address;
    return test(bytes, bytes.length === 4);
  };

const isUnspecified = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
const isLoopback = (bytes: Uint8Array, four: boolean): boolean =>
  four ? bytes[0] === 127 : bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
const isMulticast = (bytes: Uint8Array, four: boolean): boolean =>
  four ? ((bytes[0] ?? 0) & 0xf0) === 0xe0 : bytes[0] === 0xff;
const isLinkLocalMulticast = (bytes: Uint8Array, four: boolean): boolean =>
  four ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0 : bytes[0] === 0xff && ((bytes[1] ?? 0) & 0x0f) === 2;
const isLinkLocalUnicast = (bytes: Uint8Array, four: boolean): boolean =>
  four ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
const isGlobalUnicast = (bytes: Uint8Array, four: boolean): boolean =>
  !isUnspecified(bytes) &&
  !(four && bytes.every((byte) => byte === 255)) &&
  !isLoopback(bytes, four) &&
  !isMulticast(bytes, four) &&
  !isLinkLocalUnicast(bytes, four);

function containsPrefix(outer: IpPrefix, inner: IpPrefix): boolean {
  return (
    outer.address.bytes.length === inner.address.bytes.length &&
    outer.bits <= inner.bits &&
    prefixContains(outer, inner.address)
  );
}

export const networkFunctions: readonly Overload[] = [
  overload('string_to_ip', 'ip(string) net.IP', (text) => new IpValue(toIp(text))),
  overload('cidr_ip', 'net.CIDR .ip() net.IP', (cidr) => new IpValue((cidr as CidrValue).prefix.address)),
  overload('ip_family', 'net.IP .family() int', (ip) => ((ip as IpValue).address.bytes.length === 4 ? 4n : 6n)),
  overload('ip_is_canonical', 'ip.isCanonical(string) bool', (text) => addressText(toIp(text)) === text),
  overload('ip_is_unspecified', 'net.IP .isUnspecified() bool', ofIp(isUnspecified)),
  overload('ip_is_loopback', 'net.IP .isLoopback() bool', ofIp(isLoopback)),
  overload('ip_is_link_local_multicast', 'net.IP .isLinkLocalMulticast() bool', ofIp(isLinkLocalMulticast)),
  overload('ip_is_link_local_unicast', 'net.IP .isLinkLocalUnicast() bool', ofIp(isLinkLocalUnicast)),
  overload('ip_is_global_unicast', 'net.IP .isGlobalUnicast() bool', ofIp(isGlobalUnicast)),
  overload('is_ip', 'isIP(string) bool', (text) => typeof readIp(text as string) !== 'string'),
  overload('ip_to_string', 'string(net.IP) string', (ip) => addressText((ip as IpValue).address)),
  overload('string_to_cidr', 'cidr(string) net.CIDR', (text) => new CidrValue(toCidr(text))),
  overload('cidr_contains_ip_string', 'net.CIDR .containsIP(string) bool', (cidr, text) =>
    prefixContains((cidr as CidrValue).prefix, memberIp(text)),
  ),
  overload('cidr_contains_ip_ip', 'net.CIDR .containsIP(net.IP) bool', (cidr, ip) =>
    prefixContains((cidr as CidrValue).prefix, (ip as IpValue).address),
  ),
  overload('cidr_contains_cidr_string', 'net.CIDR .containsCIDR(string) bool', (cidr, text) =>
    containsPrefix((cidr as CidrValue).prefix, toCidr(text)),
  ),
  overload('cidr_contains_cidr', 'net.CIDR .containsCIDR(net.CIDR) bool', (cidr, other) =>
    containsPrefix((cidr as CidrValue).prefix, (other as CidrValue).prefix),
  ),
  overload('cidr_prefix_length', 'net.CIDR .prefixLength() int', (cidr) => BigInt((cidr as CidrValue).prefix.bits)),
  overload('cidr_masked', 'net.CIDR .masked() net.CIDR', (cidr) => {
    const { address, bits } = (cidr as CidrValue).prefix;
    return new CidrValue({ address: maskedAddress(address, bits), bits });
  }),
  overload('is_cidr', 'isCIDR(string) bool', (text) => typeof readCidr(text as string) !== 'string'),
  overload('cidr_to_string', 'string(net.CIDR) string', (cidr) => {
    const { address, bits } = (cidr as CidrValue).prefix;
    return `${addressText(address)}/${bits}`;
  }),
];
