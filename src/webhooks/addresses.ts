import { lookup as lookUpName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Where events may go: an endpoint of a client must not reach into the operator's own network. */

/** What IANA's registries of special-purpose addresses call not globally reachable or not an endpoint, and inner doors of clouds. */
const inner = new BlockList()
const loopback = new BlockList()
const v4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  // Azure's machines ask their host here.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const
const v6 = [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 63],
  // Protocols of the IETF's own, with Teredo and ORCHID.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const
for (const [net, bits] of v4) inner.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of v6) inner.addSubnet(net, bits, 'ipv6')
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export type Reach = {
  /** The sandbox's receivers run on the same machine. */
  readonly allowLoopback: boolean
  readonly allowPrivate: boolean
}

export const mayReach = (address: string, { allowLoopback, allowPrivate }: Reach): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (loopback.check(address, family)) return allowLoopback || allowPrivate
  // An IPv4 address in IPv6 clothes is checked as what it is.
  return allowPrivate || !inner.check(address, family)
}

/** Every address that a name leads to is looked at when the connection is made, so a name cannot change its mind in between. */
export const guardedLookup =
  (reach: Reach): LookupFunction =>
  (hostname, options, callback) => {
    lookUpName(hostname, { ...options, all: true }, (failure, found) => {
      const addresses = failure ? [] : found
      const [first] = addresses
      if (failure || !first) return callback(failure ?? new Error('no address'), '', 4)
      if (!addresses.every(({ address }) => mayReach(address, reach)))
        return callback(new Error('refused address'), '', 4)
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

/** What is wrong with an endpoint, in words; undefined: nothing. */
export const endpointProblem = (text: string, reach: Reach): string | undefined => {
  if (!URL.canParse(text)) return 'must be an https address'
  const { protocol, hostname, username, password } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isLocalName = /(^|\.)localhost\.?$/.test(host)
  const isLoopback =
    isLocalName ||
    (isIP(host) > 0 &&
      !mayReach(host, { allowLoopback: false, allowPrivate: false }) &&
      mayReach(host, { allowLoopback: true, allowPrivate: false }))
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback && reach.allowLoopback)) {
    return 'must begin with https://'
  }
  if (username || password) return 'must not carry a user name or password'
  const isRefused = isLocalName ? !reach.allowLoopback && !reach.allowPrivate : isIP(host) > 0 && !mayReach(host, reach)
  if (isRefused) return 'must not be a private address'
  return undefined
}
