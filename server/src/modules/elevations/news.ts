import { fromBits, permissionsOf } from '@liaison/access'
import { tellPermission } from '#modules/links/index.ts'
import { enqueue, recordEvent, runStatements } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letter } from '#platform/words/letters.ts'
import type { ElevationMandate, ElevationRow } from './store.ts'
import { ELEVATION_WORDS } from './words/index.ts'
import type { Told } from './words/index.ts'

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

/** Who reads English: partners do. */
type Side = 'requester' | 'partner'

const WORDS: Readonly<
  Record<
    ElevationNews | 'asked_tenant' | 'withdrawn',
    Partial<Record<Side, (told: Told) => readonly [subject: string, sentence: string]>>
  >
> = {
  requested: {
    partner: ({ person, tenant }) => [
      `${person} asks for more access in ${tenant}`,
      `${person} asks for more access in ${tenant} for a while. You, or another owner, can approve or deny it.`,
    ],
  },
  asked_tenant: {
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

/** What the organisation itself is told of, and whether its security contact is told too: of what lets somebody in. */
const TO_TENANT = {
  asked_tenant: { words: 'asks', isSafety: false },
  started: { words: 'started', isSafety: true },
} as const

interface Telling {
  readonly news: keyof typeof WORDS
  /** The origin of the portal; the clock, which has none at hand, tells without the page. */
  readonly origin?: string
}

function toldOf(mandate: ElevationMandate, row: ElevationRow, language: Language): Told {
  return {
    person: row.person_name,
    partner: row.partner_name ?? 'the partner',
    tenant: row.tenant_name ?? 'the organisation',
    until: row.ends_at ? writeInstant(row.ends_at, language) : 'its end',
    isCut: mandate.kind === 'system' && (row.ends_at ?? row.answer_by) > mandate.origin.now,
  }
}

function placeFor(audience: Side | 'tenant', row: ElevationRow, origin: string | undefined): string[] {
  if (origin === undefined) return []
  const path =
    audience === 'tenant'
      ? `/org/${publicIdOf('tenant', row.tenant_id)}/access/elevations`
      : `/partner/${publicIdOf('partner', row.partner_id)}/elevations`
  return [`${origin}${path}`]
}

/** A mail: what happened, what the access lets its person do and why, and where to see it. */
function letterOf(
  row: ElevationRow,
  language: Language,
  {
    said,
    place,
  }: { readonly said: readonly [subject: string, sentence: string]; readonly place: readonly string[] },
): Letter {
  const words = ELEVATION_WORDS[language]
  const wanted = permissionsOf(fromBits(row.mask)).map((name) => `- ${tellPermission(name, language)}`)
  const paragraphs = [
    said[1],
    [words.lets(row.person_name, row.duration_minutes), ...wanted].join('\n'),
    words.why(row.reason),
    ...(row.end_reason === null ? [] : [words.given(row.end_reason)]),
    ...place,
    words.reference(publicIdOf('elevation', row.id)),
  ]
  return { subject: said[0], text: paragraphs.join('\n\n') }
}

async function mailTenant(
  mandate: ElevationMandate,
  row: ElevationRow,
  { news, origin }: Telling & { readonly news: keyof typeof TO_TENANT },
): Promise<void> {
  const { words, isSafety } = TO_TENANT[news]
  const place = placeFor('tenant', row, origin)
  const letters = writeLetters((language) => {
    const said = ELEVATION_WORDS[language][words](toldOf(mandate, row, language))
    return letterOf(row, language, { said, place })
  })
  await runStatements(mandate, [
    { text: 'select access.mail_elevation($1, $2, $3)', values: [row.id, 'tenant', letters] },
    ...(isSafety
      ? [{ text: 'select access.mail_security_contact($1, $2)', values: [row.link_id, letters] }]
      : []),
  ])
}

/** Tells those whom it concerns: mails, and the subscribers of webhooks with ids alone. */
export async function announceElevation(
  mandate: ElevationMandate,
  row: ElevationRow,
  told: Telling,
): Promise<void> {
  const { news, origin } = told
  const parties = toldOf(mandate, row, 'en')
  const mails = (['requester', 'partner'] as const).flatMap((audience) => {
    const said = WORDS[news][audience]?.(parties)
    if (!said) return []
    const en = letterOf(row, 'en', { said, place: placeFor(audience, row, origin) })
    return [{ text: 'select access.mail_elevation($1, $2, $3)', values: [row.id, audience, { en }] }]
  })
  if (mails.length > 0) await runStatements(mandate, mails)
  if (news === 'asked_tenant' || news === 'started') await mailTenant(mandate, row, { ...told, news })
  if (news === 'asked_tenant') return
  await enqueue(mandate, `elevation.${news === 'withdrawn' ? 'ended' : news}`, {
    elevation_id: row.id,
    link_id: row.link_id,
    tenant_id: row.tenant_id,
    partner_id: row.partner_id,
  })
}
