import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { writeCalendar } from './calendar.ts'
import type { CalendarLink } from './calendar.ts'
import { insertCalendar, listCalendars, readCalendar, revokeCalendar } from './calendar-store.ts'

const digestOf = (key: string) => createHash('sha256').update(key).digest()

const CalendarBody = z.strictObject({ calendar_id: z.string(), created_at: z.string() })
const MadeBody = CalendarBody.extend({
  address: z.string().meta({ description: 'Whoever has this address reads the calendar; it is shown once.' }),
}).strict()

const CalendarParams = z.strictObject({ calendar_id: z.uuid() })

type Owner = Mandate<'program' | 'tenant'>

function note(mandate: Owner, action: string): void {
  recordEvent(mandate, {
    action,
    ...(mandate.kind === 'tenant' && { tenantId: mandate.tenant.id, tenantName: mandate.tenant.name }),
    resource: { type: 'calendar', label: 'the calendar of partner access' },
  })
}

async function make(mandate: Owner, origin: string) {
  const key = randomBytes(32).toString('base64url')
  const row = await insertCalendar(mandate, digestOf(key))
  note(mandate, 'calendars.create')
  const address = `${origin}/calendars/${key}/partner-access.ics`
  return { calendar_id: row.id, created_at: row.created_at.toISOString(), address }
}

async function takeBack(mandate: Owner, id: string): Promise<void> {
  if (!(await revokeCalendar(mandate, id)))
    throw new ProblemError(404, 'CALENDAR_NOT_FOUND', 'You have no calendar address with this id.')
  note(mandate, 'calendars.revoke')
}

async function list(mandate: Owner) {
  const rows = await listCalendars(mandate)
  return { items: rows.map((row) => ({ calendar_id: row.id, created_at: row.created_at.toISOString() })) }
}

const LIST = z.strictObject({ items: z.array(CalendarBody) })

/** The side whose people keep calendars, with what they must be allowed to see. */
interface CalendarSide {
  readonly path: `/${string}`
  readonly access:
    | { readonly permission: 'partner_org.links.read' }
    | { readonly permission: 'tenant.partner_access.read' }
}

const SIDES: readonly CalendarSide[] = [
  { path: '/api/v1/partner/calendars', access: { permission: 'partner_org.links.read' } },
  { path: '/api/v1/tenant/partner-access/calendars', access: { permission: 'tenant.partner_access.read' } },
]

const makeSideRoutes = (services: Services, { path, access }: CalendarSide): Route[] => [
  route({
    method: 'GET',
    path,
    summary: 'The own calendar addresses of coming ends and reviews',
    input: {},
    access,
    limit: 'list',
    responses: { 200: LIST },
    handle: ({ mandate }) => list(mandate),
  }),
  route({
    method: 'POST',
    path,
    summary: 'Make a private calendar address; it is shown once',
    input: {},
    access,
    limit: 'write',
    showsSecret: true,
    responses: { 201: MadeBody },
    handle: async ({ mandate }) => make(mandate, services.publicOrigin()),
  }),
  route({
    method: 'DELETE',
    path: `${path}/:calendar_id`,
    summary: 'Take a calendar address back; it stops working at once',
    input: { params: CalendarParams },
    access,
    limit: 'write',
    problems: ['CALENDAR_NOT_FOUND'],
    responses: { 200: z.strictObject({ revoked: z.literal(true) }) },
    async handle({ mandate, params }) {
      await takeBack(mandate, params.calendar_id)
      return { revoked: true as const }
    },
  }),
]

type Line = Awaited<ReturnType<typeof readCalendar>>[number]

function toCalendarLink(line: Line, origin: string): CalendarLink[] {
  const { link_id: id, other_name: otherName, role, changed_at: changedAt } = line
  if (id === null || otherName === null || role === null || changedAt === null) return []
  const publicId = publicIdOf('link', id)
  return [
    {
      id: publicId,
      otherName,
      role,
      endsAt: line.ends_at,
      renewsItself: (line.auto_renew_days ?? 0) > 0,
      reviewDueAt: line.review_due_at,
      changedAt,
      address: `${origin}/links/${publicId}`,
    },
  ]
}

function makeFeedRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/calendars/:key/partner-access.ics',
    summary: 'A private calendar of coming ends and reviews, for programs that read calendars',
    input: { params: z.strictObject({ key: z.string().max(100) }) },
    access: { identity: 'A calendar program signs in nowhere; the address itself is the key.' },
    limit: 'page',
    problems: ['CALENDAR_NOT_FOUND'],
    responses: { 200: z.string() },
    async handle({ mandate, params }) {
      const lines = await readCalendar(mandate, digestOf(params.key))
      const [first] = lines
      if (!first)
        throw new ProblemError(
          404,
          'CALENDAR_NOT_FOUND',
          'There is no calendar at this address, or no longer.',
        )
      const links = lines.flatMap((line) => toCalendarLink(line, services.publicOrigin()))
      return sent(writeCalendar(`Partner access, ${first.organisation}`, first.side, links), {
        'Content-Type': 'text/calendar; charset=utf-8',
        'Content-Disposition': 'inline; filename="partner-access.ics"',
      })
    },
  })
}

/** The routes of private calendar addresses, and what they answer (B1, the ladder of notices). */
export function makeCalendarRoutes(services: Services): readonly Route[] {
  return [...SIDES.flatMap((side) => makeSideRoutes(services, side)), makeFeedRoute(services)]
}
