import autocannon from 'autocannon'
import type { Client, Request } from 'autocannon'
import { percentile } from '../statistics.ts'
import { answerParent } from './child.ts'

/** Requests for one server, spread over the connections so that no two send the same at the same time. */
export interface LoadOrder {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly requests: readonly Request[]
}

/** What came of it; times in milliseconds. */
export interface LoadReport {
  readonly count: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

async function applyLoad({ url, connections, seconds, requests }: LoadOrder): Promise<LoadReport> {
  const times: number[] = []
  const failures: number[] = []
  let connection = 0
  const setupClient = (client: Client) => {
    const own = requests.filter((_, index) => index % connections === connection % connections)
    connection += 1
    client.setRequests(own)
    client.on('response', (status: number, _bytes: number, milliseconds: number) => {
      if (status === 200) times.push(milliseconds)
      else failures.push(status)
    })
  }
  const startedMs = performance.now()
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.slice(0, 1),
    setupClient,
  })
  const elapsedSeconds = (performance.now() - startedMs) / 1000
  if (failures.length > 0 || result.errors > 0)
    throw new Error(
      `${url}: ${result.errors} errors; answers that were not 200: ${failures.slice(0, 5).join(', ')}`,
    )
  return {
    count: times.length,
    perSecond: times.length / elapsedSeconds,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
  }
}

answerParent(applyLoad, () => Promise.resolve())
