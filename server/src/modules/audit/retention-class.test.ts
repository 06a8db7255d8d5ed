import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PERMISSIONS } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatKeyList, makeLogVerifier, makeNoteSigner } from '#platform/signed-log/index.ts'
import { TestWorld } from '#testing/world.ts'
import { listActions } from './phrases.ts'
import { classOf, isKeptShort, keptAt } from './retention-class.ts'
import type { RetentionClass } from './retention-class.ts'
import { openRetention, toRetentionText } from './retention-note.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const SOURCE = fileURLToPath(new URL('../../', import.meta.url))

/** The actions that the code names in full: those with a sentence of their own, those of permissions, and the others. */
function findActions(): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  const named = files
    .filter((path) => /\.(?:ts|sql)$/u.test(path) && !path.endsWith('.test.ts'))
    .flatMap((path) => [
      ...readFileSync(`${SOURCE}${path}`, 'utf8').matchAll(
        /(?:\baction:|'action',) *'([a-z_]+(?:\.[a-z_]+)+)'/gu,
      ),
    ])
    .map(([, action = '']) => action)
  return [
    ...new Set([
      ...listActions(),
      ...PERMISSIONS.flatMap(({ name, audit_action: told }) => [name, told]),
      ...named,
    ]),
  ]
}

test('every action of the product has a class (retention, access.md section 6)', () => {
  const actions = findActions()
  expect(actions.length).toBeGreaterThan(500)
  expect(actions.filter((action) => classOf(action) === 'unlisted')).toEqual([])
})

test('the database has the same opinion of every action, also of those that nobody listed (retention)', async () => {
  const actions = [
    ...findActions(),
    '',
    'x',
    'x.y',
    'x.read',
    'read',
    'exports',
    'exports.list',
    'supports.x',
    'identity',
    'identity.member',
    'identity.members.x',
    'oauth.grants.x',
    'partner.partner.support.x',
    'realms',
    'realms.users.x',
    'usage_x.y',
    'sla.breach.x',
    'sla.breaches.x',
    'tenant.x',
    'tenant.tickets',
    'export',
    'x.export.read',
    'prove',
  ]
  const rows = await world.sql<{ action: string; short: boolean }>(
    'select action, audit.is_kept_short(action) as short from unnest($1::text[]) action',
    [actions],
  )
  expect(rows.filter(({ action, short }) => short !== isKeptShort(action))).toEqual([])
})

test.each<[string, RetentionClass]>([
  ['program.earning.paid', 'money'],
  ['program.payout_batch.approved', 'money'],
  ['billing.disputes.create', 'money'],
  ['program.agreement.signed', 'agreements'],
  ['links.approve', 'delegations'],
  ['consents.revoke', 'delegations'],
  ['freezes.set', 'delegations'],
  ['oauth.grant.revoke', 'delegations'],
  ['billing.invoices.export', 'exports'],
  ['exports.download', 'exports'],
  ['platform.audit.prove', 'exports'],
  ['platform.audit.retain', 'administration'],
  ['identity.member.change_role', 'administration'],
  ['partners.suspend', 'administration'],
  ['partner.support.tickets.create', 'rest'],
  ['identity.sign_in', 'rest'],
  ['billing.invoices.read', 'rest'],
  ['nobody.listed.this', 'unlisted'],
])('%s is of the class %s (retention)', (action, expected) => {
  expect(classOf(action)).toBe(expected)
  expect(isKeptShort(action)).toBe(expected === 'rest')
})

test('a month is past its time three and seven years after its end, not a moment before (retention)', () => {
  const until = new Date('2026-02-01T00:00:00Z')
  const at = (text: string) => keptAt(until, new Date(text))
  expect(at('2029-01-31T23:59:59.999Z')).toBe(null)
  expect(at('2029-02-01T00:00:00Z')).toBe('long')
  expect(at('2033-01-31T23:59:59.999Z')).toBe('long')
  expect(at('2033-02-01T00:00:00Z')).toBe('nothing')
})

describe('a note of what was taken out', () => {
  const [first, second] = [1, 2].map((fill) => makeNoteSigner('log.example/audit', Buffer.alloc(32, fill)))
  const NOW = new Date('2034-01-01T00:00:00Z')
  const note = (size: number) =>
    first?.sign(
      toRetentionText({
        origin: 'log.example/audit',
        size,
        from: new Date('2026-01-01'),
        until: new Date('2026-02-01'),

        kept: 'long',
        signedAt: new Date('2029-02-01'),
        gone: 3,
        digest: Buffer.alloc(32).toString('base64'),
      }),
    ) ?? ''
  const verifier = (isStolen: boolean) =>
    makeLogVerifier(
      formatKeyList([
        { verifierKey: first?.verifierKey ?? '', afterSize: 0, untilSize: 10, isStolen },
        { verifierKey: second?.verifierKey ?? '', afterSize: 10, untilSize: null, isStolen: false },
      ]),
    )

  test('holds with a key that signed then, and not with one that was stolen, or later (retention, R10)', () => {
    expect(openRetention(note(10), verifier(false), NOW)).toMatchObject({ gone: 3, kept: 'long' })
    expect(openRetention(note(10), verifier(true), NOW)).toContain('stolen')
    expect(openRetention(note(11), verifier(false), NOW)).toContain('not signed')
  })

  test('is no checkpoint, whoever asks (R4)', () => {
    expect(verifier(false).open(note(10))).toBe(null)
  })
})
