import type { PostEvent } from './simulated-vendor.ts'

const TIMEOUT_MS = 10_000

/** Sends the simulated vendor's events to our own address, over the network as any vendor would. */
export function postTo(origin: () => string): PostEvent {
  return async ({ path, headers, body }) => {
    const answer = await fetch(new URL(path, origin()), {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.arrayBuffer()
    return answer.status
  }
}
