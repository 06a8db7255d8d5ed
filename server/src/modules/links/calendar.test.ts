import fc from 'fast-check'
import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { escapeText, foldLine, toStamp, writeCalendar } from './calendar.ts'
import { makeLinkRoutes } from './index.ts'

const octets = (text: string) => new TextEncoder().encode(text).length

/** Undoes what RFC 5545 section 3.1 does to lines, as a reader of calendars would. */
const unfold = (text: string) => text.replaceAll('\r\n ', '')

describe('a calendar (RFC 5545)', () => {
  test('no line is longer than 75 octets, no character is cut, and unfolding gives the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const line = `SUMMARY:${escapeText(text)}`
        const folded = foldLine(line)
        expect(unfold(folded)).toBe(line)
        for (const piece of folded.split('\r\n')) expect(octets(piece)).toBeLessThanOrEqual(75)
      }),
    )
  })

  test('an escaped text holds no line break, no bare comma or semicolon, and reads back as it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\\', ',', ';', '\n', '\r\n', 'a', 'ü', ':') }),
        (text) => {
          const escaped = escapeText(text)
          expect(escaped).not.toMatch(/[\r\n]/)
          const back = escaped.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
          expect(back).toBe(text.replaceAll('\r\n', '\n').replaceAll('\r', '\n'))
        },
      ),
    )
  })

  test('an instant is written in UTC without separators', () => {
    expect(toStamp(new Date('2026-11-22T09:08:07.654Z'))).toBe('20261122T090807Z')
  })

  test('a link is told with its end, its review and alarms ahead of them', () => {
    const text = writeCalendar('Acme', 'tenant', [
      {
        id: 'lnk_1',
        otherName: 'North, West; Co',
        role: 'auditor',
        endsAt: new Date('2027-01-01T00:00:00Z'),
        renewsItself: true,
        reviewDueAt: new Date('2026-12-01T00:00:00Z'),
        changedAt: new Date('2026-11-01T00:00:00Z'),
        address: 'https://liaison.example/links/lnk_1',
      },
    ])
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
    const lines = unfold(text).split('\r\n')
    expect(lines).toContain('SUMMARY:The access of North\\, West\\; Co renews itself')
    expect(lines).toContain('DTSTART:20270101T000000Z')
    expect(lines).toContain('TRIGGER:-P14D')
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(2)
    expect(new Set(lines.filter((line) => line.startsWith('UID:'))).size).toBe(2)
  })
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const read = (path: string) => world.app.http.inject({ method: 'GET', url: path })

const SIDES = [
  ['tenant', '/api/v1/tenant/partner-access/calendars', 'admin', 'The access of Northwind ends'],
  ['partner', '/api/v1/partner/calendars', 'owner', 'The access to Acme Fiber ends'],
] as const

describe('a private calendar address', () => {
  test.each(SIDES)(
    'shows the %s the ends of its links, once made, without a sign-in (B1)',
    async (...side) => {
      const [, path, who, sentence] = side
      const people = await acts.makeLink()
      const other = await acts.makeLink()
      const made = await world.call(people[who], 'POST', path, { body: {} })
      expect(made.statusCode, made.body).toBe(201)
      const { address, calendar_id: id } = made.json()
      const feed = new URL(address).pathname
      const shown = await read(feed)
      expect(shown.headers['content-type']).toBe('text/calendar; charset=utf-8')
      expect(unfold(shown.body)).toContain(sentence)
      expect(shown.body).toContain(people.id)
      expect(shown.body).not.toContain(other.id)
      const listed = await world.call(people[who], 'GET', path)
      expect(listed.json().items).toMatchObject([{ calendar_id: id }])
      expect(listed.body).not.toContain(feed.split('/')[2])
      expect((await world.call(other[who], 'DELETE', `${path}/${id}`)).statusCode).toBe(404)
      expect((await world.call(people[who], 'DELETE', `${path}/${id}`)).statusCode).toBe(200)
      expect((await read(feed)).statusCode).toBe(404)
    },
  )

  test.each([
    ['leaves the organisation', `update tenant_member set status = 'inactive' where tenant_id = $1`],
    [
      'may no longer see partner access',
      `update tenant_member set role = 'TENANT_USER' where tenant_id = $1`,
    ],
    [
      'is suspended',
      `update person set status = 'inactive' where id in (select person_id from tenant_member where tenant_id = $1)`,
    ],
  ])('stops when its person %s (B1)', async (_, statement) => {
    const people = await acts.makeLink()
    const made = await world.call(people.admin, 'POST', SIDES[0][1], { body: {} })
    const feed = new URL(made.json().address).pathname
    expect((await read(feed)).statusCode).toBe(200)
    await world.seed(statement, [people.tenant], people.tenant)
    expect((await read(feed)).statusCode).toBe(404)
  })

  test('is kept as a digest, and no login reads it or another person’s (B1)', async () => {
    const people = await acts.makeLink()
    const made = await world.call(people.admin, 'POST', SIDES[0][1], { body: {} })
    const key = new URL(made.json().address).pathname.split('/')[2] ?? ''
    const [row] = await world.sql<{ row: string }>('select link_calendar::text as row from link_calendar')
    expect(row?.row).not.toContain(key)
    for (const login of ['liaison_tenant', 'liaison_program'] as const) {
      await expect(world.sqlAs(login, 'select key_digest from link_calendar')).rejects.toThrow('denied')
      expect(await world.sqlAs(login, 'select id from link_calendar')).toEqual([])
      await expect(world.sqlAs(login, `select * from access.calendar_of('\\x00')`)).rejects.toThrow('denied')
    }
    expect(decodeId('link', people.id)).not.toBeNull()
  })
})
