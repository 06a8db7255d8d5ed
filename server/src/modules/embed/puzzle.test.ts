import { createHash } from 'node:crypto'
import vm from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import { networkOf, prefixOf } from '#platform/networks.ts'
import { makeVoucherCode, readVoucherCode, showVoucherCode } from '#modules/vouchers/index.ts'
import { FRAME_SCRIPT } from './assets.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { makeTickets, PUZZLE_SIZE } from './ticket.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const tickets = makeTickets(makeVault('a key for tests that protects nothing at all'))
const page = { form: 'frm_0000000000000001', origin: 'https://www.agency.example' }

/** The functions of the frame's own script, as a browser's worker has them. */
function readFrame(): {
  digest(text: string): string
  solveHere(challenge: object): number | null
  isCode(text: string): boolean
} {
  const context = vm.createContext({ addEventListener: () => undefined })
  const plain = FRAME_SCRIPT.text.replaceAll('import.meta.url', "'https://embed.example/frame.js'")
  vm.runInContext(`${plain}\nglobalThis.parts = { digest, solveHere, isCode }`, context)
  return context['parts'] as ReturnType<typeof readFrame>
}

const frame = readFrame()

test("the frame's own digest is SHA-256 (E8)", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef.'.split('')), maxLength: 55 }),
      (text) => {
        expect(frame.digest(text)).toBe(createHash('sha256').update(text).digest('hex'))
      },
    ),
    { numRuns: 300 },
  )
})

test('the form takes for a code exactly what the server does, however it was typed, and no single typing error (E9)', () => {
  const letter = fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split(''))
  const typed = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHJKMNPQRSTVWXYZ -–é'.split(''))
  fc.assert(
    fc.property(fc.nat(11), letter, fc.string({ unit: typed, maxLength: 16 }), (at, other, text) => {
      const code = makeVoucherCode()
      const shown = showVoucherCode(code)
      for (const form of [code, shown, shown.toLowerCase(), shown.replaceAll('0', 'o').replaceAll('1', 'l')])
        expect(frame.isCode(form), form).toBe(true)
      const wrong = code.slice(0, at) + other + code.slice(at + 1)
      expect(frame.isCode(wrong)).toBe(wrong === code)
      expect(frame.isCode(text)).toBe(readVoucherCode(text) !== null)
    }),
    { numRuns: 500 },
  )
})

test('a puzzle has one answer below its bound; the page finds it, and no other number counts (E8)', () => {
  const challenge = tickets.make(page, NOW)
  const answer = frame.solveHere(challenge)
  expect(answer).not.toBeNull()
  expect(answer).toBeLessThan(PUZZLE_SIZE)
  expect(tickets.isSolved(challenge.ticket, answer)).toBe(true)
  for (const other of [(answer ?? 0) + 1, String(answer), null, undefined, Number.NaN])
    expect(tickets.isSolved(challenge.ticket, other)).toBe(false)
  expect(tickets.isSolved(tickets.make(page, NOW).ticket, answer)).toBe(false)
})

test('a ticket that was changed anywhere is none (E8)', () => {
  const { ticket } = tickets.make(page, NOW)
  expect(tickets.judge(ticket, page.form, NOW)).toMatchObject({
    state: 'valid',
    ticket: { origin: page.origin },
  })
  expect(tickets.judge(ticket, 'frm_0000000000000002', NOW).state).toBe('invalid')
  fc.assert(
    fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'AZaz09-_.'.split('')), (at, letter) => {
      fc.pre(ticket[at] !== letter)
      const changed = ticket.slice(0, at) + letter + ticket.slice(at + 1)
      const isSame = Buffer.from(changed.split('.')[1] ?? '', 'base64url').equals(
        Buffer.from(ticket.split('.')[1] ?? '', 'base64url'),
      )
      // The last letter of a base64 text can carry bits that stand for nothing.
      fc.pre(!(isSame && changed.split('.')[0] === ticket.split('.')[0]))
      expect(tickets.judge(changed, page.form, NOW).state).toBe('invalid')
    }),
    { numRuns: 300 },
  )
})

test('a ticket ends after half an hour, and says for a day more where its page stands (E8)', () => {
  const { ticket } = tickets.make(page, NOW)
  const after = (seconds: number) =>
    tickets.judge(ticket, page.form, new Date(NOW.getTime() + seconds * 1000)).state
  expect([after(1799), after(1800), after(1800 + 86_400), after(1801 + 86_400)]).toEqual([
    'valid',
    'expired',
    'expired',
    'invalid',
  ])
})

test('every language of the form says everything, in its own words (E8)', () => {
  const ids = Object.keys(FRAME_WORDS.en)
  for (const language of ['es', 'fr'] as const) {
    expect(Object.keys(FRAME_WORDS[language])).toEqual(ids)
    for (const [id, text] of Object.entries(FRAME_WORDS[language])) {
      expect(text.trim(), id).not.toBe('')
      const values = (words: string) => words.match(/\{[a-z]+\}/g) ?? []
      expect(values(text), id).toEqual(values(FRAME_WORDS.en[id as keyof typeof FRAME_WORDS.en]))
    }
  }
})

test('callers are counted by address, or by the /64 of IPv6, and kept as /24 or /48 (E10)', () => {
  expect(networkOf('203.0.113.9')).toBe('203.0.113.9')
  expect(networkOf('::ffff:203.0.113.9')).toBe('203.0.113.9')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::1'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(prefixOf('203.0.113.9')).toBe('203.0.113.0/24')
  expect(prefixOf('2001:db8:1:2::1')).toBe('2001:db8:1::/48')
  expect(prefixOf('::1')).toBe('0:0:0::/48')
})
