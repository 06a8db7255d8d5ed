import { encodeId, findPermission, formatInstant, fromBits, idFromUuid, permissionsOf } from '@liaison/access'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import type { ElevationMandate, ElevationRow } from './store.ts'

/** What happened to an elevation, as subscribers of webhooks hear it. */
export type ElevationNews = 'requested' | 'approved' | 'started' | 'denied' | 'ended' | 'lapsed'

/** The stable names of what is done to elevations. */
type ElevationAction =
  | 'elevations.request'
  | 'elevations.approve'
  | 'elevations.deny'
  | 'elevations.withdraw'
  | 'elevations.end'
  | 'elevations.lapse'

/** Records what happened to an elevation, for both sides. */
export function recordElevation(
  mandate: ElevationMandate,
  row: ElevationRow,
  event: {
    readonly action: ElevationAction
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | null
  },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: row.tenant_id,
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    partnerId: row.partner_id,
    ...(row.partner_name !== null && { partnerName: row.partner_name }),
    delegationId: row.link_id,
    resource: { type: 'elevation', id: row.id, label: row.person_name },
    changes: {
      permissions: { after: permissionsOf(fromBits(row.mask)) },
      minutes: { after: row.duration_minutes },
      ...event.changes,
    },
    ...(event.reason && { reason: event.reason }),
  })
}

type Audience = 'requester' | 'partner' | 'tenant'

interface Told {
  readonly person: string
  readonly partner: string
  readonly tenant: string
  readonly until: string
  /** Whether it is over before its own time was, because the link, or the person's place in it, is. */
  readonly isCut: boolean
}

const WORDS: Readonly<
  Record<
    ElevationNews | 'asked_tenant' | 'withdrawn',
    Partial<Record<Audience, (told: Told) => readonly [subject: string, sentence: string]>>
  >
> = {
  requested: {
    partner: ({ person, tenant }) => [
      `${person} asks for more access in ${tenant}`,
      `${person} asks for more access in ${tenant} for a while. You, or another owner, can approve or deny it.`,
    ],
  },
  asked_tenant: {
    tenant: ({ person, partner }) => [
      `${person} of ${partner} asks for more access`,
      `${person} of ${partner} asks for more access to your organisation for a while. It works only if you approve it.`,
    ],
    requester: ({ tenant }) => [
      `A colleague approved your request; ${tenant} decides now`,
      `A colleague approved your request for more access. ${tenant} wants to approve it as well.`,
    ],
  },
  approved: {},
  started: {
    requester: ({ tenant, until }) => [
      `You have more access in ${tenant}`,
      `You have more access in ${tenant} until ${until}. It ends by itself; end it earlier when you are done.`,
    ],
    tenant: ({ person, partner, until }) => [
      `${person} of ${partner} has more access for a while`,
      `${person} of ${partner} has more access to your organisation until ${until}. You can end it at any time.`,
    ],
  },
  denied: {
    requester: ({ tenant }) => [
      `More access in ${tenant} was denied`,
      `Your request for more access in ${tenant} was denied.`,
    ],
  },
  withdrawn: {},
  ended: {
    requester: ({ tenant, isCut }) => [
      `More access in ${tenant} has ended`,
      isCut
        ? `The access that you had in ${tenant} for a while has ended before its time, since you cannot act there any more.`
        : `The access that you had in ${tenant} for a while has ended. What you can do there otherwise stays.`,
    ],
  },
  lapsed: {
    requester: ({ tenant, isCut }) =>
      isCut
        ? [
            `Your request for more access in ${tenant} is over`,
            `It ended before anybody answered, since you cannot act in ${tenant} any more.`,
          ]
        : [
            `Nobody answered your request for more access in ${tenant}`,
            `Nobody answered your request for more access in ${tenant} within 12 hours, so it has lapsed. You can ask again.`,
          ],
  },
}

function placeFor(audience: Audience, row: ElevationRow, origin: string | undefined): string {
  if (origin === undefined) return ''
  const path =
    audience === 'tenant'
      ? `/org/${encodeId('tenant', idFromUuid('tenant', row.tenant_id))}/access/elevations`
      : `/partner/${encodeId('partner', idFromUuid('partner', row.partner_id))}/elevations`
  return `\n\n${origin}${path}`
}

function bodyOf(sentence: string, row: ElevationRow, place: string): string {
  const wanted = permissionsOf(fromBits(row.mask)).map(
    (name) => `- ${findPermission(name)?.sentence ?? name}`,
  )
  const minutes = `${row.duration_minutes} minutes`
  const given = row.end_reason === null ? '' : `\n\nReason given: "${row.end_reason}"`
  const id = encodeId('elevation', idFromUuid('elevation', row.id))
  return `${sentence}\n\nWhat it lets ${row.person_name} do for ${minutes}:\n${wanted.join('\n')}\n\nWhy: "${row.reason}"${given}${place}\n\nThis mail gives no access by itself. Reference ${id}.`
}

/** Tells those whom it concerns: mails, and the subscribers of webhooks with ids alone. */
export async function announceElevation(
  mandate: ElevationMandate,
  row: ElevationRow,
  told: { readonly news: keyof typeof WORDS; readonly origin?: string },
): Promise<void> {
  const words = WORDS[told.news]
  const parties: Told = {
    person: row.person_name,
    partner: row.partner_name ?? 'the partner',
    tenant: row.tenant_name ?? 'the organisation',
    until: row.ends_at ? formatInstant(row.ends_at) : 'its end',
    isCut: mandate.kind === 'system' && (row.ends_at ?? row.answer_by) > mandate.origin.now,
  }
  const mails = (['requester', 'partner', 'tenant'] as const).flatMap((audience) => {
    const said = words[audience]?.(parties)
    if (!said) return []
    const body = bodyOf(said[1], row, placeFor(audience, row, told.origin))
    return [
      { text: 'select access.mail_elevation($1, $2, $3, $4)', values: [row.id, audience, said[0], body] },
    ]
  })
  if (mails.length > 0) await runStatements(mandate, mails)
  if (told.news === 'asked_tenant') return
  const news = told.news === 'withdrawn' ? 'ended' : told.news
  await enqueue(mandate, `elevation.${news}`, {
    elevation_id: row.id,
    link_id: row.link_id,
    tenant_id: row.tenant_id,
    partner_id: row.partner_id,
  })
}
