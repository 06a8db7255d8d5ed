import { readBody } from '@liaison/client'
import type { Elevation } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'
import { formatCountdown } from '../../platform/format.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'

export type Step = 'approve' | 'deny' | 'end'

/** Answers or ends an elevation from whichever side this frame is. */
export function moveElevation(
  frame: Frame,
  elevation: Elevation,
  step: { readonly to: Step; readonly reason: string },
): Promise<Elevation> {
  const call = {
    params: { path: { elevation_id: elevation.elevation_id } },
    body: step.reason === '' ? {} : { reason: step.reason },
  }
  return frame.kind === 'org'
    ? readBody(frame.client.POST(`/tenant/partner-access/elevations/{elevation_id}/${step.to}`, call))
    : readBody(frame.client.POST(`/partner/elevations/{elevation_id}/${step.to}`, call))
}

type ElevationQuery = { status: string; limit: number; offset: number }

/** A page of the elevations that this frame may see, the newest first. */
export function readElevations({ kind, client }: Frame, query: ElevationQuery, signal: AbortSignal) {
  const init = { params: { query }, signal }
  return kind === 'org'
    ? readBody(client.GET('/tenant/partner-access/elevations', init))
    : readBody(client.GET('/partner/elevations', init))
}

/** Every elevation that waits for an answer or runs, however many there are. */
export const readOpenElevations = (frame: Frame, signal: AbortSignal): Promise<Elevation[]> =>
  readAllByOffset((place) =>
    readElevations(frame, { status: 'requested,approved,active', limit: 100, ...place }, signal),
  )

/** "2 hours", "45 minutes". */
export function formatDuration(minutes: number): string {
  return minutes % 60 === 0
    ? t('elevate.hours', { count: minutes / 60 })
    : t('elevate.minutes', { count: minutes })
}

const hourMs = 3_600_000

/** "3 h 46 min" while more than an hour is left, then "12:05". */
export function formatTimeLeft(leftMs: number): string {
  if (leftMs < hourMs) return formatCountdown(leftMs)
  const minutes = Math.ceil(leftMs / 60_000)
  return t('elevate.hours_left', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}
