import { PERMISSIONS } from '@liaison/access'
import { describe, expect, test } from 'vitest'
import { describeFile, sideOf, toCell, toCsv, windowOf } from './rules.ts'
import { toSentence } from './words.ts'
import type { Told } from './words.ts'

const NOW = new Date('2026-06-15T10:00:00Z')

describe('a sentence', () => {
  const read: Told = {
    action: 'billing.invoices.read',
    outcome: 'allowed',
    code: null,
    actorType: 'person',
    personName: 'Lee Park',
    partnerName: 'Northwind MSP',
    tenantName: 'Acme Fiber',
    permission: 'partner.billing.invoices.read',
    resourceType: null,
    label: null,
    rows: 50,
    repeats: 1,
    side: 'partner',
  }
  const ticket: Told = {
    ...read,
    action: 'support.tickets.create',
    resourceType: 'ticket',
    label: 'T-1042',
    rows: null,
  }
  const suspend: Told = {
    ...read,
    action: 'links.suspend',
    personName: 'Dana Kim',
    side: 'tenant',
    resourceType: 'link',
    label: 'Northwind MSP in Acme Fiber',
    rows: null,
  }

  test.each<[string, Told, 'partner' | 'tenant' | 'platform']>([
    ['Lee Park of Northwind MSP read 50 invoices', read, 'tenant'],
    ['Lee Park read 50 invoices at Acme Fiber', read, 'partner'],
    ['Lee Park of Northwind MSP read 50 invoices at Acme Fiber', read, 'platform'],
    ['Lee Park of Northwind MSP read 1 invoice', { ...read, rows: 1 }, 'tenant'],
    ['Lee Park of Northwind MSP read no invoices', { ...read, rows: 0 }, 'tenant'],
    [
      'Lee Park of Northwind MSP read invoices 49 times, 2,450 in all',
      { ...read, rows: 2450, repeats: 49 },
      'tenant',
    ],
    ['Lee Park of Northwind MSP opened ticket T-1042', ticket, 'tenant'],
    ['Lee Park opened ticket T-1042 at Acme Fiber', ticket, 'partner'],
    [
      'Lee Park of Northwind MSP opened ticket T-1042, which failed',
      { ...ticket, outcome: 'error' },
      'tenant',
    ],
    ['Dana Kim paused the link with Northwind MSP', suspend, 'tenant'],
    ['Dana Kim of Acme Fiber paused the link', suspend, 'partner'],
    ['Dana Kim of Acme Fiber paused the link of Northwind MSP with Acme Fiber', suspend, 'platform'],
    [
      'Dana Kim of the provider paused the link with Northwind MSP',
      { ...suspend, side: 'provider' },
      'tenant',
    ],
    [
      'The link with Northwind MSP ran out',
      { ...suspend, action: 'links.expire', actorType: 'system', personName: null, side: 'provider' },
      'tenant',
    ],
    [
      'Liaison itself raised the alert “Ticket T-1009 missed its resolution”',
      {
        ...read,
        action: 'alerts.raise',
        actorType: 'system',
        personName: 'alert-clock',
        side: 'provider',
        rows: null,
        label: 'Ticket T-1009 missed its resolution',
      },
      'tenant',
    ],
    [
      'Liaison itself raised the alert “Acme Fiber: Ticket T-1009 missed its resolution” for Northwind MSP',
      {
        ...read,
        action: 'alerts.raise',
        actorType: 'system',
        personName: 'alert-clock',
        tenantName: null,
        side: 'provider',
        rows: null,
        label: 'Acme Fiber: Ticket T-1009 missed its resolution',
      },
      'platform',
    ],
    [
      'Liaison itself raised the alert “Ticket T-1009 missed its resolution” at Acme Fiber',
      {
        ...read,
        action: 'alerts.raise',
        actorType: 'system',
        personName: 'alert-clock',
        partnerName: null,
        side: 'provider',
        rows: null,
        label: 'Ticket T-1009 missed its resolution',
      },
      'platform',
    ],
    [
      'The statement 2026-10 USD for Northwind MSP was made',
      {
        ...read,
        action: 'program.statement.closed',
        actorType: 'system',
        personName: null,
        tenantName: null,
        side: 'provider',
        rows: null,
        label: '2026-10 USD',
      },
      'platform',
    ],
    [
      'A notice about partner access was sent (Northwind MSP in Acme Fiber)',
      { ...suspend, action: 'link_notices.tell', actorType: 'system', personName: null, side: 'provider' },
      'platform',
    ],
    [
      'A notice about partner access was sent (the week from 9 Nov 2026) at Acme Fiber',
      {
        ...suspend,
        action: 'link_notices.tell',
        actorType: 'system',
        personName: null,
        partnerName: null,
        side: 'provider',
        label: 'the week from 9 Nov 2026',
      },
      'platform',
    ],
    [
      "The provider's systems handed in 12 invoices",
      {
        ...read,
        action: 'ingest.invoices.import',
        actorType: 'ingest_key',
        personName: null,
        side: 'provider',
        rows: 12,
      },
      'tenant',
    ],
    [
      'Lee Park of Northwind MSP was refused: the link with this tenant has run out (see invoices)',
      { ...read, outcome: 'denied', code: 'TENANT_LINK_EXPIRED', rows: null },
      'tenant',
    ],
    [
      'Lee Park was refused 4 times at Acme Fiber: they are not assigned to this tenant (see invoices)',
      { ...read, outcome: 'denied', code: 'NOT_ASSIGNED', rows: null, repeats: 4 },
      'partner',
    ],
  ])('%s', (sentence, told, viewer) => {
    expect(toSentence(told, viewer)).toBe(sentence)
  })

  test('is there for the action of every permission', () => {
    for (const { audit_action: action } of PERMISSIONS) {
      expect(toSentence({ ...read, action }, 'tenant')).toMatch(/^Lee Park of Northwind MSP [a-z]+/)
      expect(toSentence({ ...read, action }, 'tenant')).not.toContain('did “')
    }
  })

  test.each<[string, string]>([
    ['links.accept', 'accepted the link with Northwind MSP'],
    ['tenant.partner_access.stop_all', 'stopped all partner access'],
    ['access.explain', 'asked why access was allowed or refused'],
    ['freezes.request_lift', 'asked to continue access'],
    ['platform.freezes.lift.request', 'asked to lift the freeze of access'],
    ['change_requests.request', 'asked to widen the link with Northwind MSP'],
    ['change_requests.approve', 'approved the change of the link with Northwind MSP'],
    ['tenants.enter', 'came in to work in the account'],
    ['identity.factor.reset', 'removed the lost second factors'],
    ['things.request_lift', 'asked to lift a thing'],
    ['oauth.grant.begin', 'connected the API client'],
    ['orders.create', 'placed an order'],
    ['elevations.request', 'asked for more access for a while'],
    ['elevations.approve', 'approved more access for a while'],
    ['elevations.deny', 'denied more access for a while'],
    ['elevations.withdraw', 'withdrew the request for more access for a while'],
    ['elevations.end', 'ended the access that was granted for a while'],
    ['platform.backups.restore', 'restored the data from a backup'],
    ['platform.keys.publish', 'made a new key by which secrets are sealed'],
  ])('says what %s means', (action, done) => {
    const told = { ...read, action, personName: 'Dana Kim', side: 'tenant', rows: null, label: null } as const
    expect(toSentence(told, 'tenant')).toBe(`Dana Kim ${done}`)
  })

  test.each<[number, number, string]>([
    [0, 1, 'read no users'],
    [1, 1, 'read 1 user'],
    [12, 1, 'read 12 users'],
    [4, 2, 'read the users 2 times, 4 in all'],
  ])('says %i rows read %i times without an article before the number', (rows, repeats, done) => {
    const told = { ...read, action: 'partner_org.users.read', label: null, rows, repeats }
    expect(toSentence(told, 'tenant')).toBe(`Lee Park of Northwind MSP ${done}`)
  })

  test('says a reminder without naming anybody', () => {
    const told = { ...read, action: 'link_notices.send', actorType: 'system', personName: null, rows: null }
    expect(toSentence(told, 'tenant')).toBe('A reminder was sent that the link with Northwind MSP ends soon')
  })

  test('takes names as they are', () => {
    expect(toSentence({ ...ticket, label: '$& {x} {link}' }, 'tenant')).toBe(
      'Lee Park of Northwind MSP opened ticket $& {x} {link}',
    )
  })
})

