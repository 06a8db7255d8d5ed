import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import type { OwnPlaceRow, PlaceRow } from './store.ts'
import { MEASURES } from './tables.ts'
import type { Measure } from './tables.ts'

const Period = z
  .string()
  .regex(/^(all_time|\d{4}-(0[1-9]|1[0-2]))$/, 'must be all_time or a month such as 2026-11')
  .refine((text) => !text.startsWith('0000'), {
    message: 'must lie in the years 0001 to 9999',
    params: { code: 'OUT_OF_RANGE' },
  })
  .default('all_time')
  .meta({ description: 'All time, or a month in the time zone of the program.' })

const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
  .optional()
  .meta({ description: 'One of the currencies of the leaderboard; the first of them when none is named.' })

export const SignUpQuery = { period: Period }
export const EarningQuery = { period: Period, currency: Currency }

const place = z.int().min(1).meta({ description: 'Equals share a place.' })
const takenAt = z
  .string()
  .nullable()
  .meta({ description: 'When the board was counted; null when it is empty.' })
const months = z.array(z.string()).meta({ description: 'This month and the one before.' })
const currencies = z.array(z.string())

export const OwnLeaderboardBody = z
  .strictObject({
    shows: z.array(z.enum(MEASURES)).meta({ description: 'The boards that the provider shows to you.' }),
    is_named: z.boolean().meta({ description: 'Whether other partners read the name of yours.' }),
    months,
    currencies,
  })
  .meta({ id: 'OwnLeaderboard' })

const OwnPlace = z.strictObject({
  place,
  name: z.string().nullable().meta({ description: 'Null where the partner did not agree to be named.' }),
  is_own: z.boolean(),
  score: z
    .int()
    .nullable()
    .meta({ description: 'Sign-ups, or in minor units what was earned; what others earned is null.' }),
})

export const OwnBoardBody = z
  .strictObject({
    places: z.array(OwnPlace).meta({
      description: 'The first twenty and your own place; empty while fewer than three partners have one.',
    }),
    taken_at: takenAt,
  })
  .meta({ id: 'OwnLeaderboardPlaces' })

export const LeaderboardBody = z
  .strictObject({ shows: z.array(z.enum(MEASURES)), months, currencies })
  .meta({ id: 'Leaderboard' })

export const PlaceBody = z
  .strictObject({
    place,
    partner: z.strictObject({ partner_id: z.string(), name: z.string() }),
    is_named: z.boolean().meta({ description: 'Whether other partners read its name.' }),
    score: z.int(),
    taken_at: z.string(),
  })
  .meta({ id: 'LeaderboardPlace' })

/** Which boards are shown. */
export const toShows = (shown: {
  readonly shows_sign_up_ranks: boolean
  readonly shows_earning_ranks: boolean
}): Measure[] => [
  ...(shown.shows_sign_up_ranks ? (['sign_ups'] as const) : []),
  ...(shown.shows_earning_ranks ? (['earnings'] as const) : []),
]

/** A board as a partner sees it. */
export const toOwnBoard = (rows: readonly OwnPlaceRow[]): z.output<typeof OwnBoardBody> => ({
  places: rows.map(({ place: at, name, is_own, score }) => ({ place: at, name, is_own, score })),
  taken_at: rows[0]?.taken_at.toISOString() ?? null,
})

/** A place as the provider sees it. */
export const toPlace = (row: PlaceRow): z.output<typeof PlaceBody> => ({
  place: row.place,
  partner: { partner_id: publicIdOf('partner', row.partner_id), name: row.name },
  is_named: row.is_named,
  score: row.score,
  taken_at: row.taken_at.toISOString(),
})
