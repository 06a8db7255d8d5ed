import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import { db } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'

const DAYS = 28
const DAY_MS = 86_400_000
const MOST_ORIGINS = 50

const SiteBody = z.strictObject({
  origin: z.string(),
  is_allowed: z.boolean(),
  visits: z.int(),
  first_seen_at: z.string(),
  last_seen_at: z.string(),
})

/** What happened on a form in four weeks. */
export const ActivityBody = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    issued: z.int(),
    sent_to_review: z.int(),
    looked_up: z.int(),
    refused: z.int(),
    refusals: z.array(z.strictObject({ reason: z.string(), times: z.int() })),
    limited_minutes: z.int().meta({ description: 'Minutes in which a limit refused requests.' }),
    days: z.array(z.strictObject({ day: z.string(), issued: z.int(), looked_up: z.int(), refused: z.int() })),
    sites: z.array(SiteBody).meta({ description: 'Sites that showed the form, or tried to.' }),
    last_hour: z.int(),
    usual_at_most: z
      .int()
      .meta({ description: 'More vouchers in an hour than this are far more than usual.' }),
    is_unusual: z.boolean(),
    abuse_suspected_at: z.string().nullable(),
  })
  .meta({ id: 'FormActivity' })

type Activity = z.output<typeof ActivityBody>

const Event = z.object({
  hour: z.date(),
  action: z.string(),
  code: z.string().nullable(),
  times: z.coerce.number(),
  minutes: z.coerce.number(),
})
const Rush = z.object({ last_hour: z.coerce.number(), threshold: z.coerce.number() })

const Zone = z.object({ zone: z.string() })

type Kind = 'issued' | 'sent_to_review' | 'looked_up' | 'refused' | 'other'

function kindOf({ action }: z.output<typeof Event>): Kind {
  if (action === 'voucher.issued') return 'issued'
  if (action === 'voucher.review_requested') return 'sent_to_review'
  if (action === 'voucher.looked_up') return 'looked_up'
  return action.startsWith('embed.') ? 'refused' : 'other'
}

const sum = (events: readonly z.output<typeof Event>[], kind: Kind): number =>
  events.filter((event) => kindOf(event) === kind).reduce((total, { times }) => total + times, 0)

function byReason(events: readonly z.output<typeof Event>[]): Activity['refusals'] {
  const times = new Map<string, number>()
  for (const event of events.filter((one) => kindOf(one) === 'refused')) {
    const reason = event.code ?? event.action
    times.set(reason, (times.get(reason) ?? 0) + event.times)
  }
  return [...times].map(([reason, count]) => ({ reason, times: count })).toSorted((a, b) => b.times - a.times)
}

/** By the days of the organisation, as its daily limits count. */
function byDay(events: readonly z.output<typeof Event>[], now: Date, zone: string): Activity['days'] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  const today = Date.parse(`${format.format(now)}T00:00:00Z`)
  const byOwnDay = Map.groupBy(events, ({ hour }) => format.format(hour))
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(today - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10)
    const own = byOwnDay.get(day) ?? []
    return {
      day,
      issued: sum(own, 'issued') + sum(own, 'sent_to_review'),
      looked_up: sum(own, 'looked_up'),
      refused: sum(own, 'refused'),
    }
  })
}

/** Those that were seen last, allowed sites and others apart: many of the others hide none of the form's own. */
async function listSites(mandate: TenantMandate, formId: string): Promise<Activity['sites']> {
  const seen = (isAllowed: boolean) =>
    db(mandate)
      .selectFrom('form_visit')
      .where('tenant_id', '=', mandate.tenant.id)
      .where('form_id', '=', formId)
      .where('is_allowed', '=', isAllowed)
      .select(['origin', 'is_allowed', 'visits', 'first_seen_at', 'last_seen_at'])
      .orderBy('last_seen_at', 'desc')
      .limit(MOST_ORIGINS)
      .execute()
  const rows = [...(await seen(true)), ...(await seen(false))].toSorted(
    (one, other) => other.last_seen_at.getTime() - one.last_seen_at.getTime(),
  )
  return rows.map((row) => ({
    origin: row.origin,
    is_allowed: row.is_allowed,
    visits: Number(row.visits),
    first_seen_at: row.first_seen_at.toISOString(),
    last_seen_at: row.last_seen_at.toISOString(),
  }))
}

/** What happened on a form in the last four weeks, from the audit log, and whether it is far more than usual now (E11). */
export async function readActivity(
  mandate: TenantMandate,
  form: { readonly id: string; readonly abuse_suspected_at: Date | null },
): Promise<Activity> {
  const to = mandate.origin.now
  const from = new Date(to.getTime() - DAYS * DAY_MS)
  const [found, rushed, zoned] = await runStatements(mandate, [
    { text: 'select * from access.agency_events($1) where form_id = $2', values: [from, form.id] },
    { text: 'select * from access.own_form_rush($1)', values: [form.id] },
    { text: 'select access.voucher_zone() as zone', values: [] },
  ])
  const { zone } = Zone.parse(zoned?.rows[0])
  const events = z.array(Event).parse(found?.rows ?? [])
  const [rush = { last_hour: 0, threshold: 20 }] = z.array(Rush).parse(rushed?.rows ?? [])
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    issued: sum(events, 'issued'),
    sent_to_review: sum(events, 'sent_to_review'),
    looked_up: sum(events, 'looked_up'),
    refused: sum(events, 'refused'),
    refusals: byReason(events),
    limited_minutes: events
      .filter(({ action }) => action === 'embed.rate_limited')
      .reduce((total, { minutes }) => total + minutes, 0),
    days: byDay(events, to, zone),
    sites: await listSites(mandate, form.id),
    last_hour: rush.last_hour,
    usual_at_most: rush.threshold,
    is_unusual: rush.last_hour > rush.threshold,
    abuse_suspected_at: form.abuse_suspected_at?.toISOString() ?? null,
  }
}
