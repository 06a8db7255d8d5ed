import { performance } from 'node:perf_hooks'
import type { Surroundings } from './command.ts'

const SCREEN_INTERVAL_MS = 200
const LOG_INTERVAL_MS = 5000

/** How far a long command has come. */
export interface Progress {
  show(done: { readonly rows: number; readonly bytes: number }): void
  /** Leaves the line, so that what follows starts on its own. */
  end(): void
}

/** Shows rows done, share of the bytes and speed on standard error: one changing line on a screen, else a line now and then. */
export function startProgress(
  { err, isTerminal }: Pick<Surroundings, 'err' | 'isTerminal'>,
  totalBytes: number,
): Progress {
  const startedAt = performance.now()
  let shownAt = startedAt
  let isOnLine = false
  return {
    show({ rows, bytes }) {
      const now = performance.now()
      if (now - shownAt < (isTerminal ? SCREEN_INTERVAL_MS : LOG_INTERVAL_MS)) return
      shownAt = now
      const share = totalBytes === 0 ? 100 : Math.min(100, Math.floor((bytes / totalBytes) * 100))
      const speed = Math.round(rows / ((now - startedAt) / 1000))
      const line = `${rows.toLocaleString('en')} rows, ${share} % of the bytes, ${speed.toLocaleString('en')} rows/s`
      err(isTerminal ? `\r\u001B[K${line}` : `${line}\n`)
      isOnLine = isTerminal
    },
    end() {
      if (isOnLine) err('\n')
      isOnLine = false
    },
  }
}
