import { isUnambiguousTimeZone } from '@liaison/access'
import { z } from 'zod'
import { AllowedOrigins, isWildcard } from '#platform/allowed-origins.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { countOtherTouch, getSetting, insertSetting } from './setting-store.ts'
import type { SettingRow } from './setting-store.ts'

const PATH = '/api/v1/admin/program-settings'

const SettingBody = z
  .strictObject({
    version: z.int(),
    live_needs_agreement: z.boolean().meta({
      description:
        'Whether an API client of a partner goes live only while the partner has an agreement in force.',
    }),
    contact_kept_days: z
      .int()
      .min(1)
      .max(3650)
      .meta({ description: 'How many days the contact address of a sign-up is kept.' }),
    attribution_model: z.enum(['first_touch', 'last_touch']).meta({
      description:
        'Which of several partners whose links a customer followed is counted. An agreement is offered with the same only; where those of the partners all say another, theirs counts.',
    }),
    time_zone: z
      .string()
      .max(64)
      .refine(isUnambiguousTimeZone, {
        message: 'must be an IANA time zone',
        params: { code: 'TIME_ZONE_UNKNOWN' },
      })
      .meta({ description: 'Whose days and months count for waiting times, payouts and statements.' }),
    deal_protected_days: z
      .int()
      .min(1)
      .max(730)
      .meta({ description: 'How many days a deal is protected that is approved from now on.' }),
    shows_sign_up_ranks: z.boolean().meta({
      description: 'Whether partners see how they rank among each other by sign-ups.',
    }),
    shows_earning_ranks: z.boolean().meta({
      description: 'Whether partners see how they rank among each other by what they earn.',
    }),
    embeds_dashboard: z.boolean().meta({
      description: 'Whether products of the provider may show partners their figures in a frame.',
    }),
    dashboard_origins: AllowedOrigins.refine(
      (origins) => !origins.some(isWildcard),
      'must name each site by itself',
    ).meta({ description: 'The sites that may show that frame; without any it stands nowhere.' }),
    other_attribution_agreements: z.int().meta({
      description: 'How many agreements that are offered, signed or in force say another attribution.',
    }),
    set_by_name: z.string(),
    set_at: z.string(),
  })
  .meta({ id: 'ProgramSettings' })

const SettingInput = SettingBody.pick({ live_needs_agreement: true, contact_kept_days: true }).extend(
  // Whoever knows nothing of them leaves them as they are.
  SettingBody.pick({
    attribution_model: true,
    time_zone: true,
    deal_protected_days: true,
    shows_sign_up_ranks: true,
    shows_earning_ranks: true,
    embeds_dashboard: true,
    dashboard_origins: true,
  }).partial().shape,
)

const CHANGED = [
  'live_needs_agreement',
  'contact_kept_days',
  'attribution_model',
  'time_zone',
  'deal_protected_days',
  'shows_sign_up_ranks',
  'shows_earning_ranks',
  'embeds_dashboard',
  'dashboard_origins',
] as const

const answer = async (mandate: Mandate<'platform'>, row: SettingRow) =>
  sentAt(
    {
      version: row.version,
      live_needs_agreement: row.live_needs_agreement,
      contact_kept_days: row.contact_kept_days,
      attribution_model: row.attribution_model,
      time_zone: row.time_zone,
      deal_protected_days: row.deal_protected_days,
      shows_sign_up_ranks: row.shows_sign_up_ranks,
      shows_earning_ranks: row.shows_earning_ranks,
      embeds_dashboard: row.embeds_dashboard,
      dashboard_origins: [...row.dashboard_origins],
      other_attribution_agreements: await countOtherTouch(mandate, row.attribution_model),
      set_by_name: row.set_by_name,
      set_at: row.created_at.toISOString(),
    },
    row.version,
  )

/** What the provider asks of partners beside their agreements, and by which rule and clock it counts (A11, D4, D5). */
export const demandRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary:
      'What live API clients need, how long contact addresses are kept, which touch counts, and the time zone',
    input: {},
    access: { permission: 'platform.agreements.read' },
    limit: 'detail',
    responses: { 200: SettingBody },
    handle: async ({ mandate }) => answer(mandate, await getSetting(mandate)),
  }),
  route({
    method: 'PUT',
    path: PATH,
    summary:
      'Change what live API clients need, how long contact addresses are kept, which touch counts, and the time zone',
    input: { body: SettingInput },
    access: { permission: 'platform.agreements.approve' },
    limit: 'write',
    ifMatch: true,
    problems: ['TIME_ZONE_UNKNOWN'],
    responses: { 200: SettingBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getSetting(mandate)
      if (before.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The settings changed after they were read.')
      const after = await insertSetting(mandate, {
        live_needs_agreement: body.live_needs_agreement,
        contact_kept_days: body.contact_kept_days,
        attribution_model: body.attribution_model ?? before.attribution_model,
        time_zone: body.time_zone ?? before.time_zone,
        deal_protected_days: body.deal_protected_days ?? before.deal_protected_days,
        shows_sign_up_ranks: body.shows_sign_up_ranks ?? before.shows_sign_up_ranks,
        shows_earning_ranks: body.shows_earning_ranks ?? before.shows_earning_ranks,
        embeds_dashboard: body.embeds_dashboard ?? before.embeds_dashboard,
        dashboard_origins: body.dashboard_origins ?? before.dashboard_origins,
        version: before.version + 1,
      })
      recordEvent(mandate, {
        action: 'program.demands.changed',
        resource: { type: 'program_setting', label: `Version ${after.version}` },
        changes: Object.fromEntries(
          CHANGED.map((name) => [name, { before: before[name], after: after[name] }]),
        ),
      })
      return answer(mandate, after)
    },
  }),
]
