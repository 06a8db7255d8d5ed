import { makeExports } from '../../server/src/modules/exports/index.ts'
import { startFeatures } from '../../server/src/modules/features/index.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { answerParent } from './child.ts'

/** What making the waiting files took of this process. */
export interface Making {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Memory of the process before the first row, in MB (10^6 bytes). */
  readonly startMb: number
  /** The most that it had while it worked. */
  readonly mostMb: number
  /** The longest that the process did nothing else, in milliseconds: what a request would have waited. */
  readonly longestTurnMs: number
}

const SAMPLE_MS = 10
const megabytes = (): number => process.memoryUsage.rss() / 1e6

async function make(connection: ConnectionSettings): Promise<Making> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 4 })
  const errors: Error[] = []
  // What is not open to the partner is in no file, so the files ask for it as the server does.
  const features = await startFeatures(database, (error) => errors.push(error))
  const exports = makeExports({
    database,
    publicOrigin: () => 'http://localhost',
    onError: (error) => errors.push(error),
  })
  const startMb = megabytes()
  let [mostMb, longestTurnMs, last] = [startMb, 0, performance.now()]
  const sample = setInterval(() => {
    const now = performance.now()
    longestTurnMs = Math.max(longestTurnMs, now - last - SAMPLE_MS)
    last = now
    mostMb = Math.max(mostMb, megabytes())
  }, SAMPLE_MS)
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  await exports.makeDue()
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(sample)
  await exports.stop()
  await features.stop()
  await database.close()
  const [error] = errors
  if (error) throw error
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    startMb,
    mostMb,
    longestTurnMs,
  }
}

answerParent(make, () => Promise.resolve())
