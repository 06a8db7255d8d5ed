import { z } from 'zod'
import { takeKeptEvents } from '#modules/earnings/index.ts'
import { refuseItems } from '#platform/item-faults.ts'
import { faultOfFuture } from '#platform/item-faults.ts'
import type { ItemFault } from '#platform/item-faults.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { instantText, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { NamedPartner, namePartner, NamedTenant, nameTenant } from './referral-view.ts'
import { REASONS } from './rules.ts'
import { findTenantsOfSource, listSignUps, returnToMark, setMark, takeSignUps } from './sign-up-store.ts'
import type { PlacedSignUp, SignUpAnswer, SignUpRow } from './sign-up-store.ts'
import { SIGN_UP_OUTCOMES } from './tables.ts'

const MAXIMUM_ITEMS = 1000
const BODY_LIMIT_BYTES = 2 * 1024 * 1024

const Item = z.strictObject({
  external_id: plainText(1, 200).meta({ description: 'The id of the sign-up in the system that sends it.' }),
  tenant_external_id: plainText(1, 200).meta({
    description: 'The external id of the tenant in the same source.',
  }),
  occurred_at: instantText(),
  code: plainText(1, 64).optional().meta({ description: 'The code that the customer typed.' }),
  click_id: plainText(1, 64).optional().meta({
    description: 'The `click_id` with which the customer came to the site.',
  }),
  contact_email: plainText(3, 254).optional(),
  ip_prefix: plainText(2, 64)
    .optional()
    .meta({ description: 'The network of the sign-up, without its host.' }),
})

type Item = z.output<typeof Item>

const ClickId = publicId('referral_click')

const Fault = z.strictObject({ index: z.int(), pointer: z.string(), code: z.string(), detail: z.string() })

const Outcome = z.strictObject({
  received: z.int(),
  created: z.int().meta({ description: 'How many were new.' }),
  unchanged: z.int().meta({ description: 'How many had come before.' }),
  dry_run: z.boolean(),
  results: z.array(
    z.strictObject({
      external_id: z.string(),
      outcome: z.enum(SIGN_UP_OUTCOMES),
      reason: z.string().nullable().meta({ description: 'Why nobody was referred.' }),
      detail: z.string().nullable(),
      referral_id: z.string().nullable(),
      is_held: z.boolean().meta({ description: 'Whether its earnings wait for a check.' }),
    }),
  ),
  errors: z.array(Fault).readonly().meta({
    description: 'What is wrong, item by item; filled by a dry run only, since otherwise the answer is 422.',
  }),
})

/** A click id of another form is no mistake of the batch: browsers bring what they like. It refers nobody. */
const UNKNOWN_CLICK = '00000000-0000-7000-8000-000000000000'

function readClick(text: string | undefined): string | null {
  if (text === undefined) return null
  const parsed = ClickId.safeParse(text)
  return parsed.success ? parsed.data : UNKNOWN_CLICK
}

function findFaults(items: readonly Item[], tenants: ReadonlyMap<string, string>, now: Date): ItemFault[] {
  const first = new Map<string, number>()
  return items.flatMap((item, index) => {
    const faults = faultOfFuture({ index, pointer: '/occurred_at', at: item.occurred_at }, now)
    if (!tenants.has(item.tenant_external_id))
      faults.push({
        index,
        pointer: '/tenant_external_id',
        code: 'TENANT_UNKNOWN',
        detail: 'No tenant of this source has this id; hand the tenant in first.',
      })
    if (first.has(item.external_id))
      faults.push({
        index,
        pointer: '/external_id',
        code: 'REPEATED',
        detail: `Item ${first.get(item.external_id)} has this id already.`,
      })
    else first.set(item.external_id, index)
    return faults
  })
}

interface Taken {
  readonly answers: readonly SignUpAnswer[]
  readonly faults: readonly ItemFault[]
}

/** The tenants that are referred from now on: what they paid since they signed up may have been reported before. */
function findNewlyReferred(placed: readonly PlacedSignUp[], answers: readonly SignUpAnswer[]): string[] {
  return placed.flatMap(({ tenantId }, index) => {
    const answer = answers[index]
    return answer?.is_new === true && answer.referral_id !== null ? [tenantId] : []
  })
}

async function take(mandate: Mandate<'ingest'>, items: readonly Item[], key: Buffer): Promise<Taken> {
  const tenants = await findTenantsOfSource(
    mandate,
    items.map((item) => item.tenant_external_id),
  )
  const faults = findFaults(items, tenants, mandate.origin.now)
  if (faults.length > 0) return { answers: [], faults }
  const placed = items.flatMap((item): PlacedSignUp[] => {
    const tenantId = tenants.get(item.tenant_external_id)
    if (tenantId === undefined) return []
    return [
      {
        externalId: item.external_id,
        tenantId,
        occurredAt: item.occurred_at,
        code: item.code?.trim() ?? null,
        clickId: readClick(item.click_id),
        contactEmail: item.contact_email ?? null,
        ipPrefix: item.ip_prefix ?? null,
      },
    ]
  })
  const answers = await takeSignUps(mandate, placed, key)
  const reused = answers.flatMap((answer, index): ItemFault[] =>
    answer.is_reused
      ? [
          {
            index,
            pointer: '/external_id',
            code: 'EXTERNAL_ID_REUSED',
            detail: 'A sign-up with this id came before with another content.',
          },
        ]
      : [],
  )
  if (reused.length === 0) await takeKeptEvents(mandate, findNewlyReferred(placed, answers))
  return { answers, faults: reused }
}

