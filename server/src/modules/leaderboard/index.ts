/**
 * The leaderboard (D12): each night `leaderboard_entry` takes what partners are ranked by, sign-ups and earnings, as far as
 * the provider shows it. A partner is told places: others by name only where their own owners agreed in
 * `leaderboard_choice`, and nobody else's amounts. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import { platformRoutes } from './routes-platform.ts'
import { programRoutes } from './routes-program.ts'

export { runLeaderboardClock } from './clock.ts'

/** Every route of the leaderboard. */
export const leaderboardRoutes: readonly Route[] = [...programRoutes, ...platformRoutes]