describe('the time that a feed covers', () => {
  test('is the last 90 days when nobody says, and then says so', () => {
    expect(windowOf({}, NOW)).toEqual({
      from: new Date('2026-03-17T10:00:00Z'),
      to: new Date('2026-06-15T10:01:00Z'),
      isDefault: true,
    })
    expect(windowOf({ to: '2026-01-31' }, NOW)).toEqual({
      from: new Date('2025-11-03T00:00:00Z'),
      to: new Date('2026-02-01T00:00:00Z'),
      isDefault: true,
    })
  })

  test('includes the day that it ends with and excludes the instant', () => {
    expect(windowOf({ from: '2026-01-01', to: '2026-01-01' }, NOW)).toEqual({
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-01-02T00:00:00Z'),
      isDefault: false,
    })
    expect(windowOf({ from: '2026-01-01T12:00:00+02:00', to: '2026-01-01T12:00:00Z' }, NOW)).toMatchObject({
      from: new Date('2026-01-01T10:00:00Z'),
      to: new Date('2026-01-01T12:00:00Z'),
    })
  })
})

describe('a file of comma-separated values', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('runs no formula: %j', (text) => {
    expect(toCell(text)).toBe(`"'${text}"`)
  })

  test('keeps numbers, quotes what needs it, and ends lines as RFC 4180 says', () => {
    expect(
      toCsv(
        ['a', 'b', 'c'],
        [
          { a: -5, b: 'say "hi", Lee', c: null },
          { a: 1, b: 'x\ny', c: { d: 1 } },
        ],
      ),
    ).toBe('a,b,c\r\n-5,"say ""hi"", Lee",\r\n1,"x\ny","{""d"":1}"\r\n')
  })
})

test('a file that has no room for all says so in every row, not only in a header (U1)', () => {
  const by = 'Exported by Ana Ruiz, for the provider'
  expect(describeFile('from A until before B', { most: 10_000, by })).toBe(
    `from A until before B; only the newest 10,000 of more; ${by}`,
  )
  expect(describeFile('from A until before B', { most: null, by })).toBe(`from A until before B; ${by}`)
})

test('an agency of a tenant, which acts under what it was given, is of the side of the tenant; a stranger at its form is of none', () => {
  const agency = { partner_id: null, actor_type: 'agency_token' }
  expect([sideOf({ ...agency, plane: 'delegation' }), sideOf({ ...agency, plane: 'program' })]).toEqual([
    'tenant',
    'partner',
  ])
  expect(sideOf({ plane: 'delegation', partner_id: null, actor_type: 'stranger' })).toBeNull()
})

test('every plane belongs to one side, and sign-in pages to none', () => {
  expect(
    ['program', 'delegation', 'tenant', 'platform', 'system', 'ingest', 'dashboard', 'auth'].map((plane) =>
      sideOf({ plane, partner_id: 'a partner', actor_type: 'person' }),
    ),
  ).toEqual(['partner', 'partner', 'tenant', 'provider', 'provider', 'provider', 'provider', null])
})
