import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { findUrlFault, isBlocked, NOT_GLOBAL, NOT_LOOPBACK } from './addresses.ts'
import { readAllowedNets } from './allowed-nets.ts'
import { delayAfter, GIVES_UP_AFTER_MS, judge, readRetryAfter, verdictOn } from './attempts.ts'
import { showSecret, signMessage } from './signatures.ts'

const RULES = { allowsLoopback: false, ownHosts: ['partners.example'] }
const DEMO = { allowsLoopback: true, ownHosts: ['localhost:3000'] }

/** Ways to write addresses that lead inside, each of which a server was once tricked with. */
const INSIDE = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://0/',
  'https://10.0.0.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://2852039166/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:a00:1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::10.0.0.1]/',
  'https://[64:ff9b::a00:1]/',
  'https://[2002:a00:1::]/',
  'https://[2001:0:a00:1::]/',
  'https://[fc00::1]/',
  'https://[fe80::1]/',
  'https://[ff02::1]/',
  'https://localhost/',
  'https://localhost./',
  'https://a.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://intranet/',
]

/** The same in letters that a parser folds, in one that it decodes, and by other ways to IPv4. */
const INSIDE_BY_OTHER_LETTERS = [
  'https://①⑥⑨.254.169.254/',
  'https://127。0。0。1/',
  'https://１２７.0.0.1/',
  'https://%31%32%37.0.0.1/',
  'https://127.0.0.1./',
  'https://0x7f.0.0.0x1/',
  'https://0251.0376.0251.0376/',
  'https://0xa9fea9fe/',
  'https://169.16689662/',
  'https://ⓛocalhost/',
  'https://localhost../',
  'https://metadata.google.internal../',
  'https://[::ffff:169.254.169.254]/',
  'https://[0:0:0:0:0:ffff:7f00:1]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[64:ff9b::169.254.169.254]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2002:a9fe:a9fe::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fec0::1]/',
  'https://[5f00::1]/',
  'https://[100::1]/',
]

describe('the address of an endpoint', () => {
  test.each(INSIDE_BY_OTHER_LETTERS)('attack 85: %s leads inside and is refused', (url) => {
    expect(findUrlFault(url, RULES)).toBe('must be reachable from the Internet')
  })

  test.each([
    'https://[fe80::1%25lo]/',
    'https://[fe80::1%lo]/',
    'https://hooks.example.com:80@127.0.0.1/',
    'https://127.0.0.1#@hooks.example.com/',
    'https://127.0.0.1:8443?@hooks.example.com/',
    'https://hooks.example.com:99999/',
    'https:\\\\127.0.0.1/',
    ' https://127.0.0.1/',
    'https://256.256.256.256/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_',
    '//127.0.0.1/',
  ])('attack 85: %s is no address at all, or one inside', (url) => {
    expect(findUrlFault(url, RULES)).not.toBeNull()
  })

  test.each(INSIDE)('%s leads inside and is refused', (url) => {
    expect(findUrlFault(url, RULES)).toBe('must be reachable from the Internet')
  })

  test.each([
    ['http://hooks.example.com/', 'must be an https address'],
    ['ftp://hooks.example.com/', 'must be an https address'],
    ['https:hooks.example.com', 'must be an https address'],
    ['javascript:alert(1)', 'must be an https address'],
    ['hooks.example.com', 'must be an https address'],
    ['http://127.0.0.1/', 'must be an https address'],
    ['https://user@hooks.example.com/', 'must not hold a user name or password'],
    ['https://hooks.example.com/#x', 'must not have a fragment'],
    ['https://hooks.example.com:22/', 'must use port 443 or 8443'],
    ['https://partners.example/hook', 'must not be an address of this service'],
    ['https://partners.example./hook', 'must not be an address of this service'],
    ['https://PARTNERS.example:443/hook', 'must not be an address of this service'],
    ['https://ⓟartners。example/hook', 'must not be an address of this service'],
    ['https://partners%2Eexample/hook', 'must not be an address of this service'],
  ])('%s is refused: %s', (url, fault) => {
    expect(findUrlFault(url, RULES)).toBe(fault)
  })

  test.each([
    'https://hooks.example.com/in?key=1',
    'https://hooks.example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1]/',
  ])('%s is taken', (url) => expect(findUrlFault(url, RULES)).toBeNull())

  test('is plain HTTP to this machine in a demo, and to no other', () => {
    expect(findUrlFault('http://127.0.0.1:9999/', DEMO)).toBeNull()
    expect(findUrlFault('http://localhost:9999/', DEMO)).toBeNull()
    expect(findUrlFault('http://localhost:3000/', DEMO)).toBe('must not be an address of this service')
    expect(findUrlFault('http://10.0.0.1/', DEMO)).toBe('must be an https address')
    expect(findUrlFault('https://127.0.0.1/', DEMO)).not.toBeNull()
  })

  test('may be in a network of the provider that the operator allows, by number or by a local name (section 6)', () => {
    const allowedNets = readAllowedNets(['10.20.0.0/16'])
    const fault = (url: string) =>
      findUrlFault(url, { allowsLoopback: false, ownHosts: ['partners.example'], allowedNets })
    for (const url of ['https://10.20.3.4/hook', 'https://billing.internal/hook', 'https://0x0a140304/'])
      expect(fault(url)).toBeNull()
    for (const url of ['https://10.21.0.1/', 'https://127.0.0.1/', 'https://[::ffff:10.21.0.1]/'])
      expect(fault(url)).toBe('must be reachable from the Internet')
    expect(fault('http://10.20.3.4/')).toBe('must be an https address')
    expect(fault('https://partners.example/')).toBe('must not be an address of this service')
  })

  test('may never be on this machine or link-local, whatever the operator writes (section 6)', () => {
    const faults = (text: string) => {
      try {
        readConfig({ WEBHOOK_ALLOWED_NETS: text })
        return null
      } catch (error) {
        return String(error)
      }
    }
    expect(readConfig({ WEBHOOK_ALLOWED_NETS: '10.20.0.0/16, fd12:3456::/32' }).webhookNets).toEqual([
      '10.20.0.0/16',
      'fd12:3456::/32',
    ])
    for (const net of [
      '127.0.0.1/32',
      '0.0.0.0/0',
      '169.254.169.254/32',
      '168.0.0.0/5',
      '::1/128',
      '::/0',
      'fe80::/64',
      '::ffff:10.0.0.0/104',
    ])
      expect(faults(net)).toContain('must not hold loopback or link-local')
    for (const text of ['10.0.0.0', '10.0.0.0/33', 'inside', '10.0.0.0/8 10.1.0.0/16'])
      expect(faults(text)).toContain('must be a network such as')
  })

  test('a list blocks an IPv4 address and the same one in IPv6 alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isBlocked(NOT_GLOBAL, `::ffff:${address}`)).toBe(isBlocked(NOT_GLOBAL, address))
        expect(isBlocked(NOT_LOOPBACK, address)).toBe(!address.startsWith('127.'))
      }),
    )
    expect(isBlocked(NOT_GLOBAL, '8.8.8.8')).toBe(false)
    expect(isBlocked(NOT_LOOPBACK, '::1')).toBe(false)
    expect(isBlocked(NOT_LOOPBACK, '::ffff:10.0.0.1')).toBe(true)
  })
})

