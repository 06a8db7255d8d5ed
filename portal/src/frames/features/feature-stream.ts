import { readStream } from '../../platform/follow.ts'

const firstPauseMs = 2_000
const longestPauseMs = 60_000

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Follows the features of the own partner until the stream ends. True when it is worth opening another one. */
async function followOnce(signal: AbortSignal, onChanged: () => void): Promise<boolean> {
  const response = await fetch('/api/v1/partner/features/on', {
    headers: { Accept: 'text/event-stream' },
    signal,
  })
  if (!response.ok || response.body === null) return response.status >= 500 || response.status === 429
  await readStream(response.body, ({ event }) => {
    // The first word is what holds already; the page has just asked for it.
    if (event === 'features.changed') onChanged()
  })
  return true
}

/** Says each time the features of the own partner changed, while nobody ends it. */
export async function followFeatures(signal: AbortSignal, onChanged: () => void): Promise<void> {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    const openedMs = performance.now()
    const mayGoOn = await followOnce(signal, onChanged).catch(() => true)
    if (!mayGoOn || signal.aborted) return
    if (performance.now() - openedMs > longestPauseMs) pauseMs = firstPauseMs
    await pause(pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}
