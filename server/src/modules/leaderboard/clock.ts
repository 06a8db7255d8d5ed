import type { Database } from '#platform/database.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { takeLeaderboard } from './store.ts'

/**
 * Counts what partners are ranked by. Boards are of last night, so that nobody watches a rival's sign-ups come in; who
 * stands there by name and whether anything is shown is asked at each reading. Answers how many entries there are.
 * Source: D12.
 */
export const runLeaderboardClock = (database: Database): Promise<number> =>
  inSystemTransaction(database, { job: 'leaderboard' }, takeLeaderboard)