function toResults(items: readonly Item[], { answers, faults }: Taken, isTried: boolean) {
  const told = faults.length > 0 ? [] : answers
  const created = told.filter(({ is_new }) => is_new).length
  return {
    received: items.length,
    created,
    unchanged: told.length - created,
    results: told.map((answer, index) => ({
      external_id: items[index]?.external_id ?? '',
      outcome: answer.outcome,
      reason: answer.reason,
      detail: answer.reason === null ? null : (REASONS[answer.reason] ?? null),
      // What was only tried has no id that could be asked for later.
      referral_id:
        answer.referral_id === null || (isTried && answer.is_new)
          ? null
          : publicIdOf('referral', answer.referral_id),
      is_held: answer.risk === 'hold',
    })),
  }
}

/** What is digested can be guessed, so that the digest takes a key. */
const DIGEST_KEY = 'referral sign-ups'

const makeIngestRoute = (services: Services): Route =>
  route({
    method: 'POST',
    path: '/api/v1/ingest/signups',
    summary: 'Report sign-ups of tenants, and learn whether a partner referred them',
    input: {
      body: z.strictObject({
        source: plainText(1, 63),
        dry_run: z.boolean().default(false),
        items: z.array(Item).min(1).max(MAXIMUM_ITEMS),
      }),
    },
    access: { ingest: 'The provider reports who signed up.' },
    limit: 'ingest',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    responses: { 200: Outcome },
    problems: ['INGEST_SOURCE_MISMATCH'],
    async handle({ mandate, body }) {
      if (body.source !== mandate.source)
        throw new ProblemError(
          403,
          'INGEST_SOURCE_MISMATCH',
          `This key belongs to the source ${mandate.source}.`,
        )
      if (body.dry_run) await setMark(mandate)
      const taken = await take(mandate, body.items, services.vault.deriveKey(DIGEST_KEY))
      if (body.dry_run) await returnToMark(mandate)
      else if (taken.faults.length > 0) refuseItems(taken.faults)
      const results = toResults(body.items, taken, body.dry_run)
      recordEvent(mandate, {
        action: 'program.sign_ups.imported',
        rowCount: body.items.length,
        changes: {
          source: mandate.source,
          created: body.dry_run ? 0 : results.created,
          dry_run: body.dry_run,
        },
      })
      return { ...results, dry_run: body.dry_run, errors: taken.faults }
    },
  })

const SignUpBody = z
  .strictObject({
    source: z.string(),
    external_id: z.string(),
    tenant: NamedTenant,
    occurred_at: z.string(),
    received_at: z.string(),
    code: z.string().nullable(),
    partner: NamedPartner.nullable().meta({ description: 'Whose code or link it was.' }),
    outcome: z.enum(SIGN_UP_OUTCOMES),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    referral_id: z.string().nullable(),
  })
  .meta({ id: 'SignUp' })

function toSignUp(row: SignUpRow): z.input<typeof SignUpBody> {
  return {
    source: row.source,
    external_id: row.external_id,
    tenant: nameTenant(row.tenant_id, row.tenant_name),
    occurred_at: row.occurred_at.toISOString(),
    received_at: row.received_at.toISOString(),
    code: row.code,
    partner:
      row.partner_id === null || row.partner_name === null
        ? null
        : namePartner(row.partner_id, row.partner_name),
    outcome: row.outcome ?? 'not_referred',
    reason: row.reason,
    detail: row.reason === null ? null : (REASONS[row.reason] ?? null),
    referral_id: row.referral_id && publicIdOf('referral', row.referral_id),
  }
}

const listRoute = route({
  method: 'GET',
  path: '/api/v1/admin/sign-ups',
  summary: 'The sign-ups that were reported, what came of each and why',
  input: {
    query: z.strictObject({
      outcome: z.enum(SIGN_UP_OUTCOMES).optional(),
      partner_id: publicId('partner').optional(),
      tenant_id: publicId('tenant').optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'platform.referrals.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(SignUpBody)) },
  async handle({ mandate, query }) {
    const filter = { outcome: query.outcome, partnerId: query.partner_id, tenantId: query.tenant_id }
    const { rows, total } = await listSignUps(mandate, filter, query)
    return toPage(rows.map(toSignUp), query, total)
  },
})

/** Sign-ups as the provider's systems report them, and what came of them (D11). */
export const makeSignUpRoutes = (services: Services): readonly Route[] => [
  makeIngestRoute(services),
  listRoute,
]
