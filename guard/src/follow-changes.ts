import type { AccessChange, KeptIntrospection } from './kept-introspection.ts'

export interface FollowOptions {
  /** The address of the decision point's changes: `…/gateway/v1/changes`. */
  readonly endpoint: URL
  /** The credential that the provider issued for this API. */
  readonly credential: string
  readonly kept: Pick<KeptIntrospection, 'forget'>
  readonly fetch?: typeof globalThis.fetch
  /** How long to wait before the stream is opened anew. Default one second. */
  readonly retryMs?: number
  /** Told whenever the stream is opened and whenever it is lost; what is kept ends by itself within its five seconds. */
  readonly onState?: (isOpen: boolean) => void
}

/** Ends following. */
export interface Following {
  stop(): void
}

function readChange(data: string): AccessChange {
  try {
    const parsed: unknown = JSON.parse(data)
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => typeof value === 'string'))
  } catch {
    // What cannot be read may concern everybody.
    return {}
  }
}

async function readOnce(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { endpoint, credential, kept, fetch = globalThis.fetch, onState } = options
  const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${credential}` }
  const response = await fetch(endpoint, { headers, redirect: 'error', signal })
  if (response.status !== 200 || !response.body)
    throw new Error(`changes were answered with ${response.status}`)
  // What changed while nobody listened is unknown.
  kept.forget()
  onState?.(true)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '))
      if (data !== undefined) kept.forget(readChange(data.slice('data: '.length)))
    }
  }
}

/** Waits, or less when it is told to stop; leaves nothing behind at the signal, which lives as long as the program. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}

/**
 * Follows the changes of access that the decision point tells, and drops what each concerns. When the stream is lost,
 * what is kept still ends within its five seconds, and the stream is opened anew. Source: delegation.md section 5, mode B.
 */
export function followChanges(options: FollowOptions): Following {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await readOnce(options, signal).catch(() => undefined)
      if (signal.aborted) return
      options.onState?.(false)
      await pause(options.retryMs ?? 1000, signal)
    }
  }
  void run()
  return { stop: () => stopping.abort() }
}