describe('what is sent', () => {
  test('is verified by the library of receivers with either secret of a rotation, and with no other', () => {
    const [now, before, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const body = '{"type":"endpoint.test"}'
    const headers = signMessage({ id: 'msg_1', timestamp: new Date(), body }, [now, before])
    expect(new Webhook(showSecret(now)).verify(body, headers)).toEqual({ type: 'endpoint.test' })
    expect(new Webhook(showSecret(before)).verify(body, headers)).toEqual({ type: 'endpoint.test' })
    expect(() => new Webhook(showSecret(stranger)).verify(body, headers)).toThrow('No matching signature')
    expect(() => new Webhook(showSecret(now)).verify(`${body} `, headers)).toThrow('No matching signature')
  })

  test('is tried ten times over three days, each wait at most a fifth longer, a day longer if the receiver asks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 10_000_000_000 })),
        (attempt, random, retryAfterMs) => {
          const shortest = delayAfter(attempt, { random: 0, retryAfterMs: null }) ?? 0
          const delay = delayAfter(attempt, { random, retryAfterMs }) ?? 0
          const asked = Math.min(retryAfterMs ?? 0, 86_400_000)
          expect(delay).toBeGreaterThanOrEqual(Math.max(shortest, asked))
          expect(delay).toBeLessThanOrEqual(Math.max(shortest * 1.2 + 1, asked))
        },
      ),
    )
    expect(delayAfter(1, { random: 0, retryAfterMs: null })).toBe(5000)
    expect(delayAfter(10, { random: 0, retryAfterMs: 1000 })).toBeNull()
  })

  test.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'refused_by_receiver'],
    [410, 'gone'],
    [500, 'refused_by_receiver'],
  ] as const)('an answer of %i counts as %s', (code, outcome) => {
    expect(judge(code)).toBe(outcome)
  })

  test('an endpoint is given up at 410, or after five days of failure, not a moment before', () => {
    const now = new Date(GIVES_UP_AFTER_MS * 10)
    const at = (age: number) => ({ now, failingSince: new Date(now.getTime() - age) })
    const failed = {
      code: 500,
      outcome: 'refused_by_receiver',
      durationMs: 1,
      retryAfterMs: null,
      excerpt: null,
    } as const
    expect(verdictOn(failed, at(GIVES_UP_AFTER_MS))).toBe('failing')
    expect(verdictOn(failed, at(GIVES_UP_AFTER_MS - 1))).toBe('keeps')
    expect(verdictOn({ ...failed, code: 410, outcome: 'gone' }, at(0))).toBe('gone')
    expect(verdictOn({ ...failed, code: 200, outcome: 'delivered' }, at(GIVES_UP_AFTER_MS))).toBe('keeps')
  })

  test('a wait that a receiver asks for in seconds or by a date is read, nothing else is', () => {
    const now = new Date('2026-11-22T08:00:00Z')
    expect(readRetryAfter('120', now)).toBe(120_000)
    expect(readRetryAfter('Sun, 22 Nov 2026 08:01:00 GMT', now)).toBe(60_000)
    expect(readRetryAfter('Sun, 22 Nov 2026 07:59:00 GMT', now)).toBe(0)
    for (const other of [undefined, '-1', 'soon', ['1', '2'], '99999999999'])
      expect(readRetryAfter(other, now)).toBeNull()
  })
})
